"""Reading facts and scores over the API: same scope, same figures, same errors as the pages."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import BaseRouter

from assessment.models import Fact
from assessment.selectors.facts import fact_rows
from assessment.selectors.scoreboard import BranchRow, Scoreboard, scoreboard
from assessment.selectors.trend import latest_month
from assessment.statement import statement
from assessment.statement.model import Statement
from assessment.statement.words import plain, pts, qty
from branches.permissions import Viewer, visible_branches
from branches.rules import READ
from core.errors import InvalidInput
from core.http import whole
from core.periods import Month, today


class FactSerializer(serializers.ModelSerializer):
    """One counted happening. `quantity` in units of the metric; `is_late`: first sent after the record deadline."""

    metric = serializers.CharField(source="metric.code", help_text="指标代码")
    branch_name = serializers.CharField(source="branch.short_name")
    quantity = serializers.SerializerMethodField(help_text="数量（十进制文本）")
    is_late = serializers.BooleanField(help_text="补报")
    lag_days = serializers.IntegerField(help_text="迟报天数")
    is_reversed = serializers.SerializerMethodField(help_text="已被冲销")

    class Meta:
        model = Fact
        fields = (
            "id",
            "branch",
            "branch_name",
            "metric",
            "happened_on",
            "quantity",
            "state",
            "label",
            "url",
            "occurrence",
            "entered_at",
            "is_late",
            "lag_days",
            "reverses",
            "is_reversed",
            "reason",
        )

    def get_quantity(self, fact: Fact) -> str:
        return plain_thousandths(fact.quantity)

    def get_is_reversed(self, fact: Fact) -> bool:
        return getattr(fact, "reversal", None) is not None


@extend_schema_view(
    list=extend_schema(
        summary="计分依据",
        description="按支部、指标、月份、状态列出计分依据；只含本人可见支部的。",
        parameters=[
            OpenApiParameter("branch", int, description="支部编号"),
            OpenApiParameter("metric", str, description="指标代码"),
            OpenApiParameter("month", str, description="月份，如2026-08"),
            OpenApiParameter("state", str, description="pending、confirmed、late、reversed或live"),
        ],
    ),
    retrieve=extend_schema(summary="一条计分依据", description="看不到的为404。"),
)
class FactViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Facts, newest first."""

    serializer_class = FactSerializer
    queryset = Fact.objects.none()

    def get_queryset(self):
        if getattr(self, "swagger_fake_view", False):
            return Fact.objects.none()
        return fact_rows(viewer_of(self.request), self.request.query_params)


class PartSerializer(serializers.Serializer):
    """An item's or a category's figure: points, and e and a behind it (decimal text, null where nothing is due)."""

    code = serializers.CharField()
    score = serializers.CharField(allow_null=True)
    earned = serializers.CharField()
    available = serializers.CharField()


class ScoreSerializer(serializers.Serializer):
    """One branch at one month."""

    branch = serializers.IntegerField()
    branch_name = serializers.CharField()
    month = serializers.CharField()
    scheme_version = serializers.CharField()
    is_closed = serializers.BooleanField()
    base = serializers.CharField(allow_null=True, help_text="基础分，未舍入到6位")
    bonus = serializers.CharField()
    penalty = serializers.CharField()
    confirmed = serializers.CharField(allow_null=True, help_text="已审核得分，2位小数")
    provisional = serializers.CharField(allow_null=True, help_text="含待审得分，2位小数")
    change = serializers.CharField(allow_null=True, help_text="较上月")
    categories = PartSerializer(many=True)
    items = PartSerializer(many=True)


@extend_schema_view(
    list=extend_schema(
        summary="得分",
        description="一个月的各支部得分，与考核总览相同；支部人员只有本支部的。",
        parameters=[OpenApiParameter("month", str, description="月份，如2026-08；缺省为最近汇总的月")],
        responses=ScoreSerializer(many=True),
    ),
    retrieve=extend_schema(
        summary="一个支部的得分",
        parameters=[
            OpenApiParameter("id", int, OpenApiParameter.PATH, description="支部编号"),
            OpenApiParameter("month", str, description="月份，如2026-08"),
        ],
        responses=ScoreSerializer,
    ),
)
class ScoreViewSet(viewsets.ViewSet):
    """Scores by branch, as the overview and the statement show them."""

    serializer_class = ScoreSerializer

    def list(self, request: Request) -> Response:
        viewer = viewer_of(request)
        month = asked_month(request, viewer)
        if viewer.is_a(*READ["overview"]):
            board = scoreboard(viewer, viewer.root_id, month)  # type: ignore[arg-type] -- whoever reads an overview works under a root
            return Response([of_row(board, row) for row in board.rows])
        found = [statement(viewer, pk, month, with_raises=False) for pk in sorted(score_branches(viewer))]
        return Response([of_statement(one) for one in found])

    def retrieve(self, request: Request, pk: str | None = None) -> Response:
        viewer = viewer_of(request)
        branch_id = whole(pk)
        if branch_id is None:
            raise Http404
        found = statement(viewer, branch_id, asked_month(request, viewer), with_raises=False)
        return Response(of_statement(found))


def viewer_of(request: Any) -> Viewer:
    """The viewer of an API request, signed in by session or token."""
    inner = request._request
    viewer = getattr(inner, "viewer", None)
    if viewer is None or viewer.user_id != request.user.pk:
        viewer = inner.viewer = Viewer.of(request.user, today(timezone.now()))  # type: ignore[attr-defined] -- as the middleware sets it
    return viewer


def asked_month(request: Request, viewer: Viewer) -> Month:
    """The month asked for, else the last that was computed."""
    text = request.query_params.get("month", "")
    if text:
        try:
            return Month.parse(text)
        except ValueError:
            raise InvalidInput(
                "月份的写法不对。", remedy="请写成2026-08。", fields={"month": ["请写成2026-08。"]}
            ) from None
    month = latest_month(viewer.root_id or 0)
    if month is None:
        raise Http404
    return month


def score_branches(viewer: Viewer) -> frozenset[int]:
    """The branches whose statement a person of a branch may read."""
    return frozenset(visible_branches(viewer, "score").values_list("pk", flat=True))


def of_row(board: Scoreboard, row: BranchRow) -> dict[str, Any]:
    """A row of the overview."""
    head = {"branch": row.branch_id, "branch_name": row.name, "change": text(row.change())}
    return {
        **head,
        **_figures(board.month, board.frame.version, board.closed is not None, row.confirmed, row.provisional),
    }


def of_statement(found: Statement) -> dict[str, Any]:
    """The figures of a statement."""
    head = {"branch": found.branch.pk, "branch_name": found.branch.short_name, "change": text(found.change)}
    closed = found.closed is not None
    return {**head, **_figures(found.month, found.frame.version, closed, found.figures, found.provisional)}


def _figures(month: Month, version: str, closed: bool, confirmed, provisional) -> dict[str, Any]:
    return {
        "month": str(month),
        "scheme_version": version,
        "is_closed": closed,
        "base": None if confirmed.base is None else plain(confirmed.base),
        "bonus": plain(confirmed.bonus),
        "penalty": plain(confirmed.penalty),
        "confirmed": text(confirmed.shown),
        "provisional": text(provisional.shown),
        "categories": [_part(code, share) for code, share in confirmed.categories.items()],
        "items": [_part(code, share) for code, share in confirmed.items.items()],
    }


def _part(code: str, share) -> dict[str, Any]:
    return {
        "code": code,
        "score": text(share.shown),
        "earned": points(share.earned),
        "available": points(share.available),
    }


def text(value: Any) -> str | None:
    return None if value is None else str(value)


def points(millionths: int) -> str:
    """Stored points as exact decimal text."""
    return pts(millionths)


def plain_thousandths(value: int) -> str:
    return qty(value).replace("−", "-")


def register(router: BaseRouter) -> None:
    """The API's entries of this app."""
    router.register("facts", FactViewSet, basename="fact")
    router.register("scores", ScoreViewSet, basename="score")
