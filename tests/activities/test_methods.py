"""Work methods as data: the outline, the register with progress, five ticks for each party worker."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest
import time_machine
from django.http import Http404
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from activities.models import Method, MethodNode, MethodProof
from activities.rules.outline import OutlineItem, parse_outline, written
from activities.selectors.methods import method_views, methods_of
from activities.services.methods import prove, save_method, take_back
from core.errors import Conflict, InvalidInput, Refused
from tests.factories import activities as records
from tests.factories.branches import TODAY, Cast

NOW = records.NOW
FOUR_THREE_TWO = """四个项目
- 东西快速路 | 周启明
- 国道嵊泗段 | 韩立群
- 舟山港主通道
- 江南山大桥
三支队伍
- 党员突击队
- 青年突击队
- 项目突击队
两个工作室
- 创新工作室
- 廉洁工作室"""
FIVE_ONES = "五个一\n- 集中培训\n- 外出学习\n- 内部考试\n- 主讲党课\n- 领办项目"
words = st.sampled_from(["甲", "乙丙", "丁 戊", "己2", "庚-辛"])


@pytest.fixture(autouse=True)
def november():
    with time_machine.travel(NOW, tick=True):
        yield


def saved(cast: Cast, by: str = "officer", outline: str = FOUR_THREE_TWO, **more) -> Method:
    data = {"organisation": cast.root, "year": 2026, "name": "432机制", "kind": "tree"} | more
    return save_method(actor=cast.viewer(by), outline=outline, now=NOW, **data)


def proved(cast: Cast, name: str, by: str = "officer", **more) -> MethodProof:
    node = MethodNode.objects.get(name=name)
    data = {"happened_on": date(2026, 6, 1), "words": "签订联建协议", "evidence": "协议书1份"} | more
    return prove(actor=cast.viewer(by), node_id=node.pk, now=NOW, **data)


def progress(cast: Cast, who: str = "officer") -> dict[str, tuple[int, int]]:
    viewer = cast.viewer(who)
    views = method_views(viewer, list(methods_of(viewer)), today=TODAY)
    return {view.method.name: (view.done, view.total) for view in views}


# -- the outline ---------------------------------------------------------------------------------------


def test_outline_of_432_has_nine_nodes() -> None:
    items, faults = parse_outline(FOUR_THREE_TWO)
    assert faults == [] and len(items) == 9
    assert items[0] == OutlineItem("四个项目", "东西快速路", "周启明")
    assert [item.group for item in items] == ["四个项目"] * 4 + ["三支队伍"] * 3 + ["两个工作室"] * 2


@given(
    st.lists(
        st.builds(OutlineItem, words, words, st.just("") | words), min_size=1, unique_by=lambda i: (i.group, i.name)
    )
)
def test_outline_is_read_back_as_written(items: list[OutlineItem]) -> None:
    assert parse_outline(written(items)) == (items, [])


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "没有一个事项"),
        ("只有分组", "没有一个事项"),
        ("- 没有分组", "前面没有分组名"),
        ("组\n- ", "没有事项名称"),
        ("组\n- 甲\n- 甲", "与前面重复"),
        ("组\n- " + "长" * 61, "太长"),
        ("组\n" + "\n".join(f"- 事{n}" for n in range(201)), "事项太多"),
    ],
)
def test_faulty_outline_is_named_by_its_line(text: str, fault: str) -> None:
    assert any(fault in one for one in parse_outline(text)[1])


# -- trees -----------------------------------------------------------------------------------------------


def test_register_counts_an_item_once(cast: Cast) -> None:
    saved(cast)
    assert progress(cast) == {"432机制": (0, 9)}
    first = proved(cast, "东西快速路")
    proved(cast, "东西快速路", words="完成攻坚", evidence="简报12期")
    assert progress(cast) == {"432机制": (1, 9)}
    take_back(actor=cast.viewer("officer"), proof_id=first.pk, now=NOW)
    assert progress(cast) == {"432机制": (1, 9)}
    with pytest.raises(Conflict):
        take_back(actor=cast.viewer("officer"), proof_id=first.pk, now=NOW)


def test_proof_needs_evidence_and_a_day_of_the_year(cast: Cast) -> None:
    saved(cast)
    for fault in (
        {"evidence": " "}, {"words": ""}, {"happened_on": date(2025, 12, 31)}, {"happened_on": date(2026, 11, 21)},
    ):  # fmt: skip
        with pytest.raises(InvalidInput):
            proved(cast, "东西快速路", **fault)
    assert not MethodProof.objects.exists()


def test_changed_outline_keeps_what_is_proved(cast: Cast) -> None:
    method = saved(cast)
    proof = proved(cast, "东西快速路")
    again = saved(cast, outline="四个项目\n- 新项目\n- 东西快速路 | 李四", method_id=method.pk, version=1)
    assert list(again.nodes.values_list("name", "owner")) == [("新项目", ""), ("东西快速路", "李四")]
    assert MethodProof.objects.get().node == proof.node
    with pytest.raises(InvalidInput):
        saved(cast, outline="四个项目\n- 新项目", method_id=method.pk, version=2)
    with pytest.raises(Conflict):
        saved(cast, method_id=method.pk, version=1)
    with pytest.raises(InvalidInput):
        saved(cast, outline="四个项目\n- 东西快速路", kind="ticks", method_id=method.pk, version=2)
    assert Method.objects.get().nodes.count() == 2


def test_one_name_a_year_and_organisation(cast: Cast) -> None:
    saved(cast)
    with pytest.raises(Conflict):
        saved(cast)
    saved(cast, "secretary", organisation=cast.branch)


def test_branch_reads_the_committees_method_and_writes_its_own(cast: Cast) -> None:
    saved(cast)
    saved(cast, "secretary", organisation=cast.branch, name="四微工作法", outline="微\n- 微党课")
    assert set(progress(cast, "secretary")) == {"432机制", "四微工作法"}
    assert set(progress(cast, "other_secretary")) == {"432机制"}
    assert set(progress(cast, "leader")) == {"432机制", "四微工作法"}
    assert progress(cast, "outsider") == progress(cast, "member") == {}
    with pytest.raises((Refused, Http404)):
        proved(cast, "东西快速路", by="secretary")
    with pytest.raises(Http404):
        proved(cast, "微党课", by="other_secretary")
    proved(cast, "东西快速路")
    assert progress(cast, "other_secretary") == {"432机制": (1, 9)}


# -- five ones ---------------------------------------------------------------------------------------------


def test_each_party_worker_ticks_five_with_proof(cast: Cast) -> None:
    saved(cast, outline=FIVE_ONES, name="五个一", kind="ticks")
    own = cast.secretary.member
    assert progress(cast, "secretary") == {"五个一": (0, 10)}  # secretary and committee member
    for name in ("集中培训", "外出学习", "内部考试", "主讲党课", "领办项目"):
        proved(cast, name, by="secretary", member=own)
    viewer = cast.viewer("secretary")
    (view,) = method_views(viewer, list(methods_of(viewer)), today=TODAY)
    assert {line.member: line.done for line in view.workers} == {own: 5, cast.committee_member.member: 0}
    assert progress(cast, "officer") == {"五个一": (5, 15)}
    with pytest.raises(Conflict):
        proved(cast, "集中培训", by="officer", member=own)


def test_nobody_ticks_for_another_branch_or_for_nobody(cast: Cast) -> None:
    saved(cast, outline=FIVE_ONES, name="五个一", kind="ticks")
    with pytest.raises(Http404):
        proved(cast, "集中培训", by="secretary", member=cast.other_secretary.member)
    with pytest.raises(InvalidInput):
        proved(cast, "集中培训")
    with pytest.raises(Http404):
        proved(cast, "集中培训", member=cast.outsider.member)


# -- pages ---------------------------------------------------------------------------------------------------


def test_method_is_written_and_proved_in_the_browser(cast: Cast, client_as) -> None:
    client = client_as("officer")
    data = {"organisation": cast.root.pk, "year": 2026, "name": "432机制", "kind": "tree", "outline": FOUR_THREE_TWO, "version": 0}  # fmt: skip
    answer = client.post(reverse("activities:method_new"), data)
    method = Method.objects.get()
    assert answer.url == reverse("activities:method", args=[method.pk])
    node = method.nodes.get(name="党员突击队")
    form = {"happened_on": "2026-05-04", "words": "成立突击队", "evidence": "交党〔2026〕11号"}
    assert client.post(reverse("activities:method_prove", args=[node.pk]), form).status_code == 302
    page = client.get(reverse("activities:method", args=[method.pk])).content.decode()
    assert "已做1项，共9项" in page and "交党〔2026〕11号" in page
    bad = client.post(reverse("activities:method_new"), data | {"name": "乱", "outline": "- 无组"})
    assert bad.status_code == 400 and "前面没有分组名" in bad.content.decode()
    proof = MethodProof.objects.get()
    assert client.post(reverse("activities:method_take_back", args=[proof.pk])).status_code == 302
    assert "已做0项" in client.get(reverse("activities:method", args=[method.pk])).content.decode()


def test_sheet_has_the_lines_of_the_page(cast: Cast, client_as) -> None:
    method = saved(cast)
    proved(cast, "东西快速路")
    answer = client_as("officer").get(reverse("activities:method_export", args=[method.pk]))
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    rows = list(openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))
    assert sum(row[3] == "未做" for row in rows) == 8
    assert [row[1] for row in rows if row[3] == "已做"] == ["东西快速路"]
