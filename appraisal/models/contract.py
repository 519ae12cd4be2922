"""Responsibility contracts: the committee's template of a year, one contract per branch, its lines in every version."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from branches.models import Post
from branches.scope import Scope


class ContractTemplate(models.Model):
    """The wording of one committee's contracts of one year, and who answers for what by office."""

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    year = models.IntegerField("年度")
    title = models.CharField("标题", max_length=100)
    preamble = models.TextField("开头")
    measures = models.TextField("保障与考核")
    closing = models.TextField("结尾", blank=True)
    due_on = models.DateField("签署期限")
    owners = models.JSONField("责任人", default=dict, help_text="小项编号到职务，取第一个有人的职务")
    duties = models.JSONField("责任清单", default=list)
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField("更新时间")

    class Meta:
        verbose_name = verbose_name_plural = "责任书模板"
        constraints = [models.UniqueConstraint(fields=["root", "year"], name="contract_template_once")]

    def __str__(self) -> str:
        return f"{self.year}年度责任书模板"


class ContractState(models.TextChoices):
    """Whether the present version is still being written or was put up for signature (the paper says how far)."""

    DRAFT = "draft", "起草"
    SENT = "sent", "已送签"


class Contract(models.Model):
    """The contract of one branch for one year; `revision` is the version being written or in force.

    `paper` is the version put up for signature last; while a change is being written it stays in force.
    """

    scope = Scope(resource="contract")

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    template = models.ForeignKey(ContractTemplate, on_delete=models.PROTECT, related_name="contracts")
    branch = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="contracts")
    year = models.IntegerField("年度")
    revision = models.IntegerField("版次", default=1)
    reason = models.CharField("变更原因", max_length=300, blank=True)
    state = models.CharField("状态", max_length=10, choices=ContractState, default=ContractState.DRAFT)
    paper = models.ForeignKey("signing.Paper", null=True, on_delete=models.PROTECT, related_name="+")
    version = models.IntegerField("修改次数", default=1)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("生成时间")

    class Meta:
        verbose_name = verbose_name_plural = "责任书"
        constraints = [models.UniqueConstraint(fields=["root", "year", "branch"], name="contract_once")]

    def __str__(self) -> str:
        return f"{self.branch.short_name}{self.year}年度责任书"

    @property
    def source(self) -> str:
        """By what name the papers of this contract go."""
        return f"contract:{self.pk}"

    @property
    def stage(self) -> str:
        """Where it stands: draft, changing, signing, signed."""
        if self.state == ContractState.DRAFT:
            return "changing" if self.paper is not None and not self.paper.is_void else "draft"
        return "signed" if self.paper is not None and self.paper.state == "complete" else "signing"


class ContractLine(models.Model):
    """One target of one version with its one named owner: a rule of the scheme, or the branch's own (`is_own`).

    Quantities are thousandths of the unit, rates thousandths of a percent; `target_words` where there is none.
    """

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="lines")
    revision = models.IntegerField("版次")
    position = models.IntegerField("顺序")
    code = models.CharField("编号", max_length=10)
    category = models.CharField("大类", max_length=10, blank=True)
    item = models.CharField("小项", max_length=10, blank=True)
    name = models.CharField("任务", max_length=100)
    words = models.CharField("要求", max_length=300, blank=True)
    points = models.BigIntegerField("分值", default=0)
    unit = models.CharField("单位", max_length=10, blank=True)
    scheme_target = models.BigIntegerField("方案目标", null=True, blank=True)
    target = models.BigIntegerField("年度目标", null=True, blank=True)
    target_words = models.CharField("目标", max_length=60, blank=True)
    owner = models.ForeignKey("branches.Member", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    owner_name = models.CharField("责任人", max_length=50, blank=True)
    owner_post = models.CharField("职务", max_length=30, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    is_own = models.BooleanField("自定目标", default=False)
    is_carried = models.BooleanField("上年转来", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "责任书目标"
        ordering = ["contract", "revision", "position"]
        constraints = [models.UniqueConstraint(fields=["contract", "revision", "code"], name="contract_line_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def is_changed(self) -> bool:
        """Whether the branch's target differs from the scheme's."""
        return not self.is_own and self.target != self.scheme_target

    @property
    def is_lower(self) -> bool:
        return self.is_changed and (self.target or 0) < (self.scheme_target or 0)


class DutyKind(models.TextChoices):
    FIRST = "first", "第一责任人"
    DUAL = "dual", "一岗双责"
    DIRECT = "direct", "直接责任"


class ContractDuty(models.Model):
    """One line of the 责任清单 of one version: which person, in what office, answers for what."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="duties")
    revision = models.IntegerField("版次")
    position = models.IntegerField("顺序")
    member = models.ForeignKey("branches.Member", on_delete=models.PROTECT, related_name="+")
    name = models.CharField("责任人", max_length=50)
    post = models.CharField("职务", max_length=30, choices=Post)
    kind = models.CharField("责任类别", max_length=10, choices=DutyKind)
    text = models.CharField("责任内容", max_length=300)

    class Meta:
        verbose_name = verbose_name_plural = "责任清单"
        ordering = ["contract", "revision", "position"]
        constraints = [models.UniqueConstraint(fields=["contract", "revision", "position"], name="contract_duty_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.get_kind_display()}"


class TargetReport(models.Model):
    """How far one of a branch's own targets was on one day, as reported; the latest holds, the others stay to be read."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="reports")
    code = models.CharField("编号", max_length=10)
    quantity = models.BigIntegerField("累计完成")
    happened_on = models.DateField("截至")
    note = models.CharField("说明", max_length=200, blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField("填报时间")

    class Meta:
        verbose_name = verbose_name_plural = "目标进展"
        indexes = [models.Index(fields=["contract", "code", "happened_on"], name="target_report_ix")]

    def __str__(self) -> str:
        return f"{self.code} {self.happened_on}"


class NextTarget(models.Model):
    """A target planned for the coming year, carried into that year's contract when it is made."""

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    year = models.IntegerField("年度")
    code = models.CharField("编号", max_length=10)
    name = models.CharField("任务", max_length=100)
    unit = models.CharField("单位", max_length=10, blank=True)
    target = models.BigIntegerField("目标")
    note = models.CharField("依据", max_length=200, blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField("填报时间")

    class Meta:
        verbose_name = verbose_name_plural = "下年目标"
        constraints = [models.UniqueConstraint(fields=["root", "branch", "year", "code"], name="next_target_once")]

    def __str__(self) -> str:
        return f"{self.year} {self.code}"
