"""What an import remembers: the upload between preview and confirmation, and how a unit's own head was matched."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from branches.scope import Scope
from core.fields import EncryptedTextField


class ImportKind(models.TextChoices):
    BRANCHES = "branches", "党组织"
    MEMBERS = "members", "党员"


class ImportState(models.TextChoices):
    MAPPING = "mapping", "待对应列"
    PREVIEW = "preview", "待确认"
    APPLIED = "applied", "已导入"
    DISCARDED = "discarded", "已放弃"


class ImportBatch(models.Model):
    """One uploaded roster on its way in. `rows` and `plan` are JSON kept encrypted: they hold ID numbers."""

    scope = Scope(resource="import", branch=None, owner="owner")

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField("导入内容", max_length=20, choices=ImportKind)
    state = models.CharField("状态", max_length=20, choices=ImportState, default=ImportState.MAPPING)
    file_name = models.CharField("文件名", max_length=200)
    file_digest = models.CharField("文件摘要", max_length=64)
    head_digest = models.CharField("表头摘要", max_length=64, blank=True)
    mapping = models.JSONField("列对应", default=dict)
    counts = models.JSONField("统计", default=dict)
    rows = EncryptedTextField("表格内容", blank=True)
    plan = EncryptedTextField("导入计划", blank=True)
    created_at = models.DateTimeField("上传时间")
    expires_at = models.DateTimeField("失效时间")
    applied_at = models.DateTimeField("导入时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "导入批次"
        indexes = [models.Index(fields=["root", "owner", "created_at"], name="import_owner_ix")]

    def __str__(self) -> str:
        return self.file_name


class HeadMapping(models.Model):
    """How the columns under one head of one unit's roster were matched, to be used again."""

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField("导入内容", max_length=20, choices=ImportKind)
    head_digest = models.CharField("表头摘要", max_length=64)
    head_row = models.IntegerField("表头行")
    columns = models.JSONField("列对应", default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "列对应记忆"
        constraints = [models.UniqueConstraint(fields=["root", "kind", "head_digest"], name="head_mapping_once")]

    def __str__(self) -> str:
        return self.head_digest
