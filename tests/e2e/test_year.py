"""A year in real browsers: contract signed by both, an appeal upheld, a veto, a restatement, notice, publication."""

from __future__ import annotations

import re
from datetime import date, datetime

import pytest

from appraisal.models import Appeal, Contract, Publication, VetoCase, YearResult
from assessment import closing
from assessment.models import ClosedScore, Fact, Restatement
from branches.models import Organisation
from branches.permissions import SYSTEM
from core.periods import SHANGHAI, Month
from signing.models import Paper
from tests.e2e.conftest import Person, clock_at
from tests.factories import activities as records
from tests.factories.assessment import after
from tests.factories.branches import PASSWORD, Cast, TermFactory, build_cast
from tests.factories.scores import scored

pytestmark = [pytest.mark.browser, pytest.mark.slow]
YEAR = 2025
DECEMBER = Month(YEAR, 12)
NAMES = ("officer", "second_officer", "secretary", "other_secretary")
PATIENCE = 60_000  # milliseconds; the machine may be busy with others


def moment(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SHANGHAI)


@pytest.fixture
def year_cast(transactional_db) -> Cast:
    """Three branches of one committee, portal in use since January, terms running, the scheme published."""
    cast = build_cast()
    Organisation.objects.filter(pk=cast.root.pk).update(go_live_month=YEAR * 100 + 1)
    for branch in (cast.branch, cast.other_branch, cast.far_branch):
        TermFactory(branch=branch, from_on=date(2024, 1, 1))
    records.load_scheme(cast.root, YEAR)
    return cast


def test_a_year_from_contract_to_publication(year_cast, at_browser):
    people = {name: at_browser() for name in NAMES}
    for person in people.values():
        person.page.set_default_timeout(PATIENCE)
    officer, second = people["officer"], people["second_officer"]
    secretary, other = people["secretary"], people["other_secretary"]

    with clock_at(moment(YEAR, 1, 15, 10)):
        arrive(people)
        make_contracts(officer)
        sign_papers(secretary)
        sign_papers(officer)
        assert_signed(year_cast, secretary)

    a_year_goes_by(year_cast)

    with clock_at(moment(2026, 1, 8, 10)):
        arrive(people)
        close_december(officer)
        before = score_of(secretary, year_cast.branch)
        appeal = file_appeal(secretary, year_cast.branch)
        raise_veto(officer, year_cast.other_branch)
        reply_to_veto(other)
        decide_veto(officer)
        uphold(officer, appeal)
        approve_the_record(officer)
        restate(officer)
        mend(officer, appeal)
        after_ = score_of(secretary, year_cast.branch)
        assert after_ != before
        assert_counted(year_cast.branch)
        compose(officer)
        post_notice(officer)
        assert "公示中" in seen_by(secretary, "/results/")
        assert Publication.objects.count() == 0

    with clock_at(moment(2026, 1, 16, 10)):  # the notice ran through the 15th
        arrive(people)
        decide(officer)
        publish(officer, second)
        assert_published(year_cast, secretary, other, before, after_)
        verify(officer)
        assert [line for person in people.values() for line in person.complaints] == []


# -- the steps ------------------------------------------------------------------------------------


def arrive(people: dict[str, Person]) -> None:
    """Everybody signs in anew: a session does not last from one month to another."""
    for name, person in people.items():
        person.context.clear_cookies()
        person.sign_in(name, PASSWORD)


def make_contracts(officer: Person) -> None:
    officer.go(f"/contracts/{YEAR}/")
    officer.page.get_by_role("button", name="一次生成").click()
    officer.page.wait_for_selector("text=生成了3份责任书")
    officer.press("全部送签", confirm=True)
    officer.page.wait_for_selector("text=未签")
    assert "公路党支部" in Paper.objects.filter(state="open").values_list("branch__short_name", flat=True)


def sign_papers(person: Person) -> None:
    """Read the paper that waits for this person, and sign it with the password again."""
    person.go("/papers/")
    person.page.locator("a[href^='/papers/']", has_text="责任书").first.click()
    person.page.fill("[name=password]", PASSWORD)
    person.press("我已阅读，签署", confirm=True)
    person.page.wait_for_load_state()


def assert_signed(cast: Cast, secretary: Person) -> None:
    contract = Contract.objects.get(branch=cast.branch, year=YEAR)
    paper = Paper.objects.get(branch=cast.branch)
    assert (paper.state, paper.signatures.count()) == ("complete", 2)
    assert "责任书" in seen_by(secretary, f"/contracts/of/{contract.pk}/")


def a_year_goes_by(cast: Cast) -> None:
    """Facts of the year; June closed; the branch's December theme day sent on 4 January and not reviewed in time."""
    branches = [cast.branch, cast.other_branch, cast.far_branch]
    scored(branches, year=YEAR, until=date(YEAR, 12, 31), months=[Month(YEAR, 6), DECEMBER])
    own = Fact.objects.filter(branch=cast.branch, month=DECEMBER.key)
    own.filter(metric__code__startswith="theme_day.").delete()
    closing.close_month(actor=SYSTEM, root_id=cast.root.pk, month=Month(YEAR, 6), now=after(Month(YEAR, 6)))
    records.sent(cast, held_on=date(YEAR, 12, 10), now=moment(2026, 1, 4, 9))


def close_december(officer: Person) -> None:
    officer.go(f"/months/{DECEMBER}/")
    officer.press(f"封存{DECEMBER.label}", confirm=True)
    officer.page.wait_for_selector("text=已封存")


def score_of(secretary: Person, branch: Organisation) -> str:
    secretary.go(f"/statements/{branch.pk}/{DECEMBER}/")
    return secretary.page.locator(".figure-total .figure-value").inner_text().strip()


def file_appeal(secretary: Person, branch: Organisation) -> str:
    """The secretary objects to the theme days; the address of the appeal."""
    secretary.go(f"/appeals/new/?branch={branch.pk}&month={DECEMBER}&subject=item&code=D4")
    secretary.page.fill("[name=ground]", "12月10日的主题党日已于1月4日报送，封存时还没有审核，没有计入。")
    secretary.page.fill("[name=wanted]", "计入12月主题党日")
    secretary.press("提出申诉")
    secretary.page.wait_for_url(re.compile(r"/appeals/[0-9]+/"))
    assert Appeal.objects.get().state == "open"
    return secretary.page.url.split("?")[0].removeprefix(secretary.base)


def raise_veto(officer: Person, branch: Organisation) -> None:
    officer.go(f"/year-end/{YEAR}/")
    officer.press(f"开始{YEAR}年年终考核")
    officer.go(f"/year-end/{YEAR}/?step=3")
    officer.page.select_option("[name=branch]", str(branch.pk))
    officer.page.select_option("[name=item_code]", "V05")
    officer.page.fill("[name=ground]", "两次会议记录的签到照片相同")
    officer.press("提出", confirm=True)
    officer.page.wait_for_selector("text=申辩至 2026-01-15")


def reply_to_veto(other: Person) -> None:
    other.go("/results/")
    other.page.fill("[name=text]", "照片确有误用，已作检查。")
    other.press("提交申辩")
    other.page.wait_for_selector("text=照片确有误用")


def decide_veto(officer: Person) -> None:
    officer.go(f"/year-end/{YEAR}/?step=3")
    officer.page.locator("summary", has_text="办理").first.click()
    officer.page.fill("[name=document_no]", "机纪〔2026〕1号")
    officer.page.fill("[name=decided_on]", "2026-01-08")
    officer.press("认定", confirm=True)
    officer.page.wait_for_selector("text=机纪〔2026〕1号")
    assert VetoCase.objects.get().state == "decided"


def uphold(officer: Person, appeal: str) -> None:
    officer.go(appeal)
    officer.page.check("#id_upheld")
    officer.page.fill("[name=answer]", "经查属实：记录在报送期内报送，应计入12月。")
    officer.press("答复")
    officer.page.wait_for_selector("text=已答复")


def approve_the_record(officer: Person) -> None:
    officer.go("/review/?tab=records")
    officer.page.get_by_label("全选").check()
    officer.page.get_by_role("button", name="通过勾选的").click()
    officer.page.locator("dialog[open] .btn-primary").click()
    officer.page.wait_for_selector("text=审核通过")


def restate(officer: Person) -> None:
    """The month is opened with the reason and closed again; both figures stay."""
    officer.go(f"/months/{DECEMBER}/")
    officer.page.fill("[name=reason]", "申诉成立：计入12月10日主题党日")
    officer.press("重开", confirm=True)
    officer.page.wait_for_selector("text=已重开")
    close_december(officer)
    officer.page.wait_for_selector("text=申诉成立：计入12月10日主题党日")
    assert Restatement.objects.get().branch.short_name == "公路党支部"


def assert_counted(branch: Organisation) -> None:
    """The item objected to earned more in the second closing than in the first; the total is the scheme's to say."""
    rows = ClosedScore.objects.filter(branch=branch, closing__month=DECEMBER.key).order_by("closing__revision")
    old, new = (row.items for row in rows)
    changed = {code: (old[code], new[code]) for code in old if old[code] != new[code]}
    assert new["D4"][0] > old["D4"][0], changed


def mend(officer: Person, appeal: str) -> None:
    officer.go(appeal)
    officer.page.fill("[name=note]", "已审核记录，重新封存12月")
    officer.press("登记更正")
    officer.page.wait_for_selector("text=更正已登记")


def compose(officer: Person) -> None:
    page = officer.page
    officer.go(f"/year-end/{YEAR}/?step=2")
    for cell in page.locator("input[name^='committee-']").all():
        cell.fill("90")
    officer.press("全部保存")
    page.wait_for_load_state()
    officer.go(f"/year-end/{YEAR}/?step=4")
    officer.press("合成")
    page.wait_for_selector("text=已合成3个支部")
    assert "一票否决" in officer.text


def post_notice(officer: Person) -> None:
    officer.go(f"/year-end/{YEAR}/?step=5")
    officer.press("开始公示", confirm=True)
    officer.page.wait_for_selector("text=2026年1月15日，期满后登记党委会审定")
    assert officer.page.get_by_role("button", name="登记审定").count() == 0


def decide(officer: Person) -> None:
    officer.go(f"/year-end/{YEAR}/?step=5")
    officer.page.fill("[name=held_on]", "2026-01-16")
    officer.page.fill("[name=document_no]", "机党纪要〔2026〕1号")
    officer.page.fill("[name=decision_text]", "党委会审定，同意发布。")
    officer.press("登记审定")
    officer.page.wait_for_selector("text=可以提请发布")


def publish(officer: Person, second: Person) -> None:
    officer.go(f"/year-end/{YEAR}/?step=6")
    officer.page.select_option("[name=audience]", "public")
    officer.press("提请发布", confirm=True)
    officer.page.wait_for_selector("text=不能自己复核")
    second.go(f"/year-end/{YEAR}/?step=6")
    second.press("复核并发布", confirm=True)
    second.page.wait_for_selector("text=第1版已发布")


def assert_published(cast: Cast, secretary: Person, other: Person, before: str, after_: str) -> None:
    """The result, its veto, the two figures of December, and what a stranger sees."""
    rows = {row.branch_id: row for row in YearResult.objects.filter(is_published=True)}
    assert len(rows) == 3 and Publication.objects.get().state == "published"
    own, vetoed = rows[cast.branch.pk], rows[cast.other_branch.pk]
    text = seen_by(secretary, "/results/")
    assert str(own.shown) in text and "2025年度" in text
    assert vetoed.composition["vetoes"] == ["V05"]
    assert "V05" in seen_by(other, f"/branch-year/{cast.other_branch.pk}/{YEAR}/")
    page = seen_by(secretary, f"/branch-year/{cast.branch.pk}/{YEAR}/")
    assert "18个小项" in page and before in page and after_ in page and "经查属实" in page
    assert before in seen_by(secretary, f"/statements/{cast.branch.pk}/{DECEMBER}/")
    secretary.context.clear_cookies()
    public = seen_by(secretary, f"/open-results/{Publication.objects.get().pk}/")
    assert str(own.shown) in public and "机党纪要〔2026〕1号" in public and "书记" not in public


def verify(officer: Person) -> None:
    """What was published and what was frozen is still what it was."""
    officer.go(f"/year-end/{YEAR}/?step=6")
    officer.press("核验")
    officer.page.wait_for_selector("#verify-result >> text=一致")
    officer.go(f"/months/{DECEMBER}/")
    officer.press("核验")
    officer.page.wait_for_selector("#verify-result >> text=核验一致")


def seen_by(person: Person, path: str) -> str:
    person.go(path)
    return person.text
