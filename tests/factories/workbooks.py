"""Official forms as units really have them: merged heads, pictures, charts, print areas, notes; one as WPS writes it."""

from __future__ import annotations

import base64
import io
import zipfile
from datetime import datetime

import openpyxl
import xlsxwriter
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.datavalidation import DataValidation

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def summary_form() -> bytes:
    """支部考核得分汇总表: two-row merged head, rows 5—8 prepared, a sum row, signatures, a seal, a chart, a note, rules."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"created": datetime(2026, 1, 5)})  # the same bytes, whenever it is made
    sheet = book.add_worksheet("汇总表")
    title = book.add_format({"font_name": "方正小标宋简体", "font_size": 20, "align": "center", "valign": "vcenter"})
    line = book.add_format({"font_name": "仿宋_GB2312", "font_size": 12})
    head = book.add_format(
        {"font_name": "黑体", "border": 1, "align": "center", "text_wrap": True, "bg_color": "#F2DCDB"}
    )
    body = book.add_format({"font_name": "仿宋_GB2312", "border": 1})
    points = book.add_format({"font_name": "Times New Roman", "border": 1, "num_format": "0.00"})
    day = book.add_format({"font_name": "仿宋_GB2312", "num_format": 'yyyy"年"m"月"d"日"'})
    sheet.merge_range("A1:H1", "基层党支部考核得分汇总表", title)
    sheet.merge_range("A2:D2", "填报单位（盖章）：", line)
    sheet.write("F2", "填报日期：", line)
    sheet.merge_range("G2:H2", "", day)
    for cells, words in (
        ("A3:A4", "序号"),
        ("B3:B4", "党支部"),
        ("C3:C4", "书记"),
        ("D3:F3", "得分"),
        ("G3:G4", "党员数"),
        ("H3:H4", "备注"),
    ):
        sheet.merge_range(cells, words, head)
    sheet.write_row("D4", ["日常得分", "加分", "总分"], head)
    for row in range(4, 8):
        sheet.write(row, 0, row - 3, body)
        for column in (1, 2, 7):
            sheet.write_blank(row, column, None, body)
        sheet.write_blank(row, 3, None, points)
        sheet.write_blank(row, 4, None, points)
        sheet.write_formula(row, 5, f"=SUM(D{row + 1}:E{row + 1})", points, 0)
        sheet.write_blank(row, 6, None, body)
    sheet.merge_range("A9:C9", "合计", head)
    sheet.write_formula("D9", "=AVERAGE(D5:D8)", points, 0)
    sheet.write_formula("E9", "=SUM($E$5:$E$8)", points, 0)
    sheet.write_formula("F9", "=MAX(F5:F8)", points, 0)
    sheet.write_formula("G9", "=SUM(G5:G8)", body, 0)
    sheet.merge_range("A11:H11", "填报人：        审核人：        负责人：        联系电话：", line)
    sheet.insert_image("G11", "seal.png", {"image_data": io.BytesIO(PIXEL), "x_scale": 30, "y_scale": 30})
    sheet.insert_image("A1", "flag.png", {"image_data": io.BytesIO(PIXEL), "x_scale": 20, "y_scale": 20})
    sheet.write_comment("E9", "加分须附文件")
    sheet.conditional_format("F5:F8", {"type": "cell", "criteria": "<", "value": 60, "format": head})
    sheet.data_validation("H5:H8", {"validate": "list", "source": ["合格", "限期整改"]})
    sheet.print_area("A1:H11")
    sheet.repeat_rows(0, 3)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&C第 &P 页 共 &N 页")
    sheet.set_column("B:B", 22)
    sheet.freeze_panes(4, 2)
    chart = book.add_chart({"type": "column"})
    chart.add_series({"categories": "=汇总表!$B$5:$B$8", "values": "=汇总表!$F$5:$F$8", "name": "总分"})
    sheet.insert_chart("A14", chart)
    other = book.add_worksheet("说明")
    other.write("A1", "填表说明：由机关党委填写。", line)
    other.write_formula("B1", "=汇总表!G9", body, 0)
    other.write_formula("B2", "=1+1", body, 2)
    book.define_name("党员合计", "=汇总表!$G$9")
    book.close()
    return out.getvalue()


def branch_form() -> bytes:
    """支部基本情况表 as openpyxl writes it: labels beside empty cells, merged, a chart, a note, a picture-less seal line."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "基本情况"
    thin = Side(style="thin")
    sheet.merge_cells("A1:F1")
    sheet["A1"] = "党支部基本情况表"
    sheet["A1"].font = Font(name="方正小标宋简体", size=18)
    sheet["A1"].alignment = Alignment(horizontal="center")
    pairs = [
        ("A3", "支部名称"),
        ("D3", "书记"),
        ("A4", "党员人数"),
        ("D4", "成立日期"),
        ("A5", "本月得分"),
        ("D5", "主题党日次数"),
    ]
    for place, words in pairs:
        sheet[place] = words
        sheet[place].font = Font(name="黑体")
        sheet[place].fill = PatternFill("solid", fgColor="FDE9D9")
    for row in (3, 4, 5):
        sheet.merge_cells(start_row=row, start_column=2, end_row=row, end_column=3)
        sheet.merge_cells(start_row=row, start_column=5, end_row=row, end_column=6)
        for column in range(1, 7):
            sheet.cell(row, column).border = Border(left=thin, right=thin, top=thin, bottom=thin)
    sheet["E4"].number_format = "yyyy-mm-dd"
    for column, words in enumerate(("序号", "姓名", "性别", "入党时间", "联系电话", "备注"), start=1):
        sheet.cell(7, column, words)
    for column in range(1, 7):
        sheet.cell(8, column).border = Border(left=thin, right=thin, top=thin, bottom=thin)
    sheet["F8"] = "无"
    sheet["A9"] = "人数"
    sheet["B9"] = "=COUNTA(B8:B8)"
    sheet["A10"] = "以上由支部书记核对"
    sheet["B3"].comment = Comment("填全称", "机关党委")
    sheet.conditional_formatting.add(
        "B5", CellIsRule(operator="lessThan", formula=["60"], fill=PatternFill("solid", bgColor="FFC7CE"))
    )
    choices = DataValidation(type="list", formula1='"男,女"', allow_blank=True)
    choices.add("C8")
    sheet.add_data_validation(choices)
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=2, min_row=9, max_row=9))
    sheet.add_chart(chart, "H3")
    sheet.print_area = "A1:F10"
    sheet.print_title_rows = "1:2"
    sheet.page_setup.paperSize = 9
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACK = "http://schemas.openxmlformats.org/package/2006"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
OFFICE = "application/vnd.openxmlformats-officedocument"
SHEET_TYPE = f"{OFFICE}.spreadsheetml"

WPS_PARTS = {
    "[Content_Types].xml": f"""{HEAD}<Types xmlns="{PACK}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Default Extension="bin" ContentType="{SHEET_TYPE}.printerSettings"/><Override PartName="/xl/workbook.xml" ContentType="{SHEET_TYPE}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="{SHEET_TYPE}.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="{SHEET_TYPE}.styles+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType="{SHEET_TYPE}.sharedStrings+xml"/><Override PartName="/xl/calcChain.xml" ContentType="{SHEET_TYPE}.calcChain+xml"/><Override PartName="/docProps/custom.xml" ContentType="{OFFICE}.custom-properties+xml"/><Override PartName="/customXml/itemProps1.xml" ContentType="{OFFICE}.customXmlProperties+xml"/></Types>""",
    "_rels/.rels": f"""{HEAD}<Relationships xmlns="{PACK}/relationships"><Relationship Id="rId1" Type="{REL}/officeDocument" Target="xl/workbook.xml"/><Relationship Id="rId4" Type="{REL}/custom-properties" Target="docProps/custom.xml"/></Relationships>""",
    "docProps/custom.xml": f"""{HEAD}<Properties xmlns="{OFFICE.replace("application/vnd.openxmlformats-officedocument", "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties")}" xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"><property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="2" name="KSOProductBuildVer"><vt:lpwstr>2052-12.1.0.16929</vt:lpwstr></property></Properties>""",
    "customXml/item1.xml": "<s:customData xmlns=\"http://www.wps.cn/officeDocument/2013/wpsCustomData\" xmlns:s='http://www.wps.cn/officeDocument/2013/wpsCustomData'><extobjs/></s:customData>",
    "customXml/itemProps1.xml": '<ds:datastoreItem xmlns:ds="http://schemas.openxmlformats.org/officeDocument/2006/customXml" ds:itemID="{B1977F7D-205B-4081-913C-38D41E755F92}"/>',
    "xl/_rels/workbook.xml.rels": f"""{HEAD}<Relationships xmlns="{PACK}/relationships"><Relationship Id="rId5" Type="{REL}/calcChain" Target="calcChain.xml"/><Relationship Id="rId4" Type="{REL}/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="rId3" Type="{REL}/styles" Target="styles.xml"/><Relationship Id="rId1" Type="{REL}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{REL}/customXml" Target="../customXml/item1.xml"/></Relationships>""",
    "xl/workbook.xml": f"""{HEAD}<workbook {MAIN} xmlns:r="{REL}"><fileVersion appName="xl" lastEdited="3" lowestEdited="5" rupBuild="9302"/><workbookPr/><bookViews><workbookView windowWidth="22943" windowHeight="9947"/></bookViews><sheets><sheet name="台账 (2026)" sheetId="7" r:id="rId1"/></sheets><definedNames><definedName name="_xlnm.Print_Area" localSheetId="0">'台账 (2026)'!$A$1:$E$9</definedName><definedName name="_xlnm.Print_Titles" localSheetId="0">'台账 (2026)'!$1:$3</definedName></definedNames><calcPr calcId="144525"/></workbook>""",
    "xl/styles.xml": f"""{HEAD}<styleSheet {MAIN}><numFmts count="1"><numFmt numFmtId="176" formatCode="yyyy&quot;年&quot;m&quot;月&quot;;@"/></numFmts><fonts count="2"><font><sz val="11"/><name val="宋体"/><charset val="134"/></font><font><sz val="18"/><name val="方正小标宋_GBK"/><charset val="134"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border><border><left style="thin"><color auto="1"/></left><right style="thin"><color auto="1"/></right><top style="thin"><color auto="1"/></top><bottom style="thin"><color auto="1"/></bottom><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"><alignment vertical="center"/></xf></cellStyleXfs><cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"><alignment vertical="center"/></xf><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"><alignment horizontal="center" vertical="center"/></xf><xf numFmtId="0" fontId="0" fillId="0" borderId="1" xfId="0" applyBorder="1"/><xf numFmtId="176" fontId="0" fillId="0" borderId="1" xfId="0" applyNumberFormat="1"/></cellXfs><cellStyles count="1"><cellStyle name="常规" xfId="0" builtinId="0"/></cellStyles></styleSheet>""",
    "xl/sharedStrings.xml": f"""{HEAD}<sst {MAIN} count="8" uniqueCount="8"><si><t>三会一课台账</t></si><si><t>序号</t></si><si><t>日期</t></si><si><r><rPr><b/><sz val="11"/><rFont val="宋体"/></rPr><t>主题</t></r><r><t>（全称）</t></r></si><si><t>应到</t></si><si><t>实到</t></si><si><t>合计</t></si><si><t xml:space="preserve">填报人：    </t></si></sst>""",
    "xl/calcChain.xml": f"""{HEAD}<calcChain {MAIN}><c r="D7" i="1"/><c r="E7" i="1"/><c r="A5" i="1"/><c r="A6" i="1"/></calcChain>""",
    "xl/printerSettings/printerSettings1.bin": "\u0001\u0002printer",
    "xl/worksheets/_rels/sheet1.xml.rels": f"""{HEAD}<Relationships xmlns="{PACK}/relationships"><Relationship Id="rId1" Type="{REL}/printerSettings" Target="../printerSettings/printerSettings1.bin"/></Relationships>""",
    "xl/worksheets/sheet1.xml": f"""{HEAD}<worksheet {MAIN} xmlns:r="{REL}" xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:etc="http://www.wps.cn/officeDocument/2017/etCustomData"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><dimension ref="A1:E9"/><sheetViews><sheetView tabSelected="1" workbookViewId="0"><selection activeCell="A1" sqref="A1:E1"/></sheetView></sheetViews><sheetFormatPr defaultColWidth="9" defaultRowHeight="13.5" outlineLevelCol="4"/><cols><col min="2" max="2" width="14" customWidth="1"/></cols><sheetData><row r="1" ht="30" customHeight="1" spans="1:5"><c r="A1" s="1" t="s"><v>0</v></c><c r="B1" s="1"/><c r="C1" s="1"/><c r="D1" s="1"/><c r="E1" s="1"/></row><row r='3' spans='1:5'><c r='A3' s='2' t='s'><v>1</v></c><c r="B3" s="2" t="s"><v>2</v></c><c r="C3" s="2" t="s"><v>3</v></c><c r="D3" s="2" t="s"><v>4</v></c><c r="E3" s="2" t="s"><v>5</v></c></row><row r="4" spans="1:5"><c r="A4" s="2"><v>1</v></c><c r="B4" s="3"/><c r="C4" s="2"/><c r="D4" s="2"/><c r="E4" s="2"/></row><row r="5" spans="1:5"><c r="A5" s="2"><f t="shared" ref="A5:A6" si="0">A4+1</f><v>2</v></c><c r="B5" s="3"/><c r="C5" s="2"/><c r="D5" s="2"/><c r="E5" s="2"/></row><row r="6" spans="1:5"><c r="A6" s="2"><f t="shared" si="0"/><v>3</v></c><c r="B6" s="3"/><c r="C6" s="2"/><c r="D6" s="2"/><c r="E6" s="2"/></row><row r="7" spans="1:5"><c r="A7" s="2" t="s"><v>6</v></c><c r="B7" s="2"/><c r="C7" s="2"/><c r="D7" s="2"><f>SUM(D4:D6)</f><v>0</v></c><c r="E7" s="2"><f>IF(D7&gt;0,SUM(E4:E6)/D7,"未到期")</f><v>0</v></c></row><row r="9"><c r="A9" t="s"><v>7</v></c></row></sheetData><mergeCells count="2"><mergeCell ref="A1:E1"/><mergeCell ref="A7:C7"/></mergeCells><dataValidations count="1"><dataValidation type="whole" operator="between" allowBlank="1" sqref="D4:E6"><formula1>0</formula1><formula2>999</formula2></dataValidation></dataValidations><printOptions horizontalCentered="1"/><pageMargins left="0.75" right="0.75" top="1" bottom="1" header="0.5" footer="0.5"/><pageSetup paperSize="9" orientation="landscape" r:id="rId1"/><headerFooter/><rowBreaks count="1" manualBreakCount="1"><brk id="7" max="16383" man="1"/></rowBreaks></worksheet>""",
}


def wps_form() -> bytes:
    """三会一课台账 as WPS writes it: stored parts, custom data, mixed quotes, rich text, a shared formula, a calc chain."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as file:
        for name, text in WPS_PARTS.items():
            file.writestr(zipfile.ZipInfo(name, (2026, 11, 2, 8, 30, 0)), text.encode("utf-8"))
    return out.getvalue()


def parts_of(data: bytes) -> dict[str, bytes]:
    """The parts of a package by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return {name: file.read(name) for name in file.namelist()}
