"""`manage.py found`: an installation's first two rows, which no page can make: the committee and its administrator."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from assessment import schemes
from assessment.members import schemes as member_schemes
from branches.models import Organisation
from branches.models.organisation import Tier
from branches.permissions import SYSTEM
from branches.rules import Role
from branches.services.accounts import create_account
from branches.services.grants import grant_role
from branches.services.organisations import create_organisation
from core.errors import PortalError
from core.periods import today


class Command(BaseCommand):
    help = "Found the committee and open its administrator's account; the one-time password is printed once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--name", required=True, help="the committee's full name, e.g. 中共某市某局机关委员会")
        parser.add_argument("--short", default="", help="its short name, e.g. 某局机关党委")
        parser.add_argument("--founded", required=True, type=date.fromisoformat, help="its day, e.g. 2001-07-01")
        parser.add_argument("--administrator", default="guanli", help="the account's user name")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            password = found(options, today(timezone.now()))
        except PortalError as error:
            raise CommandError(f"{error.message}{error.remedy}") from error
        self.stdout.write(f"已建立“{options['name']}”。管理员账号 {options['administrator']}，一次性密码 {password}")
        self.stdout.write("请立即登录并修改密码，然后为机关党委工作人员开设账号。")


@transaction.atomic
def found(options: dict[str, Any], on: date) -> str:
    """The committee, the account and its role, all or none; returns the one-time password.

    The year's default scheme comes with it, so that no page of the menu is without one on the first day.
    """
    if Organisation.objects.filter(tier=Tier.COMMITTEE, name=options["name"]).exists():
        raise CommandError(f"“{options['name']}”已经建立。")
    committee = create_organisation(
        actor=SYSTEM,
        parent=None,
        tier=Tier.COMMITTEE,
        name=options["name"],
        short_name=options["short"],
        founded_on=options["founded"],
    )
    schemes.load_default(on.year)
    member_schemes.load_default(on.year)
    user, password = create_account(
        actor=SYSTEM, username=options["administrator"], display_name="系统管理员", root=committee
    )
    grant_role(actor=SYSTEM, user=user, role=Role.ADMINISTRATOR, organisation=committee, from_on=on)
    return password
