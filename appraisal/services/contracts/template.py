"""The committee's template of a year: begun from last year's or the delivered one, and edited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from appraisal.models import ContractTemplate, DutyKind
from branches.models import Organisation, Post
from branches.permissions import Viewer, check
from core import audit
from core.errors import InvalidInput
from core.periods import Month

DEFAULT_FILE = Path(__file__).parent.parent.parent / "defaults" / "contract_template.yaml"
TEXTS = {"title": "标题", "preamble": "开头", "measures": "保障与考核", "closing": "结尾"}
LONGEST = {"title": 100, "preamble": 2000, "measures": 8000, "closing": 2000}


@transaction.atomic
def begin_template(*, actor: Viewer, root: Organisation, year: int, now: datetime) -> ContractTemplate:
    """The template of the year, made from the last year's or the delivered one if there is none yet."""
    check(actor, "contract.edit", root)
    Organisation.objects.select_for_update(no_key=True).get(pk=root.pk)
    found = ContractTemplate.objects.filter(root=root, year=year).first()
    if found is not None:
        return found
    earlier = ContractTemplate.objects.filter(root=root, year__lt=year).order_by("-year").first()
    values = _of_earlier(earlier, year) if earlier else _of_default(year)
    made = ContractTemplate.objects.create(root=root, year=year, updated_by_id=actor.user_id, updated_at=now, **values)
    source = f"沿用{earlier.year}年" if earlier else "用系统自带的"
    audit.record(actor=actor, action="contract.template", target=made, summary=f"{source}模板开始{year}年")
    return made


@transaction.atomic
def save_template(
    *,
    actor: Viewer,
    template_id: int,
    texts: Mapping[str, str],
    due_on: date | None,
    owners: Mapping[str, Sequence[str]],
    duties: Sequence[Mapping[str, str]],
    now: datetime,
) -> ContractTemplate:
    """The wording, the day by which to sign, the offices that answer, and the 责任清单 of new contracts.

    Contracts still being written take the wording when they are sent; owners and duties only those not yet made.
    """
    template = ContractTemplate.objects.select_for_update().select_related("root").get(pk=template_id)
    check(actor, "contract.edit", template.root)
    before = {name: getattr(template, name) for name in (*TEXTS, "due_on", "owners", "duties")}
    for name, label in TEXTS.items():
        setattr(template, name, _wording(texts.get(name, ""), name, label))
    if due_on is None or not template.year - 1 <= due_on.year <= template.year:
        raise InvalidInput("请填写签署期限。", fields={"due_on": [f"应在{template.year}年内或上一年末。"]})
    template.due_on = due_on
    template.owners = {code: [post for post in posts if post in Post.values] for code, posts in owners.items()}
    template.duties = [_duty(one) for one in duties if one.get("text", "").strip()]
    template.updated_by_id, template.updated_at = actor.user_id, now
    template.save()
    after = {name: getattr(template, name) for name in before}
    audit.record(actor=actor, action="contract.template", target=template, before=before, after=after)
    return template


def _wording(text: str, name: str, label: str) -> str:
    text = text.replace("\r\n", "\n").replace("\t", " ").strip()
    if (not text and name != "closing") or len(text) > LONGEST[name]:
        words = f"请填写{label}（不超过{LONGEST[name]}字）。"
        raise InvalidInput(words, fields={name: [words]})
    return text


def _duty(one: Mapping[str, str]) -> dict[str, str]:
    text = " ".join(one["text"].split())
    if one.get("post") not in Post.values or one.get("kind") not in DutyKind.values or len(text) > 300:
        raise InvalidInput("责任清单中有一行不完整。", remedy="每行选好职务和类别，内容不超过300字。")
    return {"post": one["post"], "kind": one["kind"], "text": text}


def _of_earlier(earlier: ContractTemplate, year: int) -> dict[str, Any]:
    names = (*TEXTS, "owners", "duties")
    month = Month(earlier.due_on.year - earlier.year + year, earlier.due_on.month)
    due_on = month.first_day.replace(day=min(earlier.due_on.day, month.last_day.day))
    return {name: getattr(earlier, name) for name in names} | {"due_on": due_on}


def _of_default(year: int) -> dict[str, Any]:
    data = yaml.safe_load(DEFAULT_FILE.read_text(encoding="utf-8"))
    month, day = (int(part) for part in data["due"].split("-"))
    return {name: data[name].strip() for name in TEXTS} | {
        "due_on": date(year, month, day),
        "owners": data["owners"],
        "duties": data["duties"],
    }
