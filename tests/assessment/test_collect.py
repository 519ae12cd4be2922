"""Facts the register knows: states once per spell and year, counts at month ends."""

from __future__ import annotations

from datetime import date

import pytest

from assessment import collect, ledger, schemes
from assessment.models import Fact
from assessment.spells import Spell, Term, overdue, unpublished, vacancies, without_committee
from branches.models import Appointment, Post
from core.periods import Month
from tests.factories.assessment import branch, committee, group, noon
from tests.factories.branches import AppointmentFactory, MemberFactory

LONG_AGO = date(2015, 7, 1)


def term(**fields) -> Term:
    return Term(
        **{
            "pk": 1,
            "spell": Spell(LONG_AGO),
            "due_on": date(2026, 5, 31),
            "has_committee": True,
            "seats": 3,
            "published_on": LONG_AGO,
            **fields,
        }
    )


def test_term_is_overdue_from_the_day_after_until_the_next_election():
    assert overdue(term()) == Spell(date(2026, 6, 1))
    assert overdue(term(spell=Spell(LONG_AGO, date(2026, 8, 9)))) == Spell(date(2026, 6, 1), date(2026, 8, 9))
    assert overdue(term(spell=Spell(LONG_AGO, date(2026, 5, 20)))) is None


def test_spell_that_crosses_the_new_year_is_dated_its_first_day():
    spell = Spell(date(2025, 6, 1))

    assert spell.first_day_in(2025, date(2025, 12, 31)) == date(2025, 6, 1)
    assert spell.first_day_in(2026, date(2026, 3, 1)) == date(2026, 1, 1)
    assert spell.first_day_in(2025, date(2025, 5, 31)) is None
    assert Spell(date(2025, 6, 1), date(2025, 8, 1)).first_day_in(2026, date(2026, 3, 1)) is None


def test_duties_may_be_published_within_thirty_days():
    elected = Spell(date(2026, 3, 1))

    assert unpublished(term(spell=elected, published_on=date(2026, 3, 20))) is None
    assert unpublished(term(spell=elected, published_on=None)) == Spell(date(2026, 3, 31))
    assert unpublished(term(spell=elected, published_on=None, has_committee=False)) is None


def test_seven_full_members_need_a_committee():
    members = [Spell(LONG_AGO)] * 6 + [Spell(date(2026, 3, 5), date(2026, 4, 1))]

    assert without_committee([], members, date(2026, 6, 1)) == [Spell(date(2026, 3, 5), date(2026, 4, 1))]
    assert without_committee([term()], members, date(2026, 6, 1)) == []


def test_vacancy_counts_beyond_ninety_days_and_by_person():
    secretary = Spell(LONG_AGO)
    seats = [(1, secretary), (2, Spell(LONG_AGO, date(2026, 1, 31))), (3, Spell(LONG_AGO, date(2026, 2, 28)))]

    found = vacancies([term()], [secretary], seats, date(2026, 12, 31))

    assert found == [(1, Spell(date(2026, 5, 2))), (2, Spell(date(2026, 5, 30)))]


def test_vacancy_filled_in_time_is_none():
    seats = [(1, Spell(LONG_AGO, date(2026, 1, 31))), (2, Spell(date(2026, 3, 1)))]

    assert vacancies([], [spell for _, spell in seats], seats, date(2026, 12, 31)) == []


def test_branch_of_which_nothing_is_recorded_is_not_known_to_be_vacant():
    assert vacancies([], [], [], date(2026, 12, 31)) == []


# ---- with the register ----------------------------------------------------------------------------------------------


@pytest.fixture
def of(db):
    schemes.load_default(2026)
    made = branch(committee())
    for post in (Post.SECRETARY, Post.ORGANISATION_MEMBER, Post.DISCIPLINE_MEMBER):
        AppointmentFactory(member=MemberFactory(branch=made, ethnicity="汉族", id_digest=str(post)), post=post)
    return made


def take(of, day: date) -> int:
    return collect.collect(root_id=of.root_id, today=day, now=noon(day))


def told(metric: str) -> list[tuple[date, int]]:
    rows = ledger.live_facts(Fact.objects.filter(metric__code=metric)).order_by("happened_on")
    return [(row.happened_on, row.quantity) for row in rows]


def test_members_groups_and_files_are_counted_at_the_month_end(of):
    group(of)
    MemberFactory(branch=of)

    take(of, date(2026, 4, 1))

    assert told("member.count") == [(date(2026, 3, 31), 4000)]
    assert told("member.fields_complete") == [(date(2026, 3, 31), 3000)]
    assert told("group_meeting.due") == [(date(2026, 3, 31), 1000)]


def test_running_month_is_not_counted_before_its_end(of):
    collect.collect_month(of.root_id, Month(2026, 4), now=noon(date(2026, 4, 20)))

    assert told("member.count") == []


def test_collecting_twice_changes_nothing(of):
    assert take(of, date(2026, 4, 1)) > 0

    assert take(of, date(2026, 4, 2)) == 0


def test_sound_branch_has_no_fault(of):
    take(of, date(2026, 4, 1))

    assert not Fact.objects.filter(metric__code__startswith="org.").exists()


def test_overdue_term_is_told_once_a_year_and_taken_back_when_extended(of):
    of.terms.update(due_on=date(2026, 2, 28))
    take(of, date(2026, 4, 1))
    take(of, date(2026, 6, 1))
    assert told("org.term_overdue") == [(date(2026, 3, 1), 1000)]

    of.terms.update(extended_to_on=date(2026, 8, 31), extension_document="批〔2026〕3号")
    take(of, date(2026, 6, 2))
    assert told("org.term_overdue") == []

    of.terms.update(extended_to_on=None)
    take(of, date(2026, 6, 3))
    assert told("org.term_overdue") == [(date(2026, 3, 1), 1000)]


def test_vacant_post_is_told_after_ninety_days(of):
    Appointment.objects.filter(post=Post.SECRETARY).update(to_on=date(2026, 1, 31))

    take(of, date(2026, 5, 1))
    assert told("org.vacancy_90d") == []

    take(of, date(2026, 5, 2))
    assert told("org.vacancy_90d") == [(date(2026, 5, 2), 1000)]


def test_register_facts_are_confirmed_and_never_late(of):
    take(of, date(2026, 4, 1))

    assert all(fact.state == "confirmed" and not fact.is_late for fact in Fact.objects.all())
