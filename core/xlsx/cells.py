"""What people type into cells, made into values; every refusal is a sentence with a remedy."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

# Zero-width characters, direction marks, byte order mark, soft hyphen: invisible, so two names that look alike differ.
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
HAN = "[\u2e80-\u2fdf\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]"
SPACE_BETWEEN_HAN = re.compile(rf"(?<={HAN})[ \u00a0\u3000\t]+(?={HAN})")
SPACES = re.compile(r"\s+")
EXCEL_DIGITS = 10**15
SERIAL_EPOCH = date(1899, 12, 30)
# Serial days taken as dates: 1920-01-01 to 2099-12-31. Smaller numbers are years or counts that slipped.
SERIAL_RANGE = (7306, 73_050)
YEAR_RANGE = (1900, 2100)
DATE_REMEDY = "请写成 2019-07-01、2019/7/1 或 2019年7月1日。"
ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#GETTING_DATA"})
YES = frozenset({"是", "有", "对", "y", "yes", "true", "1", "√", "✓", "✔"})
NO = frozenset({"否", "无", "不是", "没有", "n", "no", "false", "0", "×", "✗", "✘", "x"})


class CellError(ValueError):
    """Why a value cannot be taken; `remedy` says what to do."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class DateValue:
    """A date as typed; `is_month_only` says that the day was not given and the first stands for it."""

    day: date
    is_month_only: bool = False


def clean_text(value: Any, *, max_length: int = 0) -> str:
    """Text in NFC on one line, trimmed; "" for nothing. Refuses invisible, direction and control characters."""
    text = unicodedata.normalize("NFC", as_text(value))
    if text in ERRORS:
        raise CellError(f"单元格里是 Excel 的错误值 {text}。", "请改成真实的内容，或留空。")
    # A byte order mark or zero-width space at the very edge is a leftover of copying, not a disguise.
    text = text.strip("\ufeff\u200b \t\r\n\u3000\u00a0")
    if INVISIBLE.search(text) or CONTROL.search(text):
        raise CellError("内容里有看不见的特殊字符。", "请删掉重新手工录入，不要从网页或聊天窗口直接粘贴。")
    text = SPACES.sub(" ", text)
    if max_length and len(text) > max_length:
        raise CellError(f"内容有 {len(text)} 个字，最多 {max_length} 个字。", "请缩短后再导入。")
    return text


def clean_name(value: Any, *, max_length: int = 50) -> str:
    """A person's name: only spaces between two Chinese characters go (张　三 → 张三)."""
    return SPACE_BETWEEN_HAN.sub("", clean_text(value, max_length=max_length))


def clean_code(value: Any, *, max_length: int = 0) -> str:
    """An ID number, phone number or code: half-width, upper case as typed, without any space."""
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= EXCEL_DIGITS:
        raise CellError("Excel 把这个长号码当成数字，最后几位已经丢失。", "请把该列设为“文本”格式，重新录入完整号码。")
    text = unicodedata.normalize("NFKC", clean_text(value))
    if re.fullmatch(r"[0-9](\.[0-9]+)?[Ee]\+[0-9]+", text):
        raise CellError("Excel 把这个长号码变成了科学记数。", "请把该列设为“文本”格式，重新录入完整号码。")
    return clean_text(SPACES.sub("", text), max_length=max_length)


def as_text(value: Any) -> str:
    """Any cell value as the text a person sees; whole floats without .0, dates as 2019-07-01."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer() and abs(value) < EXCEL_DIGITS:
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ", "minutes")
    return value.isoformat() if isinstance(value, date) else str(value)


def parse_date(value: Any) -> DateValue | None:
    """The date in a cell, however it was typed; None for an empty cell.

    Takes real dates, Excel's serial days, 2019-07-01, 2019/7/1, 2019.07.01, 2019年7月1日, 20190701; a month
    alone (2019.07, 2019年7月, 201907) is its first day, marked. Full-width digits are as good as others.
    """
    if isinstance(value, datetime):
        return _checked(value.year, value.month, value.day)
    if isinstance(value, date):
        return _checked(value.year, value.month, value.day)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _numeric_date(value)
    text = unicodedata.normalize("NFKC", clean_text(value)).replace(" ", "")
    return _text_date(text) if text else None


def _numeric_date(number: float) -> DateValue:
    low, high = SERIAL_RANGE
    if low <= number <= high:
        day = SERIAL_EPOCH + timedelta(days=int(number))
        return _checked(day.year, day.month, day.day)
    if float(number).is_integer():
        return _text_date(str(int(number)))
    text = repr(number)
    if re.fullmatch(r"\d{4}\.\d", text) and text[-1] == "1":
        # 2019.10 typed as a number is stored as 2019.1: January or October, nobody can tell.
        raise CellError(f"“{text}”可能是 1 月，也可能是 10 月。", f"请写成 {text[:4]}-01 或 {text[:4]}-10。")
    return _text_date(text)


_SEP = r"[-/.．。年、_—–]"
_PATTERNS = (
    re.compile(rf"(\d{{4}}){_SEP}(\d{{1,2}})(?:{_SEP}|月)(\d{{1,2}})[日号]?(?:[T0-9:.]*)"),
    re.compile(r"(\d{4})(\d{2})(\d{2})"),
    re.compile(rf"(\d{{4}}){_SEP}(\d{{1,2}})月?(?:份)?"),
    re.compile(r"(\d{4})(\d{2})"),
)


def _text_date(text: str) -> DateValue:
    for pattern in _PATTERNS:
        match = pattern.fullmatch(text)
        if match:
            year, month, *day = (int(part) for part in match.groups())
            return _checked(year, month, day[0] if day else None)
    if re.fullmatch(r"(19|20)\d{2}年?", text):
        raise CellError(f"“{text}”只有年份，缺少月份。", DATE_REMEDY)
    if re.fullmatch(rf"\d{{2}}{_SEP}\d{{1,2}}({_SEP}\d{{1,2}})?[日号]?", text):
        raise CellError(f"“{text}”的年份只有两位。", DATE_REMEDY)
    raise CellError(f"“{text[:20]}”不是日期。", DATE_REMEDY)


def _checked(year: int, month: int, day: int | None) -> DateValue:
    try:
        found = date(year, month, day or 1) if day != 0 else None
    except ValueError:
        found = None
    if found is None:
        shown = f"{year}年{month}月" + (f"{day}日" if day is not None else "")
        raise CellError(f"没有 {shown} 这一天。", DATE_REMEDY)
    if not YEAR_RANGE[0] <= year <= YEAR_RANGE[1]:
        raise CellError(f"{year} 年超出了可以登记的范围。", f"请核对年份（{YEAR_RANGE[0]}—{YEAR_RANGE[1]}）。")
    return DateValue(found, day is None)


def parse_number(
    value: Any, *, minimum: Decimal | int | None = None, maximum: Decimal | int | None = None, places: int = 3
) -> Decimal | None:
    """An exact number (1,234.50, １２, 85% as 0.85); None for an empty cell."""
    if isinstance(value, bool):
        raise CellError("这里应是数字。", "请只填数字。")
    text = as_text(value) if isinstance(value, int | float) else clean_text(value)
    text = re.sub(r"[\s,，]", "", unicodedata.normalize("NFKC", text)).replace("−", "-")
    if not text:
        return None
    is_percent = text.endswith("%")
    number = _decimal(text.rstrip("%"))
    number = number / 100 if is_percent else number
    _check_range(number, minimum, maximum)
    if number != round(number, places):
        raise CellError(f"小数位数超过 {places} 位。", f"请保留 {places} 位以内的小数。")
    return number


def parse_int(value: Any, *, minimum: int | None = None, maximum: int | None = None) -> int | None:
    """A whole number; None for an empty cell."""
    number = parse_number(value, minimum=minimum, maximum=maximum)
    if number is None:
        return None
    if number != int(number):
        raise CellError("这里应是整数。", "请只填整数。")
    return int(number)


def parse_yes_no(value: Any) -> bool | None:
    """是/否 in the ways people write it; None for an empty cell."""
    text = unicodedata.normalize("NFKC", clean_text(value)).lower()
    if not text:
        return None
    if text in YES or text in NO:
        return text in YES
    raise CellError(f"“{text[:20]}”看不出是“是”还是“否”。", "请填“是”或“否”。")


def parse_choice(value: Any, choices: Mapping[str, Any] | Iterable[str]) -> Any:
    """The choice a cell names (spaces and width do not matter); None for an empty cell.

    `choices` are the words, or a mapping of words to values; the refusal names the nearest word.
    """
    table = dict(choices) if isinstance(choices, Mapping) else {word: word for word in choices}
    text = clean_text(value)
    if not text:
        return None
    folded = {_folded(word): result for word, result in table.items()}
    if _folded(text) in folded:
        return folded[_folded(text)]
    near = difflib.get_close_matches(text, table, n=1, cutoff=0.5)
    listed = "、".join(list(table)[:12]) + ("……" if len(table) > 12 else "")
    raise CellError(f"“{text[:20]}”不在可选范围内。", f"您要填的是“{near[0]}”吗？" if near else f"可以填：{listed}。")


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text if "_" not in text else "NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or number.adjusted() > 15:
        raise CellError(f"“{text[:20]}”不是数字。", "请只填数字，不要带单位。")
    return number


def _check_range(number: Decimal, minimum: Decimal | int | None, maximum: Decimal | int | None) -> None:
    if minimum is not None and number < minimum:
        raise CellError(f"{number:f} 小于下限 {minimum}。", f"请填不小于 {minimum} 的数。")
    if maximum is not None and number > maximum:
        raise CellError(f"{number:f} 大于上限 {maximum}。", f"请填不大于 {maximum} 的数。")


def _folded(text: str) -> str:
    return SPACES.sub("", unicodedata.normalize("NFKC", text)).lower()
