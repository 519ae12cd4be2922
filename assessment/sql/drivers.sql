-- What every branch is on the last day of the month (today for the running one): the rows all scores start from.
INSERT INTO assessment_branchmonth
    (root_id, month, branch_id, first_month, is_measured, has_committee, has_groups, member_count)
WITH standing AS (
    SELECT o.root_id, o.id AS branch_id, o.dissolved_on,
           -- S: January, the month after the founding, or the month the committee began, whichever is later
           CASE
               WHEN o.founded_on < %(day_01)s THEN 1
               WHEN o.founded_on < %(day_02)s THEN 2
               WHEN o.founded_on < %(day_03)s THEN 3
               WHEN o.founded_on < %(day_04)s THEN 4
               WHEN o.founded_on < %(day_05)s THEN 5
               WHEN o.founded_on < %(day_06)s THEN 6
               WHEN o.founded_on < %(day_07)s THEN 7
               WHEN o.founded_on < %(day_08)s THEN 8
               WHEN o.founded_on < %(day_09)s THEN 9
               WHEN o.founded_on < %(day_10)s THEN 10
               WHEN o.founded_on < %(day_11)s THEN 11
               WHEN o.founded_on < %(day_12)s THEN 12
               ELSE 13
           END AS after_founding
    FROM branches_organisation o
    WHERE o.root_id = %(root)s AND o.tier = 'branch' AND o.founded_on <= %(judged_on)s /* only:o as id */
),
started AS (
    SELECT s.*, CASE WHEN s.after_founding > %(start)s THEN s.after_founding ELSE %(start)s END AS first_month
    FROM standing s
),
terms AS (
    -- the latest term that has begun; it lasts until the next election
    SELECT t.branch_id, CASE WHEN t.has_committee THEN 1 ELSE 0 END AS has_committee,
           ROW_NUMBER() OVER (PARTITION BY t.branch_id ORDER BY t.from_on DESC, t.term_no DESC) AS nth
    FROM branches_branchterm t
    WHERE t.root_id = %(root)s AND t.from_on <= %(judged_on)s /* only:t */
),
teams AS (
    SELECT g.parent_id AS branch_id, COUNT(*) AS number_of
    FROM branches_organisation g
    WHERE g.root_id = %(root)s AND g.tier = 'group' AND g.founded_on <= %(judged_on)s
      AND (g.dissolved_on IS NULL OR g.dissolved_on >= %(judged_on)s) /* only:g as parent_id */
    GROUP BY g.parent_id
),
people AS (
    SELECT p.branch_id, COUNT(*) AS number_of
    FROM branches_membership p
    WHERE p.root_id = %(root)s AND p.status IN ('probationary', 'full') AND p.from_on <= %(judged_on)s
      AND (p.to_on IS NULL OR p.to_on >= %(judged_on)s) /* only:p */
    GROUP BY p.branch_id
)
SELECT s.root_id, %(month)s, s.branch_id, s.first_month,
       (s.first_month <= %(number)s AND (s.dissolved_on IS NULL OR s.dissolved_on > %(last_day)s)),
       (COALESCE(t.has_committee, 0) = 1),
       (COALESCE(g.number_of, 0) > 0),
       COALESCE(p.number_of, 0)
FROM started s
LEFT JOIN terms t ON t.branch_id = s.branch_id AND t.nth = 1
LEFT JOIN teams g ON g.branch_id = s.branch_id
LEFT JOIN people p ON p.branch_id = s.branch_id
WHERE 1 = 1
ON CONFLICT (root_id, month, branch_id) DO UPDATE
SET first_month = excluded.first_month,
    is_measured = excluded.is_measured,
    has_committee = excluded.has_committee,
    has_groups = excluded.has_groups,
    member_count = excluded.member_count
WHERE assessment_branchmonth.first_month <> excluded.first_month
   OR assessment_branchmonth.is_measured <> excluded.is_measured
   OR assessment_branchmonth.has_committee <> excluded.has_committee
   OR assessment_branchmonth.has_groups <> excluded.has_groups
   OR assessment_branchmonth.member_count <> excluded.member_count
