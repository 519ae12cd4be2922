"""The people: members, the branch they belonged to at any time, and who is not counted as expected."""

from __future__ import annotations

from django.db import models

from branches.scope import Scope
from core.fields import EncryptedTextField


class MemberStatus(models.TextChoices):
    """The standing of a person (domain.md §2.1)."""

    APPLICANT = "applicant", "入党申请人"
    ACTIVIST = "activist", "入党积极分子"
    CANDIDATE = "candidate", "发展对象"
    PROBATIONARY = "probationary", "预备党员"
    FULL = "full", "正式党员"
    SUSPENDED = "suspended", "停止党籍"
    REMOVED = "removed", "除名"
    EXPELLED = "expelled", "开除党籍"
    DECEASED = "deceased", "去世"
    TRANSFERRED_OUT = "transferred_out", "转出"


COUNTED_STATUSES = (MemberStatus.PROBATIONARY, MemberStatus.FULL)
ENDED_STATUSES = (
    MemberStatus.SUSPENDED,
    MemberStatus.REMOVED,
    MemberStatus.EXPELLED,
    MemberStatus.DECEASED,
    MemberStatus.TRANSFERRED_OUT,
)


class Sex(models.TextChoices):
    MALE = "male", "男"
    FEMALE = "female", "女"


class Member(models.Model):
    """One person in the party's files, where they stand today; the past is in Membership.

    `member_no` is issued once (branch code + 4-digit serial) and stays through transfers. The ID
    number and the phone are stored encrypted; `id_digest` is a keyed digest for look-up only.
    """

    scope = Scope(resource="member", member="pk")

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey(
        "branches.Organisation", verbose_name="所在支部", on_delete=models.PROTECT, related_name="members"
    )
    group = models.ForeignKey(
        "branches.Organisation",
        verbose_name="所在党小组",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="group_members",
    )
    member_no = models.CharField("党员编号", max_length=50, unique=True)
    name = models.CharField("姓名", max_length=50)
    sex = models.CharField("性别", max_length=10, choices=Sex, blank=True)
    ethnicity = models.CharField("民族", max_length=20, blank=True)
    born_on = models.DateField("出生日期", null=True, blank=True)
    education = models.CharField("学历学位", max_length=40, blank=True)
    work_started_on = models.DateField("参加工作时间", null=True, blank=True)
    joined_on = models.DateField("入党时间", null=True, blank=True)
    confirmed_on = models.DateField("转正时间", null=True, blank=True)
    job_title = models.CharField("岗位职务", max_length=60, blank=True)
    status = models.CharField("党员身份", max_length=20, choices=MemberStatus, default=MemberStatus.FULL)
    is_mobile = models.BooleanField("流动党员", default=False)
    in_hardship = models.BooleanField("困难党员", default=False)
    is_retired = models.BooleanField("离退休", default=False)
    id_number = EncryptedTextField("身份证号", blank=True)
    id_digest = models.CharField(  # noqa: DJ001 -- null, because "" would clash in the unique constraint
        "身份证号索引", max_length=64, null=True, blank=True
    )
    phone = EncryptedTextField("联系电话", blank=True)
    external_code = models.CharField("上级系统编号", max_length=40, blank=True)
    note = models.CharField("备注", max_length=200, blank=True)
    version = models.IntegerField("版本", default=1)
    created_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "党员"
        ordering = ["branch", "member_no"]
        constraints = [models.UniqueConstraint(fields=["root", "id_digest"], name="member_id_once")]
        indexes = [
            models.Index(fields=["root", "branch", "status"], name="member_branch_ix"),
            models.Index(fields=["root", "name"], name="member_name_ix"),
            models.Index(
                fields=["root", "member_no"], name="member_no_ix"
            ),  # the list by number, one committee of many
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def has_vote(self) -> bool:
        """Only full members vote (domain.md §1.2)."""
        return self.status == MemberStatus.FULL


class Membership(models.Model):
    """One unbroken spell of a person in one branch (and group) with one status; `to_on` is its last day."""

    scope = Scope(resource="member", branch="branch", member="member")

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="memberships")
    branch = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="memberships")
    group = models.ForeignKey("branches.Organisation", null=True, on_delete=models.PROTECT, related_name="+")
    status = models.CharField("党员身份", max_length=20, choices=MemberStatus)
    from_on = models.DateField("自")
    to_on = models.DateField("至", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "党籍经历"
        constraints = [models.UniqueConstraint(fields=["root", "member", "from_on"], name="membership_once")]
        indexes = [models.Index(fields=["root", "branch", "from_on", "to_on"], name="membership_branch_ix")]

    def __str__(self) -> str:
        return f"{self.member_id} {self.from_on}"


class CountExclusion(models.Model):
    """A member approved as 不计入应到 (old, ill, floating …) from one day to another."""

    scope = Scope(resource="member", branch="member__branch", member="member")

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="exclusions")
    reason = models.CharField("原因", max_length=60)
    approved_by = models.CharField("批准依据", max_length=100)
    from_on = models.DateField("自")
    to_on = models.DateField("至", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "不计入应到"
        constraints = [models.UniqueConstraint(fields=["root", "member", "from_on"], name="exclusion_once")]

    def __str__(self) -> str:
        return self.reason
