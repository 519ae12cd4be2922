"""Messages to people."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Notice(models.Model):
    """One message to one person; the dedupe key lets the same occasion be told only once."""

    root_id = models.BigIntegerField("最上级组织", default=0)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="收件人",
        on_delete=models.CASCADE,
        related_name="notices",
        db_index=False,
    )
    kind = models.CharField("类别", max_length=40)
    title = models.CharField("标题", max_length=200)
    text = models.CharField("内容", max_length=1000, blank=True)
    url = models.CharField("链接", max_length=500, blank=True)
    reason = models.CharField("为什么收到", max_length=200, blank=True)
    dedupe_key = models.CharField("去重键", max_length=150)
    created_at = models.DateTimeField("时间")
    read_at = models.DateTimeField("已读时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "通知"
        constraints = [models.UniqueConstraint(fields=["root_id", "recipient", "dedupe_key"], name="notice_once")]
        indexes = [
            models.Index(fields=["recipient", "id"], name="notice_inbox_ix"),
            models.Index(fields=["recipient", "read_at", "id"], name="notice_unread_ix"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_read(self) -> bool:
        return self.read_at is not None
