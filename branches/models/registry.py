"""Helpers of the register: serials that are issued once, and the side index of names."""

from __future__ import annotations

from itertools import pairwise

from django.db import models


class CodeCounter(models.Model):
    """The last serial issued under one prefix; locked while one more is taken, never counted back."""

    scope_key = models.CharField("前缀", max_length=60, unique=True)
    last = models.IntegerField("最后编号", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "编号计数"

    def __str__(self) -> str:
        return f"{self.scope_key} {self.last}"


class NameGram(models.Model):
    """One character or pair of neighbouring characters of one member's name (performance.md, Chinese names)."""

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False)
    gram = models.CharField("字", max_length=4)
    member = models.ForeignKey("branches.Member", on_delete=models.CASCADE, related_name="grams")

    class Meta:
        verbose_name = verbose_name_plural = "姓名索引"
        constraints = [models.UniqueConstraint(fields=["root", "gram", "member"], name="name_gram_once")]

    def __str__(self) -> str:
        return self.gram


def grams_of(name: str) -> set[str]:
    """Every character and every pair of neighbours of a name: 王小明 → 王, 小, 明, 王小, 小明."""
    singles = set(name)
    return singles | {first + second for first, second in pairwise(name)}
