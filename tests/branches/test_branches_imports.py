"""Imports of rosters: every fault is named, a second import changes nothing, foreign rows are refused one by one."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime

import openpyxl
import pytest

from branches.imports import flow
from branches.models import HeadMapping, ImportBatch, Member, Membership, NameGram, Organisation
from core.errors import Conflict, InvalidInput
from core.identity import check_digit
from tests.factories.branches import GroupFactory, MemberFactory

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
HEAD = [
    "姓名",
    "性别",
    "出生日期",
    "身份证号",
    "入党时间",
    "转正时间",
    "所在党支部",
    "所在党小组",
    "党员编号",
    "联系电话",
]
MAPPED = {
    "A": "name", "B": "sex", "C": "born_on", "D": "id_number", "E": "joined_on", "F": "confirmed_on",
    "G": "branch", "H": "group", "I": "member_no", "J": "phone",
}  # fmt: skip

pytestmark = pytest.mark.django_db


def id_of(born: str, serial: int = 1) -> str:
    first = f"371122{born}{serial:03d}"
    return first + check_digit(first)


def book(rows, head=HEAD, before=(), merged=(), hidden=()) -> bytes:
    wb = openpyxl.Workbook()
    sheet = wb.active
    for line in [*before, head, *rows]:
        sheet.append(line)
    for reference in merged:
        sheet.merge_cells(reference)
    for letter in hidden:
        sheet.column_dimensions[letter].hidden = True
    target = io.BytesIO()
    wb.save(target)
    return target.getvalue()


def preview(cast, data, who="officer", kind="members", head_row=1, columns=MAPPED):
    viewer = cast.viewer(who)
    batch = flow.upload(actor=viewer, kind=kind, data=data, file_name="名册.xlsx", now=NOW)
    if batch.state == "mapping":
        batch = flow.choose_columns(actor=viewer, batch=batch, head_row=head_row, columns=columns, now=NOW)
    return batch


def rows_of(batch) -> list[dict]:
    import json

    return json.loads(batch.plan)["rows"]


def person(name, born="19850520", serial=1, branch="公路党支部", **more):
    return [
        name, more.get("sex", "男"), more.get("born_on", f"{born[:4]}-{born[4:6]}-{born[6:]}"),
        more.get("id", id_of(born, serial)), more.get("joined", "2010-06-18"), more.get("confirmed", "2011-06-18"),
        branch, more.get("group"), more.get("no"), more.get("phone"),
    ]  # fmt: skip


def test_import_twice_changes_nothing_the_second_time(cast):
    data = book([person("张三", serial=1), person("李四", serial=3, branch="港航党支部", phone="138 0000 1234")])
    first = preview(cast, data)
    assert first.counts == {"created": 2, "changed": 0, "unchanged": 0, "refused": 0}
    assert not Member.objects.filter(name="张三").exists()
    flow.confirm(actor=cast.viewer("officer"), batch=first, now=NOW)
    made = Member.objects.get(name="李四")
    assert (made.branch, made.born_on, made.phone) == (cast.other_branch, date(1985, 5, 20), "13800001234")
    assert made.member_no.startswith(cast.other_branch.code)
    assert Membership.objects.get(member=made).from_on == date(2015, 7, 1)  # the branch was founded after the joining
    assert set(NameGram.objects.filter(member=made).values_list("gram", flat=True)) == {"李", "四", "李四"}
    second = preview(cast, data)
    assert second.counts == {"created": 0, "changed": 0, "unchanged": 2, "refused": 0}
    flow.confirm(actor=cast.viewer("officer"), batch=second, now=NOW)
    assert Member.objects.filter(name__in=["张三", "李四"]).count() == 2


def test_confirming_again_writes_nothing(cast):
    batch = preview(cast, book([person("张三")]))
    flow.confirm(actor=cast.viewer("officer"), batch=batch, now=NOW)
    before = Member.objects.count()
    flow.confirm(actor=cast.viewer("officer"), batch=batch, now=NOW)
    assert Member.objects.count() == before


def test_a_head_is_matched_once_and_remembered(cast):
    data = book([person("张三")])
    batch = flow.upload(actor=cast.viewer("officer"), kind="members", data=data, file_name="x.xlsx", now=NOW)
    assert batch.state == "mapping"
    assert batch.mapping["columns"] == MAPPED
    flow.choose_columns(actor=cast.viewer("officer"), batch=batch, head_row=1, columns=MAPPED, now=NOW)
    assert HeadMapping.objects.count() == 1
    again = flow.upload(actor=cast.viewer("officer"), kind="members", data=data, file_name="x.xlsx", now=NOW)
    assert again.state == "preview"


FAULTS = [
    ({"name": ""}, "姓名", "没有填写"),
    ({"sex": "女"}, "性别", "性别与身份证号不一致"),
    ({"sex": "先生"}, "性别", "不在可选范围内"),
    ({"born_on": "1985-05-21"}, "出生日期", "出生日期与身份证号不一致"),
    ({"born_on": "1985-13-01"}, "出生日期", "这一天"),
    ({"id": "371122198505200010"}, "身份证号", "校验码"),
    ({"id": "37112219850520"}, "身份证号", "18 位"),
    ({"id": 371122198505200000}, "身份证号", "数字"),
    ({"joined": "2001-01-01"}, "入党时间", "18 周岁"),
    ({"confirmed": "2010-12-01"}, "转正时间", "不满一年"),
    ({"joined": "2030-01-01", "confirmed": None}, "入党时间", "晚于今天"),
    ({"branch": "没有的支部"}, "所在党支部", "没有登记这个支部"),
    ({"branch": "外系统党支部"}, "所在党支部", "没有登记这个支部"),
    ({"group": "第九小组"}, "所在党小组", "没有这个党小组"),
    ({"no": "ZZ0001"}, "党员编号", "没有这个党员编号"),
    ({"phone": "12345"}, "联系电话", "电话"),
    ({"name": "张\u200b三"}, "姓名", "看不见"),
    ({"joined": "=TODAY()"}, "入党时间", "公式"),
]


@pytest.mark.parametrize(("change", "label", "word"), FAULTS)
def test_each_fault_is_named_with_row_column_and_remedy(cast, change, label, word):
    change = dict(change)
    name, branch = change.pop("name", "张三"), change.pop("branch", "公路党支部")
    batch = preview(cast, book([person("王五", serial=5), person(name, branch=branch, **change)]))
    assert batch.counts == {"created": 1, "changed": 0, "unchanged": 0, "refused": 1}
    row = rows_of(batch)[1]
    assert row["number"] == 3
    fault = next(item for item in row["faults"] if item["label"] == label)
    assert word in fault["message"]
    assert fault["column"] == next(
        letter for letter, key in MAPPED.items() if HEAD["ABCDEFGHIJ".index(letter)] == label and key
    )
    assert fault["remedy"]


def test_id_numbers_are_not_readable_in_the_stored_batch(cast, django_db_blocker):
    from django.db import connection

    number = id_of("19850520")
    batch = preview(cast, book([person("张三")]))
    with connection.cursor() as cursor:
        cursor.execute("SELECT rows, plan FROM branches_importbatch WHERE id = %s", [batch.pk])
        stored = "".join(cursor.fetchone())
    assert number not in stored
    assert "张三" not in stored
    assert number not in batch.plan


def test_secretary_imports_only_the_own_branch(cast):
    data = book([person("张三", serial=1), person("李四", serial=3, branch="港航党支部")])
    batch = preview(cast, data, who="secretary")
    assert batch.counts == {"created": 1, "changed": 0, "unchanged": 0, "refused": 1}
    assert "不是您所在的支部" in rows_of(batch)[1]["faults"][0]["message"]
    flow.confirm(actor=cast.viewer("secretary"), batch=batch, now=NOW)
    assert not Member.objects.filter(name="李四").exists()


def test_secretary_without_a_branch_column_means_the_own_branch(cast):
    head, row = HEAD[:6], person("张三")[:6]
    columns = {letter: MAPPED[letter] for letter in "ABCDEF"}
    batch = preview(cast, book([row], head=head), who="secretary", columns=columns)
    assert batch.counts["created"] == 1


def test_people_twice_in_the_file_are_refused_by_row(cast):
    batch = preview(cast, book([person("张三"), person("张三"), person("赵六", id=None), person("赵六", id=None)]))
    assert batch.counts == {"created": 2, "changed": 0, "unchanged": 0, "refused": 2}
    assert "第 2 行" in rows_of(batch)[1]["faults"][0]["message"]
    assert "第 4 行" in rows_of(batch)[3]["faults"][0]["message"]


def test_changes_are_shown_field_by_field_and_month_keeps_the_known_day(cast):
    member = MemberFactory(branch=cast.branch, name="张三", education="大专", confirmed_on=None)
    head = [*HEAD, "学历", "工作单位"]
    row = [*person("张三", id=None, born_on="1985.05", joined="2015年7月", confirmed=None), "大学本科", "局机关"]
    batch = preview(cast, book([row], head=head), columns=MAPPED | {"K": "education", "L": ""})
    assert batch.counts == {"created": 0, "changed": 1, "unchanged": 0, "refused": 0}
    assert rows_of(batch)[0]["changes"] == [{"label": "学历学位", "old": "大专", "new": "大学本科"}]
    flow.confirm(actor=cast.viewer("officer"), batch=batch, now=NOW)
    member.refresh_from_db()
    assert (member.education, member.born_on, member.version) == ("大学本科", date(1985, 5, 20), 2)


def test_namesakes_without_id_are_refused(cast):
    MemberFactory(branch=cast.branch, name="张三")
    MemberFactory(branch=cast.branch, name="张三")
    batch = preview(cast, book([person("张三", id=None)]))
    assert "同名" in rows_of(batch)[0]["faults"][0]["message"]


def test_own_layout_with_title_rows_split_head_and_merged_cells(cast):
    GroupFactory(parent=cast.branch, short_name="第一小组")
    before = [["交通局机关党委党员名册"], ["填报单位（盖章）：", None, None, "填报日期：2026年11月20日"]]
    upper = ["序号", "姓　名", "性别", "基本情况", None, "党内情况", None, "所在支部", "党小组"]
    lower = [None, None, None, "出生年月", "身份证号码", "入党年月", "转正年月", None, None]
    rows = [
        [1, "张 三", "男", "1985.05", id_of("19850520", 1), "2010.06", "2011.06", "公路党支部", "第一小组"],
        [2, "李四", "男", "１９８６年３月", id_of("19860301", 3), "2010.06", "2011.06", None, None],
        [],
        ["合计", 2],
        ["填报人：", None, "审核人："],
    ]
    merged = ["A1:I1", "A3:A4", "B3:B4", "C3:C4", "D3:E3", "F3:G3", "H3:H4", "I3:I4", "H5:H6", "I5:I6"]
    data = book([lower, *rows], head=upper, before=before, merged=merged)
    batch = flow.upload(actor=cast.viewer("officer"), kind="members", data=data, file_name="x.xlsx", now=NOW)
    assert batch.state == "mapping"
    assert batch.mapping["head_row"] == 3
    columns = batch.mapping["columns"]
    assert columns == {
        "A": "", "B": "name", "C": "sex", "D": "born_on", "E": "id_number", "F": "joined_on", "G": "confirmed_on",
        "H": "branch", "I": "group",
    }  # fmt: skip
    batch = flow.choose_columns(actor=cast.viewer("officer"), batch=batch, head_row=3, columns=columns, now=NOW)
    assert batch.counts == {"created": 2, "changed": 0, "unchanged": 0, "refused": 0}
    flow.confirm(actor=cast.viewer("officer"), batch=batch, now=NOW)
    second = Member.objects.get(name="李四")
    assert (second.branch, second.born_on, second.group.short_name) == (cast.branch, date(1986, 3, 1), "第一小组")


def test_hidden_and_unknown_columns_are_named(cast):
    head = [*HEAD, "血型"]
    batch = preview(cast, book([[*person("张三", phone="13800001234"), "A"]], head=head, hidden=["J"]), columns=MAPPED)
    import json

    notes = "".join(json.loads(batch.plan)["notes"])
    assert "K 列“血型”" in notes
    assert "J 列“联系电话”" in notes


def test_the_register_moved_on_after_the_preview(cast):
    batch = preview(cast, book([person("张三")]))
    MemberFactory(branch=cast.branch, name="张三", born_on=date(1985, 5, 20))
    with pytest.raises(Conflict):
        flow.confirm(actor=cast.viewer("officer"), batch=batch, now=NOW)
    batch.refresh_from_db()
    assert batch.state == "preview"
    assert flow.replan(actor=cast.viewer("officer"), batch=batch, now=NOW).counts["changed"] == 1


def test_planning_costs_the_same_queries_for_one_row_and_for_many(cast, django_assert_num_queries):
    def queries(count):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        data = book([person(f"张{n}", serial=2 * n + 1) for n in range(count)])
        preview(cast, data)
        with CaptureQueriesContext(connection) as seen:
            flow.upload(actor=cast.viewer("officer"), kind="members", data=data, file_name="x.xlsx", now=NOW)
        return len(seen)

    assert queries(1) == queries(30)


def test_branches_import_with_a_parent_of_the_same_file(cast):
    head = ["全称", "简称", "类别", "上级组织", "成立日期", "考核分组"]
    rows = [
        ["中共养护中心总支", "养护总支", "党总支", None, "2016-07-01", None],
        ["中共养护一支部", "养护一支部", "党支部", "养护总支", "2016.7.1", "基层"],
        ["中共无根支部", "无根支部", "党支部", "没有的组织", "2016-07-01", None],
        ["中共错级支部", "错级支部", "党小组", None, "2016-07-01", None],
    ]
    columns = dict(zip("ABCDEF", ["name", "short_name", "tier", "parent", "founded_on", "rank_group"], strict=True))
    batch = preview(cast, book(rows, head=head), kind="branches", columns=columns)
    assert batch.counts == {"created": 2, "changed": 0, "unchanged": 0, "refused": 2}
    flow.confirm(actor=cast.viewer("officer"), batch=batch, now=NOW)
    parent, branch = Organisation.objects.get(short_name="养护总支"), Organisation.objects.get(short_name="养护一支部")
    assert branch.path == f"{parent.path}{branch.pk}/"
    assert (branch.root, branch.code) == (cast.root, f"{parent.code}.001")
    again = preview(cast, book(rows, head=head), kind="branches", columns=columns)
    assert again.counts == {"created": 0, "changed": 0, "unchanged": 2, "refused": 2}


def test_a_branch_committee_member_may_not_import(cast):
    from core.errors import Refused

    with pytest.raises(Refused):
        flow.upload(actor=cast.viewer("committee_member"), kind="members", data=book([]), file_name="x", now=NOW)


def test_an_empty_sheet_is_refused_in_words(cast):
    with pytest.raises(InvalidInput):
        preview(cast, book([], head=[]))


def test_old_uploads_are_emptied(cast):
    batch = preview(cast, book([person("张三")]))
    assert flow.forget_expired(now=datetime(2026, 11, 22, tzinfo=UTC)) == 1
    assert ImportBatch.objects.get(pk=batch.pk).rows == ""


def test_somebody_elses_change_is_never_overwritten(cast):
    member = MemberFactory(branch=cast.branch, name="张三", education="大专", confirmed_on=None)
    row = [*person("张三", id=None, joined="2015-07-01", confirmed=None), "本科"]
    batch = preview(cast, book([row], head=[*HEAD, "学历"]), columns=MAPPED | {"K": "education"})
    assert batch.counts["changed"] == 1
    Member.objects.filter(pk=member.pk).update(note="别人写的", version=2)
    with pytest.raises(Conflict):
        flow.confirm(actor=cast.viewer("officer"), batch=batch, now=NOW)
    batch = flow.replan(actor=cast.viewer("officer"), batch=batch, now=NOW)
    flow.confirm(actor=cast.viewer("officer"), batch=batch, now=NOW)
    member.refresh_from_db()
    assert (member.education, member.note, member.version) == ("本科", "别人写的", 3)


def test_the_nightly_task_forgets_old_uploads(cast):
    from branches.tasks import forget_expired_imports

    batch = preview(cast, book([person("张三")]))
    ImportBatch.objects.filter(pk=batch.pk).update(expires_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert forget_expired_imports() == 1
