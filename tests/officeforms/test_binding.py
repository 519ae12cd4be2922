"""Binding: addresses, formulas, blocks, whose field; and what the form's own words suggest."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404

from branches.permissions import Viewer
from core.audit import AuditEntry
from core.errors import Conflict, InvalidInput
from officeforms.models import FormVersion, OfficialForm, Source
from officeforms.selectors.fields import catalogue_of
from officeforms.services.binding import add_block, bind_cell, bind_suggested, remove_block
from officeforms.services.exporting import export_form
from officeforms.services.forms import add_version, create_form, set_retired
from tests.factories.branches import TODAY
from tests.factories.workbooks import branch_form, summary_form, wps_form
from tests.officeforms.conftest import NOW, OCTOBER

SHEET = "汇总表"


@pytest.fixture
def place(scored_cast, officer, upload):
    return {"actor": officer, "version_id": upload().pk, "sheet": SHEET, "now": NOW}


def version_of(place) -> FormVersion:
    return FormVersion.objects.get(pk=place["version_id"])


def test_merged_cell_is_bound_at_its_first_cell(place):
    assert bind_cell(**place, address="h2", field="copy.day") == "G2"
    assert [(one.row, one.column, one.field) for one in version_of(place).bindings.all()] == [(2, 7, "copy.day")]


def test_binding_again_replaces_and_empty_takes_away(place):
    bind_cell(**place, address="H9", field="copy.branches")
    bind_cell(**place, address="H9", field="copy.members")
    assert [one.field for one in version_of(place).bindings.all()] == ["copy.members"]
    bind_cell(**place, address="H9", field="")
    assert version_of(place).bindings.count() == 0
    assert AuditEntry.objects.filter(action="form.bound").count() == 3


@pytest.mark.parametrize(
    ("address", "field", "words"),
    [
        ("F5", "copy.day", "是公式"),
        ("九宫", "copy.day", "不是单元格地址"),
        ("A99999", "copy.day", "不是单元格地址"),
        ("H9", "no.such", "没有这个字段"),
        ("H9", "member.name", "只能用在行块里"),
        ("H9", "branch.members", "选定是哪个支部"),
    ],
)
def test_what_cannot_be_bound_is_refused_in_words(place, address, field, words):
    with pytest.raises(InvalidInput, match=words):
        bind_cell(**place, address=address, field=field)
    assert version_of(place).bindings.count() == 0


def test_field_of_a_named_branch_in_a_committee_form(place, scored_cast, officer):
    with pytest.raises(Http404):
        bind_cell(**place, address="H9", field="branch.members", branch_id=scored_cast.foreign_branch.pk)
    bind_cell(**place, address="H9", field="branch.members", branch_id=scored_cast.other_branch.pk)
    found = export_form(actor=officer, version_id=place["version_id"], month=OCTOBER, now=NOW)
    (entry,) = found.filled.entries
    assert (entry.address, entry.figure.value) == ("H9", scored_cast.other_branch.members.count())


def test_block_takes_columns_that_fit_its_rows(place):
    block = add_block(**place, first_row=5, last_row=8, source=Source.BRANCHES)
    bind_cell(**place, address="B6", field="branch.short_name")
    bind_cell(**place, address="A5", field="line.number")
    bind_cell(**place, address="H5", field="copy.month")
    assert [(one.column, one.field) for one in block.columns.all()] == [
        (1, "line.number"),
        (2, "branch.short_name"),
        (8, "copy.month"),
    ]
    with pytest.raises(InvalidInput, match="不能用"):
        bind_cell(**place, address="C5", field="member.name")
    bind_cell(**place, address="H7", field="")
    assert block.columns.count() == 2


def test_blocks_do_not_overlap_and_are_not_laid_over_bindings(place):
    add_block(**place, first_row=5, last_row=6, source=Source.BRANCHES)
    with pytest.raises(Conflict, match="已是行块"):
        add_block(**place, first_row=6, last_row=8, source=Source.MEMBERS)
    bind_cell(**place, address="H9", field="copy.day")
    with pytest.raises(Conflict, match="单独绑定"):
        add_block(**place, first_row=9, last_row=9, source=Source.MEMBERS)
    for first, last in ((8, 7), (0, 3), (10, 900)):
        with pytest.raises(InvalidInput, match="行号不对"):
            add_block(**place, first_row=first, last_row=last, source=Source.MEMBERS)
    with pytest.raises(InvalidInput, match="每个支部一份"):
        add_block(**place, first_row=20, last_row=20, source=Source.ITEMS)


def test_block_can_be_removed(place):
    block = add_block(**place, first_row=5, last_row=8, source=Source.BRANCHES)
    remove_block(actor=place["actor"], version_id=place["version_id"], block_id=block.pk, now=NOW)
    assert version_of(place).blocks.count() == 0
    with pytest.raises(Http404):
        remove_block(actor=place["actor"], version_id=place["version_id"], block_id=block.pk, now=NOW)


def test_heads_suggest_a_block_and_labels_their_cells(place):
    assert bind_suggested(actor=place["actor"], version_id=place["version_id"], now=NOW) == 8
    version = version_of(place)
    assert {(one.row, one.column): one.field for one in version.bindings.all()} == {
        (2, 1): "copy.unit",
        (2, 7): "copy.day",
    }
    block = version.blocks.get()
    assert (block.first_row, block.last_row, block.source) == (5, 8, Source.BRANCHES)
    assert {one.column: one.field for one in block.columns.all()} == {
        1: "line.number",
        2: "branch.short_name",
        3: "branch.secretary",
        4: "score.base",
        5: "score.bonus",
        7: "branch.members",
    }
    assert bind_suggested(actor=place["actor"], version_id=place["version_id"], now=NOW) == 0


def test_form_that_numbers_its_lines_itself_keeps_its_formula(scored_cast, officer, upload):
    version = upload(wps_form(), "三会一课台账")
    bind_suggested(actor=officer, version_id=version.pk, now=NOW)
    block = version.blocks.get()
    assert (block.first_row, block.last_row, block.source) == (4, 6, Source.RECORDS)
    assert sorted(one.column for one in block.columns.all()) == [2, 3, 4, 5]


def test_words_in_front_of_a_colon_stay(scored_cast, officer, upload):
    version = upload()
    bind_suggested(actor=officer, version_id=version.pk, now=NOW)
    found = export_form(actor=officer, version_id=version.pk, month=OCTOBER, now=NOW)
    entry = next(one for one in found.filled.entries if one.address == "A2")
    assert entry.figure.value == f"填报单位（盖章）：{scored_cast.root.name}"


def test_new_upload_takes_the_bindings_along(place, officer):
    bind_cell(**place, address="G2", field="copy.day")
    file = SimpleUploadedFile("新.xlsx", summary_form())
    form = version_of(place).form
    version = add_version(actor=officer, form_id=form.pk, file=file, now=NOW)
    assert [one.field for one in version.bindings.all()] == ["copy.day"]
    other = add_version(actor=officer, form_id=form.pk, file=SimpleUploadedFile("别.xlsx", branch_form()), now=NOW)
    assert other.bindings.count() == 0
    assert [one.number for one in form.versions.all()] == [3, 2, 1]


@pytest.mark.parametrize(
    ("data", "words"), [(b"", "空"), (b"%PDF-1.7 x", "PDF"), (b"PK\x03\x04rest", "损坏"), (b"a,b\n1,2", "文本")]
)
def test_hostile_or_foreign_upload_is_refused(cast, officer, data, words):
    file = SimpleUploadedFile("表.xlsx", data)
    with pytest.raises(InvalidInput, match=words):
        create_form(actor=officer, root=cast.root, name="表", subject="committee", file=file, now=NOW)
    assert OfficialForm.objects.count() == 0


def test_copy_that_was_handed_out_is_no_template(place, officer, cast):
    bind_cell(**place, address="G2", field="copy.day")
    data = export_form(actor=officer, version_id=place["version_id"], month=OCTOBER, now=NOW).filled.data
    file = SimpleUploadedFile("回传.xlsx", data)
    with pytest.raises(InvalidInput, match="存证"):
        create_form(actor=officer, root=cast.root, name="再传", subject="committee", file=file, now=NOW)


def test_same_name_twice_is_refused_and_retiring_is_undone(place, officer, upload):
    with pytest.raises(Conflict, match="已有名为"):
        upload()
    form = version_of(place).form
    assert set_retired(actor=officer, form_id=form.pk, retired=True, now=NOW).retired_at == NOW
    assert set_retired(actor=officer, form_id=form.pk, retired=False, now=NOW).retired_at is None


def test_nobody_but_the_officer_binds(place, cast):
    for name in ("secretary", "leader", "member", "outsider"):
        with pytest.raises(Http404):
            bind_cell(**{**place, "actor": Viewer.of(getattr(cast, name), TODAY)}, address="G2", field="copy.day")
    second = Viewer.of(cast.second_officer, TODAY)
    assert bind_cell(**{**place, "actor": second}, address="G2", field="copy.day") == "G2"


def test_catalogue_has_categories_items_records_and_metrics(scored_cast):
    fields = catalogue_of(scored_cast.root.pk, OCTOBER).fields
    items = [code for code in fields if code.startswith("score.item.")]
    assert len(items) == 18
    assert len([code for code in fields if code.startswith("score.category.")]) == 6
    assert {"records.theme_day.month", "fact.theme_day.present.year", "year.grade", "copy.mean_score"} <= set(fields)
    assert len({field.label for field in fields.values()}) >= len(fields) - 4


def test_search_finds_by_any_of_a_fields_names(scored_cast):
    catalogue = catalogue_of(scored_cast.root.pk, OCTOBER)
    assert catalogue.search("书记姓名", "branch")[0].code == "branch.secretary"
    assert catalogue.search("主题党日", "branch")[0].code.startswith("records.theme_day")
    assert catalogue.search("天上掉下来的", "branch") == []
