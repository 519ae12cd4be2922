"""Claims over the API: the same services, scope and words as the pages; a POST takes an Idempotency-Key."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, cast

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from activities.api import AN_ID, KEY_HEADER, _digest, _key, viewer_of
from activities.models import Claim, ClaimState
from activities.services.claims import ClaimInput, pull_back_claim, save_claim, submit_claim, withdraw_claim
from branches.models import Organisation
from branches.permissions import Viewer, visible, visible_branches
from core import submits
from core.http import whole

FILTERS = ("branch", "metric", "state", "month")


class ClaimSerializer(serializers.ModelSerializer):
    """One claim; quantities as decimals, `base` is the denominator where the scheme divides by one."""

    branch = serializers.IntegerField(source="branch_id", read_only=True)
    quantity = serializers.SerializerMethodField()
    base = serializers.SerializerMethodField()

    class Meta:
        model = Claim
        fields = [
            "id", "branch", "metric", "happened_on", "month", "quantity", "base_metric", "base", "occurrence", "note",
            "state", "is_late", "on_behalf", "version", "revision", "first_submitted_at", "reviewed_at", "return_reason",
        ]  # fmt: skip

    def get_quantity(self, claim: Claim) -> str:
        return plain(claim.quantity_milli)

    def get_base(self, claim: Claim) -> str | None:
        return plain(claim.base_milli) if claim.base_metric else None


class ClaimIn(serializers.Serializer):
    """One claim to be written; `submit` false keeps it as a draft."""

    branch = serializers.IntegerField(**AN_ID)
    metric = serializers.CharField(max_length=60)
    happened_on = serializers.DateField()
    quantity = serializers.DecimalField(max_digits=9, decimal_places=3, min_value=Decimal(0), default=Decimal(1))
    base = serializers.DecimalField(max_digits=9, decimal_places=3, min_value=Decimal(0), default=Decimal(0))
    occurrence = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    note = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    submit = serializers.BooleanField(default=True)


class ClaimStep(serializers.Serializer):
    """The version the client knows; without it the step is taken on whatever stands."""

    version = serializers.IntegerField(required=False, allow_null=True, default=None)


@extend_schema_view(
    list=extend_schema(
        summary="申报",
        parameters=[
            OpenApiParameter("branch", int, description="支部"),
            OpenApiParameter("metric", str, description="指标代码"),
            OpenApiParameter("state", str, enum=ClaimState.values, description="状态"),
            OpenApiParameter("month", int, description="月份，如202611"),
        ],
    ),
    retrieve=extend_schema(summary="一条申报"),
    create=extend_schema(
        summary="填写申报",
        request=ClaimIn,
        responses={201: ClaimSerializer},
        parameters=[OpenApiParameter(KEY_HEADER, str, OpenApiParameter.HEADER, description="同一编号只登记一次")],
    ),
)
class ClaimViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Claims the person may see; writing goes through the services."""

    queryset = Claim.objects.all()
    serializer_class = ClaimSerializer
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[Claim]:
        request = cast(Request, self.request)
        rows = visible(Claim.objects.all(), viewer_of(request))
        for name in FILTERS:
            value = request.query_params.get(name, "")
            if value and (name in ("metric", "state") or whole(value) is not None):
                rows = rows.filter(**{"branch_id" if name == "branch" else name: value})
        return rows

    def create(self, request: Request) -> Response:
        """Write one claim (and send it); the same key again gives the same claim."""
        viewer = viewer_of(request)
        incoming = ClaimIn(data=request.data)
        incoming.is_valid(raise_exception=True)
        with submits.once(_key(request), request.user, digest=_digest(request.data), is_signed=False) as submit:
            if not submit.replayed:
                submit.result_url = str(_write(viewer, cast(dict[str, Any], incoming.validated_data)).pk)
        code = status.HTTP_200_OK if submit.replayed else status.HTTP_201_CREATED
        return self._answer(int(submit.result_url), code)

    @extend_schema(summary="报送", request=ClaimStep, responses=ClaimSerializer)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        return self._take(request, int(pk), submit_claim)

    @extend_schema(summary="撤回修改", request=ClaimStep, responses=ClaimSerializer)
    @action(detail=True, methods=["post"], url_path="pull-back")
    def pull_back(self, request: Request, pk: str) -> Response:
        return self._take(request, int(pk), pull_back_claim)

    @extend_schema(summary="作废", request=ClaimStep, responses=ClaimSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        return self._take(request, int(pk), withdraw_claim)

    def _take(self, request: Request, pk: int, step: Callable[..., Claim]) -> Response:
        incoming = ClaimStep(data=request.data)
        incoming.is_valid(raise_exception=True)
        version = cast(dict[str, Any], incoming.validated_data)["version"]
        step(actor=viewer_of(request), claim_id=pk, version=version, now=timezone.now())
        return self._answer(pk)

    def _answer(self, pk: int, code: int = 200) -> Response:
        claim = visible(Claim.objects.all(), viewer_of(cast(Request, self.request))).filter(pk=pk).first()
        if claim is None:
            raise Http404
        return Response(ClaimSerializer(claim).data, status=code)


def plain(milli: int) -> str:
    """Thousandths as a decimal without needless zeros: 14, 1.5."""
    return f"{(Decimal(milli) / 1000).normalize():f}"


def _write(viewer: Viewer, data: dict[str, Any]) -> Claim:
    now = timezone.now()
    given = ClaimInput(
        metric=data["metric"],
        happened_on=data["happened_on"],
        quantity_milli=int(data["quantity"] * 1000),
        base_milli=int(data["base"] * 1000),
        occurrence=data["occurrence"],
        note=data["note"],
    )
    claim = save_claim(actor=viewer, branch=_branch(viewer, data["branch"]), given=given, now=now)
    if data["submit"]:
        claim = submit_claim(actor=viewer, claim_id=claim.pk, version=None, now=now)
    return claim


def _branch(viewer: Viewer, branch_id: int) -> Organisation:
    branch = visible_branches(viewer, "claim").filter(pk=branch_id).first()
    if branch is None:
        raise Http404
    return branch


def register(router) -> None:
    """Put the claims under /api/v1/."""
    router.register("claims", ClaimViewSet, basename="claim")
