"""The simulator against the engine: an unchanged copy changes nothing, a changed one is what the rollup would write."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings

from assessment import closing, collect, rollup, schemes
from assessment.canonical import shown_hundredths
from assessment.drafts.copying import copy_scheme
from assessment.marks import give_mark
from assessment.models import ClosedScore, ExtraScore, Rule, RuleScore, RuleTier, Scheme
from assessment.selectors.figures import Figures
from assessment.selectors.frame import frame_of
from assessment.simulate import simulate, years
from branches.permissions import SYSTEM, Viewer
from core.errors import Conflict
from core.periods import Month
from tests.assessment.worlds import Made, make, worlds
from tests.factories.assessment import after, branch, committee, noon, tell

pytestmark = pytest.mark.django_db
YEAR = 2026
DECEMBER = Month(YEAR, 12)
LATER = noon(date(YEAR + 1, 2, 1))
DRAWN = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture
def place():
    """A committee with three branches: all meetings, half of them, none."""
    root = committee()
    schemes.load_default(YEAR, root)
    rows = [branch(root) for _ in range(3)]
    tell(rows[0], "theme_day.held", *(date(YEAR, n, 9) for n in range(1, 13)))
    tell(rows[1], "theme_day.held", *(date(YEAR, n, 9) for n in range(1, 7)))
    for row in rows:
        tell(row, "annual_plan.sent", date(YEAR, 1, 20))
    rollup.run(root_id=root.pk, month=DECEMBER, now=LATER)
    return root, rows


def copied(root, year=YEAR):
    source = Scheme.objects.get(root=root, status="published")
    return copy_scheme(actor=SYSTEM, source_id=source.pk, root=root, year=year, now=LATER)


def run(root, draft, year=YEAR, now=LATER):
    return simulate(SYSTEM, root_id=root.pk, year=year, draft=draft, now=now)


def new_scores(found):
    return {move.pk: move.new.score for move in found.result.moves}


@DRAWN
@given(worlds())
def test_copy_published_unchanged_simulates_to_identical_scores(db, world):
    made = make(world)
    now = noon(world.today)
    rollup.run(root_id=made.root.pk, month=world.month, now=now)
    draft = copy_scheme(actor=SYSTEM, source_id=made.scheme.pk, root=made.root, year=YEAR, now=LATER)
    if world.month not in [Month.from_key(key) for key in _months(made)]:
        return
    found = run(made.root, draft, now=now)

    for move in found.result.moves:
        assert (move.old.score, move.old.base, move.old.items) == (move.new.score, move.new.base, move.new.items)
    stored = _stored(made, world.month)
    assert {move.pk: move.old.score for move in found.result.moves} == stored


def _months(made):
    return RuleScore.objects.filter(root=made.root).values_list("month", flat=True).distinct()


def _stored(made, month):
    """Scores from the tables, as the pages add them up."""
    frame = frame_of(made.scheme)
    rules: dict[int, dict] = {}
    rows = RuleScore.objects.filter(root=made.root, month=month.key)
    for row in rows:
        triple = (row.earned_confirmed, row.available_confirmed, row.ceiling_confirmed)
        rules.setdefault(row.branch_id, {})[row.rule_id] = triple
    extras: dict[int, dict] = {}
    for row in ExtraScore.objects.filter(root=made.root, month=month.key):
        extras.setdefault(row.branch_id, {})[row.extra_id] = row.points_confirmed
    return {pk: Figures(frame, found, extras.get(pk, {})).score for pk, found in rules.items()}


def test_changed_draft_gives_what_the_rollup_would_write(place):
    root, rows = place
    draft = copied(root)
    Rule.objects.filter(scheme=draft, code="D4.1").update(points=2_000_000, per_months=3)
    Rule.objects.filter(scheme=draft, code="D4.2").update(points=6_000_000)
    RuleTier.objects.filter(rule__scheme=draft, rule__code="D4.2", score=2_000_000).update(score=6_000_000)

    found = run(root, draft)
    assert RuleScore.objects.filter(rule__scheme=draft).count() == 0
    schemes.publish(draft, now=LATER)
    rollup.run(root_id=root.pk, month=DECEMBER, now=LATER, thorough=True)

    made = Made(root, rows, Scheme.objects.get(pk=draft.pk))
    assert new_scores(found) == _stored(made, DECEMBER)


def test_move_is_explained_by_the_items_that_changed(place):
    root, rows = place
    draft = copied(root)
    Rule.objects.filter(scheme=draft, code="D4.1").update(per_months=12)

    move = next(one for one in run(root, draft).result.moves if one.pk == rows[1].pk)

    assert [one.code for one in move.reasons] == ["D4"]
    assert move.reasons[0].change == move.change


def test_draft_for_next_year_is_replayed_with_its_deadlines_in_the_past_year(place):
    root, _ = place

    found = run(root, copied(root, YEAR + 1))

    assert found.result.moved == 0
    assert all(move.new.rules["B1.1"].earned == 1_500_000 for move in found.result.moves)


def test_dead_and_unreached_and_never_due_are_told(place):
    root, _ = place

    result = run(root, copied(root)).result

    assert "B1.1" in {one.code for one in result.dead_rules if one.is_full}
    assert "A1" in {one.code for one in result.dead_items if one.is_full}
    assert "C3.1" in {one.code for one in result.unreached}
    assert {"C1.3", "F1.2"} <= set(result.never_due)


def test_closed_year_stands_on_the_facts_as_they_were_frozen(place):
    root, rows = place
    frozen_at = after(DECEMBER)
    closing.close_month(actor=SYSTEM, root_id=root.pk, month=DECEMBER, now=frozen_at)
    before = dict(ClosedScore.objects.values_list("branch_id", "shown_confirmed"))
    tell(rows[2], "theme_day.held", date(YEAR, 3, 9))

    found = run(root, copied(root, YEAR + 1))

    assert found.is_closed
    assert {move.pk: shown_hundredths(move.old.score) for move in found.result.moves} == before
    assert found.result.moved == 0


def test_pending_facts_do_not_count(place):
    root, rows = place
    draft = copied(root)
    before = new_scores(run(root, draft))
    tell(rows[2], "theme_day.held", date(YEAR, 5, 9), confirmed=False)

    assert new_scores(run(root, draft)) == before


def test_marks_of_the_year_count_by_their_rule(place):
    root, rows = place
    give_mark(
        actor=SYSTEM, branch_id=rows[0].pk, rule_code="F2.2", year=YEAR, level="good", now=noon(date(YEAR, 12, 5))
    )
    rollup.run(root_id=root.pk, month=DECEMBER, now=LATER)

    found = run(root, copied(root))

    move = next(one for one in found.result.moves if one.pk == rows[0].pk)
    assert move.new.rules["F2.2"].earned == 2_000_000
    assert move.new.score == move.old.score


def test_simulation_writes_nothing(place, django_assert_max_num_queries):
    root, _ = place
    draft = copied(root)

    with django_assert_max_num_queries(40) as queries:
        run(root, draft)
    assert not [
        row["sql"]
        for row in queries.captured_queries
        if not row["sql"].startswith(("SELECT", "DECLARE", "FETCH", "CLOSE"))
    ]


def test_more_branches_ask_no_more_queries(place, django_assert_max_num_queries):
    root, _ = place
    draft = copied(root)
    with django_assert_max_num_queries(40) as few:
        run(root, draft)
    for _ in range(4):
        tell(branch(root), "theme_day.held", date(YEAR, 5, 9))
    rollup.run(root_id=root.pk, month=DECEMBER, now=LATER)
    with django_assert_max_num_queries(40) as many:
        found = run(root, draft)
    assert len(found.result.moves) == 7
    assert len(many) == len(few)


def test_year_without_scores_cannot_be_replayed(place):
    root, _ = place

    assert years(root.pk) == [YEAR]
    with pytest.raises(Conflict):
        run(root, copied(root), year=2020)


def test_scheme_of_members_is_not_simulated_here(place):
    root, _ = place
    draft = copied(root)
    draft.subject = "member"

    with pytest.raises(Conflict, match="党员得分"):
        run(root, draft)


def test_page_and_workbook_show_the_replay_and_a_year_that_was_not(client_as, cast):
    source = schemes.load_default(2026)
    actor = Viewer.of(cast.officer, date(2026, 11, 21))
    draft = copy_scheme(actor=actor, source_id=source.pk, root=cast.root, year=2026, now=noon(date(2026, 11, 21)))
    client = client_as("officer")
    url = f"/schemes/{draft.pk}/simulate/"
    assert "还没有可以回放的年度" in client.get(url).content.decode()

    collect.collect_month(cast.root.pk, Month(2026, 9), now=noon(date(2026, 10, 9)))
    rollup.run(root_id=cast.root.pk, month=Month(2026, 9), now=noon(date(2026, 10, 9)))
    page = client.get(url).content.decode()

    assert "公路党支部" in page
    assert "外系统党支部" not in page
    answer = client.get(f"{url}export/?year=2026")
    assert b"".join(answer.streaming_content)[:2] == b"PK"
    assert client.get(f"{url}export/?year=²").status_code in (200, 404)
