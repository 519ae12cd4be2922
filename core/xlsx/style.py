"""The cell formats of office sheets (domain.md §7.1): fonts by name, thin borders, formats by kind of column."""

from __future__ import annotations

from core.xlsx.sheet import KINDS

RED = "FFB5121B"
FONTS = {
    "body": '<sz val="11"/><name val="仿宋_GB2312"/>',
    "digits": '<sz val="11"/><name val="Times New Roman"/>',
    "title": '<sz val="18"/><name val="黑体"/>',
    "line": '<sz val="12"/><name val="仿宋_GB2312"/>',
    "head": '<sz val="11"/><name val="黑体"/>',
    "body_red": f'<b/><sz val="11"/><color rgb="{RED}"/><name val="仿宋_GB2312"/>',
    "digits_red": f'<b/><sz val="11"/><color rgb="{RED}"/><name val="Times New Roman"/>',
    "body_total": '<b/><sz val="11"/><name val="仿宋_GB2312"/>',
    "digits_total": '<b/><sz val="11"/><name val="Times New Roman"/>',
}
FONT_INDEX = {name: index for index, name in enumerate(FONTS)}
FORMATS = {164: "yyyy\\-mm\\-dd", 165: "yyyy\\-mm\\-dd\\ hh:mm", 166: 'yyyy"年"m"月"', 167: "0.0%"}
FORMAT_OF = {
    "text": 49,
    "center": 49,
    "code": 49,
    "int": 1,
    "decimal": 2,
    "points": 2,
    "number": 0,
    "percent": 167,
    "date": 164,
    "datetime": 165,
    "month": 166,
}
TEXT_KINDS = ("text", "center", "code")
ALIGN_OF = {
    "text": "left",
    "center": "center",
    "code": "center",
    "date": "center",
    "datetime": "center",
    "month": "center",
}
VARIANTS = ("", "_red", "_total")
# The lines around the table: role → (font, horizontal, has border, fill).
ROLES = {
    "title": ("title", "center", False, 0),
    "line": ("line", "left", False, 0),
    "head": ("head", "center", True, 2),
}


def _xf(
    font: str, number_format: int, align: str, *, border: bool, fill: int = 0, wrap: bool = True, quote: bool = False
) -> str:
    prefix = ' quotePrefix="1"' if quote else ""
    wrapping = ' wrapText="1"' if wrap else ""
    return (
        f'<xf numFmtId="{number_format}" fontId="{FONT_INDEX[font]}" fillId="{fill}" borderId="{int(border)}" xfId="0"'
        f' applyNumberFormat="1" applyFont="1" applyBorder="1" applyAlignment="1"{prefix}>'
        f'<alignment horizontal="{align}" vertical="center"{wrapping}/></xf>'
    )


def _table() -> tuple[dict[tuple[str, str, bool], int], dict[str, int], list[str]]:
    cells: dict[tuple[str, str, bool], int] = {}
    roles: dict[str, int] = {}
    formats = [_xf("body", 0, "general", border=False, wrap=False)]
    for role, (font, align, border, fill) in ROLES.items():
        roles[role] = len(formats)
        formats.append(_xf(font, 0, align, border=border, fill=fill))
    for kind in KINDS:
        for variant in VARIANTS:
            for quote in (False, True):
                font = ("body" if kind in TEXT_KINDS else "digits") + variant
                cells[kind, variant, quote] = len(formats)
                number_format = 49 if quote else FORMAT_OF[kind]
                align = ALIGN_OF.get(kind, "right")
                formats.append(_xf(font, number_format, align, border=True, wrap=kind == "text", quote=quote))
    return cells, roles, formats


CELL_STYLE, ROLE_STYLE, _FORMATS = _table()


def styles_part() -> str:
    """xl/styles.xml, the same for every workbook."""
    number_formats = "".join(
        f'<numFmt numFmtId="{number}" formatCode="{code.replace(chr(34), "&quot;")}"/>'
        for number, code in FORMATS.items()
    )
    fonts = "".join(f"<font>{font}</font>" for font in FONTS.values())
    side = '<{0} style="thin"><color auto="1"/></{0}>'
    thin = "".join(side.format(name) for name in ("left", "right", "top", "bottom"))
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f'<numFmts count="{len(FORMATS)}">{number_formats}</numFmts>'
        f'<fonts count="{len(FONTS)}">{fonts}</fonts>'
        '<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
        '<fill><patternFill patternType="solid"><fgColor rgb="FFFBF3E1"/><bgColor indexed="64"/></patternFill></fill></fills>'
        '<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border>'
        f"<border>{thin}<diagonal/></border></borders>"
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs count="{len(_FORMATS)}">{"".join(_FORMATS)}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
        "</styleSheet>"
    )
