"""A committee with many members and an officer who looks at them, made by the server itself."""

from __future__ import annotations

from datetime import date

from data import sql

from branches.models import Organisation, RoleGrant, User
from branches.permissions import Viewer
from branches.rules import Role

TODAY = date(2026, 11, 20)
BRANCHES = 30  # however many people: a filter of thousands of branches would be the page
SURNAMES = "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧"
GIVEN = "建国伟强敏静丽军洋勇艳杰娟涛明超秀兰霞平刚桂英志文华海燕红玉"


def officer_of(root: Organisation) -> User:
    """An account of the committee's officer."""
    user = User.objects.create(username=f"bench{root.pk}", display_name="基准", root=root)
    RoleGrant.objects.create(user=user, role=Role.OFFICER.value, organisation=root, from_on=date(2020, 1, 1))
    return user


def committee(members: int) -> tuple[Organisation, User, Viewer]:
    """A committee with this many members in thirty branches, their names indexed."""
    root = Organisation.objects.create(
        tier="committee", code=f"P{members}", name=f"{members}人党委", short_name=f"{members}人党委", founded_on=TODAY
    )
    Organisation.objects.filter(pk=root.pk).update(root=root, path=f"{root.pk}/")
    root.refresh_from_db()
    sql(_BRANCHES, {"root": root.pk, "branches": BRANCHES})
    sql("UPDATE branches_organisation SET path = root_id || '/' || id || '/' WHERE tier = 'branch' AND path = ''")
    sql(_MEMBERS, {"root": root.pk, "members": members, "surnames": SURNAMES, "given": GIVEN})
    sql(_GRAMS, {"root": root.pk})
    for table in ("member", "namegram", "organisation"):
        sql(f"VACUUM ANALYZE branches_{table}")
    user = officer_of(root)
    return root, user, Viewer.of(user, TODAY)


_BRANCHES = """
INSERT INTO branches_organisation (root_id, parent_id, path, tier, kind, code, external_code, name, short_name,
    rank_group, sort_key, founded_on, theme_day_rule, contact_phone, version, created_at)
SELECT %(root)s, %(root)s, '', 'branch', 'ordinary', 'P' || %(root)s || '.' || i, '', '第' || i || '党支部',
    '第' || i || '党支部', '', lpad(i::text, 8, '0'), DATE '2018-01-01', '', '', 1, now()
FROM generate_series(1, %(branches)s) i
"""
_MEMBERS = """
INSERT INTO branches_member (root_id, branch_id, member_no, name, sex, ethnicity, born_on, education, work_started_on,
    joined_on, confirmed_on, job_title, status, is_mobile, in_hardship, is_retired, id_number, phone, external_code,
    note, version, created_at)
SELECT %(root)s, place.id, 'P' || %(root)s || '.' || lpad(i::text, 8, '0'),
    substr(%(surnames)s, 1 + i %% length(%(surnames)s), 1)
        || substr(%(given)s, 1 + (i / 7) %% length(%(given)s), 1)
        || substr(%(given)s, 1 + (i / 11) %% length(%(given)s), 1),
    CASE WHEN i %% 3 = 0 THEN 'female' ELSE 'male' END, '汉族', DATE '1970-01-01' + i %% 12000, '大学本科',
    DATE '1995-07-01' + i %% 9000, DATE '2000-07-01' + i %% 8000, DATE '2001-07-01' + i %% 8000, '科员', 'full',
    false, false, false, '', '', '', '', 1, now()
FROM generate_series(1, %(members)s) i
JOIN (SELECT id, row_number() OVER (ORDER BY id) AS place, count(*) OVER () AS places
      FROM branches_organisation WHERE root_id = %(root)s AND tier = 'branch') place
    ON place.place = 1 + i %% place.places
"""
_GRAMS = """
INSERT INTO branches_namegram (root_id, gram, member_id)
SELECT DISTINCT m.root_id, substr(m.name, at, length), m.id
FROM branches_member m, generate_series(1, 3) at, generate_series(1, 2) length
WHERE m.root_id = %(root)s AND at + length <= 4
"""
