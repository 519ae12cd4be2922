"""The main path of each kind of person in a real browser, on the small cast: what they reach, and what they must not."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from activities.models import Activity, ActivityState
from assessment.models import Restatement
from branches.models import User
from core.periods import SHANGHAI, Month
from tests.e2e.conftest import NARROW, Person, clock_at
from tests.factories.activities import approve, approved, at, load_scheme, sent
from tests.factories.branches import PASSWORD, AppointmentFactory, MemberFactory, build_cast
from tests.factories.scores import roll, scored

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NEW_PASSWORD = "Mine-Alone-2027"
OCTOBER = Month(2026, 10)


@pytest.fixture
def cast(transactional_db):
    built = build_cast()
    load_scheme(built.root)
    MemberFactory(branch=built.far_branch, name="吴党员")
    with clock_at(datetime(2026, 11, 20, 9, tzinfo=SHANGHAI)):
        yield built


@pytest.fixture
def person(at_browser):
    """Somebody of the cast, signed in."""

    def arrive(name: str, *size: dict[str, int]) -> Person:
        return at_browser(*size).sign_in(name, PASSWORD)

    return arrive


def status_of(person: Person, address: str) -> int:
    return person.context.request.get(person.base + address).status


def fill_theme_day(person: Person, title: str) -> None:
    values = {"title": title, "held_on": "2026-11-12", "starts_at": "14:30", "ends_at": "16:00"}
    values |= {"place": "会议室", "host": "王书记", "recorder": "赵委员"}
    for name, value in values.items():
        person.page.fill(f"main [name={name}]", value)
    for name in ("agenda", "speeches", "resolution"):
        person.page.fill(f"main [name={name}]", "学习条例，大家谈了体会，也提出了不同看法。")


def titles(person: Person, selector: str) -> list[str]:
    return [text.strip() for text in person.page.locator(selector).all_inner_texts()]


def test_leader_sees_the_own_patch_and_nothing_beyond_it_on_a_phone(cast, person):
    scored([cast.branch, cast.other_branch, cast.far_branch], months=[Month(2026, 11)])
    near = approved(cast, title="公路的党日")
    far = approve(cast, sent(cast, by="officer", branch=cast.far_branch, title="运管的党日"), by="second_officer")

    leader = person("leader", NARROW)
    for address, shown in (("/overview/2026-11/", True), ("/activities/", True), ("/month/", True), ("/ledger/", True)):
        leader.go(address)
        assert ("公路" in leader.text) is shown, address
        assert "运管" not in leader.page.content(), address
        assert leader.page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], address
    assert leader.complaints == []

    assert [status_of(leader, f"/activities/{row.pk}/") for row in (near, far)] == [200, 404]
    addresses = [f"/statements/{row.pk}/2026-11/" for row in (cast.other_branch, cast.far_branch)]
    assert [status_of(leader, address) for address in addresses] == [200, 404]


def test_member_sees_own_record_and_attendance_only(cast, person):
    own = cast.member.member
    came = approved(cast, title="参加的党日", held_on=date(2026, 11, 5))
    approved(cast, "party_lecture", title="请假的党课", held_on=date(2026, 11, 6), away={own.pk: "leave_sick"})
    sent(cast, title="还没审的党日", held_on=date(2026, 11, 12))
    approved(cast, by="other_secretary", branch=cast.other_branch, title="别人的党日")

    member = person("member")

    rows = [row.split("\t") for row in titles(member, "#attendance tbody tr")]
    assert sorted((row[1], row[-1]) for row in rows) == [("参加的党日", "到会"), ("请假的党课", "病假")]
    assert titles(member, ".figure-value") == ["2", "1"]
    member.page.get_by_role("link", name="参加的党日").click()
    member.page.wait_for_url(f"**/activities/{came.pk}/")
    member.go(f"/members/{own.pk}/")
    assert own.name in member.text
    assert member.complaints == []
    assert status_of(member, f"/members/{cast.secretary.member.pk}/") == 404


def test_new_account_must_change_its_password_and_then_works(cast, at_browser, person):
    secretary = MemberFactory(branch=cast.far_branch, name="周书记")
    AppointmentFactory(member=secretary)

    administrator = person("administrator")
    administrator.go("/accounts/new/")
    administrator.page.fill("[name=username]", "zhoushuji")
    administrator.page.fill("[name=member_no]", secretary.member_no)
    administrator.page.locator("main form button[type=submit]").click()
    once = administrator.page.locator("#one-time-password").inner_text()
    assert administrator.complaints == []

    arrived = at_browser()
    arrived.go("/login/")
    arrived.page.fill("[name=username]", "zhoushuji")
    arrived.page.fill("[name=password]", once)
    arrived.page.click("main button[type=submit]")
    arrived.page.wait_for_url("**/password/")
    arrived.go("/activities/new/")
    assert arrived.page.url.endswith("/password/")  # nothing else opens before
    for name, value in (("old_password", once), ("new_password1", NEW_PASSWORD), ("new_password2", NEW_PASSWORD)):
        arrived.page.fill(f"[name={name}]", value)
    arrived.press("保存新密码")
    arrived.page.wait_for_url(f"{arrived.base}/")
    arrived.go("/activities/new/?kind=theme_day")
    fill_theme_day(arrived, "新书记的第一次党日")
    arrived.press("报送")
    arrived.page.wait_for_selector("text=已报送，计入")

    user = User.objects.get(username="zhoushuji")
    assert (user.check_password(NEW_PASSWORD), user.must_change_password) == (True, False)
    rows = Activity.objects.values_list("title", "branch_id", "state")
    assert list(rows) == [("新书记的第一次党日", cast.far_branch.pk, "submitted")]
    assert arrived.complaints == []


def test_officer_enters_for_a_branch_and_another_officer_reviews(cast, person):
    officer, second = person("officer"), person("second_officer")
    officer.go("/activities/new/?held_on=2026-11-12")
    officer.page.select_option("main [name=branch]", label=cast.far_branch.short_name)
    officer.press("主题党日")
    fill_theme_day(officer, "代录的党日")
    officer.press("报送")
    officer.page.wait_for_selector("text=已报送，计入")

    activity = Activity.objects.get()
    assert (activity.branch, activity.on_behalf) == (cast.far_branch, True)
    assert "代录" in officer.text
    assert "由机关党委另一位同志审核" in officer.text
    assert officer.page.get_by_role("button", name="审核通过").count() == 0
    officer.go("/review/")
    assert "没有待审的" in officer.text  # it is not offered to the one who typed it

    approve_in_page(second, activity)
    activity.refresh_from_db()
    assert (activity.state, activity.reviewed_by) == (ActivityState.APPROVED, cast.second_officer)
    assert [*officer.complaints, *second.complaints] == []


def approve_in_page(officer: Person, activity: Activity) -> None:
    officer.go(f"/activities/{activity.pk}/")
    with officer.page.expect_navigation():
        officer.press("审核通过")


def test_returned_record_is_told_mended_and_sent_again_and_counts_as_returned_once(cast, person):
    activity = sent(cast, title="缺签到表的党日")
    officer, secretary = person("officer"), person("secretary")
    for reason in ("签到表没有附上", "签到表看不清"):
        send_back(officer, activity, reason)
        mend(secretary, activity, reason)

    secretary.go(f"/statements/{cast.branch.pk}/2026-11/")
    line = secretary.page.locator("tr", has_text="记录被退回")
    assert "1条" in line.inner_text()
    assert "2条" not in line.inner_text()
    assert [*officer.complaints, *secretary.complaints] == []


def send_back(officer: Person, activity: Activity, reason: str) -> None:
    officer.go(f"/activities/{activity.pk}/")
    officer.page.locator("details summary", has_text="退回").first.click()
    officer.page.fill("#return-reason", reason)
    officer.press("退回修改")
    officer.page.wait_for_selector(f"text=已退回：{reason}")


def mend(secretary: Person, activity: Activity, reason: str) -> None:
    secretary.go("/notices/")
    row = secretary.page.locator("tr.is-unread", has_text=reason)
    row.get_by_role("link", name="缺签到表的党日已退回").click()
    secretary.page.wait_for_url(f"**/activities/{activity.pk}/")
    secretary.page.get_by_role("link", name="修改").click()
    secretary.page.fill("[name=resolution]", f"已改：{reason}")
    secretary.press("报送")
    secretary.page.wait_for_selector("text=已报送，计入")


def test_reopened_month_shows_the_old_and_the_new_figure_with_the_reason(cast, person):
    late = sent(cast, title="漏审的党日", held_on=date(2026, 10, 15), now=at(date(2026, 10, 16)))
    roll(cast.root, OCTOBER)
    officer, secretary = person("officer"), person("secretary")
    close_october(officer)
    officer.go("/months/2026-10/")
    officer.page.fill("#id_reason", "漏审一次主题党日")
    officer.press("重开", confirm=True)
    officer.page.wait_for_selector("text=封存2026年10月")
    approve_in_page(officer, late)
    close_october(officer)

    (one,) = Restatement.objects.all()
    assert (one.branch, one.reason) == (cast.branch, "漏审一次主题党日")
    assert one.old_figure < one.new_figure
    secretary.go(f"/statements/{cast.branch.pk}/2026-10/")
    card = secretary.page.locator("section.card", has=secretary.page.get_by_role("heading", name="更正"))
    assert titles(secretary, ".figure-total .figure-value") == [f"{one.new_figure / 100:.2f}"]
    for words in (f"{one.old_figure / 100:.2f}", f"{one.new_figure / 100:.2f}", "漏审一次主题党日"):
        assert words in card.inner_text()
    assert [*officer.complaints, *secretary.complaints] == []


def close_october(officer: Person) -> None:
    officer.go("/months/2026-10/")
    officer.press("封存2026年10月", confirm=True)
    officer.page.wait_for_selector("text=历次封存")
    officer.page.wait_for_selector("text=核验")


def test_answer_lost_on_the_way_back_makes_one_record(cast, person):
    """The portal had it, the browser never heard: the second try of the same form finds the first record."""
    secretary = person("secretary")
    tries: list[int] = []

    def lose_the_first_answer(route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        tries.append(route.fetch(max_redirects=0).status)
        if len(tries) == 1:
            route.abort()
        else:
            route.continue_()

    secretary.go("/activities/new/?kind=theme_day")
    fill_theme_day(secretary, "断网时报送的党日")
    secretary.page.route("**/activities/new/", lose_the_first_answer)
    secretary.press("报送")
    secretary.page.get_by_text("不会重复登记").wait_for()
    secretary.page.wait_for_url("**/activities/*/")

    assert len(tries) == 2
    assert list(Activity.objects.values_list("title", "state", "revision")) == [("断网时报送的党日", "submitted", 1)]
