"""Pages of the register: who gets them, what stands on them, how many queries they take."""

from __future__ import annotations

import io

import openpyxl
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from branches.models import Appointment, ImportBatch, Member, Organisation, Tier, User
from core.models import LongJob
from core.templatetags.ui import field_input
from notices.models import Notice
from tests.factories.branches import (
    PASSWORD,
    BranchFactory,
    ExclusionFactory,
    GroupFactory,
    MemberFactory,
    OrganisationFactory,
    TermFactory,
)

pytestmark = pytest.mark.django_db

PEOPLE = ("secretary", "committee_member", "officer", "leader", "member", "administrator", "outsider", "stranger")

# URL name → who gets 200; everybody else 404 (outside) or 403 (seen, but not theirs to do).
ACCESS = {
    "branches:list": {"secretary", "committee_member", "officer", "leader", "member", "administrator", "outsider"},
    "branches:list_export": {"secretary", "officer", "leader", "outsider"},
    "branches:new": {"secretary", "officer", "outsider"},
    "branches:members": {"secretary", "committee_member", "officer", "leader", "member", "outsider"},
    "branches:members_export": {"secretary", "officer", "leader", "outsider"},
    "branches:member_new": {"secretary", "officer", "outsider"},
    "branches:imports": {"secretary", "officer", "outsider"},
    "branches:accounts": {"administrator"},
    "branches:account_new": {"administrator"},
}
OF_BRANCH = {
    "branches:detail": {"secretary", "committee_member", "officer", "leader", "member", "administrator"},
    "branches:edit": {"secretary", "officer"},
    "branches:move": {"officer"},
    "branches:dissolve": {"officer"},
    "branches:term": {"officer"},
    "branches:appointment_new": {"officer"},
}
OF_MEMBER = {
    "branches:member": {"secretary", "committee_member", "officer", "leader", "member"},
    "branches:member_edit": {"secretary", "officer"},
    "branches:member_transfer": {"officer"},
    "branches:member_regroup": {"secretary", "officer"},
    "branches:member_status": {"secretary", "officer"},
    "branches:exclusion_new": {"officer"},
}


def who_gets(client_as, url) -> set[str]:
    answers = {name: client_as(name).get(url).status_code for name in PEOPLE}
    assert set(answers.values()) <= {200, 403, 404}, answers
    return {name for name, status in answers.items() if status == 200}


@pytest.mark.parametrize(("name", "allowed"), ACCESS.items())
def test_who_gets_a_page(cast, client_as, name, allowed):
    assert who_gets(client_as, reverse(name)) == allowed


@pytest.mark.parametrize(("name", "allowed"), OF_BRANCH.items())
def test_who_gets_a_page_of_one_branch(cast, client_as, name, allowed):
    assert who_gets(client_as, reverse(name, args=[cast.branch.pk])) == allowed


@pytest.mark.parametrize(("name", "allowed"), OF_MEMBER.items())
def test_who_gets_a_page_of_one_member(cast, client_as, name, allowed):
    assert who_gets(client_as, reverse(name, args=[cast.member.member.pk])) == allowed


@pytest.mark.parametrize(
    "name", ["branches:account", "branches:account_disable", "branches:grant_new", "branches:patch"]
)
def test_pages_of_an_account_are_the_administrators(cast, client_as, name):
    assert who_gets(client_as, reverse(name, args=[cast.leader.pk])) == {"administrator"}
    assert client_as("administrator").get(reverse(name, args=[cast.outsider.pk])).status_code == 404


def test_administrator_sees_no_business_data(cast, client_as):
    MemberFactory(branch=cast.branch, name="不可见")
    client = client_as("administrator")
    for url in (
        reverse("branches:list"),
        reverse("branches:detail", args=[cast.branch.pk]),
        reverse("branches:list") + "?view=tree",
    ):
        html = client.get(url).content.decode()
        assert "不可见" not in html
        assert "王书记" not in html


def test_member_list_shows_the_scope_and_nothing_else(cast, client_as):
    html = client_as("leader").get(reverse("branches:members")).content.decode()
    far = MemberFactory(branch=cast.far_branch, name="远处人")
    assert "王书记" in html
    assert "李书记" in html
    assert "钱书记" not in html
    assert far.name not in client_as("leader").get(reverse("branches:members")).content.decode()
    assert client_as("leader").get(reverse("branches:member", args=[far.pk])).status_code == 404
    assert far.name not in client_as("leader").get(reverse("branches:members"), {"q": "远处"}).content.decode()


@pytest.mark.parametrize("words", ["孙", "孙党", "孙党员", "党员"])
def test_names_are_found_by_their_characters(cast, client_as, words):
    html = client_as("officer").get(reverse("branches:members"), {"q": words}).content.decode()
    assert "孙党员" in html
    assert "王书记" not in html


def test_export_equals_the_page(cast, client_as):
    MemberFactory(branch=cast.branch, name="周困难", in_hardship=True, phone="13800001234", id_number="")
    client = client_as("secretary")
    filters = {"mark": "in_hardship"}
    page = client.get(reverse("branches:members"), filters | {"view": "full"})
    answer = client.get(reverse("branches:members_export"), filters)
    body = io.BytesIO(b"".join(answer.streaming_content) if answer.streaming else answer.content)
    sheet = openpyxl.load_workbook(body).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    head = next(row for row in rows if row[0] == "序号")
    line = rows[rows.index(head) + 1]
    assert head[1:] == [label for _, label in page.context["heads"]]
    shown = [str(cell) if cell not in (None, "") else None for cell in page.context["lines"][0][1]]
    sheet_line = [
        str(cell)[:10] if hasattr(cell, "year") else (str(cell) if cell is not None else None) for cell in line
    ]
    assert sheet_line[1:] == shown
    assert "138****1234" in shown
    assert "13800001234" not in page.content.decode()


def test_stale_edit_shows_both_versions(cast, client_as):
    member = cast.member.member
    client = client_as("secretary")
    url = reverse("branches:member_edit", args=[member.pk])
    form = client.get(url).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields if not isinstance(form[name].value(), bool)}
    sent["born_on"], sent["joined_on"] = "1985-05-20", "2015-07-01"
    Member.objects.filter(pk=member.pk).update(education="博士", version=2)
    answer = client.post(url, sent | {"education": "硕士"})
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "您填写的：硕士" in html
    assert "现在的：博士" in html
    member.refresh_from_db()
    assert member.education == "博士"
    assert '<input type="hidden" name="version" value="2"' in html  # seen, so the next saving counts
    assert client.post(url, sent | {"education": "硕士", "version": 2}).status_code == 302
    member.refresh_from_db()
    assert member.education == "硕士"


def test_registering_and_editing_in_the_browser(cast, client_as):
    client = client_as("secretary")
    sent = {
        "branch": cast.branch.pk, "status": "full", "name": "新党员", "sex": "male", "born_on": "1990-01-01",
        "joined_on": "2015-01-01", "phone": "13900001111",
    }  # fmt: skip
    answer = client.post(reverse("branches:member_new"), sent)
    made = Member.objects.get(name="新党员")
    assert answer.url == reverse("branches:member", args=[made.pk])
    edit = reverse("branches:member_edit", args=[made.pk])
    answer = client.post(edit, sent | {"version": 1, "phone": "", "education": "本科"})
    made.refresh_from_db()
    assert answer.status_code == 302
    assert (made.education, made.phone, made.version) == ("本科", "13900001111", 2)
    foreign = client.post(reverse("branches:member_new"), sent | {"branch": cast.other_branch.pk, "name": "外人"})
    assert foreign.status_code == 400
    assert not Member.objects.filter(name="外人").exists()


def test_sending_a_form_twice_registers_once(cast, client_as):
    client = client_as("secretary")
    url = reverse("branches:member_new")
    html = client.get(url).content.decode()
    token = html.split('name="_token" value="')[1].split('"')[0]
    sent = {"branch": cast.branch.pk, "status": "full", "name": "只一次", "_token": token}
    first, second = client.post(url, sent), client.post(url, sent)
    assert first.url == second.url
    assert Member.objects.filter(name="只一次").count() == 1


def test_officer_founds_moves_appoints_and_excludes(cast, client_as):
    client = client_as("officer")
    client.post(
        reverse("branches:new"),
        {
            "parent": cast.root.pk, "tier": "general_branch", "name": "中共养护总支", "short_name": "养护总支",
            "kind": "ordinary", "founded_on": "2020-01-01",
        },
    )  # fmt: skip
    parent = Organisation.objects.get(short_name="养护总支")
    answer = client.post(
        reverse("branches:move", args=[cast.branch.pk]), {"parent": parent.pk, "on": "2026-11-01", "version": 1}
    )
    cast.branch.refresh_from_db()
    assert answer.status_code == 302
    assert cast.branch.path == f"{parent.path}{cast.branch.pk}/"
    member = cast.member.member
    url = reverse("branches:appointment_new", args=[cast.branch.pk])
    sent = {"member": member.pk, "post": "publicity_member", "from_on": "2026-11-01"}
    assert client.post(url, sent).status_code == 302
    office = Appointment.objects.get(member=member)
    assert client.post(reverse("branches:appointment_end", args=[office.pk]), {"on": "2026-11-10"}).status_code == 302
    sent = {"reason": "年老体弱", "approved_by": "机关党委〔2026〕3号", "from_on": "2026-11-01"}
    assert client.post(reverse("branches:exclusion_new", args=[member.pk]), sent).status_code == 302
    exclusion = member.exclusions.get()
    assert client.post(reverse("branches:exclusion_end", args=[exclusion.pk]), {"on": "2026-11-19"}).status_code == 302
    sent = {
        "term_no": 4, "has_committee": "on", "seats": 3, "from_on": "2026-01-01", "due_on": "2028-12-31",
    }  # fmt: skip
    assert client.post(reverse("branches:term", args=[cast.branch.pk]) + "?new", sent).status_code == 302
    html = client.get(reverse("branches:detail", args=[cast.branch.pk])).content.decode()
    assert "第 4 届" in html


def test_secretary_forms_and_renames_a_group(cast, client_as):
    client = client_as("secretary")
    url = reverse("branches:new") + f"?parent={cast.branch.pk}&tier=group"
    form = client.get(url).context["form"]
    assert set(form.fields) == {"parent", "tier", "name", "short_name", "founded_on"}
    sent = {
        "parent": cast.branch.pk,
        "tier": "group",
        "name": "第一党小组",
        "short_name": "一组",
        "founded_on": "2026-01-01",
    }
    assert client.post(url, sent).status_code == 302
    group = Organisation.objects.get(short_name="一组")
    assert (group.parent, group.root) == (cast.branch, cast.root)
    edit = reverse("branches:edit", args=[group.pk])
    assert client.post(edit, sent | {"short_name": "第一组", "version": 1}).status_code == 302
    group.refresh_from_db()
    assert group.short_name == "第一组"
    assert client.post(url, sent | {"tier": "branch", "name": "私设"}).status_code in (400, 403, 404)
    assert not Organisation.objects.filter(name="私设").exists()


def test_administrator_opens_grants_and_closes_accounts(cast, client_as):
    client = client_as("administrator")
    answer = client.post(reverse("branches:account_new"), {"username": "newleader", "display_name": "新领导"})
    password = answer.context["password"]
    account = User.objects.get(username="newleader")
    assert account.check_password(password)
    assert account.must_change_password
    url = reverse("branches:grant_new", args=[account.pk])
    sent = {"role": "leader", "organisation": cast.root.pk, "from_on": "2026-11-01"}
    assert client.post(url, sent).status_code == 302
    sent = {"branches": [cast.branch.pk, cast.far_branch.pk], "on": "2026-11-01"}
    assert client.post(reverse("branches:patch", args=[account.pk]), sent).status_code == 302
    assert account.patch.filter(to_on=None).count() == 2
    assert client.post(reverse("branches:account_disable", args=[account.pk]), {"reason": "调离"}).status_code == 302
    assert client.post(reverse("branches:account_enable", args=[account.pk])).context["password"] != password
    assert client.post(reverse("branches:account_reset", args=[account.pk])).status_code == 200
    grant = account.grants.get()
    assert client.post(reverse("branches:grant_end", args=[grant.pk])).status_code == 302
    assert client.get(reverse("branches:account", args=[account.pk])).status_code == 200


def test_disabled_account_is_out_with_the_next_request(cast, client_as):
    from branches.services.accounts import disable_account, enable_account

    client = client_as("secretary")
    assert client.get(reverse("branches:members")).status_code == 200
    disable_account(actor=cast.viewer("administrator"), user=cast.secretary, reason="测试")
    assert client.get(reverse("branches:members")).status_code == 302
    enable_account(actor=cast.viewer("administrator"), user=cast.secretary)
    assert client.get(reverse("branches:members")).status_code == 302  # the old session stays dead
    assert not client.login(username="secretary", password=PASSWORD)


def test_an_import_goes_through_the_browser(cast, client_as):
    from tests.branches.test_branches_imports import MAPPED, book, person

    client = client_as("officer")
    file = io.BytesIO(book([person("张三"), person("李四", serial=3, branch="没有的支部")]))
    file.name = "名册.xlsx"
    answer = client.post(reverse("branches:imports"), {"kind": "members", "file": file})
    batch = ImportBatch.objects.get()
    assert answer.url == reverse("branches:import_columns", args=[batch.pk])
    assert client.get(answer.url).status_code == 200
    assert client.post(answer.url, {"head_row": 1, "look": "1"}).status_code == 200
    assert client.post(answer.url, {"head_row": 1, "column-A": "name", "column-B": "name"}).status_code == 400
    sent = {f"column-{letter}": key for letter, key in MAPPED.items()} | {"head_row": 1}
    assert client.post(answer.url, sent).url == reverse("branches:import_preview", args=[batch.pk])
    html = client.get(reverse("branches:import_preview", args=[batch.pk])).content.decode()
    assert "没有登记这个支部" in html
    assert "张三" in html
    for _ in range(2):
        assert client.post(reverse("branches:import_confirm", args=[batch.pk])).status_code == 302
    assert Member.objects.filter(name="张三").count() == 1
    assert client_as("second_officer").get(reverse("branches:import_preview", args=[batch.pk])).status_code == 404


@time_machine.travel("2026-11-20T02:00:00Z", tick=False)
def test_a_large_import_may_be_left_and_ends_in_a_notice(
    cast, client_as, monkeypatch, django_capture_on_commit_callbacks
):
    from tests.branches.test_branches_imports import book, person, preview

    monkeypatch.setattr("branches.views.imports.LONG_FROM", 1)
    batch = preview(cast, book([person("张三"), person("李四", serial=3)]))
    client = client_as("officer")

    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(reverse("branches:import_confirm", args=[batch.pk]))

    job = LongJob.objects.get()
    here = reverse("branches:import_preview", args=[batch.pk])
    assert (answer.url, job.state, job.result_url) == (reverse("core:job", args=[job.pk]), "done", here)
    assert set(Member.objects.filter(name__in=["张三", "李四"]).values_list("name", flat=True)) == {"张三", "李四"}
    assert Notice.objects.get(recipient=cast.officer, kind="job").title == "导入 名册.xlsx：已完成"
    assert client.post(reverse("branches:import_confirm", args=[batch.pk])).url == here  # again: nothing new
    assert Member.objects.filter(name="张三").count() == 1


@pytest.mark.parametrize("kind", ["members", "branches"])
def test_the_template_is_read_without_matching(cast, client_as, kind):
    client = client_as("officer")
    answer = client.get(reverse("branches:import_template", args=[kind]))
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    sheet = book.active
    labels = [str(cell.value).lstrip("*") for cell in sheet[1]]
    values = {
        "members": {"所在党支部": "公路党支部", "姓名": "模板人", "入党时间": "2015-07-01", "党员身份": "正式党员"},
        "branches": {"全称": "中共模板支部", "简称": "模板支部", "成立日期": "2020-01-01"},
    }[kind]
    for label, value in values.items():
        sheet.cell(4, labels.index(label) + 1, value)
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    file.name = "模板.xlsx"
    client.post(reverse("branches:imports"), {"kind": kind, "file": file})
    batch = ImportBatch.objects.get()
    assert batch.state == "preview"
    assert batch.counts == {"created": 1, "changed": 0, "unchanged": 0, "refused": 0}


def test_a_text_file_is_refused_in_words(cast, client_as):
    file = io.BytesIO(b"not a workbook")
    file.name = "x.xlsx"
    answer = client_as("officer").post(reverse("branches:imports"), {"kind": "members", "file": file})
    assert answer.status_code == 400
    assert "xlsx" in answer.content.decode()


LISTS = ["branches:list", "branches:members", "branches:imports", "branches:new", "branches:member_new"]


@pytest.mark.parametrize("name", [*LISTS, "branches:members?view=full", "branches:list?view=tree"])
def test_lists_take_the_same_queries_for_one_and_three_rows(cast, client_as, name):
    name, _, query = name.partition("?")
    url = reverse(name) + (f"?{query}" if query else "")
    client = client_as("officer")
    client.get(url)

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(url).status_code == 200
        return len(seen)

    one = queries()
    for _ in range(3):
        branch = BranchFactory(parent=cast.root)
        TermFactory(branch=branch)
        GroupFactory(parent=branch)
        ExclusionFactory(member=MemberFactory(branch=branch))
    assert queries() == one


def test_accounts_take_the_same_queries_for_more_rows(cast, client_as):
    from tests.factories.branches import make_leader

    client, url = client_as("administrator"), reverse("branches:accounts")
    client.get(url)
    with CaptureQueriesContext(connection) as before:
        client.get(url)
    for _ in range(3):
        make_leader([cast.branch])
    with CaptureQueriesContext(connection) as after:
        client.get(url)
    assert len(before) == len(after)


def test_detail_pages_take_the_same_queries_for_more_rows(cast, client_as):
    client = client_as("officer")
    urls = [
        reverse("branches:detail", args=[cast.branch.pk]),
        reverse("branches:member", args=[cast.member.member.pk]),
        reverse("branches:appointment_new", args=[cast.branch.pk]),
    ]

    def queries() -> list[int]:
        found = []
        for url in urls:
            with CaptureQueriesContext(connection) as seen:
                client.get(url)
            found.append(len(seen))
        return found

    GroupFactory(parent=cast.branch)
    ExclusionFactory(member=MemberFactory(branch=cast.branch))
    TermFactory(branch=cast.branch)
    queries()
    before = queries()
    for _ in range(3):
        GroupFactory(parent=cast.branch)
        ExclusionFactory(member=MemberFactory(branch=cast.branch))
    assert queries() == before


def test_groups_go_by_the_order_of_their_branches_and_name_their_branch(cast, client_as):
    Organisation.objects.filter(pk=cast.branch.pk).update(sort_key="020")
    Organisation.objects.filter(pk=cast.other_branch.pk).update(sort_key="010")
    one = GroupFactory(parent=cast.branch, short_name="甲组", name="甲组")
    two = GroupFactory(parent=cast.other_branch, short_name="乙组", name="乙组")
    form = client_as("officer").get(reverse("branches:member_new")).context["form"]
    assert [row for row in form.fields["group"].queryset if row in (one, two)] == [two, one]
    assert f'data-parent="{cast.branch.pk}"' in str(form["group"])
    assert 'class="form-select"' in field_input(form["group"])
    assert "---" not in str(form["sex"]) and "请选择" in str(form["sex"])


def test_parents_go_by_the_order_of_the_list(cast, client_as):
    Organisation.objects.filter(pk=cast.branch.pk).update(sort_key="020")
    Organisation.objects.filter(pk=cast.other_branch.pk).update(sort_key="010")
    general = OrganisationFactory(parent=cast.root, tier=Tier.GENERAL_BRANCH, sort_key="015")
    below = BranchFactory(parent=general, sort_key="001")
    parents = list(client_as("officer").get(reverse("branches:new")).context["form"].fields["parent"].queryset)
    assert parents[0] == cast.root
    assert [one for one in parents if one in (cast.branch, cast.other_branch, general, below)] == [
        cast.other_branch,
        general,
        below,
        cast.branch,
    ]
