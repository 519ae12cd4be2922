"""Technical rows every app may need: audit, attachments, drafts, sent forms, job runs, long jobs."""

from __future__ import annotations

import uuid
from typing import Any, NoReturn

from django.conf import settings
from django.db import models


class AppendOnly(models.QuerySet):
    """Rows that are written once; neither changed nor removed through the ORM."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise TypeError("audit entries are append-only")

    def delete(self) -> NoReturn:
        raise TypeError("audit entries are append-only")


class AuditEntry(models.Model):
    """One change somebody made: who, when, to what, from what to what; written in the change's transaction."""

    at = models.DateTimeField("时间", auto_now_add=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="操作人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    actor_name = models.CharField("操作人姓名", max_length=50)
    action = models.CharField("操作", max_length=60)
    target_type = models.CharField("对象类型", max_length=60)
    target_id = models.CharField("对象编号", max_length=40)
    target_label = models.CharField("对象", max_length=200, blank=True)
    root_id = models.BigIntegerField("最上级组织", null=True)
    branch_id = models.BigIntegerField("所属支部", null=True)
    changes = models.JSONField("变更", default=dict)
    summary = models.CharField("摘要", max_length=500, blank=True)

    objects = AppendOnly.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "审计记录"
        indexes = [
            models.Index(fields=["root_id", "at"], name="audit_root_ix"),
            models.Index(fields=["target_type", "target_id"], name="audit_target_ix"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_name} {self.action} {self.target_label}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("audit entries are append-only")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("audit entries are append-only")


def stored_name(instance: models.Model, filename: str) -> str:
    """A random name: nothing a person typed ever becomes a path."""
    name = uuid.uuid4().hex
    return f"attachments/{name[:2]}/{name}"


class Attachment(models.Model):
    """One uploaded file; who may see it is decided by the record that owns it."""

    root_id = models.BigIntegerField("最上级组织")
    sha256 = models.CharField("摘要", max_length=64)
    name = models.CharField("文件名", max_length=200)
    size = models.BigIntegerField("大小")
    content_type = models.CharField("文件类型", max_length=100)
    file = models.FileField("文件", upload_to=stored_name, max_length=200)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="上传人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField("上传时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "附件"
        indexes = [models.Index(fields=["root_id", "sha256"], name="attachment_digest_ix")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_image(self) -> bool:
        return self.content_type.startswith("image/")


class Draft(models.Model):
    """What one person has typed into one form and not yet sent."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="起草人", on_delete=models.CASCADE, related_name="drafts"
    )
    key = models.CharField("表单", max_length=100)
    data = models.JSONField("内容", default=dict)
    updated_at = models.DateTimeField("保存时间")

    class Meta:
        verbose_name = verbose_name_plural = "草稿"
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="draft_once")]

    def __str__(self) -> str:
        return self.key


class SubmittedForm(models.Model):
    """One form that took effect; sending its token again leads to the first result."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    token = models.CharField("令牌", max_length=100)
    digest = models.CharField("内容摘要", max_length=64, blank=True)
    result_url = models.CharField("结果", max_length=500, blank=True)
    created_at = models.DateTimeField("提交时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "已提交表单"
        constraints = [models.UniqueConstraint(fields=["owner", "token"], name="form_sent_once")]
        indexes = [models.Index(fields=["created_at"], name="form_sent_at_ix")]

    def __str__(self) -> str:
        return self.token


class JobRun(models.Model):
    """One run of one scheduled job for one period; a STARTED row whose heartbeat is old is half done."""

    class State(models.TextChoices):
        STARTED = "STARTED", "进行中"
        DONE = "DONE", "已完成"
        FAILED = "FAILED", "失败"

    job = models.CharField("作业", max_length=60)
    period_key = models.CharField("期间", max_length=60)
    state = models.CharField("状态", max_length=10, choices=State, default=State.STARTED)
    attempt = models.IntegerField("次数", default=1)
    started_at = models.DateTimeField("开始时间")
    heartbeat_at = models.DateTimeField("最近心跳")
    finished_at = models.DateTimeField("结束时间", null=True)
    counts = models.JSONField("计数", default=dict)
    error = models.TextField("错误", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "作业运行"
        constraints = [models.UniqueConstraint(fields=["job", "period_key"], name="job_run_once")]

    def __str__(self) -> str:
        return f"{self.job} {self.period_key} {self.state}"


class LongJob(models.Model):
    """One piece of work somebody started and may leave: an import, an export, a closing."""

    class State(models.TextChoices):
        WAITING = "waiting", "排队中"
        RUNNING = "running", "进行中"
        DONE = "done", "已完成"
        FAILED = "failed", "未完成"

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="发起人", on_delete=models.CASCADE, related_name="+"
    )
    root_id = models.BigIntegerField("最上级组织", default=0)
    kind = models.CharField("类别", max_length=60)
    title = models.CharField("事项", max_length=200)
    arguments = models.JSONField("参数", default=dict)
    state = models.CharField("状态", max_length=10, choices=State, default=State.WAITING)
    done = models.IntegerField("已处理", default=0)
    total = models.IntegerField("总数", default=0)
    message = models.CharField("说明", max_length=500, blank=True)
    result_url = models.CharField("结果", max_length=500, blank=True)
    attachment = models.ForeignKey(Attachment, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField("发起时间", auto_now_add=True)
    heartbeat_at = models.DateTimeField("最近心跳", null=True)
    finished_at = models.DateTimeField("结束时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "后台事项"
        indexes = [models.Index(fields=["owner", "id"], name="long_job_owner_ix")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_finished(self) -> bool:
        return self.state in (self.State.DONE, self.State.FAILED)

    @property
    def percent(self) -> int:
        """0 to 100, for the progress bar."""
        return min(100, self.done * 100 // self.total) if self.total else 0
