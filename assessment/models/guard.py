"""What keeps the rows of a published scheme as they are, whichever way they are written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models

from core.errors import Locked

if TYPE_CHECKING:
    from assessment.models.scheme import Scheme

DRAFT = "draft"
WORDS = "已发布的考核方案不能修改。"
REMEDY = "请另建一个新版本，注明从哪个月起生效。"


def refuse_unless_draft(scheme_ids: Iterable[int]) -> None:
    """Locked if any of these schemes is published."""
    schemes = apps.get_model("assessment", "Scheme").objects.filter(pk__in=set(scheme_ids))
    if schemes.exclude(status=DRAFT).exists():
        raise Locked(WORDS, remedy=REMEDY)


class PartQuerySet(models.QuerySet):
    """Rows of schemes; those of published ones are refused to every statement that would change them."""

    def update(self, **values: Any) -> int:
        self._refuse()
        return super().update(**values)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._refuse()
        return super().delete()

    def bulk_create(self, objs: Iterable[Any], *args: Any, **options: Any) -> list[Any]:
        rows = list(objs)
        refuse_unless_draft(row._scheme().pk for row in rows)
        return super().bulk_create(rows, *args, **options)

    def bulk_update(self, objs: Iterable[Any], *args: Any, **options: Any) -> int:
        rows = list(objs)
        refuse_unless_draft(row._scheme().pk for row in rows)
        return super().bulk_update(rows, *args, **options)

    def _refuse(self) -> None:
        path = self.model.scheme_path
        if self.order_by().filter(**{f"{path}__isnull": False}).exclude(**{f"{path}__status": DRAFT}).exists():
            raise Locked(WORDS, remedy=REMEDY)


class PartOfScheme(models.Model):
    """A row of a scheme: once the scheme is published it can be neither edited nor removed."""

    objects = PartQuerySet.as_manager()
    scheme_path = "scheme"

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        refuse_unless_draft([self._scheme().pk])
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any):
        refuse_unless_draft([self._scheme().pk])
        return super().delete(*args, **kwargs)

    def _scheme(self) -> Scheme:
        return self.scheme  # type: ignore[attr-defined] -- each child has it, or overrides this
