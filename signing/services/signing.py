"""Signing: the person whose turn it is, their password again, and the digest of the exact text they were shown."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.crypto import constant_time_compare

from branches.models import User
from branches.permissions import Viewer, check
from core import audit
from core.errors import Conflict, InvalidInput, Refused
from signing.models import Paper, PaperState, Signature, Signer, WrongPassword
from signing.rules import TRIES, TRIES_WITHIN
from signing.selectors import digest_now, may_sign_as, paper_of, papers, signer_in_turn
from signing.services._chain import Deed, add_links, hold_chain
from signing.services.telling import tell_in_turn

MINUTES = int(TRIES_WITHIN.total_seconds() // 60)


def sign(*, actor: Viewer, paper_id: int, password: str, digest: str, now: datetime) -> Paper:
    """Sign in the actor's place. Not inside another transaction: a wrong password is counted also when it is refused.

    404 outside the scope; Refused who is not the one to sign, or after five wrong passwords; Conflict where it
    is another's turn, the person has signed already, or the text is not the one that was shown.
    """
    paper = paper_of(actor, paper_id)
    check(actor, "paper.sign", paper.branch)
    _place_of(actor, paper, digest)
    prove_password(actor=actor, password=password, paper=paper, now=now)
    return _sign(actor, paper, digest, now)


def prove_password(*, actor: Viewer, password: str, paper: Paper, now: datetime) -> None:
    """Pass if this is the actor's password; count and audit it if not, and refuse after too many."""
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).get(pk=actor.user_id)
        recent = WrongPassword.objects.filter(user=user, at__gt=now - TRIES_WITHIN)
        wrong = recent.count()
        is_right = wrong < TRIES and user.check_password(password)
        if is_right:
            WrongPassword.objects.filter(user=user).delete()
        elif wrong < TRIES:
            WrongPassword.objects.create(user=user, at=now)
            summary = f"签署时密码不对，{MINUTES}分钟内第{wrong + 1}次"
            audit.record(actor=actor, action="paper.wrong_password", target=paper, summary=summary)
    if wrong >= TRIES:
        raise Refused(f"密码多次不对，签署已暂停{MINUTES}分钟。", remedy="请稍后再试；忘记密码请联系系统管理员。")
    if not is_right:
        left = TRIES - wrong - 1
        words = "密码不对，没有签署。" + (f"还可以再试{left}次。" if left else f"请{MINUTES}分钟后再试。")
        raise InvalidInput(words, remedy="请输入您登录用的密码。", fields={"password": [words]})


@transaction.atomic
def _sign(actor: Viewer, seen: Paper, digest: str, now: datetime) -> Paper:
    hold_chain(seen.root_id)
    Paper.objects.select_for_update(no_key=True).get(pk=seen.pk)
    paper = papers(actor).get(pk=seen.pk)  # as it is now that it is ours
    signer = _place_of(actor, paper, digest)
    user = User.objects.select_related("member").get(pk=actor.user_id)
    name = user.member.name if user.member else str(user)
    said = {"place": signer.place, "role": signer.role, "user": user.pk, "name": name}
    [link] = add_links([(paper, Deed.SIGNED, said)], root_id=paper.root_id, now=now)
    Signature.objects.create(paper=paper, signer=signer, user=user, name=name, at=now, link=link)
    paper.turn += 1
    if not any(one.place >= paper.turn for one in paper.signers.all()):
        paper.state, paper.completed_at = PaperState.COMPLETE, now
    paper.save(update_fields=["turn", "state", "completed_at"])
    audit.record(actor=actor, action="paper.sign", target=paper, summary=f"{signer.label}签署第{paper.revision}版")
    tell_in_turn([paper], on=actor.today, now=now)
    return paper


def _place_of(actor: Viewer, paper: Paper, digest: str) -> Signer:
    """The place the actor signs in now; else the reason why not."""
    if paper.is_void:
        raise Conflict("这份文件已作废，不能签署。", remedy="请到原页面看现行的文本。")
    if not constant_time_compare(digest, paper.digest) or digest_now(paper) != paper.digest:
        raise Conflict("文本与您看到的不一致，没有签署。", remedy="请刷新页面，重新阅读后再签。")
    places = list(paper.signers.all())
    if any(hasattr(one, "signature") and one.signature.user_id == actor.user_id for one in places):
        raise Conflict("您已经签过这份文件。", remedy="每人只签一处，其他位置由别人签。")
    signer = signer_in_turn(paper)
    if signer is None:
        raise Conflict("这份文件已经签完。", remedy="刷新页面可看到签署情况。")
    if may_sign_as(actor, paper, signer):
        return signer
    if any(one.place > signer.place and may_sign_as(actor, paper, one) for one in places):
        raise Conflict(f"还没有轮到您，请等{signer.label}先签。", remedy="前一位签好后会通知您。")
    raise Refused(f"这里由{signer.label}本人签署。", remedy="如任职有变动，请先在“党组织”中登记任职。")
