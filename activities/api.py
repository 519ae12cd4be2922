"""Records over the API: the same services, scope and words as the pages; a POST takes an Idempotency-Key."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from importlib import import_module
from importlib.util import find_spec
from typing import Any, cast

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from activities.models import Activity, ActivityState, AttendanceStatus, Participation, VoteCase
from activities.services.drafting import TEXTS, save_draft
from activities.services.inputs import AttendanceMark, RecordInput, TalkInput, VoteInput
from activities.services.submitting import pull_back, submit_activity, withdraw_activity
from branches.permissions import Viewer, visible
from core import submits
from core.errors import InvalidInput
from core.periods import today

KEY_HEADER = "Idempotency-Key"
AN_ID: dict[str, Any] = {"min_value": 1, "max_value": 2**63 - 1}  # what a column of ids can hold


class ShareSerializer(serializers.ModelSerializer):
    """One branch's numbers."""

    branch = serializers.IntegerField(source="branch_id", read_only=True)

    class Meta:
        model = Participation
        fields = ["branch", "is_organiser", "state", "expected", "present", "voters_due", "voters_present", "is_valid"]


class ActivitySerializer(serializers.ModelSerializer):
    """One record as lists give it."""

    branch = serializers.IntegerField(source="branch_id", read_only=True)
    group = serializers.IntegerField(source="group_id", read_only=True, allow_null=True)
    kind = serializers.CharField(source="kind.code", read_only=True)
    tags = serializers.SlugRelatedField("tag", many=True, read_only=True)
    shares = ShareSerializer(source="participations", many=True, read_only=True)

    class Meta:
        model = Activity
        fields = [
            "id", "branch", "group", "kind", "title", "held_on", "starts_at", "ends_at", "for_year", "place", "host",
            "recorder", "state", "is_late", "on_behalf", "version", "revision", "first_submitted_at", "reviewed_at",
            "return_reason", "tags", "shares",
        ]  # fmt: skip


class ActivityDetailSerializer(ActivitySerializer):
    """One record with its texts."""

    texts = serializers.SerializerMethodField()

    class Meta(ActivitySerializer.Meta):
        fields = [*ActivitySerializer.Meta.fields, "texts"]

    def get_texts(self, activity: Activity) -> dict[str, str]:
        return {name: getattr(activity.text, name) for name in TEXTS}


class MarkIn(serializers.Serializer):
    member = serializers.IntegerField(**AN_ID)
    status = serializers.ChoiceField(AttendanceStatus.choices)
    reason = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")


class VoteIn(serializers.Serializer):
    matter = serializers.CharField(max_length=200)
    case = serializers.ChoiceField(VoteCase.choices, default=VoteCase.DECISION)
    yes = serializers.IntegerField(min_value=0, max_value=100_000, default=0)
    no = serializers.IntegerField(min_value=0, max_value=100_000, default=0)
    abstain = serializers.IntegerField(min_value=0, max_value=100_000, default=0)
    written_yes = serializers.IntegerField(min_value=0, max_value=100_000, default=0)


class TalkIn(serializers.Serializer):
    talked = serializers.IntegerField(**AN_ID)
    talker = serializers.IntegerField(**AN_ID, required=False, allow_null=True, default=None)
    talker_name = serializers.CharField(max_length=50, required=False, allow_blank=True, default="")


class ActivityIn(serializers.Serializer):
    """One record to be written; `submit` false keeps it as a draft."""

    kind = serializers.CharField(max_length=40)
    branch = serializers.IntegerField(**AN_ID)
    held_on = serializers.DateField()
    title = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")
    group = serializers.IntegerField(**AN_ID, required=False, allow_null=True, default=None)
    starts_at = serializers.TimeField(required=False, allow_null=True, default=None)
    ends_at = serializers.TimeField(required=False, allow_null=True, default=None)
    place = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")
    host = serializers.CharField(max_length=50, required=False, allow_blank=True, default="")
    recorder = serializers.CharField(max_length=50, required=False, allow_blank=True, default="")
    for_year = serializers.IntegerField(required=False, allow_null=True, default=None)
    texts = serializers.DictField(child=serializers.CharField(allow_blank=True, max_length=20_000), default=dict)
    extras = serializers.DictField(child=serializers.CharField(allow_blank=True, max_length=200), default=dict)
    tags = serializers.ListField(child=serializers.CharField(max_length=40), default=list, max_length=20)
    attendance = MarkIn(many=True, required=False, default=list)
    votes = VoteIn(many=True, required=False, default=list)
    talks = TalkIn(many=True, required=False, default=list)
    invited = serializers.ListField(child=serializers.IntegerField(**AN_ID), default=list, max_length=500)
    submit = serializers.BooleanField(default=True)


@extend_schema_view(
    list=extend_schema(summary="活动记录"),
    retrieve=extend_schema(summary="一条活动记录"),
    create=extend_schema(
        summary="登记活动",
        request=ActivityIn,
        responses={201: ActivityDetailSerializer},
        parameters=[OpenApiParameter(KEY_HEADER, str, OpenApiParameter.HEADER, description="同一编号只登记一次")],
    ),
)
class ActivityViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Records the person may see; writing goes through the services."""

    queryset = Activity.objects.all()
    serializer_class = ActivitySerializer
    lookup_value_regex = r"\d+"

    def get_queryset(self):
        rows = visible(Activity.objects.all(), viewer_of(cast(Request, self.request)))
        return rows.select_related("kind", "text").prefetch_related("tags", "participations")

    def get_serializer_class(self):
        return ActivitySerializer if self.action == "list" else ActivityDetailSerializer

    def create(self, request: Request) -> Response:
        """Write one record (and send it); the same key again gives the same record."""
        viewer = viewer_of(request)
        incoming = ActivityIn(data=request.data)
        incoming.is_valid(raise_exception=True)
        with submits.once(_key(request), request.user, digest=_digest(request.data), is_signed=False) as submit:
            if not submit.replayed:
                submit.result_url = str(_write(viewer, cast(dict[str, Any], incoming.validated_data)).pk)
        code = status.HTTP_200_OK if submit.replayed else status.HTTP_201_CREATED
        return self._answer(int(submit.result_url), code)

    @extend_schema(summary="报送", request=None, responses=ActivityDetailSerializer)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        submit_activity(actor=viewer_of(request), activity_id=int(pk), now=timezone.now())
        return self._answer(int(pk))

    @extend_schema(summary="撤回修改", request=None, responses=ActivityDetailSerializer)
    @action(detail=True, methods=["post"], url_path="pull-back")
    def pull_back(self, request: Request, pk: str) -> Response:
        pull_back(actor=viewer_of(request), activity_id=int(pk), now=timezone.now())
        return self._answer(int(pk))

    @extend_schema(summary="作废", request=None, responses=ActivityDetailSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        withdraw_activity(actor=viewer_of(request), activity_id=int(pk), now=timezone.now())
        return self._answer(int(pk))

    def _answer(self, pk: int, code: int = 200) -> Response:
        activity = self.get_queryset().filter(pk=pk).first()
        if activity is None:
            raise Http404
        return Response(ActivityDetailSerializer(activity).data, status=code)


def viewer_of(request: Request) -> Viewer:
    """The viewer behind a session or a token."""
    found = getattr(request._request, "viewer", None)
    return found if found is not None else Viewer.of(request.user, today(timezone.now()))


def _write(viewer: Viewer, data: dict[str, Any]) -> Activity:
    now = timezone.now()
    activity = save_draft(actor=viewer, record=_record(data), now=now)
    if data["submit"] and activity.state in ActivityState.editable():
        activity = submit_activity(actor=viewer, activity_id=activity.pk, now=now)
    return activity


def _record(data: dict[str, Any]) -> RecordInput:
    held_on: date = data["held_on"]
    same = ("title", "starts_at", "ends_at", "place", "host", "recorder", "for_year", "texts", "extras")
    return RecordInput(
        kind_code=data["kind"],
        branch_id=data["branch"],
        held_on=held_on,
        group_id=data["group"],
        tags=tuple(data["tags"]),
        attendance={row["member"]: AttendanceMark(row["status"], row["reason"]) for row in data["attendance"]},
        votes=tuple(VoteInput(**row) for row in data["votes"]),
        talks=tuple(TalkInput(row["talked"], row["talker"], row["talker_name"]) for row in data["talks"]),
        invited=tuple(data["invited"]),
        **{name: data[name] for name in same},
    )


def _key(request: Request) -> str | None:
    key = request.headers.get(KEY_HEADER, "").strip()
    if not key.isprintable():
        raise InvalidInput("提交编号里有控制字符。", remedy="请换一个提交编号。")
    return f"api:{key}"[:100] if key else None


def _digest(data: Any) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True, default=str).encode()).hexdigest()


def register(router) -> None:
    """Put the records, and what month adds, under /api/v1/."""
    router.register("activities", ActivityViewSet, basename="activity")
    if find_spec("activities.api_claims"):
        import_module("activities.api_claims").register(router)
