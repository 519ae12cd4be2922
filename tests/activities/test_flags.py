"""What is pointed out and blocks nothing: overlap, near-identical text, a photo used before, late."""

from datetime import date, datetime, time

import pytest

from activities.models import ActivityFile
from activities.rules.flags import most_alike, overlap, span
from activities.selectors.flags import flags_of
from core.models import Attachment
from tests.factories.activities import NOW, at, sent

SAID = (
    "王书记传达部署，周建国谈到试验检测数据复核的做法，建议每周抽查一次；郑海燕不同意，认为应按批次抽查，避免影响工期。"
)


def texts(cast, activity) -> list[str]:
    return [flag.text for flag in flags_of(cast.viewer("secretary"), activity)]


def test_span_over_midnight_ends_the_next_day():
    assert span(date(2026, 10, 31), time(22), time(0, 30)) == (datetime(2026, 10, 31, 22), datetime(2026, 11, 1, 0, 30))
    assert span(date(2026, 10, 31), None, time(1)) is None


def test_overlap_touching_is_none():
    day = date(2026, 11, 12)
    first, second = span(day, time(9), time(10)), span(day, time(10), time(11))
    assert overlap(first, second) is False
    assert overlap(first, span(day, time(9, 30), time(9, 40))) is True


@pytest.mark.parametrize(("changed", "found"), [("", True), ("（补）", True), (SAID[::-1], False)])
def test_most_alike_from_ninety_per_cent(changed, found):
    other = SAID + changed
    assert (most_alike(SAID, [(7, other)]) is not None) is found


def test_short_texts_are_not_compared():
    assert most_alike("同意。", [(7, "同意。")]) is None


def test_overlapping_gathering_is_pointed_out_and_sent(cast):
    sent(cast, title="上午的会")
    later = sent(cast, "committee_meeting", starts_at=time(15), ends_at=time(17))
    assert later.state == "submitted"
    assert texts(cast, later) == ["与“上午的会”（11-12 14:30）时间重叠，请核对。"]


def test_near_identical_text_is_pointed_out(cast):
    said = {"agenda": "学习", "speeches": SAID, "resolution": "落实"}
    sent(cast, title="十月", held_on=date(2026, 10, 12), now=at(date(2026, 10, 12), 18), texts=said)
    again = sent(cast, texts=said)
    assert texts(cast, again) == ["文字与“十月”（2026-10-12）有100%相同，请写出本次的内容。"]


def test_photo_used_before_is_pointed_out(cast):
    first = sent(cast, title="十月", held_on=date(2026, 10, 12), now=at(date(2026, 10, 12), 18))
    second = sent(cast)
    for activity in (first, second):
        photo = Attachment.objects.create(
            root_id=cast.root.pk, sha256="a" * 64, name="现场.jpg", size=1, content_type="image/jpeg"
        )
        ActivityFile.objects.create(root=cast.root, activity=activity, attachment=photo, added_at=NOW)
    assert texts(cast, second) == ["“现场.jpg”在“十月”里用过，请核对是否传错。"]


def test_late_says_by_how_many_days(cast):
    late = sent(cast, held_on=date(2026, 9, 12), now=at(date(2026, 10, 8)))
    assert texts(cast, late) == ["补报：首次报送晚于期限3天。"]


def test_a_foreign_record_is_never_named(cast):
    said = {"agenda": "学习", "speeches": SAID, "resolution": "落实"}
    sent(cast, by="other_secretary", branch=cast.other_branch, texts=said)
    assert texts(cast, sent(cast, texts=said)) == []
