"""Pure checks on what a member's row says (domain.md §9, M1 and M2). Dates and text in, faults out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from core.identity import IdNumber, IdNumberError, parse_id_number

GROWN_UP_YEARS = 18
PROBATION_SINCE = date(1977, 8, 18)  # the Eleventh Congress brought the probation of one year back


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with one field, and what to do; a warning does not block."""

    field: str
    message: str
    remedy: str
    is_warning: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """What is checked about one member; `id_number` as typed, `sex` male or female or ""."""

    born_on: date | None = None
    sex: str = ""
    joined_on: date | None = None
    confirmed_on: date | None = None
    work_started_on: date | None = None
    status: str = ""
    id_number: str = ""


def faults_of(person: Person, *, today: date) -> list[Fault]:
    """Everything wrong with one person's data, in the order of the columns."""
    faults, identity = _id_faults(person)
    born_on = person.born_on or (identity.born_on if identity else None)
    return faults + _future_faults(person, today) + _joining_faults(person, born_on)


def completed(born_on: date | None, sex: str, id_number: str) -> tuple[date | None, str]:
    """Birth date and sex, read from a valid ID number where they were left empty."""
    if not id_number or (born_on and sex):
        return born_on, sex
    try:
        identity = parse_id_number(id_number)
    except IdNumberError:
        return born_on, sex
    return born_on or identity.born_on, sex or identity.sex


def anniversary(day: date, years: int) -> date:
    """The same day some years on; 29 February becomes 1 March where there is none; after 9999 there is no day."""
    if day.year + years > date.max.year:
        return date.max
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def _id_faults(person: Person) -> tuple[list[Fault], IdNumber | None]:
    if not person.id_number:
        return [], None
    try:
        identity = parse_id_number(person.id_number)
    except IdNumberError as error:
        return [Fault("id_number", error.message, error.remedy)], None
    faults = []
    if person.born_on and person.born_on != identity.born_on:
        said = f"{identity.born_on:%Y-%m-%d}"
        faults.append(
            Fault("born_on", f"出生日期与身份证号不一致（身份证号为 {said}）。", "请核对身份证，改正其中一处。")
        )
    if person.sex and person.sex != identity.sex:
        word = "男" if identity.sex == "male" else "女"
        faults.append(Fault("sex", f"性别与身份证号不一致（身份证号为{word}）。", "请核对身份证，改正其中一处。"))
    return faults, identity


def _future_faults(person: Person, today: date) -> list[Fault]:
    names = {
        "born_on": "出生日期",
        "work_started_on": "参加工作时间",
        "joined_on": "入党时间",
        "confirmed_on": "转正时间",
    }
    return [
        Fault(name, f"{label}晚于今天。", "请检查年份是否录错。")
        for name, label in names.items()
        if (day := getattr(person, name)) and day > today
    ]


def _joining_faults(person: Person, born_on: date | None) -> list[Fault]:
    faults: list[Fault] = []
    joined, confirmed = person.joined_on, person.confirmed_on
    if joined and born_on and joined < anniversary(born_on, GROWN_UP_YEARS):
        faults.append(Fault("joined_on", "入党时间早于年满 18 周岁之日。", "请核对出生日期和入党时间。"))
    if confirmed and person.status == "probationary":
        faults.append(Fault("confirmed_on", "预备党员还没有转正时间。", "请清空转正时间，或把身份改为正式党员。"))
    if confirmed and joined and confirmed < joined:
        faults.append(Fault("confirmed_on", "转正时间早于入党时间。", "请核对这两个日期。"))
    elif confirmed and joined and confirmed < anniversary(joined, 1):
        early = joined < PROBATION_SINCE
        remedy = "当时没有或缩短了预备期的，请核对无误后保留。" if early else "预备期为一年，请核对这两个日期。"
        faults.append(Fault("confirmed_on", "转正时间距入党时间不满一年。", remedy, is_warning=early))
    return faults
