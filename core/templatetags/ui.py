"""Filters and tags of every template: icons, figures, months, states, the menu, form tokens."""

from __future__ import annotations

import secrets
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django import template
from django.http import HttpRequest, QueryDict
from django.templatetags.static import static
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString

from core.periods import Month

register = template.Library()

DASH = "—"
HEAT_FLOORS = tuple((Fraction(floor, 100), step) for floor, step in ((97, 5), (90, 4), (80, 3), (65, 2)))

# Code of a state → (tone, icon, word). Tones are the classes `status-<tone>` of components.css.
STATES: dict[str, tuple[str, str, str]] = {
    "on_time": ("green", "check", "按时"),
    "late": ("yellow", "clock", "补报"),
    "overdue": ("red", "alert", "逾期"),
    "missing": ("red", "alert", "未开"),
    "not_due": ("grey", "minus", "未到期"),
    "not_applicable": ("grey", "minus", "不适用"),
    "pending": ("blue", "hourglass", "待审"),
    "draft": ("grey", "edit", "草稿"),
    "submitted": ("blue", "hourglass", "待审"),
    "returned": ("red", "return", "已退回"),
    "approved": ("green", "check", "已审核"),
    "withdrawn": ("grey", "x", "已作废"),
    "false": ("red", "alert", "失实"),
    "invited": ("blue", "hourglass", "待确认"),
    "confirmed": ("green", "check", "已确认"),
    "provisional": ("blue", "hourglass", "含待审"),
    "declined": ("grey", "x", "不参加"),
    "sent": ("blue", "send", "已报送"),
    "reviewed": ("green", "check", "已审核"),
    "open": ("grey", "unlock", "未封存"),
    "closed": ("green", "lock", "已封存"),
    "reopened": ("yellow", "unlock", "已重开"),
    "restated": ("yellow", "history", "已更正"),
    "published": ("green", "check", "已发布"),
    "proposed": ("blue", "hourglass", "待复核"),
    "settled": ("green", "check", "已核定"),
    "done": ("green", "check", "已完成"),
    "due": ("blue", "calendar", "待办"),
    "lacking": ("red", "alert", "缺"),
    "reached": ("green", "check", "已达标"),
    "started": ("blue", "hourglass", "进行中"),
    "running": ("blue", "hourglass", "进行中"),
    "waiting": ("grey", "hourglass", "等待中"),
    "failed": ("red", "alert", "失败"),
    "active": ("green", "check", "启用"),
    "disabled": ("grey", "x", "停用"),
    "created": ("green", "plus", "新增"),
    "changed": ("yellow", "edit", "更改"),
    "unchanged": ("grey", "minus", "不变"),
    "refused": ("red", "alert", "不接收"),
    "excluded": ("grey", "minus", "不计入应到"),
}


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """One drawing of static/icons.svg; `label` is read aloud where the icon stands alone."""
    href = f"{static('icons.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><title>{}</title><use href="{}"/></svg>', label, label, href
        )
    return format_html('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}"/></svg>', href)


@register.filter
def score(value: Fraction | Decimal | float | str | None) -> str:
    """Points with two places, rounded half up and exactly; a dash for what does not apply."""
    if value is None or value == "":
        return DASH
    hundredths = int(abs(_exact(value)) * 200 + 1) // 2
    sign = "-" if _exact(value) < 0 and hundredths else ""
    return f"{sign}{hundredths // 100}.{hundredths % 100:02d}"


def _exact(value: Fraction | Decimal | float | str) -> Fraction:
    """The number as written: a float is taken by its digits, not by its binary neighbour."""
    return value if isinstance(value, Fraction) else Fraction(str(value))


@register.filter
def signed_score(value: Fraction | Decimal | float | str | None) -> str:
    """A change of points: +0.50, −0.30 or 0.00."""
    text = score(value)
    if text == DASH or not Decimal(text):
        return text
    return f"−{text[1:]}" if text.startswith("-") else f"+{text}"


@register.filter
def millionths(value: int | None) -> str:
    """Points stored as integer millionths, with two places."""
    return score(None if value is None else Fraction(value, 1_000_000))


@register.filter
def thousandths(value: int | None) -> str:
    """A quantity stored as integer thousandths, without needless zeros: 3, 1.5."""
    return DASH if value is None else f"{(Decimal(value) / 1000).normalize():f}"


@register.filter
def percent(value: Fraction | Decimal | float | None) -> str:
    """A share between 0 and 1 as 88.3%."""
    if value is None:
        return DASH
    tenths = int(_exact(value) * 2000 + 1) // 2
    return f"{tenths // 10}.{tenths % 10}%"


@register.filter
def month_label(value: Month | int | date | str | None) -> str:
    """A Month, its key 202608, a date or 2026-08 as 2026年8月."""
    if not value:
        return DASH
    if isinstance(value, Month):
        return value.label
    if isinstance(value, int):
        return Month.from_key(value).label
    return (Month.of(value) if isinstance(value, date) else Month.parse(value)).label


@register.filter
def day_label(value: date | None) -> str:
    """A date within the year at hand: 8月5日."""
    return f"{value.month}月{value.day}日" if value else DASH


@register.filter
def heat(share: Fraction | Decimal | float | None) -> str:
    """The class of a heat cell for a share of the points: ≥97%, ≥90%, ≥80%, ≥65%, below, none."""
    if share is None:
        return "heat-na"
    exact = _exact(share)
    return f"heat-{next((step for floor, step in HEAT_FLOORS if exact >= floor), 1)}"


@register.inclusion_tag("components/_status.html")
def status_badge(state: str | None, label: str = "") -> dict[str, str]:
    """A state as colour, icon and word; `label` replaces the usual word."""
    return {"state": _key(state), "label": label}


def _key(state: str | None) -> str:
    return str(getattr(state, "value", state) or "").lower()


def badge_of(state: str | None) -> tuple[str, str, str]:
    """Tone, icon and word of a state; an unknown one is grey with its own name."""
    key = _key(state)
    return STATES.get(key, ("grey", "minus", key or DASH))


@register.filter
def state_tone(state: str | None) -> str:
    return badge_of(state)[0]


@register.filter
def state_icon(state: str | None) -> str:
    return badge_of(state)[1]


@register.filter
def state_word(state: str | None) -> str:
    return badge_of(state)[2]


@register.simple_tag(takes_context=True)
def query_string(context: template.Context, **changes: Any) -> str:
    """The query of this page with some parameters changed; None or "" takes one out."""
    request: HttpRequest | None = context.get("request")
    query = request.GET.copy() if request else QueryDict(mutable=True)
    for name, value in changes.items():
        if value in (None, ""):
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def form_token(context: template.Context, form: str = "") -> SafeString:
    """The hidden token that makes a second sending return the first result; kept when a form comes back."""
    request: HttpRequest = context["request"]
    token = request.POST.get("_token") or _new_token(request, form or request.path)
    return format_html('<input type="hidden" name="_token" value="{}">', token)


def _new_token(request: HttpRequest, form: str) -> str:
    try:
        from core.forms import new_token
    except ImportError:
        return secrets.token_urlsafe(24)
    return new_token(request.user, form)


@register.inclusion_tag("components/_nav.html", takes_context=True)
def nav(context: template.Context) -> dict[str, Any]:
    """The menu of the person signed in (portal.navigation)."""
    return {"groups": context.get("navigation") or []}


@register.filter
def error_id(field: Any) -> str:
    """The id Django names in aria-describedby for a field's error."""
    return f"{field.auto_id}_error"


@register.filter
def widget_kind(field: Any) -> str:
    """select, checkbox, radio, file, textarea or input: what `_field.html` lays out differently."""
    kinds = {
        "Select": "select",
        "NullBooleanSelect": "select",
        "SelectMultiple": "select",
        "CheckboxInput": "checkbox",
        "RadioSelect": "choices",
        "CheckboxSelectMultiple": "choices",
        "ClearableFileInput": "file",
        "FileInput": "file",
        "Textarea": "textarea",
    }
    names = (one.__name__ for one in type(field.field.widget).__mro__)  # a widget of our own is what it was made from
    return next((kinds[name] for name in names if name in kinds), "input")


@register.simple_tag
def field_input(field: Any) -> SafeString:
    """The control of a bound field with the classes of the kit, red where it has an error."""
    classes = {"select": "form-select", "checkbox": "form-check-input", "choices": "choices"}
    names = [classes.get(widget_kind(field), "form-control"), field.field.widget.attrs.get("class", "")]
    if field.errors:
        names.append("is-invalid")
    return field.as_widget(attrs={"class": " ".join(filter(None, names))})


@register.simple_tag
def chart_option(option: dict[str, Any], chart_id: str) -> SafeString:
    """The ECharts option of one chart as inert JSON beside it (read by static/js/charts.js)."""
    return json_script(option, f"{chart_id}-option")
