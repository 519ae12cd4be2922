"""The one place that decides what a person sees (`visible`) and may do (`can`, `check`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, TypeVar, cast

from django.db.models import Model, Q, QuerySet, Value
from django.http import Http404
from django.utils import timezone

from branches.models import Appointment, Member, Organisation, PatchAssignment, RoleGrant, User
from branches.models.appointment import COMMITTEE_POSTS, Post
from branches.models.member import ENDED_STATUSES
from branches.models.organisation import Tier
from branches.rules import ACT, READ, Reach, Role
from branches.scope import Scope
from core.errors import Refused
from core.periods import today as today_of

__all__ = ["SYSTEM", "Scope", "Viewer", "can", "check", "visible", "visible_branches"]

M = TypeVar("M", bound=Model)
SECRETARY_POSTS = (Post.SECRETARY, Post.DEPUTY_SECRETARY)


@dataclass
class _Rights:
    """What one query found out about an account: per role, organisation id → path."""

    places: dict[Role, dict[int, str]] = field(default_factory=dict)
    home: tuple[int, str] | None = None
    root_id: int | None = None
    everywhere: bool = False  # an administrator of the whole installation

    def add(self, role: Role, organisation_id: int, path: str) -> None:
        self.places.setdefault(role, {})[organisation_id] = path


class Viewer:
    """One person on one day: their roles and how far each goes. Costs one query, once, when first asked."""

    is_system = False

    def __init__(self, user: User | None, today: date) -> None:
        self.user = user
        self._today = today

    @classmethod
    def of(cls, user: User, today: date) -> Viewer:
        return cls(user, today)

    @property
    def today(self) -> date:
        return self._today

    @property
    def user_id(self) -> int | None:
        return self.user.pk if self.user else None

    @property
    def member_id(self) -> int | None:
        return self.user.member_id if self.user and self.user.is_active else None

    @cached_property
    def _rights(self) -> _Rights:
        if self.user is None or not self.user.is_active:
            return _Rights()
        return _rights_of(self.user, self._today)

    @cached_property
    def roles(self) -> frozenset[Role]:
        return frozenset(self._rights.places)

    def is_a(self, *roles: Role) -> bool:
        """Whether the person is at least one of these."""
        return not self.roles.isdisjoint(roles)

    def places(self, role: Role) -> dict[int, str]:
        """The organisations (id → path) a role of this person is about."""
        return self._rights.places.get(role, {})

    @property
    def secretary_branch_ids(self) -> frozenset[int]:
        return frozenset(self.places(Role.SECRETARY))

    @cached_property
    def own_branch_ids(self) -> frozenset[int]:
        """Branches the person belongs to or holds an office in."""
        own: set[int] = set()
        for role in (Role.SECRETARY, Role.BRANCH_COMMITTEE, Role.MEMBER):
            own.update(self.places(role))
        return frozenset(own)

    @property
    def patch_branch_ids(self) -> frozenset[int]:
        return frozenset(self.places(Role.LEADER))

    @property
    def all_prefixes(self) -> tuple[str, ...]:
        """Paths below which an officer sees everything."""
        return tuple(sorted(self.places(Role.OFFICER).values()))

    @property
    def home_branch_id(self) -> int | None:
        """The branch the person works for first: where they hold office, else where they are a member."""
        for role in (Role.SECRETARY, Role.BRANCH_COMMITTEE):
            if places := self.places(role):
                home = self._rights.home
                return home[0] if home and home[0] in places else min(places)
        return self._rights.home[0] if self._rights.home else None

    @property
    def root_id(self) -> int | None:
        """The top organisation the person works under."""
        return self._rights.root_id

    def covers(self, role: Role, reach: Reach, path: str) -> bool:
        """Whether a role with this reach goes as far as the organisation at `path`."""
        if reach == Reach.SELF or role not in self.roles:
            return False
        if reach == Reach.SYSTEM and self._rights.everywhere:
            return True
        return any(path.startswith(prefix) for prefix in self.places(role).values())

    def __repr__(self) -> str:
        return f"<Viewer {self.user}>"


class _SystemViewer(Viewer):
    """Scheduled jobs and the demo: sees all, may all; in the audit it is nobody."""

    is_system = True

    def __init__(self) -> None:
        super().__init__(None, date.min)

    @property
    def today(self) -> date:
        return today_of(timezone.now())

    def is_a(self, *roles: Role) -> bool:
        return True

    def covers(self, role: Role, reach: Reach, path: str) -> bool:
        return True


SYSTEM: Viewer = _SystemViewer()


def visible(queryset: QuerySet[M], viewer: Viewer) -> QuerySet[M]:
    """The rows of a scoped model this person may see. The only place where scope is decided."""
    if viewer.is_system:
        return queryset
    scope: Scope = cast("Any", queryset.model).scope  # a model without a scope has no reading for people
    if scope.resource not in READ:
        raise LookupError(f"READ has no row for {scope.resource!r}")
    return queryset.filter(_seen(queryset.model, scope, viewer))


def visible_branches(viewer: Viewer, resource: str = "organisation") -> QuerySet[Organisation]:
    """The branches about which this person may read the resource: choices, filters, overviews."""
    branches = Organisation.objects.filter(tier=Tier.BRANCH)
    if viewer.is_system:
        return branches
    return branches.filter(_organisations_seen(viewer, resource))


def can(viewer: Viewer, action: str, branch: Organisation | None = None) -> bool:
    """Whether this person may do it: there, or (without a branch) anywhere at all."""
    if viewer.is_system:
        return True
    allowed = ACT[action]
    if branch is None:
        return any(role in viewer.roles for role in allowed)
    return any(viewer.covers(role, reach, branch.path) for role, reach in allowed.items())


def check(viewer: Viewer, action: str, branch: Organisation | None = None) -> None:
    """Pass, or refuse: 404 for a branch outside the person's scope, 403 in words inside it."""
    if branch is not None and not viewer.is_system and not sees(viewer, branch):
        raise Http404
    if not can(viewer, action, branch):
        raise Refused("您没有办理这一事项的权限。", remedy="请联系本支部书记或机关党委办理。")


def sees(viewer: Viewer, organisation: Organisation, resource: str = "organisation") -> bool:
    """Whether the organisation is inside this person's scope for a resource; no query."""
    if viewer.is_system:
        return True
    return any(viewer.covers(role, reach, organisation.path) for role, reach in READ[resource].items())


def _seen(model: type[Model], scope: Scope, viewer: Viewer) -> Q:
    seen = Q(pk__in=())
    for role, reach in READ[scope.resource].items():
        if role in viewer.roles:
            for part in _reached(model, scope, viewer, role, reach):
                seen |= part
    return seen


def _reached(model: type[Model], scope: Scope, viewer: Viewer, role: Role, reach: Reach) -> Iterator[Q]:
    if reach == Reach.SELF:
        yield from _own_rows(model, scope, viewer)
    elif reach == Reach.SYSTEM and viewer._rights.everywhere:
        yield Q(pk__isnull=False)
    elif scope.branch is not None:
        where = Q(**scope.own_where) if reach == Reach.BRANCH else Q()
        yield _below(model, scope.branch, viewer.places(role), reach) & where
        if scope.shared:
            shared = _below(model, scope.shared, viewer.places(role), reach) & where
            yield Q(pk__in=model._default_manager.filter(shared).values("pk"))
    elif reach == Reach.SYSTEM:
        yield Q(**{f"{scope.root}__in": list(viewer.places(role))})


def _own_rows(model: type[Model], scope: Scope, viewer: Viewer) -> Iterator[Q]:
    if scope.member and viewer.member_id:
        own = Q(**{scope.member: viewer.member_id}, **scope.member_where)
        to_many = "__" in scope.member  # in a subquery of its own, so that the join cannot double rows
        yield Q(pk__in=model._default_manager.filter(own).values("pk")) if to_many else own
    if scope.owner and viewer.user_id:
        yield Q(**{scope.owner: viewer.user_id})


def _below(model: type[Model], branch: str, places: dict[int, str], reach: Reach) -> Q:
    """Rows whose organisation at `branch` is one of the places, or below one of them."""
    own = branch == ""
    if reach in (Reach.BRANCH, Reach.PATCH) and not own:
        return Q(**{f"{branch}__in": list(places)})
    below = Q(pk__in=())
    for organisation_id, path in places.items():
        if _is_root(path) and ("root" in _field_names(model)):
            below |= Q(root=organisation_id)  # the leading column of every index, and no join
        else:
            below |= Q(**{"path__startswith" if own else f"{branch}__path__startswith": path})
    return below


def _organisations_seen(viewer: Viewer, resource: str) -> Q:
    seen = Q(pk__in=())
    for role, reach in READ[resource].items():
        if reach != Reach.SELF and role in viewer.roles:
            seen |= _below(Organisation, "", viewer.places(role), reach)
            if reach == Reach.SYSTEM and viewer._rights.everywhere:
                seen |= Q(pk__isnull=False)
    return seen


def _is_root(path: str) -> bool:
    return path.count("/") == 1


def _field_names(model: type[Model]) -> set[str]:
    return {item.name for item in model._meta.concrete_fields}


# Where a right comes from, in the order in which they are read: a patch is nothing without the leader's grant.
_MEMBER, _OFFICE, _GRANT, _PATCH = range(4)


def _rights_of(user: User, today: date) -> _Rights:
    """Membership, offices, grants and patch of an account on one day, in one query."""
    rights = _Rights()
    first, *others = _sources(user, today)
    rows = sorted(first.union(*others, all=True), key=lambda row: (row[0], row[2] or 0))
    for source, role, organisation_id, path, root_id in rows:
        _add(rights, source, role, organisation_id, path)
        if rights.places:
            rights.root_id = rights.root_id or root_id
    return rights


def _sources(user: User, today: date) -> Iterator[QuerySet]:
    """One query for each source; all give the same five columns."""
    now = Q(from_on__lte=today) & (Q(to_on=None) | Q(to_on__gte=today))
    grants = RoleGrant.objects.filter(now, user=user)
    yield _columns(grants, _GRANT, "role", "organisation", "organisation__root_id")
    patch = PatchAssignment.objects.filter(now, leader=user)
    yield _columns(patch, _PATCH, Value(""), "branch", "root_id")
    if user.member_id:
        people = Member.objects.filter(pk=user.member_id).exclude(status__in=ENDED_STATUSES)
        yield _columns(people, _MEMBER, Value(""), "branch", "root_id")
        offices = Appointment.objects.filter(now, member=user.member_id, post__in=COMMITTEE_POSTS)
        offices = offices.filter(organisation__tier=Tier.BRANCH)
        yield _columns(offices, _OFFICE, "post", "organisation", "root_id")


def _columns(rows: QuerySet, source: int, role: Any, place: str, root: str) -> QuerySet:
    return rows.order_by().values_list(Value(source), role, f"{place}_id", f"{place}__path", root)


def _add(rights: _Rights, source: int, role: str, organisation_id: int | None, path: str | None) -> None:
    if source == _MEMBER and organisation_id is not None and path:
        rights.home = (organisation_id, path)
        rights.add(Role.MEMBER, organisation_id, path)
    elif source == _OFFICE and rights.home and organisation_id is not None and path:
        rights.add(Role.SECRETARY if role in SECRETARY_POSTS else Role.BRANCH_COMMITTEE, organisation_id, path)
    elif source == _GRANT:
        _add_grant(rights, Role(role), organisation_id, path)
    elif source == _PATCH and Role.LEADER in rights.places and organisation_id is not None and path:
        rights.add(Role.LEADER, organisation_id, path)


def _add_grant(rights: _Rights, role: Role, organisation_id: int | None, path: str | None) -> None:
    if role == Role.ADMINISTRATOR and organisation_id is None:
        rights.everywhere = True
        rights.places.setdefault(role, {})
    elif role == Role.LEADER:
        rights.places.setdefault(role, {})  # the branches come from the patch
    elif role in (Role.OFFICER, Role.ADMINISTRATOR) and organisation_id is not None and path:
        rights.add(role, organisation_id, path)
