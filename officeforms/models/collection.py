"""Collections: what a committee asks its branches once, field by field, because the portal does not hold it."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from branches.scope import Scope


class FieldKind(models.TextChoices):
    """What is typed into a field of a collection."""

    TEXT = "text", "文字"
    NUMBER = "number", "数字"
    DATE = "date", "日期"


class Collection(models.Model):
    """One collection: why it is asked, by when, and the fields nobody holds yet."""

    scope = Scope(resource="collection", branch="root")

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    name = models.CharField("收集表名称", max_length=60)
    reason = models.CharField("依据和用途", max_length=200)
    due_on = models.DateField("截止日期")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField("建立时间")
    sent_at = models.DateTimeField("下发时间", null=True, blank=True)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "收集表"
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["root", "name"], name="collection_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.sent_at is not None and self.ended_at is None


class CollectionField(models.Model):
    """One field of a collection; its words were looked for among all held fields before it was let in."""

    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="fields")
    name = models.CharField("字段", max_length=40)
    kind = models.CharField("填写", max_length=10, choices=FieldKind, default=FieldKind.TEXT)
    position = models.IntegerField("排序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "收集表字段"
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["collection", "name"], name="collection_field_once")]

    def __str__(self) -> str:
        return self.name


class Answer(models.Model):
    """What one branch answered to one field."""

    scope = Scope(resource="collection")

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    field = models.ForeignKey(CollectionField, on_delete=models.PROTECT, related_name="answers")
    value = models.CharField("内容", max_length=200, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField("填写时间")

    class Meta:
        verbose_name = verbose_name_plural = "收集表答复"
        constraints = [models.UniqueConstraint(fields=["field", "branch"], name="answer_once")]
        indexes = [models.Index(fields=["root", "branch", "answered_at"], name="answer_branch_ix")]

    def __str__(self) -> str:
        return f"{self.field_id} {self.branch_id}"
