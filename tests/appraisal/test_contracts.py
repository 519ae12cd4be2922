"""Responsibility contracts: made for all at once, one owner a line, signed by both, changed only by a new version."""

from __future__ import annotations

from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.http import Http404

from appraisal.contract_text import contract_body
from appraisal.models import Contract, ContractLine, ContractTemplate, NextTarget, TargetReport
from appraisal.selectors.contracts import (
    contract_list,
    contract_page,
    duties_of,
    frame_of_year,
    lines_of,
    target_text,
)
from appraisal.services import contracts as services
from appraisal.services.contracts import LineEntry, NextEntry
from assessment import schemes
from branches.models import Appointment
from core.errors import Conflict, InvalidInput, Refused
from core.models import AuditEntry
from notices.models import Notice
from signing.models import Paper, Signature
from signing.verify import verify_committee
from tests.factories.branches import BranchFactory, GroupFactory, TermFactory, build_cast, make_secretary
from tests.factories.contracts import DAY, NOW, YEAR, line, make, save, send, signed, template
from tests.factories.signing import sign


def officer(cast, day: date = DAY):
    return cast.viewer("officer", day)


def test_one_contract_for_each_branch_and_none_the_second_time(cast):
    found = template(cast)
    assert services.make_contracts(actor=officer(cast), template_id=found.pk, now=NOW) == services.Made(3, 0)
    assert services.make_contracts(actor=officer(cast), template_id=found.pk, now=NOW) == services.Made(0, 3)
    assert set(Contract.objects.values_list("branch_id", flat=True)) == {
        cast.branch.pk,
        cast.other_branch.pk,
        cast.far_branch.pk,
    }
    BranchFactory(parent=cast.root)
    assert services.make_contracts(actor=officer(cast), template_id=found.pk, now=NOW) == services.Made(1, 3)


def test_thirty_contracts_cost_no_more_statements_than_three(cast, django_assert_max_num_queries):
    for _ in range(27):
        BranchFactory(parent=cast.root)
    found = template(cast)
    with django_assert_max_num_queries(40):
        assert services.make_contracts(actor=officer(cast), template_id=found.pk, now=NOW).made == 30
    assert ContractLine.objects.values("contract").distinct().count() == 30


def test_targets_come_from_the_scheme(cast):
    contract = make(cast)
    targets = {one.code: target_text(one) for one in lines_of(contract)}
    assert {code: targets[code] for code in ("D4.1", "D1.1", "B2.1", "B1.1", "A1.1", "F1.1", "A3.4")} == {
        "D4.1": "12次",
        "D1.1": "4次",
        "B2.1": "95%",
        "B1.1": "1月31日前完成",
        "A1.1": "不发生扣分事项",
        "F1.1": "力争加满",
        "A3.4": "评定为好",
    }
    assert line(contract, "D4.1").name == "主题党日"
    assert not any(one.is_changed or one.is_own for one in lines_of(contract))


def test_rules_that_do_not_apply_are_not_promised(cast):
    codes = {one.code for one in lines_of(make(cast))}
    assert not codes & {"A2.1", "A2.2", "C2.2", "D2.1"}  # neither committee nor groups


def test_a_branch_with_committee_and_groups_promises_all_forty(cast):
    TermFactory(branch=cast.branch)
    GroupFactory(parent=cast.branch)
    lines = lines_of(make(cast))
    assert len(lines) == 40
    assert [one.position for one in lines] == sorted(one.position for one in lines)


def test_a_branch_founded_within_the_year_promises_what_is_left_of_it(cast):
    young = BranchFactory(parent=cast.root, founded_on=date(2026, 4, 10))
    services.make_contracts(actor=officer(cast, date(2026, 5, 6)), template_id=template(cast).pk, now=NOW)
    contract = Contract.objects.get(branch=young)
    assert target_text(line(contract, "D4.1")) == "8次"
    assert target_text(line(contract, "D1.1")) == "2次"


def test_every_line_has_one_named_owner_by_office(cast):
    contract = make(cast)
    owners = {one.code: (one.owner_name, one.owner_post) for one in lines_of(contract)}
    assert owners["D1.1"] == ("王书记", "secretary")
    assert owners["B2.1"] == ("赵委员", "organisation_member")
    assert owners["E1.1"] == ("王书记", "secretary")  # no discipline member, no deputy
    assert all(name for name, _ in owners.values())
    assert [(one.name, one.get_kind_display()) for one in duties_of(contract)] == [
        ("王书记", "第一责任人"),
        ("赵委员", "一岗双责"),
    ]


def test_only_the_committee_makes_them_and_only_its_own(cast):
    found = template(cast)
    for who, error in (("secretary", Http404), ("leader", Http404), ("outsider", Http404)):
        with pytest.raises((error, Refused)):
            services.make_contracts(actor=cast.viewer(who, DAY), template_id=found.pk, now=NOW)
    assert Contract.objects.count() == 0


def test_without_a_scheme_there_is_nothing_to_promise(cast):
    found = services.begin_template(actor=officer(cast), root=cast.root, year=2031, now=NOW)
    with pytest.raises(Conflict, match="没有已发布的考核方案"):
        services.make_contracts(actor=officer(cast), template_id=found.pk, now=NOW)


def test_a_branch_takes_its_own_targets_and_owners(cast):
    contract = make(cast)
    member = cast.committee_member.member_id
    new = [LineEntry("", "15", member, "市政府重点任务", "重点攻坚项目", "个")]
    save(cast, contract, new=new, D4_1={"target": "14", "note": "支部自加压力", "owner_id": cast.secretary.member_id})
    changed = line(contract, "D4.1")
    assert (changed.target, changed.note, changed.owner_name, changed.is_lower) == (
        14_000,
        "支部自加压力",
        "王书记",
        False,
    )
    own = line(contract, "自定1")
    assert (own.name, own.target, own.unit, own.is_own, own.scheme_target) == ("重点攻坚项目", 15_000, "个", True, None)
    entry = AuditEntry.objects.get(action="contract.edit")
    assert set(entry.changes) == {"D4.1", "自定1"}
    assert entry.changes["D4.1"] == ["主题党日 12次 赵委员 ", "主题党日 14次 王书记 支部自加压力"]


def test_an_own_target_goes_when_its_name_is_cleared(cast):
    contract = make(cast)
    save(cast, contract, new=[LineEntry("", "3", cast.secretary.member_id, "", "甲项目", "个")])
    save(cast, contract, 自定1={"name": " "})
    assert not contract.lines.filter(is_own=True).exists()


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"D4_1": {"target": "14"}}, "D4.1", "目标与方案不同，请写明说明。"),
        ({"D4_1": {"target": "很多", "note": "x"}}, "D4.1", "目标请填数字。"),
        ({"B2_1": {"target": "101", "note": "x"}}, "B2.1", "目标请填数字，不超过100%。"),
        ({"D4_1": {"owner_id": 0}}, "D4.1", "责任人应是本支部现任职务的党员。"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_saved(cast, changes, code, words):
    contract = make(cast)
    with pytest.raises(InvalidInput) as caught:
        save(cast, contract, D1_1={"target": "5", "note": "好的"}, **changes)
    assert caught.value.fields == {code: [words]}
    assert line(contract, "D1.1").target == 4_000


def test_a_lower_target_is_allowed_with_its_reason_and_marked(cast):
    contract = make(cast)
    save(cast, contract, D4_1={"target": "10", "note": "6月起停工"})
    assert line(contract, "D4.1").is_lower
    page = contract_page(officer(cast), contract)
    assert [one.line.code for one in page.changed] == ["D4.1"]


def test_an_owner_of_another_branch_is_refused(cast):
    with pytest.raises(InvalidInput) as caught:
        save(cast, make(cast), D4_1={"owner_id": cast.other_secretary.member_id})
    assert list(caught.value.fields) == ["D4.1"]


def test_two_who_edit_at_once_do_not_overwrite_each_other(cast):
    contract = make(cast)
    save(cast, contract, D4_1={"target": "13", "note": "一"})
    with pytest.raises(Conflict, match="刚被别人改过"):
        save(cast, contract, version=1, D4_1={"target": "14", "note": "二"})
    assert line(contract, "D4.1").target == 13_000


@pytest.mark.parametrize(("who", "error"), [("secretary", Refused), ("leader", Refused), ("other_secretary", Http404)])
def test_only_the_committee_edits(cast, who, error):
    with pytest.raises(error):
        save(cast, make(cast), who=who)


def test_sending_puts_all_up_and_names_who_lacks_an_owner(cast):
    contract = make(cast)
    sent = send(cast)
    assert sent.count == 2
    [(branch, why)] = sent.refused
    assert branch == "运管党支部"
    assert "没有责任人" in why
    contract.refresh_from_db()
    assert (contract.state, contract.stage, contract.paper.branch) == ("sent", "signing", cast.branch)
    assert sorted(Notice.objects.values_list("recipient__username", flat=True)) == ["other_secretary", "secretary"]
    again = send(cast)
    assert (again.count, len(again.refused), Paper.objects.count()) == (0, 1, 2)


def test_the_text_says_everything_that_is_promised(cast):
    contract = make(cast)
    save(cast, contract, D4_1={"target": "14", "note": "支部自加压力"})
    send(cast)
    contract.refresh_from_db()
    body = contract.paper.body
    assert "甲方：中共测试单位交通局机关党委\n乙方：中共测试单位公路党支部\n" in body
    assert "党支部书记王书记是本支部党建工作第一责任人" in body
    assert "D4.1\t主题党日\t" in body
    assert "\t14次（支部自加压力）\t赵委员（组织委员）\n" in body
    assert body.index("一、目标任务") < body.index("二、责任清单") < body.index("三、保障与考核")
    assert "{" not in body
    for one in lines_of(contract):
        assert f"\n{one.code}\t" in body


def test_the_same_rows_give_the_same_text(cast):
    contract = Contract.objects.select_related("root", "branch", "template").get(pk=make(cast).pk)
    frame = frame_of_year(cast.root.pk, YEAR)
    one, two = (contract_body(contract, lines_of(contract), duties_of(contract), frame, "王书记") for _ in range(2))
    assert one == two


def test_both_sign_and_it_is_signed(cast):
    contract = signed(cast)
    assert contract.stage == "signed"
    assert list(Signature.objects.order_by("signer__place").values_list("name", flat=True)) == ["王书记", "officer"]
    with pytest.raises(Conflict, match="已送签"):
        save(cast, contract)


def test_a_change_is_a_new_version_that_voids_both_signatures(cast):
    contract = signed(cast)
    old = contract.paper
    services.start_change(actor=officer(cast), contract_id=contract.pk, reason="市里增加任务", now=NOW)
    contract.refresh_from_db()
    assert (contract.stage, contract.revision, contract.paper.state) == ("changing", 2, "complete")
    save(cast, contract, D4_1={"target": "14", "note": "市里增加任务"})
    assert send(cast, ids=[contract.pk]).count == 1
    contract.refresh_from_db()
    old.refresh_from_db()
    assert (old.state, old.void_reason) == ("void", "市里增加任务")
    assert (contract.stage, contract.paper.revision) == ("signing", 2)
    assert "第2版变更说明\n市里增加任务\n" in contract.paper.body
    assert contract.lines.get(revision=1, code="D4.1").target == 12_000
    page = contract_page(officer(cast), contract)
    assert [(one.revision, one.state, one.signatures.count()) for one in page.papers] == [
        (2, "open", 0),
        (1, "void", 2),
    ]
    assert verify_committee(cast.root.pk).is_sound


def test_a_change_that_changes_nothing_is_not_sent_and_can_be_dropped(cast):
    contract = signed(cast)
    services.start_change(actor=officer(cast), contract_id=contract.pk, reason="看看", now=NOW)
    sent = send(cast, ids=[contract.pk])
    assert (sent.count, sent.refused[0][1][:10]) == (0, "变更版与原版没有不同")
    services.drop_change(actor=officer(cast), contract_id=contract.pk, now=NOW)
    contract.refresh_from_db()
    assert (contract.stage, contract.revision, contract.reason) == ("signed", 1, "")
    assert not contract.lines.filter(revision=2).exists()
    with pytest.raises(Conflict, match="没有可以放弃的变更"):
        services.drop_change(actor=officer(cast), contract_id=contract.pk, now=NOW)


def test_a_change_while_it_is_being_signed_voids_it_at_once(cast):
    contract = make(cast)
    send(cast)
    contract.refresh_from_db()
    sign(cast, contract.paper, "secretary", now=NOW)
    services.start_change(actor=officer(cast), contract_id=contract.pk, reason="写错了", now=NOW)
    contract.refresh_from_db()
    assert (contract.stage, contract.paper.state) == ("draft", "void")
    with pytest.raises(Conflict, match="已作废"):
        sign(cast, contract.paper, "officer", now=NOW)


@pytest.mark.parametrize("reason", ["", " ", "长" * 301])
def test_a_change_asks_for_its_reason(cast, reason):
    contract = signed(cast)
    with pytest.raises(InvalidInput):
        services.start_change(actor=officer(cast), contract_id=contract.pk, reason=reason, now=NOW)


def test_the_list_names_who_has_not_signed(cast):
    make(cast)
    send(cast)
    contract = Contract.objects.get(branch=cast.branch)
    sign(cast, contract.paper, "secretary", now=NOW)
    found = contract_list(officer(cast), cast.root, YEAR)
    rows = {row.branch.short_name: (row.stage, row.waits_for) for row in found.rows}
    assert rows == {
        "公路党支部": ("signing", "机关党委officer、second_officer"),
        "港航党支部": ("signing", "支部书记李书记"),
        "运管党支部": ("draft", ""),
    }
    late = contract_list(officer(cast, date(2026, 2, 1)), cast.root, YEAR)
    assert {row.branch.short_name for row in late.rows if row.is_late} == {"公路党支部", "港航党支部"}
    assert [row.branch.short_name for row in contract_list(officer(cast), cast.root, YEAR, stage="draft").rows] == [
        "运管党支部"
    ]
    assert [row.branch.short_name for row in contract_list(officer(cast), cast.root, YEAR, text="李书").rows] == [
        "港航党支部"
    ]
    assert found.counted == {"draft": 1, "signing": 2, "signed": 0, "changing": 0, "none": 0}


def test_a_leader_sees_the_own_patch_alone(cast):
    make(cast)
    found = contract_list(cast.viewer("leader", DAY), cast.root, YEAR)
    assert {row.branch.short_name for row in found.rows} == {"公路党支部", "港航党支部"}


def test_own_targets_are_reported_and_the_latest_holds(cast):
    contract = make(cast)
    save(cast, contract, new=[LineEntry("", "15", cast.secretary.member_id, "", "重点攻坚项目", "个")])
    may = date(2026, 5, 6)
    for quantity, day in (("4", date(2026, 3, 31)), ("6", date(2026, 4, 30))):
        services.report_target(
            actor=cast.viewer("secretary", may),
            contract_id=contract.pk,
            code="自定1",
            quantity=quantity,
            happened_on=day,
            note="在建",
            now=NOW,
        )
    own = contract_page(cast.viewer("secretary", may), contract).own_lines[0]
    assert (own.done, own.reached, own.state, len(own.reports)) == ("6个", 400, "on_track", 2)
    assert contract_page(officer(cast, date(2026, 11, 2)), contract).own_lines[0].state == "behind"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"quantity": "很多"}, "请填数字"),
        ({"happened_on": None}, "截至日期"),
        ({"happened_on": date(2026, 1, 9)}, "截至日期"),
        ({"happened_on": date(2025, 12, 31)}, "截至日期"),
        ({"code": "D4.1"}, "自动计量"),
    ],
)
def test_a_report_that_makes_no_sense_is_refused(cast, values, words):
    contract = make(cast)
    save(cast, contract, new=[LineEntry("", "15", cast.secretary.member_id, "", "重点攻坚项目", "个")])
    same = {"code": "自定1", "quantity": "3", "happened_on": DAY, "note": ""}
    with pytest.raises(InvalidInput, match=words):
        services.report_target(actor=cast.viewer("secretary", DAY), contract_id=contract.pk, now=NOW, **(same | values))
    assert TargetReport.objects.count() == 0


def test_a_member_of_the_committee_of_the_branch_does_not_report(cast):
    contract = make(cast)
    with pytest.raises(Refused):
        services.report_target(
            actor=cast.viewer("committee_member", DAY),
            contract_id=contract.pk,
            code="自定1",
            quantity="3",
            happened_on=DAY,
            note="",
            now=NOW,
        )


def plan(cast, contract, *entries: NextEntry, who: str = "secretary") -> int:
    return services.save_next_plan(actor=cast.viewer(who, DAY), contract_id=contract.pk, entries=entries, now=NOW)


def next_year(cast) -> Contract:
    schemes.publish(schemes.load_default(2027, cast.root), now=NOW) if not frame_of_year(cast.root.pk, 2027) else None
    january = officer(cast, date(2027, 1, 5))
    found = services.begin_template(actor=january, root=cast.root, year=2027, now=NOW)
    services.make_contracts(actor=january, template_id=found.pk, now=NOW)
    return Contract.objects.get(branch=cast.branch, year=2027)


def test_planned_targets_and_own_ones_are_carried_to_the_next_year(cast):
    contract = make(cast)
    new = [LineEntry("", "15", cast.secretary.member_id, "", "重点攻坚项目", "个")]
    save(cast, contract, new=new, D1_1={"target": "5", "note": "加开一次"})
    count = plan(
        cast,
        contract,
        NextEntry("D4.1", "13", note="下年加一次"),
        NextEntry("自定1", "19", note="十五加四"),
        NextEntry("", "510", "完成投资", "亿元", "年度投资计划"),
        NextEntry("B2.1", ""),
    )
    assert count == 3
    coming = next_year(cast)
    carried = {one.code: (target_text(one), one.note, one.is_own) for one in lines_of(coming) if one.is_carried}
    assert carried == {
        "D4.1": ("13次", "下年加一次", False),
        "D1.1": ("5次", "加开一次", False),
        "自定1": ("19个", "十五加四", True),
        "自定2": ("510亿元", "年度投资计划", True),
    }
    with pytest.raises(Conflict, match="2027年的责任书已经生成"):
        plan(cast, contract, NextEntry("D4.1", "14"))


def test_a_plan_takes_the_place_of_the_one_before(cast):
    contract = make(cast)
    plan(cast, contract, NextEntry("D4.1", "13"), NextEntry("D1.1", "5"))
    plan(cast, contract, NextEntry("D4.1", "14"))
    assert list(NextTarget.objects.values_list("code", "target")) == [("D4.1", 14_000)]
    with pytest.raises(InvalidInput):
        plan(cast, contract, NextEntry("D4.1", "很多"))
    assert NextTarget.objects.count() == 1
    with pytest.raises(Http404):
        plan(cast, contract, NextEntry("D4.1", "1"), who="other_secretary")


def test_the_next_years_template_takes_over_the_wording(cast):
    first = template(cast)
    services.save_template(
        actor=officer(cast),
        template_id=first.pk,
        texts={"title": "{year}年责任状", "preamble": "开头", "measures": "（一）措施", "closing": ""},
        due_on=date(2026, 2, 28),
        owners={"D4": ["secretary"]},
        duties=[{"post": "secretary", "kind": "first", "text": "总责"}, {"post": "", "kind": "", "text": " "}],
        now=NOW,
    )
    second = services.begin_template(actor=officer(cast), root=cast.root, year=2027, now=NOW)
    assert (second.title, second.closing, second.due_on) == ("{year}年责任状", "", date(2027, 2, 28))
    assert second.duties == [{"post": "secretary", "kind": "first", "text": "总责"}]
    assert services.begin_template(actor=officer(cast), root=cast.root, year=2027, now=NOW).pk == second.pk
    assert ContractTemplate.objects.count() == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"texts": {"title": "", "preamble": "a", "measures": "b"}},
        {"due_on": None},
        {"due_on": date(2030, 1, 1)},
        {"duties": [{"post": "king", "kind": "first", "text": "总责"}]},
    ],
)
def test_a_template_is_whole(cast, changes):
    found = template(cast)
    same = {
        "texts": {"title": "a", "preamble": "a", "measures": "b"},
        "due_on": date(2026, 1, 31),
        "owners": {},
        "duties": [],
    }
    with pytest.raises(InvalidInput):
        services.save_template(actor=officer(cast), template_id=found.pk, now=NOW, **(same | changes))


def test_wording_is_taken_when_it_is_sent(cast):
    contract = make(cast)
    ContractTemplate.objects.update(closing="本责任书一式两份。")
    send(cast)
    contract.refresh_from_db()
    assert contract.paper.body.endswith("本责任书一式两份。\n")


def test_a_new_secretary_signs_where_the_old_one_has_not(cast):
    contract = make(cast)
    send(cast)
    contract.refresh_from_db()
    Appointment.objects.filter(member=cast.secretary.member).update(to_on=DAY - timedelta(days=1))
    cast.successor = make_secretary(cast.branch, username="successor", name="新书记")
    with pytest.raises(Http404):  # an ordinary member of the branch now
        sign(cast, contract.paper, "secretary", now=NOW)
    assert sign(cast, contract.paper, "successor", now=NOW).turn == 2


@pytest.mark.django_db(transaction=True)
def test_made_and_sent_twice_at_once_there_is_one_of_each():
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: threads with their own connections")
    cast = build_cast()
    found = template(cast)
    together, outcomes = Barrier(2), []

    def work() -> None:
        try:
            together.wait(timeout=20)
            made = services.make_contracts(actor=officer(cast), template_id=found.pk, now=NOW).made
            outcomes.append((made, send(cast).count))
        finally:
            connection.close()

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sum(made for made, _ in outcomes) == 3
    assert sum(sent for _, sent in outcomes) == 2
    assert (Contract.objects.count(), Paper.objects.count()) == (3, 2)
    assert verify_committee(cast.root.pk).is_sound
