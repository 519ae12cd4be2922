"""No template, script or sheet breaks the page's security policy, names an absent icon or reaches out of the site."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
STATIC = settings.BASE_DIR / "static"
SCRIPTS = sorted(STATIC.rglob("*.js"))
FORBIDDEN = {
    "inline style": re.compile(r"""\sstyle\s*=|<style[\s>]""", re.I),
    "inline handler": re.compile(r"""\son[a-z]+\s*=\s*["']""", re.I),
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>", re.I),
    "htmx code": re.compile(r"hx-on|hx-vals\s*=\s*[\"']js:", re.I),
    "foreign address": re.compile(r"""(?:src|href|action)\s*=\s*["'](?:https?:)?//""", re.I),
    "javascript address": re.compile(r"javascript:", re.I),
}


def name_of(path: Path) -> str:
    return str(path.relative_to(settings.BASE_DIR))


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_template_keeps_to_the_policy(path):
    text = path.read_text(encoding="utf-8")
    assert [what for what, pattern in FORBIDDEN.items() if pattern.search(text)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_template_names_only_icons_that_are_drawn(path):
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text(encoding="utf-8")))
    named = set(re.findall(r"""\{%\s*icon\s+["']([\w-]+)["']""", path.read_text(encoding="utf-8")))
    assert named - drawn == set()


@pytest.mark.parametrize("path", SCRIPTS, ids=name_of)
def test_script_needs_no_new_browser(path):
    """ES2018: no optional chaining, no `??`, no class fields, no code from text."""
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.S)
    assert not re.search(r"\?\.[A-Za-z_(\[]|\?\?|\beval\(|new Function|innerHTML\s*=|\.replaceAll\(", text)


def test_every_state_has_an_icon_that_is_drawn():
    from core.templatetags.ui import STATES
    from portal.navigation import ENTRIES

    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text(encoding="utf-8")))
    assert {icon for _, icon, _ in STATES.values()} | {entry.icon for entry in ENTRIES} <= drawn
