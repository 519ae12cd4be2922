"""The audit trail: in the transaction of the change, what differs only, personal numbers masked."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction

from core import audit
from core.models import AuditEntry
from tests.factories.branches import MemberFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_entry_says_who_did_what_to_what() -> None:
    member, user = MemberFactory(), UserFactory(display_name="王书记")
    entry = audit.record(
        actor=user,
        action="member.edit",
        target=member,
        before={"name": "甲", "sex": "male"},
        after={"name": "乙", "sex": "male"},
    )

    assert (entry.actor, entry.actor_name, entry.action) == (user, "王书记", "member.edit")
    assert (entry.target_type, entry.target_id) == ("branches.member", str(member.pk))
    assert (entry.root_id, entry.branch_id) == (member.root_id, member.branch_id)
    assert entry.changes == {"name": ["甲", "乙"]}


def test_system_and_viewer_are_actors_too() -> None:
    class Viewer:
        user = UserFactory()

    assert audit.record(actor=None, action="a", target=MemberFactory()).actor_name == "系统"
    assert audit.record(actor=Viewer(), action="a", target=MemberFactory()).actor == Viewer.user


def test_personal_numbers_and_secrets_are_not_kept() -> None:
    before = {
        "id_number": "371002199001011234",
        "phone": "13812345678",
        "password": "a",
        "nested": {"phone": "13812345678"},
    }
    entry = audit.record(actor=None, action="a", target=MemberFactory(), before=before, after={})

    assert entry.changes == {
        "id_number": ["371***********1234", None],
        "phone": ["138****5678", None],
        "password": ["***", None],
        "nested": [{"phone": "138****5678"}, None],
    }


def test_values_are_kept_as_exact_text() -> None:
    assert audit.changed({}, {"on": date(2026, 8, 1), "n": Decimal("0.10"), "ids": {3}}) == {
        "on": [None, "2026-08-01"],
        "n": [None, "0.10"],
        "ids": [None, [3]],
    }


def test_snapshot_takes_foreign_keys_by_id() -> None:
    member = MemberFactory()

    assert audit.snapshot(member, ["name", "branch"]) == {"name": member.name, "branch": member.branch_id}


def test_rollback_leaves_neither_change_nor_entry() -> None:
    member = MemberFactory(name="甲")
    with pytest.raises(RuntimeError), transaction.atomic():
        member.name = "乙"
        member.save()
        audit.record(actor=None, action="member.edit", target=member)
        raise RuntimeError

    member.refresh_from_db()
    assert (member.name, AuditEntry.objects.count()) == ("甲", 0)


def test_entries_are_append_only() -> None:
    entry = audit.record(actor=None, action="a", target=MemberFactory())

    for change in (
        entry.save,
        entry.delete,
        AuditEntry.objects.all().delete,
        lambda: AuditEntry.objects.update(action="b"),
    ):
        with pytest.raises(TypeError):
            change()
