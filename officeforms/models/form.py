"""Official forms: the unit's own workbook in versions, what its cells are bound to, and what was handed out."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.scope import Scope


class Subject(models.TextChoices):
    """Whom one filled copy of a form is about."""

    COMMITTEE = "committee", "机关党委一份"
    BRANCH = "branch", "每个支部一份"


class Source(models.TextChoices):
    """What stands in the rows of a row block."""

    BRANCHES = "branches", "党支部（每个支部一行）"
    MEMBERS = "members", "党员（每人一行）"
    RECORDS = "records", "本月组织生活记录（每次一行）"
    RECORDS_YEAR = "records_year", "本年组织生活记录（每次一行）"
    ITEMS = "items", "考核小项（每项一行）"


class OfficialForm(models.Model):
    """One official form of a committee, whatever its versions look like."""

    scope = Scope(resource="official_form", branch="root")

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    name = models.CharField("表格名称", max_length=60)
    subject = models.CharField("填报对象", max_length=20, choices=Subject, default=Subject.COMMITTEE)
    note = models.CharField("说明", max_length=200, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField("建立时间")
    retired_at = models.DateTimeField("停用时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "官方表格"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["root", "name"], name="official_form_once")]

    def __str__(self) -> str:
        return self.name


class FormVersion(models.Model):
    """One version of a form: the uploaded workbook and its bindings. Once handed out (`used_at`) it is never changed."""

    scope = Scope(resource="official_form", branch="root")

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    form = models.ForeignKey(OfficialForm, on_delete=models.PROTECT, related_name="versions")
    number = models.IntegerField("版次")
    attachment = models.ForeignKey("core.Attachment", on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField("原表摘要", max_length=64)
    sheets = models.JSONField("工作表", default=list)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField("上传时间")
    used_at = models.DateTimeField("首次使用", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "表格版本"
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["form", "number"], name="form_version_once")]

    def __str__(self) -> str:
        return f"{self.form.name} 第{self.number}版"

    @property
    def is_used(self) -> bool:
        return self.used_at is not None


class Binding(models.Model):
    """One cell of a version that is filled with one field; `branch` names whose, where the copy is not about one branch."""

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(FormVersion, on_delete=models.CASCADE, related_name="bindings")
    sheet = models.CharField("工作表", max_length=40)
    row = models.IntegerField("行")
    column = models.IntegerField("列")
    field = models.CharField("字段", max_length=100)
    branch = models.ForeignKey(
        "branches.Organisation", verbose_name="支部", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "单元格绑定"
        ordering = ["row", "column"]
        constraints = [models.UniqueConstraint(fields=["version", "sheet", "row", "column"], name="binding_once")]

    def __str__(self) -> str:
        return f"{self.sheet} {self.row},{self.column}"


class RowBlock(models.Model):
    """Rows of a version filled with one line for each branch, member, record or item.

    `first_row` to `last_row` are the rows prepared in the workbook; more lines repeat the last of them.
    """

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(FormVersion, on_delete=models.CASCADE, related_name="blocks")
    sheet = models.CharField("工作表", max_length=40)
    first_row = models.IntegerField("首行")
    last_row = models.IntegerField("末行")
    source = models.CharField("每行是", max_length=20, choices=Source)

    class Meta:
        verbose_name = verbose_name_plural = "行块"
        ordering = ["sheet", "first_row"]
        constraints = [
            models.UniqueConstraint(fields=["version", "sheet", "first_row"], name="row_block_once"),
            models.CheckConstraint(condition=Q(last_row__gte=F("first_row")), name="row_block_has_rows"),
        ]

    def __str__(self) -> str:
        return f"{self.sheet} {self.first_row}—{self.last_row}"


class BlockColumn(models.Model):
    """One column of a row block and the field that fills it."""

    block = models.ForeignKey(RowBlock, on_delete=models.CASCADE, related_name="columns")
    column = models.IntegerField("列")
    field = models.CharField("字段", max_length=100)

    class Meta:
        verbose_name = verbose_name_plural = "行块的列"
        ordering = ["column"]
        constraints = [models.UniqueConstraint(fields=["block", "column"], name="block_column_once")]

    def __str__(self) -> str:
        return f"{self.column} {self.field}"


class FormExport(models.Model):
    """One filled copy as handed out: of which version and month, about whom, with the digest over its figures."""

    scope = Scope(resource="official_form", branch="root")

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(FormVersion, on_delete=models.PROTECT, related_name="exports")
    branch = models.ForeignKey("branches.Organisation", null=True, on_delete=models.PROTECT, related_name="+")
    month = models.IntegerField("月份")
    figures = models.IntegerField("数据格数")
    digest = models.CharField("存证摘要", max_length=64)
    exported_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    exported_at = models.DateTimeField("导出时间")

    class Meta:
        verbose_name = verbose_name_plural = "表格导出"
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["version", "id"], name="form_export_version_ix"),
            models.Index(fields=["root", "digest"], name="form_export_digest_ix"),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.month}"
