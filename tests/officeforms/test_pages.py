"""The pages of official forms as a person uses them: upload, click, choose, preview, export, check."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from officeforms.models import FormExport, FormVersion, OfficialForm
from tests.factories.workbooks import branch_form, summary_form
from tests.officeforms.conftest import OCTOBER


def file_of(data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("空表.xlsx", data)


@pytest.fixture
def client(scored_cast, client_as):
    return client_as("officer")


@pytest.fixture
def version(client):
    response = client.post(
        "/forms/new/", {"name": "得分汇总表", "subject": "committee", "file": file_of(summary_form())}
    )
    version = FormVersion.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/forms/versions/{version.pk}/")
    return version


def test_list_says_how_to_begin_and_then_lists(client, upload):
    assert "上传空表" in client.get("/forms/").content.decode()
    upload(name="得分汇总表")
    page = client.get("/forms/").content.decode()
    assert "得分汇总表" in page and "第1版" in page


def test_bad_upload_comes_back_with_what_to_do(client):
    response = client.post("/forms/new/", {"name": "表", "subject": "committee", "file": file_of(b"%PDF-1.7")})
    assert response.status_code == 400
    assert "这是 PDF 文件" in response.content.decode()
    assert OfficialForm.objects.count() == 0


def test_sheet_is_drawn_with_its_merges_and_formulas(client, version):
    page = client.get(f"/forms/versions/{version.pk}/").content.decode()
    assert '<td colspan="8"><a href="?sheet=' in page
    assert 'rowspan="2"' in page
    assert 'class="is-formula"' in page
    assert "说明" in page  # the other sheet's tab


def test_cell_is_picked_bound_and_unbound_without_script(client, version):
    url = f"/forms/versions/{version.pk}/"
    page = client.get(f"{url}?sheet=汇总表&cell=H9&q=党员").content.decode()
    assert "单元格 H9" in page and 'value="copy.members"' in page
    response = client.post(f"{url}bind/", {"sheet": "汇总表", "address": "H9", "field": "copy.members"})
    assert response["Location"].startswith(f"{url}?sheet=") and "cell=H9" in response["Location"]
    page = client.get(f"{url}?sheet=汇总表&cell=H9").content.decode()
    assert "党员总数" in page and "取消绑定" in page
    client.post(f"{url}bind/", {"sheet": "汇总表", "address": "H9", "remove": "1"})
    assert version.bindings.count() == 0


def test_refusals_come_back_in_words(client, version):
    url = f"/forms/versions/{version.pk}/"
    for path, data, words in (
        ("bind/", {"sheet": "汇总表", "address": "F5", "field": "copy.day"}, "是公式"),
        ("bind/", {"sheet": "汇总表", "address": "H9"}, "请先选一个字段"),
        ("blocks/", {"sheet": "汇总表", "first_row": "9", "last_row": "3", "source": "branches"}, "行号不对"),
    ):
        assert words in client.post(url + path, data, follow=True).content.decode()


def test_formula_and_hint_in_the_panel(client, version):
    url = f"/forms/versions/{version.pk}/"
    assert "由表格自己计算" in client.get(f"{url}?cell=F5").content.decode()
    assert "按“填报日期”建议" in client.get(f"{url}?cell=G2").content.decode()


def test_cell_outside_the_rows_shown_is_reached_by_its_address(client, version):
    url = f"/forms/versions/{version.pk}/"
    page = client.get(f"{url}?cell=B90").content.decode()
    assert "单元格 B90" in page
    client.post(f"{url}bind/", {"sheet": "汇总表", "address": "B90", "field": "copy.day"})
    assert [(one.row, one.column) for one in version.bindings.all()] == [(90, 2)]
    for odd in ("ZZZ9", "B0", "B99999", "²", "B²"):
        assert client.get(url, {"cell": odd}).status_code == 200


def test_from_upload_to_file(client, version, scored_cast):
    url = f"/forms/versions/{version.pk}/"
    client.post(f"{url}suggest/", {"sheet": "汇总表"})
    page = client.get(f"{url}preview/?month=2026-10").content.decode()
    assert scored_cast.branch.short_name in page and "共填" in page
    assert FormExport.objects.count() == 0
    response = client.post(f"{url}export/", {"month": "2026-10"})
    assert response["Content-Disposition"].startswith("attachment")
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    assert book.sheetnames == ["汇总表", "说明", "存证"]
    assert book["汇总表"]["B5"].value == scored_cast.branch.short_name
    export = FormExport.objects.get()
    detail = client.get(f"/forms/{version.form_id}/").content.decode()
    assert export.digest in detail and "已使用" in detail
    assert "绑定定住了" in client.get(url).content.decode()
    checked = client.post("/forms/check/", {"file": SimpleUploadedFile("表.xlsx", response.content)})
    assert "与平台的导出记录相符" in checked.content.decode()
    book["汇总表"]["B5"].value = "别的支部"
    altered = io.BytesIO()
    book.save(altered)
    checked = client.post("/forms/check/", {"file": SimpleUploadedFile("表.xlsx", altered.getvalue())})
    assert "B5" in checked.content.decode() and "有改动" in checked.content.decode()


def test_copy_not_from_here_is_doubted_and_other_files_refused(client, version):
    client.post(f"/forms/versions/{version.pk}/suggest/", {"sheet": "汇总表"})
    data = client.post(f"/forms/versions/{version.pk}/export/", {"month": "2026-10"}).content
    FormExport.objects.all().delete()
    assert "存疑" in client.post("/forms/check/", {"file": file_of(data)}).content.decode()
    for bad, words in ((summary_form(), "没有工作表“存证”"), (b"PK\x03\x04", "不能核对")):
        response = client.post("/forms/check/", {"file": file_of(bad)})
        assert (response.status_code, words in response.content.decode()) == (400, True)


def test_preview_of_a_branch_form_asks_for_the_branch(client, scored_cast):
    client.post("/forms/new/", {"name": "基本情况", "subject": "branch", "file": file_of(branch_form())})
    version = FormVersion.objects.get()
    client.post(f"/forms/versions/{version.pk}/suggest/", {"sheet": "基本情况"})
    url = f"/forms/versions/{version.pk}/preview/?month={OCTOBER}"
    page = client.get(f"{url}&branch={scored_cast.other_branch.pk}").content.decode()
    assert "李书记" in page and "王书记" not in page
    assert client.get(f"{url}&branch={scored_cast.foreign_branch.pk}").status_code == 404


def test_empty_form_has_no_preview_but_words(client, version):
    page = client.get(f"/forms/versions/{version.pk}/preview/").content.decode()
    assert "还没有绑定任何单元格" in page


def test_script_is_handed_out(client):
    response = client.get("/forms/checker/")
    assert "check_form.py" in response["Content-Disposition"]
    assert b"def main(" in response.content


def test_collecting_page_refuses_and_adds(client, client_as):
    data = {"what": "kind", "kind-unit": "次", "kind-reason": "上级要", "kind-from_month": "2026-11"}
    response = client.post("/collections/", data | {"kind-name": "党员人数"})
    assert (response.status_code, "不用再收集" in response.content.decode()) == (400, True)
    assert client.post("/collections/", data | {"kind-name": "志愿服务时长"}).status_code == 302
    assert "志愿服务时长" in client_as("secretary").get("/claims/new/").content.decode()
    begun = {"what": "collection", "collection-name": "防汛值守", "collection-reason": "汛期"}
    response = client.post("/collections/", begun | {"collection-due_on": "2099-11-30"})
    page = response["Location"]
    assert "不用再收集" in client.post(f"{page}fields/", {"name": "书记姓名", "kind": "text"}).content.decode()
    assert client.post(f"{page}fields/", {"name": "值守电话", "kind": "text"}).status_code == 302
    assert client_as("secretary").get(page).status_code == 404
    client.post(f"{page}send/")
    own = client_as("secretary").get(page).content.decode()
    assert "值守电话" in own and "公路党支部" in own
