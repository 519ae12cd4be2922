"""Logging a record: choose type and day, fill the form, save or send."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from activities.forms import parts
from activities.forms.record import RecordForm
from activities.models import Activity, ActivityState, ActivityType, RecordShape, VoteCase
from activities.selectors import records as selectors
from activities.selectors.due import due_among
from activities.services.drafting import save_draft
from activities.services.inputs import AttendanceMark
from activities.services.submitting import submit_activity
from activities.views.outcome import remember_outcome, settle
from branches.models import Organisation, Tier
from branches.permissions import can
from branches.selectors import expected_people, groups_on
from core import drafts, submits, uploads
from core.errors import Conflict, InvalidInput
from core.forms import TOKEN_NAME
from core.http import whole
from core.models import SubmittedForm
from core.periods import today as today_of


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Choose the type (first visit), then the form, filled in from the last record of the type."""
    data = request.POST if request.method == "POST" else request.GET
    organisers = selectors.organisers(request.viewer)
    if not organisers or not can(request.viewer, "activity.log"):
        raise PermissionDenied
    kind = ActivityType.objects.filter(code=data.get("kind", ""), is_active=True).first()
    branch = _branch(organisers, data.get("branch", ""), request)
    if kind is None or branch is None:
        return _choose(request, organisers, branch)
    if request.method == "POST":
        return _posted(request, kind, branch, None)
    form = _form(request, kind, branch, initial=_prefill(request, kind, branch))
    draft = selectors.own_draft(request.viewer, branch, kind, form.initial["held_on"])
    return _page(request, form, None, own_draft=draft)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, activity_id: int) -> HttpResponse:
    """Go on with a draft, or mend a returned record."""
    activity = selectors.record(request.viewer, activity_id)
    if not can(request.viewer, "activity.log", activity.branch):
        raise PermissionDenied
    if request.method == "POST":
        return _posted(request, activity.kind, activity.branch, activity)
    if activity.state not in ActivityState.editable():
        raise Conflict(
            f"这条记录现在是“{activity.get_state_display()}”，不能修改。", remedy="待审的可先撤回；已审核的请补充说明。"
        )
    return _page(request, _form(request, activity.kind, activity.branch, initial=_kept(activity)), activity)


@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """The roll call for another day or group, for htmx; what was chosen stays."""
    organisers = selectors.organisers(request.viewer)
    kind = ActivityType.objects.filter(code=request.GET.get("kind", "")).first()
    branch = _branch(organisers, request.GET.get("branch", ""), request)
    if kind is None or branch is None:
        raise Http404
    form = _form(request, kind, branch, data=request.GET)
    return render(request, "activities/_people.html", _roll_call(request, form, parts.marks_posted(request.GET)))


def _choose(request: HttpRequest, organisers: list[Organisation], branch: Organisation | None) -> HttpResponse:
    kinds = ActivityType.objects.filter(is_active=True)
    context = {
        "gatherings": [kind for kind in kinds if kind.shape == RecordShape.GATHERING],
        "others": [kind for kind in kinds if kind.shape != RecordShape.GATHERING],
        "organisers": organisers,
        "branch": branch,
        "day": request.GET.get("held_on") or f"{request.viewer.today:%Y-%m-%d}",
    }
    return render(request, "activities/record_choose.html", context)


def _branch(organisers: list[Organisation], asked: str, request: HttpRequest) -> Organisation | None:
    """The organiser asked for if the person may log for it; else their own, or the only one."""
    if asked:
        found = next((branch for branch in organisers if str(branch.pk) == asked), None)
        if found is None:
            raise Http404
        return found
    home = next((branch for branch in organisers if branch.pk == request.viewer.home_branch_id), None)
    return home or (organisers[0] if len(organisers) == 1 else None)


def _form(request: HttpRequest, kind: ActivityType, branch: Organisation, **kwargs: Any) -> RecordForm:
    day = request.viewer.today
    is_branch = branch.tier == Tier.BRANCH
    return RecordForm(
        kind=kind,
        branch=branch,
        groups=groups_on([branch.pk], day)[branch.pk] if is_branch and kind.attendees == "group" else [],
        beside=list(selectors.branches_beside(branch)) if kind.shape == RecordShape.GATHERING else [],
        **kwargs,
    )


def _prefill(request: HttpRequest, kind: ActivityType, branch: Organisation) -> dict[str, Any]:
    """Day and title, and time, place, host and recorder of the last record of the type."""
    day = _day(request.GET.get("held_on", ""), request.viewer.today)
    group_id = whole(request.GET.get("group", ""))
    initial: dict[str, Any] = {"held_on": day, "title": _named(kind, day), "group": group_id}
    initial["for_year"] = day.year
    last = selectors.last_of_kind(request.viewer, branch, kind, group_id) if kind.shape == "gathering" else None
    if last:
        names = ("starts_at", "ends_at", "place", "host", "recorder")
        initial |= {name: getattr(last, name) for name in names}
        initial["group"] = group_id or last.group_id
    initial["tags"] = [tag for tag in request.GET.getlist("tag") if tag in kind.tags]
    return initial


def _named(kind: ActivityType, day: date) -> str:
    """What a record is usually called: 11月主题党日, 2026年组织生活会, 2026年度计划."""
    if not kind.has_for_year:
        return f"{day.month}月{kind.name}"
    return f"{day.year}{'' if kind.name.startswith('年') else '年'}{kind.name}"


def _day(text: str, fallback: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return fallback


def _kept(activity: Activity) -> dict[str, Any]:
    """What a record holds, as the form's initial values."""
    names = ("held_on", "starts_at", "ends_at", "title", "place", "host", "recorder", "for_year")
    initial: dict[str, Any] = {name: getattr(activity, name) for name in names}
    initial |= {"group": activity.group_id, "tags": [tag.tag for tag in activity.tags.all()]}
    initial["invited"] = activity.invited
    text = activity.text
    initial |= {name: getattr(text, name) for name in parts.TEXTS}
    return initial | {f"extra_{n}": text.extra.get(label, "") for n, label in enumerate(activity.kind.extras)}


def _page(
    request: HttpRequest,
    form: RecordForm,
    activity: Activity | None,
    *,
    status: int = 200,
    conflict: Activity | None = None,
    own_draft: Activity | None = None,
) -> HttpResponse:
    posted = request.method == "POST"
    marks = parts.marks_posted(request.POST) if posted else _marks_kept(activity)
    context = {
        "form": form,
        "kind": form.kind,
        "branch": form.branch,
        "activity": activity,
        "conflict": conflict,
        "own_draft": own_draft,
        "differences": _differences(form, conflict) if conflict else [],
        "version": request.POST.get("version", "") if conflict else (activity.version if activity else ""),
        "draft_key": _draft_key(form, activity),
        "cases": VoteCase.choices,
        "may_submit": can(request.viewer, "activity.submit", form.branch),
        "files": list(activity.files.all()) if activity else [],
        **_roll_call(request, form, marks),
        **_rows(request, form, activity),
    }
    return render(request, "activities/record_form.html", context, status=status)


def _differences(form: RecordForm, theirs: Activity) -> list[tuple[str, str, str]]:
    """Field by field what was typed here and what stands now, where the two differ."""
    kept = _kept(theirs)
    rows = []
    for name, field in form.fields.items():
        if name not in kept or isinstance(kept[name], list):
            continue
        mine = form[name].value() or ""
        now = field.widget.format_value(kept[name]) or ""
        now = "、".join(now) if isinstance(now, list) else now  # a select knows its value as a list
        if str(mine).split() != str(now).split():
            rows.append((str(field.label), str(mine), str(now)))
    return rows


def _marks_kept(activity: Activity | None) -> dict[int, AttendanceMark]:
    shares = activity.participations.all() if activity else ()
    return parts.marks_kept(next((share for share in shares if share.is_organiser), None))


def _draft_key(form: RecordForm, activity: Activity | None) -> str:
    """Under which name the browser keeps what is typed and not yet saved."""
    return f"activity-{activity.pk}" if activity else f"activity-new-{form.kind.code}-{form.branch.pk}"


def _roll_call(request: HttpRequest, form: RecordForm, marks: dict[int, AttendanceMark]) -> dict[str, Any]:
    """The grid of who is due, and everyone of the branch for the choices of names."""
    is_branch = form.branch.tier == Tier.BRANCH
    everyone = expected_people(form.branch, form.day(request.viewer.today)) if is_branch else []
    has_roll = is_branch and form.kind.shape == RecordShape.GATHERING
    due = due_among(everyone, form.kind, form.group_id()) if has_roll else []
    return {
        "form": form,
        "kind": form.kind,
        "branch": form.branch,
        "everyone": everyone,
        "has_roll": has_roll,
        "tiles": parts.tiles_of(due, marks),
    }


def _rows(request: HttpRequest, form: RecordForm, activity: Activity | None) -> dict[str, Any]:
    """Vote and talk lines as typed or kept."""
    context: dict[str, Any] = {}
    if form.kind.has_votes:
        rows = parts.vote_rows_posted(request.POST) if request.method == "POST" else []
        rows = rows or (parts.vote_rows_kept(activity) if activity else [])
        context["vote_rows"] = parts.with_spares(rows, parts.VoteRow, 2)
    if form.kind.shape == RecordShape.TALK:
        rows = parts.talk_rows_posted(request.POST) if request.method == "POST" else []
        rows = rows or (parts.talk_rows_kept(activity) if activity else [])
        context["talk_rows"] = parts.with_spares(rows, parts.TalkRow, 6)
    return context


def _posted(request: HttpRequest, kind: ActivityType, branch: Organisation, activity: Activity | None) -> HttpResponse:
    """Save, and send if asked; on any fault the form comes back with everything typed, kept as a draft."""
    token = request.POST.get(TOKEN_NAME, "")
    if done := SubmittedForm.objects.filter(owner=request.user, token=token[:100]).exclude(result_url="").first():
        return redirect(done.result_url)
    form = _form(request, kind, branch, data=request.POST, files=request.FILES)
    if request.POST.get("action") == "refresh":
        return _page(request, form, activity)
    form.is_valid()
    now = timezone.now()
    attachments = _accepted(request, form, branch)
    try:
        return _save(request, form, activity, token, attachments, now)
    except InvalidInput as error:
        form.refused_step = "报送" if request.POST.get("action") != "draft" else "保存"
        activity = _keep(request, form, activity, token, attachments, now)
        form.add_faults(error.fields or {"": [f"{error.message}{error.remedy}"]})
        return _page(request, form, activity)
    except Conflict as error:
        form.add_error(None, f"{error.message}{error.remedy}")
        theirs = selectors.record(request.viewer, activity.pk) if activity else None
        return _page(request, form, activity, status=error.status, conflict=theirs)


def _save(
    request: HttpRequest, form: RecordForm, activity: Activity | None, token: str, attachments: list[int], now: datetime
) -> HttpResponse:
    """One transaction that happens once per token: the draft, and its sending if asked for and without fault."""
    if form.errors:
        raise InvalidInput("有几处要改。", fields={})
    is_sending = request.POST.get("action") != "draft"
    if is_sending and form.branch.tier == Tier.BRANCH:
        settle(form.branch.pk, now=now)
    saved = None
    with submits.once(token, request.user) as submit:
        if not submit.replayed:
            saved = _draft(request, form, activity, token, attachments, now)
            if is_sending:
                saved = submit_activity(actor=request.viewer, activity_id=saved.pk, now=now)
            submit.result_url = reverse("activities:detail", args=[saved.pk])
    drafts.drop(request.user, _draft_key(form, activity))
    if is_sending and saved is not None:
        remember_outcome(request, saved, now=now)
    return redirect(submit.result_url)


def _draft(
    request: HttpRequest, form: RecordForm, activity: Activity | None, token: str, attachments: list[int], now: datetime
) -> Activity:
    return save_draft(
        actor=request.viewer,
        record=parts.record_input(form, request.POST, day=today_of(now), attachment_ids=attachments),
        now=now,
        activity_id=activity.pk if activity else None,
        version=whole(request.POST.get("version", "")) if activity else None,
        form_token=token,
    )


def _keep(
    request: HttpRequest, form: RecordForm, activity: Activity | None, token: str, attachments: list[int], now: datetime
) -> Activity | None:
    """After a fault: keep everything, files too, as a draft; where even that cannot be, the page itself keeps it."""
    try:
        with transaction.atomic():
            kept = _draft(request, form, activity, token, attachments, now)
    except (InvalidInput, Conflict):
        return activity
    form.kept_words = "已存为草稿" if kept.first_submitted_at is None else "填的内容已保存"
    return selectors.record(request.viewer, kept.pk)


def _accepted(request: HttpRequest, form: RecordForm, branch: Organisation) -> list[int]:
    """The ids of the files that can be taken; each other is named at its field."""
    ids = []
    for upload in request.FILES.getlist("files"):
        try:
            attachment = uploads.accept(upload, actor=request.viewer, root_id=branch.root_id or branch.pk)
            ids.append(attachment.pk)
        except InvalidInput as error:
            form.add_error("files", f"{error.message}{error.remedy}")
    return ids
