"""Items of closed loops, the trail of their steps, and their proofs."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.scope import Scope
from worklists import rules


class ItemState(models.TextChoices):
    """Where an item stands between its owner and the second person."""

    OPEN = "open", "办理中"
    DONE = "done", "待核验"
    VERIFIED = "verified", "待回访"
    CLOSED = "closed", "已销号"
    CANCELLED = "cancelled", "已撤销"


class VerifierRule(models.TextChoices):
    """Who is the second person."""

    ANOTHER = "another", "既非提出人也非办理人的另一位同志"
    SECOND = "second", "办理人以外的同志"


class Item(models.Model):
    """One thing that must be closed: what is demanded of whom by when, and how far it has come.

    `source` is its natural key within the committee (`finding:12`): the same occasion opens it once.
    `done_on` is the day of the latest report, judged against `due_on`; `verified_by` is never who did it.
    """

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey(
        "branches.Organisation", verbose_name="支部", on_delete=models.PROTECT, related_name="work_items"
    )
    source = models.CharField("来源标识", max_length=80)
    kind = models.CharField("清单", max_length=20)
    title = models.CharField("事项", max_length=100)
    demand = models.CharField("整改要求", max_length=1000)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="责任人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    due_on = models.DateField("办理期限")
    first_due_on = models.DateField("原定期限")
    origin_label = models.CharField("来源", max_length=200, blank=True)
    origin_url = models.CharField("来源链接", max_length=300, blank=True)
    verifier_rule = models.CharField("核验人", max_length=20, choices=VerifierRule, default=VerifierRule.ANOTHER)
    with_callback = models.BooleanField("核验后回访", default=False)
    state = models.CharField("状态", max_length=20, choices=ItemState, default=ItemState.OPEN)
    version = models.IntegerField("版本", default=1)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="提出人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField("提出时间")
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="办理人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    done_on = models.DateField("报完成日期", null=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="核验人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField("销号时间", null=True)
    returned_count = models.IntegerField("退回次数", default=0)

    scope = Scope(resource="worklist", owner="owner")

    class Meta:
        verbose_name = verbose_name_plural = "整改事项"
        constraints = [
            models.UniqueConstraint(fields=["root", "source"], name="work_item_once"),
            models.CheckConstraint(condition=Q(state__in=ItemState.values), name="work_item_state_known"),
            models.CheckConstraint(
                condition=Q(verified_by__isnull=True) | Q(done_by__isnull=True) | ~Q(verified_by=F("done_by")),
                name="work_item_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | (Q(done_on__isnull=False) & Q(closed_at__isnull=False)),
                name="work_item_closed_done",
            ),
        ]
        indexes = [
            models.Index(fields=["root", "state", "due_on"], name="work_item_due_ix"),
            models.Index(fields=["root", "branch", "due_on"], name="work_item_branch_ix"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def kind_word(self) -> str:
        return rules.kind_word(self.kind)

    @property
    def is_late(self) -> bool:
        """Done after its day."""
        return rules.is_late(self.due_on, self.done_on)

    @property
    def badge(self) -> str:
        """The key of its colour and icon among the states of the site."""
        return rules.BADGES[self.state]


class ItemAction(models.TextChoices):
    """A step in the life of an item."""

    OPENED = "opened", "提出"
    REPORTED = "report", "报完成"
    RETURNED = "send_back", "退回重办"
    VERIFIED = "verify", "核验通过"
    CLOSED = "close", "回访销号"
    REOPENED = "reopen", "重新打开"
    EXTENDED = "extend", "调整期限"
    CANCELLED = "cancel", "撤销"


class ItemStep(models.Model):
    """One step, appended and never changed."""

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="steps")
    action = models.CharField("步骤", max_length=20, choices=ItemAction)
    text = models.CharField("说明", max_length=1000, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    happened_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "办理经过"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.item_id} {self.action}"


class ItemFile(models.Model):
    """One proof of one item, handed in with one report."""

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="files")
    step = models.ForeignKey(ItemStep, on_delete=models.CASCADE, related_name="files")
    attachment = models.ForeignKey("core.Attachment", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "整改佐证"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.item_id}:{self.attachment_id}"
