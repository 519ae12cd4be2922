"""Papers, who signs them in what order, the signatures, and the chain of everything that happened to papers."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from branches.scope import Scope
from core.models import AppendOnly


class PaperState(models.TextChoices):
    OPEN = "open", "签署中"
    COMPLETE = "complete", "已签完"
    VOID = "void", "已作废"


class Paper(models.Model):
    """One version of one text that people sign in order; its body and signers never change, a new text is a new row.

    `source` names what it is about (contract:12), `revision` counts the versions of that, `turn` is the
    place that signs next (one past the last when all have signed).
    """

    scope = Scope(resource="paper")

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField("类别", max_length=30)
    source = models.CharField("来源", max_length=60)
    revision = models.IntegerField("版次", default=1)
    title = models.CharField("标题", max_length=200)
    body = models.TextField("正文")
    digest = models.CharField("文本摘要", max_length=64)
    state = models.CharField("状态", max_length=10, choices=PaperState, default=PaperState.OPEN)
    turn = models.IntegerField("轮到", default=1)
    origin_url = models.CharField("所在页面", max_length=200, blank=True)
    due_on = models.DateField("签署期限", null=True, blank=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField("送签时间")
    completed_at = models.DateTimeField("签完时间", null=True, blank=True)
    voided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    voided_at = models.DateTimeField("作废时间", null=True, blank=True)
    void_reason = models.CharField("作废原因", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "待签文件"
        constraints = [models.UniqueConstraint(fields=["root", "source", "revision"], name="paper_revision_once")]
        indexes = [
            models.Index(fields=["root", "state", "kind"], name="paper_state_ix"),
            models.Index(fields=["root", "branch", "id"], name="paper_branch_ix"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state == PaperState.OPEN

    @property
    def is_void(self) -> bool:
        return self.state == PaperState.VOID


class Signer(models.Model):
    """One place on a paper: who signs as the nth; without `user` whoever holds the role over the paper's branch."""

    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="signers")
    place = models.IntegerField("顺序")
    role = models.CharField("身份", max_length=30)
    label = models.CharField("签署人", max_length=40)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "签署人"
        ordering = ["paper", "place"]
        constraints = [models.UniqueConstraint(fields=["paper", "place"], name="signer_place_once")]

    def __str__(self) -> str:
        return self.label


class ChainLink(models.Model):
    """One thing that happened to a paper of a committee (opened, signed, voided), bound to all that happened before."""

    class Deed(models.TextChoices):
        OPENED = "opened", "送签"
        SIGNED = "signed", "签署"
        VOIDED = "voided", "作废"

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    number = models.BigIntegerField("环号")
    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="links")
    deed = models.CharField("事项", max_length=10, choices=Deed)
    text = models.TextField("内容")
    previous = models.CharField("上一环", max_length=64)
    digest = models.CharField("摘要", max_length=64)
    at = models.DateTimeField("时间")

    objects = AppendOnly.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "签署链"
        constraints = [models.UniqueConstraint(fields=["root", "number"], name="chain_number_once")]

    def __str__(self) -> str:
        return f"第{self.number}环"


class ChainHead(models.Model):
    """The end of one committee's chain; whoever adds a link holds this row."""

    root = models.OneToOneField("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    number = models.BigIntegerField("环号", default=0)
    digest = models.CharField("摘要", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "签署链末端"

    def __str__(self) -> str:
        return f"{self.root_id} {self.number}"


class Signature(models.Model):
    """One person's signature in one place of one paper, with the link that binds it into the chain."""

    scope = Scope(resource="paper", branch="paper__branch", root="paper__root")

    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="signatures")
    signer = models.OneToOneField(Signer, on_delete=models.PROTECT, related_name="signature")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField("姓名", max_length=50)
    at = models.DateTimeField("签署时间")
    link = models.OneToOneField(ChainLink, on_delete=models.PROTECT, related_name="signature")

    class Meta:
        verbose_name = verbose_name_plural = "签名"
        constraints = [models.UniqueConstraint(fields=["paper", "user"], name="signature_person_once")]

    def __str__(self) -> str:
        return self.name


class WrongPassword(models.Model):
    """One wrong password typed at a signature; too many within a quarter of an hour and signing waits."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "签署密码错误"
        indexes = [models.Index(fields=["user", "at"], name="wrong_password_ix")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.at}"
