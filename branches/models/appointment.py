"""Offices held, and the terms of office of a branch."""

from __future__ import annotations

from django.db import models

from branches.scope import Scope


class Post(models.TextChoices):
    """An office in a branch, a committee or a group (domain.md §1.3)."""

    SECRETARY = "secretary", "书记"
    DEPUTY_SECRETARY = "deputy_secretary", "副书记"
    ORGANISATION_MEMBER = "organisation_member", "组织委员"
    PUBLICITY_MEMBER = "publicity_member", "宣传委员"
    DISCIPLINE_MEMBER = "discipline_member", "纪检委员"
    COMMITTEE_MEMBER = "committee_member", "委员"
    GROUP_LEADER = "group_leader", "党小组组长"


COMMITTEE_POSTS = tuple(post for post in Post if post != Post.GROUP_LEADER)


class Appointment(models.Model):
    """One person in one office from one day to another; `is_acting` is a 代理书记 with dates."""

    scope = Scope(resource="organisation", branch="organisation")

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="appointments")
    member = models.ForeignKey("branches.Member", on_delete=models.PROTECT, related_name="appointments")
    post = models.CharField("职务", max_length=30, choices=Post)
    is_acting = models.BooleanField("代理", default=False)
    from_on = models.DateField("自")
    to_on = models.DateField("至", null=True, blank=True)
    document = models.CharField("任职文件", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "任职"
        constraints = [
            models.UniqueConstraint(
                fields=["root", "organisation", "member", "post", "from_on"], name="appointment_once"
            )
        ]
        indexes = [models.Index(fields=["member", "from_on", "to_on"], name="appointment_member_ix")]

    def __str__(self) -> str:
        return f"{self.member_id} {self.get_post_display()}"


class BranchTerm(models.Model):
    """One term of office of a branch: with or without a committee, until when, extended by what document."""

    scope = Scope(resource="organisation", branch="branch")

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="terms")
    term_no = models.IntegerField("届次")
    has_committee = models.BooleanField("设支委会", default=True)
    seats = models.IntegerField("委员职数", default=0)
    from_on = models.DateField("自")
    due_on = models.DateField("任期届满")
    ended_on = models.DateField("实际换届", null=True, blank=True)
    extended_to_on = models.DateField("延期至", null=True, blank=True)
    extension_document = models.CharField("延期批复", max_length=100, blank=True)
    duties_published_on = models.DateField("分工公布", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "支部任期"
        constraints = [models.UniqueConstraint(fields=["root", "branch", "term_no"], name="term_once")]

    def __str__(self) -> str:
        return f"第{self.term_no}届"
