"""What came of a gathering: matters voted on, and talks held."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class VoteCase(models.TextChoices):
    """Which rule a vote follows (domain.md §3.1)."""

    DECISION = "decision", "一般决议"
    ADMIT = "admit", "接收预备党员"
    CONFIRM = "confirm", "预备党员转正"
    ELECTION = "election", "选举"


class VoteItem(models.Model):
    """One matter put to the vote at one gathering, with its numbers; `passed` is computed, never typed."""

    activity = models.ForeignKey("activities.Activity", on_delete=models.CASCADE, related_name="votes")
    matter = models.CharField("表决事项", max_length=200)
    case = models.CharField("表决类别", max_length=20, choices=VoteCase, default=VoteCase.DECISION)
    yes = models.IntegerField("赞成", default=0)
    no = models.IntegerField("反对", default=0)
    abstain = models.IntegerField("弃权", default=0)
    written_yes = models.IntegerField("会前书面赞成", default=0)
    is_valid = models.BooleanField("有效", default=False)
    passed = models.BooleanField("通过", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "表决"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(yes__gte=0) & Q(no__gte=0) & Q(abstain__gte=0) & Q(written_yes__gte=0),
                name="vote_counts_ok",
            )
        ]

    def __str__(self) -> str:
        return self.matter


class TalkPair(models.Model):
    """One heart talk: who talked with whom; never what was said (domain.md §6)."""

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    activity = models.ForeignKey("activities.Activity", on_delete=models.CASCADE, related_name="talks")
    talker = models.ForeignKey(
        "branches.Member", null=True, blank=True, on_delete=models.PROTECT, related_name="talks_led"
    )
    talker_name = models.CharField("谈话人", max_length=50)
    talked = models.ForeignKey("branches.Member", on_delete=models.PROTECT, related_name="talks_had")
    happened_on = models.DateField("日期")

    class Meta:
        verbose_name = verbose_name_plural = "谈话"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["activity", "talker_name", "talked"], name="talk_pair_once")]
        indexes = [models.Index(fields=["root", "talked", "happened_on"], name="talk_talked_ix")]

    def __str__(self) -> str:
        return f"{self.talker_name}:{self.talked_id}"
