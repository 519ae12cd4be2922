"""Who is in the demo: invented organisations and people from a fixed seed; pure data, no model."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

COMMITTEE = ("云岭市交通运输局机关党委", "局机关党委")
GENERAL_BRANCH = ("云岭市公路养护中心党总支", "养护中心党总支")
MEMBERS = 413


@dataclass(frozen=True)
class BranchPlan:
    """One branch as it is to be made; `diligence` (0–1) is how well it keeps its records."""

    name: str
    rank_group: str
    size: int
    diligence: float
    groups: int = 0
    has_committee: bool = True
    founded_on: date = date(2012, 3, 1)
    under_general_branch: bool = False
    leader: int = 0
    kind: str = "ordinary"


@dataclass
class PersonPlan:
    """One invented person."""

    name: str
    sex: str
    born_on: date
    joined_on: date
    confirmed_on: date | None
    status: str
    education: str
    job_title: str
    id_number: str
    phone: str
    posts: list[str] = field(default_factory=list)
    group: int | None = None
    is_retired: bool = False
    is_mobile: bool = False
    in_hardship: bool = False
    excluded: str = ""


_B = BranchPlan
BRANCHES: tuple[BranchPlan, ...] = (
    _B("机关第一党支部", "机关", 16, 0.82),
    _B("机关第二党支部", "机关", 14, 0.90),
    _B("办公室党支部", "机关", 12, 0.78),
    _B("人事科党支部", "机关", 9, 0.72),
    _B("财务科党支部", "机关", 11, 0.97),
    _B("法规科党支部", "机关", 8, 0.80),
    _B("规划科党支部", "机关", 10, 0.88),
    _B("建设科党支部", "建设", 16, 0.95, groups=2, leader=1),
    _B("质监科党支部", "建设", 15, 0.93, groups=2, leader=1),
    _B("安监科党支部", "机关", 12, 0.97),
    _B("运输科党支部", "机关", 13, 0.92),
    _B("港航科党支部", "建设", 12, 0.90, leader=1),
    _B("执法一大队党支部", "执法", 23, 0.80, groups=3, leader=2),
    _B("执法二大队党支部", "执法", 20, 0.87, groups=2, leader=2),
    _B("执法三大队党支部", "执法", 18, 0.96, groups=2, leader=2),
    _B("公路一站党支部", "养护", 14, 0.95, under_general_branch=True),
    _B("公路二站党支部", "养护", 13, 0.66, under_general_branch=True),
    _B("公路三站党支部", "养护", 16, 0.94, under_general_branch=True),
    _B("养护中心机关党支部", "养护", 17, 0.94, groups=2, under_general_branch=True),
    _B("检测中心党支部", "建设", 12, 0.55, leader=1),
    _B("信息中心党支部", "机关", 10, 0.86),
    _B("收费一所党支部", "养护", 17, 0.95, groups=2),
    _B("收费二所党支部", "养护", 15, 0.50),
    _B("客运站党支部", "执法", 15, 0.97, leader=2),
    _B("货运站党支部", "执法", 12, 0.86, leader=2),
    _B("出租车管理所党支部", "执法", 13, 0.93, leader=2),
    _B("公交管理所党支部", "执法", 14, 0.92, leader=2),
    _B("离退休第一党支部", "离退休", 24, 0.96, groups=2),
    _B("培训中心党支部", "机关", 6, 0.90, has_committee=False),
    _B(
        "东环快速路项目党支部",
        "建设",
        6,
        0.93,
        has_committee=False,
        founded_on=date(2026, 4, 10),
        leader=1,
        kind="project",
    ),
)

LEADERS = (("周启明", "副局长"), ("韩立群", "副局长"), ("邵文静", "总工程师"))

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
_MALE = "建国 志强 海涛 文斌 立军 国栋 永刚 明辉 振华 向东 家豪 宏伟 学军 卫平 俊杰 思远 浩然 庆丰 长青 守业 新民 少华 光明 子航 传志 景行 云峰 成林 德顺 开元"
_FEMALE = "晓燕 丽华 秀英 雅琴 淑敏 慧敏 玉兰 春梅 静怡 雪梅 文娟 佳宁 梦洁 红霞 桂芳 彩云 思琪 若兰 海霞 婉婷"
_EDUCATION = ("大学本科", "大学本科", "大学本科", "硕士研究生", "大学专科", "大学专科", "中专")
_JOBS = (
    "科员",
    "主任科员",
    "副科长",
    "工程师",
    "高级工程师",
    "技术员",
    "执法队员",
    "养护工",
    "收费员",
    "会计",
    "驾驶员",
    "档案管理员",
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def invented_id(born_on: date, serial: int, is_male: bool) -> str:
    """An ID number with a right check digit whose area code (370099) is given to no place."""
    tail = (serial * 2 + (1 if is_male else 0)) % 1000
    body = f"370099{born_on:%Y%m%d}{tail:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def people_of(plan: BranchPlan, rng: random.Random, serial: int, taken: set[str]) -> list[PersonPlan]:
    """The people of one branch, officers first; `serial` numbers people over the whole committee."""
    people = [_person(plan, rng, serial + n, n, taken) for n in range(plan.size)]
    _give_posts(plan, people)
    for n, person in enumerate(people):
        person.group = n % plan.groups if plan.groups else None
    return people


def _person(plan: BranchPlan, rng: random.Random, serial: int, place: int, taken: set[str]) -> PersonPlan:
    is_male = rng.random() < 0.66
    retired = plan.rank_group == "离退休"
    age = rng.randint(62, 86) if retired else rng.randint(26, 59)
    born_on = date(2026 - age, 1, 1) + timedelta(days=rng.randrange(365))
    joined_on = date(born_on.year + rng.randint(21, 30 if not retired else 45), rng.randint(1, 12), rng.randint(1, 28))
    joined_on = min(joined_on, date(2024, 6, 28))
    person = PersonPlan(
        name=_name(rng, is_male, taken),
        sex="male" if is_male else "female",
        born_on=born_on,
        joined_on=joined_on,
        confirmed_on=joined_on.replace(year=joined_on.year + 1),
        status="full",
        education=rng.choice(_EDUCATION),
        job_title="退休干部" if retired else rng.choice(_JOBS),
        id_number=invented_id(born_on, serial, is_male),
        phone=f"199{serial:08d}",
        is_retired=retired,
    )
    if place >= 8:  # officers and the first rows of a branch stay plain
        _vary(person, rng, retired)
    return person


def _vary(person: PersonPlan, rng: random.Random, retired: bool) -> None:
    draw = rng.random()
    if draw < 0.05 and not retired:
        person.status, person.joined_on, person.confirmed_on = "probationary", date(2026, 6, 26), None
    elif draw < 0.10:
        person.is_mobile, person.excluded = True, "流动党员，已登记"
    elif draw < 0.13:
        person.in_hardship = True
    elif retired and person.born_on.year < 1944:
        person.excluded = "年老体弱，经批准"


def _name(rng: random.Random, is_male: bool, taken: set[str]) -> str:
    given = (_MALE if is_male else _FEMALE).split()
    while True:
        name = rng.choice(_SURNAMES) + rng.choice(given)
        if name not in taken:
            taken.add(name)
            return name


def _give_posts(plan: BranchPlan, people: list[PersonPlan]) -> None:
    posts = ["secretary"]
    if plan.has_committee:
        posts += ["organisation_member", "discipline_member"]
        posts += ["deputy_secretary", "publicity_member"] if plan.size >= 12 else []
    elif plan.size >= 6:
        posts += ["deputy_secretary"]
    for post, person in zip(posts, people, strict=False):
        person.posts.append(post)
    for group in range(plan.groups):
        people[len(posts) + group].posts.append("group_leader")
