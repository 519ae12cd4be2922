"""Personal numbers as pure functions: the GB 11643 check of an ID number, phone numbers, and their masks."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"
PROVINCES = frozenset(
    [
        "11",
        "12",
        "13",
        "14",
        "15",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
        "71",
        "81",
        "82",
        "83",
    ]
)
ID_REMEDY = "请对照身份证核对后改正；一时核不准的可先留空，以后补录。"
PHONE_REMEDY = "手机号应为 11 位数字，固定电话请带区号，如 0537-1234567。"


@dataclass(frozen=True, slots=True)
class IdNumber:
    """A checked 18-character ID number and what it says; `sex` is "male" or "female"."""

    text: str
    born_on: date
    sex: str


class IdNumberError(ValueError):
    """Why a text is no ID number, in words for the user; `remedy` says what to do."""

    def __init__(self, message: str, remedy: str = ID_REMEDY) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


def parse_id_number(text: str) -> IdNumber:
    """The ID number in `text` (full-width characters, spaces, small x allowed), checked by GB 11643.

    Raises IdNumberError with a sentence and a remedy; the number itself never stands in the sentence.
    """
    number = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()
    _check_shape(number)
    born_on = _birth_date(number[6:14])
    if check_digit(number[:17]) != number[17]:
        raise IdNumberError("身份证号的校验码不对，可能有一位数字录错。")
    return IdNumber(number, born_on, "male" if int(number[16]) % 2 else "female")


def check_digit(first17: str) -> str:
    """The 18th character that belongs to the first 17 digits (ISO 7064, MOD 11-2)."""
    return CHECK_DIGITS[sum(int(d) * w for d, w in zip(first17, WEIGHTS, strict=True)) % 11]


def _check_shape(number: str) -> None:
    if len(number) == 15 and number.isascii() and number.isdigit():
        raise IdNumberError("这是 15 位的一代身份证号，已停止使用。", "请填写现在的 18 位身份证号。")
    if len(number) != 18:
        raise IdNumberError(f"身份证号应为 18 位，现为 {len(number)} 位。", _length_remedy(number))
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        raise IdNumberError("身份证号前 17 位应全是数字，最后一位是数字或 X。")
    if number[:2] not in PROVINCES:
        raise IdNumberError("身份证号开头两位不是任何省份的代码。")


def _length_remedy(number: str) -> str:
    if re.fullmatch(r"[0-9.]+E\+?[0-9]+", number):
        return "Excel 把号码变成了科学记数，请把该列设为文本格式后重新录入。"
    return ID_REMEDY


def _birth_date(digits: str) -> date:
    try:
        born_on = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise IdNumberError("身份证号第 7 至 14 位不是一个真实的出生日期。") from None
    if born_on.year < 1900:
        raise IdNumberError("身份证号里的出生年份早于 1900 年。")
    return born_on


def parse_phone(text: str) -> str:
    """A mobile number as 11 digits or a landline as typed with its area code; ValueError with a sentence."""
    number = re.sub(r"[\s\-—－()（）]", "", unicodedata.normalize("NFKC", text))
    number = re.sub(r"^(\+?86)(?=1\d{10}$)", "", number)
    if re.fullmatch(r"1[3-9][0-9]{9}", number) or re.fullmatch(r"0[0-9]{9,11}", number):
        return number
    if re.fullmatch(r"[2-9][0-9]{6,7}", number):
        return number
    raise ValueError("电话号码不对。" + PHONE_REMEDY)


def mask_id_number(text: str) -> str:
    """371***********1234: the first 3 and the last 4 of 18 (domain.md §6.2)."""
    return text[:3] + "*" * (len(text) - 7) + text[-4:] if len(text) >= 15 else "*" * len(text)


def mask_phone(text: str) -> str:
    """138****5678: the first 3 and the last 4 of 11."""
    return text[:3] + "*" * (len(text) - 7) + text[-4:] if len(text) >= 10 else "*" * len(text)
