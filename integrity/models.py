"""The register of posts, their integrity risk points and the measures against them."""

from __future__ import annotations

from django.db import models

from branches.scope import Scope
from integrity.rules import risk_score


class Grade(models.TextChoices):
    HIGH = "high", "高（一级）"
    MEDIUM = "medium", "中（二级）"
    LOW = "low", "低（三级）"


class Source(models.TextChoices):
    MORALITY = "morality", "思想道德风险"
    DUTY = "duty", "岗位职责风险"
    PROCESS = "process", "业务流程风险"
    INSTITUTION = "institution", "制度机制风险"
    ENVIRONMENT = "environment", "外部环境风险"


class Line(models.TextChoices):
    EDUCATION = "education", "教育"
    INSTITUTION = "institution", "制度"
    SUPERVISION = "supervision", "监督"


class UnitType(models.TextChoices):
    """The fields of work of the default library."""

    BUREAU = "bureau", "局机关与领导班子"
    PROJECT = "project", "工程建设项目"
    FINANCE = "finance", "财务"
    TESTING = "testing", "试验检测"
    QUALITY = "quality", "质量安全监督"
    LAW = "law", "综合执法"
    PERMIT = "permit", "行政许可"
    TOLL = "toll", "收费管理"
    MAINTENANCE = "maintenance", "公路养护"
    HR = "hr", "人事"
    OFFICE = "office", "综合办公"
    PARTY = "party", "党务"
    DISCIPLINE = "discipline", "纪检"
    IT = "it", "信息化"


class Phase(models.TextChoices):
    BEFORE = "before", "事前预防"
    DURING = "during", "事中监管"
    AFTER = "after", "事后惩治"


class JobPost(models.Model):
    """One post (岗位) of the unit; a default one stays a draft until the unit confirms it."""

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="job_posts")
    code = models.CharField("编号", max_length=20)
    name = models.CharField("岗位", max_length=60)
    unit_type = models.CharField("业务类别", max_length=20, choices=UnitType)
    power = models.CharField("权力事项", max_length=100)
    is_confirmed = models.BooleanField("已核定", default=False)

    scope = Scope(resource="risk", branch="organisation")

    class Meta:
        verbose_name = verbose_name_plural = "岗位"
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["root", "code"], name="job_post_once")]

    def __str__(self) -> str:
        return self.name


class RiskPoint(models.Model):
    """One integrity risk of one post, with how likely and how grave it is (1–5 each)."""

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(JobPost, verbose_name="岗位", on_delete=models.PROTECT, related_name="risk_points")
    code = models.CharField("编号", max_length=20)
    source = models.CharField("风险类别", max_length=20, choices=Source)
    description = models.CharField("风险点", max_length=200)
    manifestations = models.TextField("表现形式")
    likelihood = models.IntegerField("可能性")
    impact = models.IntegerField("影响")
    grade = models.CharField("风险等级", max_length=10, choices=Grade)
    responsible = models.CharField("责任人", max_length=40)

    scope = Scope(resource="risk", branch="post__organisation")

    class Meta:
        verbose_name = verbose_name_plural = "廉政风险点"
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["root", "code"], name="risk_point_once"),
            models.CheckConstraint(
                condition=models.Q(likelihood__range=(1, 5), impact__range=(1, 5)), name="risk_point_scale"
            ),
        ]

    def __str__(self) -> str:
        return self.description

    @property
    def score(self) -> int:
        return risk_score(self.likelihood, self.impact)


class ControlMeasure(models.Model):
    """One measure against one risk point, tagged by line (教育/制度/监督) and phase (事前/事中/事后)."""

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    risk_point = models.ForeignKey(RiskPoint, on_delete=models.PROTECT, related_name="measures")
    place = models.IntegerField("次序")
    line = models.CharField("防线", max_length=20, choices=Line)
    phase = models.CharField("阶段", max_length=20, choices=Phase)
    text = models.CharField("防控措施", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "防控措施"
        ordering = ["risk_point", "place"]
        constraints = [models.UniqueConstraint(fields=["risk_point", "place"], name="measure_once")]

    def __str__(self) -> str:
        return self.text
