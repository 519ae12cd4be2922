"""The chain of digests: whatever is altered, removed, doubled or swapped in it is found, at the right link."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from signing.rules import (
    BEGINNING,
    Link,
    Place,
    canonical,
    chain_fault,
    link_digest,
    moment,
    next_link,
    paper_digest,
    well_ordered,
)

TEXTS = st.lists(st.text(max_size=30), min_size=1, max_size=8)
PAPER = {"kind": "contract", "source": "contract:1", "revision": 1, "title": "责任书", "body": "正文\n"}
PLACES = (Place(1, "secretary"), Place(2, "officer"))


def chain(texts: list[str]) -> tuple[list[Link], tuple[int, str]]:
    links: list[Link] = []
    for text in texts:
        links.append(next_link(links[-1] if links else None, text))
    return links, (links[-1].number, links[-1].digest) if links else (0, BEGINNING)


@settings(deadline=None)
@given(TEXTS)
def test_an_untouched_chain_is_sound(texts):
    assert chain_fault(*chain(texts)) == ""


def test_no_chain_at_all_is_sound():
    assert chain_fault([], (0, BEGINNING)) == ""


@settings(deadline=None)
@given(TEXTS, st.data())
def test_an_altered_text_is_named(texts, data):
    links, head = chain(texts)
    at = data.draw(st.integers(0, len(links) - 1))
    other = data.draw(st.text(max_size=30))
    assume(other != links[at].text)
    links[at] = replace(links[at], text=other)
    assert chain_fault(links, head) == f"第{at + 1}环的内容被改动"


@settings(deadline=None)
@given(TEXTS, st.data())
def test_an_altered_text_with_its_digest_made_anew_breaks_what_follows(texts, data):
    links, head = chain(texts)
    at = data.draw(st.integers(0, len(links) - 1))
    other = data.draw(st.text(max_size=30))
    assume(other != links[at].text)
    links[at] = replace(links[at], text=other, digest=link_digest(links[at].previous, other))
    last = at == len(links) - 1
    assert chain_fault(links, head) == (f"链尾与第{at + 1}环不符" if last else f"第{at + 2}环与上一环不衔接")


@settings(deadline=None)
@given(TEXTS, st.data())
def test_a_link_that_is_gone_is_named(texts, data):
    links, head = chain(texts)
    at = data.draw(st.integers(0, len(links) - 1))
    del links[at]
    assert chain_fault(links, head) == f"第{at + 1}环缺失"


@settings(deadline=None)
@given(st.lists(st.text(max_size=5), min_size=2, max_size=8, unique=True), st.data())
def test_swapped_links_are_found(texts, data):
    links, head = chain(texts)
    at = data.draw(st.integers(0, len(links) - 2))
    links[at], links[at + 1] = links[at + 1], links[at]
    assert chain_fault(links, head) == f"第{at + 1}环缺失"
    renumbered = [replace(link, number=n) for n, link in enumerate(links, start=1)]
    assert chain_fault(renumbered, head) == f"第{at + 1}环与上一环不衔接"


@settings(deadline=None)
@given(TEXTS, st.text(max_size=10))
def test_a_link_added_behind_the_head_is_found(texts, more):
    links, head = chain(texts)
    links.append(next_link(links[-1], more))
    assert chain_fault(links, head) == f"链尾与第{len(links)}环不符"


@settings(deadline=None)
@given(
    st.sampled_from(["kind", "source", "title", "body"]),
    st.text(min_size=1, max_size=20),
)
def test_every_part_of_a_paper_is_in_its_digest(part, value):
    assume(value != PAPER[part])
    assert paper_digest(**PAPER, places=PLACES) != paper_digest(**{**PAPER, part: value}, places=PLACES)


@pytest.mark.parametrize(
    "places",
    [
        (Place(1, "officer"), Place(2, "secretary")),
        (Place(1, "secretary"),),
        (Place(1, "secretary", 7), Place(2, "officer")),
        (Place(1, "secretary"), Place(2, "leader")),
    ],
)
def test_who_signs_in_what_order_is_in_the_digest(places):
    assert paper_digest(**PAPER, places=places) != paper_digest(**PAPER, places=PLACES)


def test_the_order_in_which_rows_are_read_is_not():
    assert paper_digest(**PAPER, places=PLACES[::-1]) == paper_digest(**PAPER, places=PLACES)
    assert paper_digest(**{**PAPER, "revision": 2}, places=PLACES) != paper_digest(**PAPER, places=PLACES)


@settings(deadline=None)
@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)), st.integers(-12, 12))
def test_a_moment_is_written_alike_wherever_it_is_read(at, hours):
    here = at.replace(tzinfo=timezone(timedelta(hours=8)))
    assert moment(here) == moment(here.astimezone(timezone(timedelta(hours=hours))))


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5) | st.none(), max_size=5))
def test_canonical_writing_knows_no_order(value):
    assert canonical(value) == canonical(dict(reversed(value.items())))


@pytest.mark.parametrize(
    ("places", "is_fine"),
    [
        ([Place(1, "secretary"), Place(2, "officer")], True),
        ([Place(1, "secretary", 5), Place(2, "officer", 6)], True),
        ([Place(2, "secretary")], False),
        ([Place(1, "secretary"), Place(1, "officer")], False),
        ([Place(1, "secretary", 5), Place(2, "officer", 5)], False),
    ],
)
def test_places_are_numbered_and_people_distinct(places, is_fine):
    assert well_ordered(places) is is_fine
