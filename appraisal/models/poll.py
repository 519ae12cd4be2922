"""Anonymous polls: who is rated, which slips rate whom, and the counts. No row is a ballot (docs/adr)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from appraisal.rules.ballots import MIN_SHOWN
from branches.permissions import Scope


class PollKind(models.TextChoices):
    COMMITTEE = "committee", "机关党委评价"
    MEMBERS = "members", "党员民主测评"
    PEERS = "peers", "支部书记互评"
    ACCOUNTABILITY = "accountability", "述职评议测评"
    MEMBER_APPRAISAL = "member_appraisal", "民主评议党员测评"


class PollState(models.TextChoices):
    DRAFT = "draft", "筹备中"
    OPEN = "open", "投票中"
    CLOSED = "closed", "已计票"
    VOID = "void", "已作废"


class Rates(models.TextChoices):
    """Whom the holders of a group's slips rate."""

    ALL = "all", "全部"
    OWN = "own", "本支部"
    OTHERS = "others", "本支部以外"


class Poll(models.Model):
    """One poll of one year: of the whole committee (`branch` is the root) or inside one branch."""

    scope = Scope(resource="poll", branch="branch")

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    year = models.IntegerField("年度")
    kind = models.CharField("测评", max_length=20, choices=PollKind)
    state = models.CharField("状态", max_length=10, choices=PollState, default=PollState.DRAFT)
    min_percent = models.IntegerField("有效收回率（%）", default=70)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField("建立时间")
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField("计票时间", null=True)
    digest = models.CharField("结果摘要", max_length=64, blank=True)
    void_reason = models.CharField("作废原因", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "测评"
        constraints = [
            models.UniqueConstraint(
                fields=["root", "branch", "year", "kind"], condition=~Q(state="void"), name="poll_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.year}年{self.get_kind_display()}"


class PollSubject(models.Model):
    """Who or what is rated: a branch, or a person of it."""

    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="subjects")
    branch = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey("branches.Member", null=True, on_delete=models.PROTECT, related_name="+")
    label = models.CharField("对象", max_length=60)
    note = models.CharField("说明", max_length=60, blank=True)
    place = models.IntegerField("次序")

    class Meta:
        verbose_name = verbose_name_plural = "测评对象"
        ordering = ["place"]
        constraints = [models.UniqueConstraint(fields=["poll", "branch", "member"], name="poll_subject_once")]

    def __str__(self) -> str:
        return self.label


class PollGroup(models.Model):
    """Voters who get the same slips; slips are drawn from a box, so a code belongs to a group and to nobody."""

    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="groups")
    branch = models.ForeignKey("branches.Organisation", null=True, on_delete=models.PROTECT, related_name="+")
    label = models.CharField("投票人", max_length=60)
    rates = models.CharField("评谁", max_length=10, choices=Rates)
    size = models.IntegerField("应投人数")
    issued = models.IntegerField("印发票码", default=0)
    handed_out = models.IntegerField("发出票数", null=True)
    returned = models.IntegerField("收回票数", null=True)
    place = models.IntegerField("次序")

    class Meta:
        verbose_name = verbose_name_plural = "投票人"
        ordering = ["place"]
        constraints = [
            models.CheckConstraint(name="poll_group_size", condition=Q(size__gte=0, size__lte=2000)),
            models.CheckConstraint(
                name="poll_group_returned",
                condition=Q(returned__isnull=True) | Q(returned__gte=0, returned__lte=models.F("handed_out")),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def shows_count(self) -> bool:
        """In a group of one or a few, how many came back says who voted."""
        return self.size >= MIN_SHOWN


class PollCode(models.Model):
    """The keyed digest of one paper code. It is all there is: no time, no order, no voter; gone at the closing."""

    digest = models.CharField("票码摘要", max_length=64, primary_key=True)
    group = models.ForeignKey(PollGroup, on_delete=models.CASCADE, related_name="codes")
    is_used = models.BooleanField("已用", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "票码"


class PollTally(models.Model):
    """How many ballots gave one subject one grade; every ballot rewrites all tallies of its poll at once."""

    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="tallies")
    subject = models.ForeignKey(PollSubject, on_delete=models.CASCADE, related_name="tallies")
    grade = models.CharField("档次", max_length=20)
    votes = models.IntegerField("票数", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "计票"
        constraints = [
            models.UniqueConstraint(fields=["subject", "grade"], name="poll_tally_once"),
            models.CheckConstraint(name="poll_tally_votes", condition=Q(votes__gte=0)),
        ]
