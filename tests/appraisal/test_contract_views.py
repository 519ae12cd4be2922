"""The pages of contracts: list, one contract, the form that keeps what was typed, Word, print, sheet."""

from __future__ import annotations

from io import BytesIO

import docx
import openpyxl
import pytest
from django.urls import reverse

from appraisal.models import Contract, NextTarget, TargetReport
from appraisal.selectors.contracts import lines_of
from tests.factories.contracts import YEAR, line, make, send, signed
from tests.factories.signing import sign


def get(client, name: str, *args, **query):
    answer = client.get(reverse(f"appraisal:{name}", args=args), query)
    assert answer.status_code == 200
    return answer


def html(client, name: str, *args, **query) -> str:
    return get(client, name, *args, **query).content.decode()


def form_of(contract: Contract, **changes) -> dict[str, str]:
    """The form of a contract as the browser sends it."""
    contract.refresh_from_db()
    data: dict[str, str] = {"version": str(contract.version)}
    for one in lines_of(contract):
        target = one.target_words if one.target is None else f"{one.target // 1000}"
        data |= {
            f"target-{one.code}": target,
            f"owner-{one.code}": str(one.owner_id or ""),
            f"note-{one.code}": one.note,
        }
    return data | changes


def test_from_making_to_signing_by_the_pages(cast, client_as):
    make(cast)  # the scheme and the drafts
    officer = client_as("officer")
    assert "一次生成" not in html(officer, "contract_list", YEAR)
    answer = officer.post(reverse("appraisal:contract_send", args=[YEAR]), follow=True)
    page = answer.content.decode()
    assert "2份责任书已送签" in page
    assert "运管党支部没有送签" in page
    assert "支部书记王书记" in page
    contract = Contract.objects.get(branch=cast.branch)
    page = html(client_as("secretary"), "contract", contract.pk)
    assert "阅读并签署" in page
    assert reverse("signing:paper", args=[contract.paper_id]) in page
    answer = officer.post(reverse("appraisal:contract_remind", args=[YEAR]), follow=True)
    assert "已提醒2人" in answer.content.decode()
    answer = officer.post(reverse("appraisal:contract_remind", args=[YEAR]), follow=True)
    assert "今天都已提醒过" in answer.content.decode()


def test_making_is_offered_once(cast, client_as):
    from tests.factories.contracts import template

    template(cast)
    officer = client_as("officer")
    assert "一次生成3份" in html(officer, "contract_list", YEAR)
    answer = officer.post(reverse("appraisal:contract_make", args=[YEAR]), follow=True)
    assert "生成了3份责任书" in answer.content.decode()
    answer = officer.post(reverse("appraisal:contract_make", args=[YEAR]), follow=True)
    assert "没有新生成" in answer.content.decode()
    assert Contract.objects.count() == 3


def test_people_of_a_branch_come_to_their_own_contract(cast, client_as):
    assert "本支部还没有责任书" in html(client_as("secretary"), "contracts")
    contract = make(cast)
    for who in ("secretary", "committee_member"):
        answer = client_as(who).get(reverse("appraisal:contracts"))
        assert answer.url == reverse("appraisal:contract", args=[contract.pk])
    assert client_as("officer").get(reverse("appraisal:contracts")).url == reverse(
        "appraisal:contract_list", args=[2026]
    )


def test_the_form_saves_and_on_a_mistake_keeps_what_was_typed(cast, client_as):
    contract = make(cast)
    officer, url = client_as("officer"), reverse("appraisal:contract_edit", args=[contract.pk])
    data = form_of(contract, **{"target-D4.1": "14", "target-D1.1": "五", "name-new0": "攻坚项目", "target-new0": "15"})
    answer = officer.post(url, data)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert 'name="target-D4.1" value="14"' in page
    assert 'name="target-D1.1" value="五"' in page
    assert 'name="name-new0" value="攻坚项目"' in page
    assert "目标与方案不同，请写明说明。" in page
    data |= {"note-D4.1": "自加压力", "target-D1.1": "4", "unit-new0": "个"}
    assert officer.post(url, data).url == reverse("appraisal:contract", args=[contract.pk])
    assert line(contract, "D4.1").target == 14_000
    assert line(contract, "自定1").unit == "个"
    page = html(client_as("secretary"), "contract", contract.pk)
    assert "高于方案" in page
    assert "方案12次：自加压力" in page


def test_a_sent_contract_is_not_edited_but_changed(cast, client_as):
    contract = signed(cast)
    officer = client_as("officer")
    assert officer.get(reverse("appraisal:contract_edit", args=[contract.pk])).status_code == 409
    answer = officer.post(reverse("appraisal:contract_change", args=[contract.pk]), {"reason": "加任务"}, follow=True)
    assert "第2版（加任务）" in answer.content.decode()
    page = html(officer, "contract", contract.pk)
    assert "送签前第1版继续有效" in page
    officer.post(reverse("appraisal:contract_drop", args=[contract.pk]))
    assert "送签前第1版继续有效" not in html(officer, "contract", contract.pk)


def test_a_void_version_shows_its_signatures_struck_through(cast, client_as):
    contract = make(cast)
    send(cast)
    contract.refresh_from_db()
    sign(cast, contract.paper, "secretary")
    client_as("officer").post(reverse("appraisal:contract_change", args=[contract.pk]), {"reason": "写错了"})
    page = html(client_as("secretary"), "contract", contract.pk)
    assert "<del>王书记" in page
    assert "作废原因：写错了" in page


def test_word_and_print_say_what_was_signed(cast, client_as):
    contract = signed(cast)
    answer = get(client_as("secretary"), "contract_word", contract.pk)
    word = docx.Document(BytesIO(answer.content))
    texts = [one.text for one in word.paragraphs]
    assert texts[0] == "2026年度党建目标量化管理责任书"
    assert "一、目标任务" in texts
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    assert "甲方（机关党委）：officer" in cells
    assert "乙方（党支部书记）：王书记" in cells
    assert any(contract.paper.digest in text for text in texts)
    page = html(client_as("leader"), "contract_print", contract.pk)
    assert contract.paper.digest in page
    assert "<dd>王书记</dd>" in page


def test_a_draft_is_printed_as_a_draft(cast, client_as):
    contract = make(cast)
    assert "草稿，未送签" in html(client_as("secretary"), "contract_print", contract.pk)
    word = docx.Document(BytesIO(get(client_as("secretary"), "contract_word", contract.pk).content))
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    assert "甲方（机关党委）：" in cells


def test_the_sheet_shows_what_the_page_shows(cast, client_as):
    make(cast)
    send(cast)
    answer = client_as("officer").get(reverse("appraisal:contract_export", args=[YEAR]), {"stage": "signing"})
    book = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content)))
    rows = [[cell.value for cell in row] for row in book.active.iter_rows()]
    found = [[*row[1:4], row[7]] for row in rows if row[3] == "签署中"]
    assert found == [
        ["公路党支部", "王书记", "签署中", "支部书记王书记"],
        ["港航党支部", "李书记", "签署中", "支部书记李书记"],
    ]


def test_the_next_years_plan_by_the_page(cast, client_as):
    contract = make(cast)
    secretary, url = client_as("secretary"), reverse("appraisal:contract_next", args=[contract.pk])
    data = {"next-D4.1": "13", "note-D4.1": "多一次", "name-new0": "完成投资", "next-new0": "510", "unit-new0": "亿元"}
    assert secretary.post(url, data | {"next-new0": "很多"}).status_code == 400
    assert NextTarget.objects.count() == 0
    assert secretary.post(url, data).status_code == 302
    assert sorted(NextTarget.objects.values_list("name", "target", "unit")) == [
        ("主题党日", 13_000, "次"),
        ("完成投资", 510_000, "亿元"),
    ]
    assert "510亿元" in html(secretary, "contract", contract.pk)


def test_a_report_by_the_page(cast, client_as):
    contract = make(cast)
    officer = client_as("officer")
    data = form_of(contract, **{"name-new0": "攻坚项目", "target-new0": "15", "unit-new0": "个"})
    officer.post(reverse("appraisal:contract_edit", args=[contract.pk]), data)
    url = reverse("appraisal:contract_report", args=[contract.pk])
    data = {"code": "自定1", "quantity": "6", "happened_on": "2026-01-31"}
    assert client_as("secretary").post(url, data).status_code == 302
    assert TargetReport.objects.get().quantity == 6_000
    assert "6个" in html(client_as("secretary"), "contract", contract.pk)


def test_the_template_by_the_page(cast, client_as):
    from tests.factories.contracts import template

    found = template(cast)
    officer, url = client_as("officer"), reverse("appraisal:contract_template", args=[YEAR])
    page = html(officer, "contract_template", YEAR)
    assert "党建目标量化管理责任书" in page
    data = {
        "title": "{year}年责任状",
        "preamble": "开头",
        "measures": "（一）措施",
        "closing": "",
        "due_on": "2026-02-10",
        "owner-D4": "secretary",
        "post-1": "secretary",
        "kind-1": "first",
        "duty-1": "负总责",
    }
    answer = officer.post(url, data | {"title": ""})
    assert answer.status_code == 400
    assert ">开头</textarea>" in answer.content.decode()
    assert officer.post(url, data).status_code == 302
    found.refresh_from_db()
    assert (found.title, found.owners["D4"][0], found.duties) == (
        "{year}年责任状",
        "secretary",
        [{"post": "secretary", "kind": "first", "text": "负总责"}],
    )
    assert found.owners["D3"] == ["publicity_member", "organisation_member"]


@pytest.mark.parametrize("back", ["https://example.org/", "//example.org/", "/other/"])
def test_sending_leads_nowhere_else(cast, client_as, back):
    contract = make(cast)
    url = reverse("appraisal:contract_send", args=[YEAR])
    answer = client_as("officer").post(url, {"contract": contract.pk, "back": back})
    assert answer.url == reverse("appraisal:contract_list", args=[YEAR])


def test_progress_is_the_statements(cast, client_as):
    """The done of a line is what the statement counted, its points are the statement's."""
    from datetime import date

    from appraisal.selectors.contracts import contract_page
    from assessment.statement import statement
    from core.periods import Month
    from tests.factories.branches import TermFactory
    from tests.factories.scores import scored

    TermFactory(branch=cast.branch)
    contract = make(cast)
    scored([cast.branch], year=2026, until=date(2026, 6, 30), months=[Month(2026, 6)])
    viewer = cast.viewer("officer", date(2026, 7, 8))
    page = contract_page(viewer, contract)
    found = {one.rule.code: one for one in statement(viewer, cast.branch.pk, Month(2026, 6)).lines}
    assert page.month == Month(2026, 6)
    for one in page.scheme_lines:
        assert one.score == (found[one.line.code].earned, found[one.line.code].available)
    theme = next(one for one in page.scheme_lines if one.line.code == "D4.1")
    assert theme.reached == found["D4.1"].result.done * 1000 // 12_000
    assert theme.done == f"{found['D4.1'].result.done // 1000}次"
