"""What must be there before a record is sent; every fault is named with its field and what to do."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from activities.models import Activity, Attendees, Participation, RecordShape
from activities.rules.quorum import Ballot, ballot_error
from activities.selectors.due import due_people
from branches.models import Tier
from core.errors import InvalidInput

TEXT_NAMES = {
    "agenda": "议题（内容）",
    "first_agenda": "第一议题学习内容",
    "speeches": "发言要点",
    "resolution": "决议或结论",
}

Faults = dict[str, list[str]]


def demand_complete(activity: Activity, *, today: date) -> None:
    """Pass if the record may be sent, else InvalidInput with every fault by field."""
    faults: Faults = defaultdict(list)
    _check_day(activity, today, faults)
    if activity.kind.shape == RecordShape.GATHERING:
        _check_gathering(activity, faults)
    elif activity.kind.shape == RecordShape.TALK and not activity.talks.exists():
        faults["talks"].append("请至少填一次谈话：谈话人和谈话对象。")
    _check_texts(activity, faults)
    if faults:
        raise InvalidInput(
            f"还有{sum(len(found) for found in faults.values())}处要补，已存为草稿。",
            remedy="补好后再报送。",
            fields=dict(faults),
        )


def _check_day(activity: Activity, today: date, faults: Faults) -> None:
    if activity.held_on > today:
        faults["held_on"].append(f"{activity.held_on:%Y-%m-%d}还没有到；活动开展后再报送，可先存草稿。")
    if activity.held_on < activity.branch.founded_on:
        faults["held_on"].append("日期早于支部成立日期，请核对。")
    if activity.branch.dissolved_on and activity.held_on > activity.branch.dissolved_on:
        faults["held_on"].append("日期晚于支部撤销日期，请核对。")


def _check_gathering(activity: Activity, faults: Faults) -> None:
    for name, word in (("starts_at", "开始时间"), ("ends_at", "结束时间")):
        if getattr(activity, name) is None:
            faults[name].append(f"请填{word}，如 14:30。")
    if activity.starts_at and activity.starts_at == activity.ends_at:
        faults["ends_at"].append("结束时间与开始时间相同，请改正。")
    for name, word in (("place", "地点"), ("host", "主持人"), ("recorder", "记录人")):
        if not getattr(activity, name):
            faults[name].append(f"请填{word}。")
    if activity.kind.attendees == Attendees.GROUP and activity.group_id is None:
        faults["group"].append("请选择党小组。")
    if activity.branch.tier == Tier.BRANCH:
        share = activity.participations.select_related("branch").get(is_organiser=True)
        faults["attendance"] += roll_call_faults(activity, share)
        _check_votes(activity, share, faults)
    elif not activity.invited:
        faults["invited"].append("请选择到会的支部。")
    if not faults["attendance"]:
        del faults["attendance"]


def roll_call_faults(activity: Activity, share: Participation) -> list[str]:
    """What is wrong with one branch's roll call: somebody due has no mark, or is left out without approval."""
    due = due_people(activity.kind, share.branch, activity.group_id, activity.held_on)
    marks = dict(share.attendances.values_list("member_id", "status"))
    found = []
    missing = [person.name for person in due if person.member_id not in marks]
    if missing:
        found.append(f"以下党员没有出席情况：{'、'.join(missing)}。请逐一选择到会、请假或缺席。")
    unapproved = [person.name for person in due if marks.get(person.member_id) == "excluded" and not person.excluded]
    if unapproved:
        found.append(f"以下党员未经批准不计入应到：{'、'.join(unapproved)}。请改选，或由机关党委先批准。")
    if not due:
        found.append("这一天该范围内没有应到人员，请核对日期、类型和党小组。")
    return found


def _check_votes(activity: Activity, share: Participation, faults: Faults) -> None:
    for number, vote in enumerate(activity.votes.all(), start=1):
        ballot = Ballot(vote.case, vote.yes, vote.no, vote.abstain, vote.written_yes)
        due, present = voters_of(activity, share)
        if error := ballot_error(ballot, due=due, present=present):
            faults["votes"].append(f"第{number}项“{vote.matter}”：{error}")


def voters_of(activity: Activity, share: Participation) -> tuple[int, int]:
    """Who votes at this gathering, due and present: the committee at its meeting, else the full members."""
    if activity.kind.attendees == Attendees.COMMITTEE:
        return share.committee_due, share.committee_present
    return share.voters_due, share.voters_present


def _check_texts(activity: Activity, faults: Faults) -> None:
    for name, is_required in activity.kind.texts.items():
        if is_required and not getattr(activity.text, name).strip():
            faults[name].append(f"请填{TEXT_NAMES.get(name, name)}，一两句也可以。")
    tags = {tag.tag for tag in activity.tags.all()}
    if "first_agenda" in tags and "first_agenda" in activity.kind.texts and not activity.text.first_agenda.strip():
        faults["first_agenda"].append("勾选了“第一议题”，请填学习了什么。")
    if "by_secretary" in tags and activity.kind.code != "party_lecture" and "party_lecture" not in tags:
        faults["tags"].append("“书记主讲党课”要和“党课”一起勾选。")
    needs_content = activity.kind.shape == RecordShape.PAPER and activity.kind.attachment_required
    if needs_content and not activity.text.agenda.strip() and not activity.files.exists():
        faults["files"].append("请附上材料文件，或在内容栏写明要点。")
