"""The register over the API: organisations and members, to read; personal numbers masked, scope as on the pages."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import mixins, serializers, viewsets
from rest_framework.routers import BaseRouter

from branches.models import Member, Organisation
from branches.permissions import Viewer, visible
from core.api import CursorPages
from core.identity import mask_id_number, mask_phone
from core.periods import today


class OrganisationSerializer(serializers.ModelSerializer):
    """One organisation."""

    class Meta:
        model = Organisation
        fields = (
            "id",
            "code",
            "name",
            "short_name",
            "tier",
            "kind",
            "parent",
            "path",
            "rank_group",
            "founded_on",
            "dissolved_on",
            "external_code",
        )


class MemberSerializer(serializers.ModelSerializer):
    """One member; ID number and phone only with their ends."""

    id_number = serializers.SerializerMethodField(help_text="前3位和后4位，其余隐藏")
    phone = serializers.SerializerMethodField(help_text="前3位和后4位，其余隐藏")

    class Meta:
        model = Member
        fields = (
            "id",
            "member_no",
            "name",
            "branch",
            "group",
            "status",
            "sex",
            "ethnicity",
            "born_on",
            "education",
            "work_started_on",
            "joined_on",
            "confirmed_on",
            "job_title",
            "is_mobile",
            "in_hardship",
            "is_retired",
            "id_number",
            "phone",
            "external_code",
            "note",
        )

    def get_id_number(self, member: Member) -> str:
        return mask_id_number(member.id_number) if member.id_number else ""

    def get_phone(self, member: Member) -> str:
        return mask_phone(member.phone) if member.phone else ""


class ReadOnly(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Lists and single rows inside the scope; what lies outside is 404."""

    pagination_class = CursorPages
    filters: tuple[str, ...] = ()

    def scoped(self, queryset: QuerySet) -> QuerySet:
        if getattr(self, "swagger_fake_view", False):
            return queryset.none()
        found = visible(queryset, viewer_of(self.request))
        asked = {name: self.request.query_params[name] for name in self.filters if name in self.request.query_params}
        try:
            return found.filter(**asked)
        except (ValueError, TypeError):
            raise serializers.ValidationError({name: ["值不对。"] for name in asked}) from None


def viewer_of(request: Any) -> Any:
    """The viewer of a session or of a token."""
    django_request = request._request
    viewer = getattr(django_request, "viewer", None)
    if viewer is None or viewer.user_id != request.user.pk:
        viewer = django_request.viewer = Viewer.of(request.user, today(timezone.now()))
    return viewer


class OrganisationViewSet(ReadOnly):
    """党组织：本人可见范围内的组织。按 tier、parent、rank_group 筛选。"""

    serializer_class = OrganisationSerializer
    queryset = Organisation.objects.none()
    filters = ("tier", "parent", "rank_group")

    def get_queryset(self) -> QuerySet[Organisation]:
        return self.scoped(Organisation.objects.order_by("-id"))


class MemberViewSet(ReadOnly):
    """党员：本人可见范围内的党员。按 branch、group、status 筛选。"""

    serializer_class = MemberSerializer
    queryset = Member.objects.none()
    filters = ("branch", "group", "status")

    def get_queryset(self) -> QuerySet[Member]:
        return self.scoped(Member.objects.order_by("-id"))


def register(router: BaseRouter) -> None:
    """Hang the register into the API's table of contents."""
    router.register("organisations", OrganisationViewSet, basename="organisation")
    router.register("members", MemberViewSet, basename="member")
