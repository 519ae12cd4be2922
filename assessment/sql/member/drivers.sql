-- What every member is on the last day of the month (today for the running one): branch, class, and what the year asks of them.
INSERT INTO assessment_membermonth
    (root_id, month, member_id, branch_id, class_code, first_month, is_measured, has_committee, has_groups,
     credits_minimum, hours_minimum, volunteer_minimum)
WITH spells AS (
    SELECT p.root_id, p.member_id, p.branch_id,
           ROW_NUMBER() OVER (PARTITION BY p.member_id ORDER BY p.from_on DESC, p.id DESC) AS nth
    FROM branches_membership p
    WHERE p.root_id = %(root)s AND p.status IN ('probationary', 'full') AND p.from_on <= %(judged_on)s
      AND (p.to_on IS NULL OR p.to_on >= %(judged_on)s) /* only:p */
),
begun AS (
    -- since when the member is on this committee's roll, whatever branches they were in; a month counts when it is whole
    SELECT p.member_id, MIN(p.from_on) AS from_on
    FROM branches_membership p
    WHERE p.root_id = %(root)s AND p.status IN ('probationary', 'full') /* only:p */
    GROUP BY p.member_id
),
started AS (
    SELECT b.member_id,
           CASE
               WHEN b.from_on <= %(day_01)s THEN 1
               WHEN b.from_on <= %(day_02)s THEN 2
               WHEN b.from_on <= %(day_03)s THEN 3
               WHEN b.from_on <= %(day_04)s THEN 4
               WHEN b.from_on <= %(day_05)s THEN 5
               WHEN b.from_on <= %(day_06)s THEN 6
               WHEN b.from_on <= %(day_07)s THEN 7
               WHEN b.from_on <= %(day_08)s THEN 8
               WHEN b.from_on <= %(day_09)s THEN 9
               WHEN b.from_on <= %(day_10)s THEN 10
               WHEN b.from_on <= %(day_11)s THEN 11
               WHEN b.from_on <= %(day_12)s THEN 12
               ELSE 13
           END AS first_month
    FROM begun b
),
moved AS (
    SELECT v.member_id, v.class_code, ROW_NUMBER() OVER (PARTITION BY v.member_id ORDER BY v.from_on DESC) AS nth
    FROM assessment_classoverride v
    WHERE v.root_id = %(root)s AND v.from_on <= %(judged_on)s AND (v.to_on IS NULL OR v.to_on >= %(judged_on)s) /* only:v */
),
offices AS (
    SELECT DISTINCT a.member_id
    FROM branches_appointment a
    JOIN branches_organisation o ON o.id = a.organisation_id AND o.tier = 'branch'
    WHERE a.root_id = %(root)s AND a.post <> 'group_leader' AND a.from_on <= %(judged_on)s
      AND (a.to_on IS NULL OR a.to_on >= %(judged_on)s) /* only:a */
),
classed AS (
    SELECT s.root_id, s.member_id, s.branch_id,
           CASE WHEN t.first_month > %(start)s THEN t.first_month ELSE %(start)s END AS first_month,
           c.code, c.is_scored, c.min_credits, c.min_hours, c.volunteer_hours
    FROM spells s
    JOIN started t ON t.member_id = s.member_id
    JOIN branches_member m ON m.id = s.member_id
    LEFT JOIN moved v ON v.member_id = s.member_id AND v.nth = 1
    LEFT JOIN offices f ON f.member_id = s.member_id
    JOIN assessment_memberclass c
      ON c.scheme_id = %(scheme)s
     AND ((v.class_code IS NOT NULL AND c.code = v.class_code)
          OR (v.class_code IS NULL AND c.identifier = CASE
                  WHEN m.is_retired THEN 'retired'
                  WHEN m.is_mobile THEN 'mobile'
                  WHEN f.member_id IS NOT NULL THEN 'committee_member'
                  ELSE 'regular'
              END))
    WHERE s.nth = 1
)
SELECT c.root_id, %(month)s, c.member_id, c.branch_id, c.code, c.first_month,
       (c.is_scored AND c.first_month <= %(number)s),
       COALESCE(b.has_committee, (1 = 0)), COALESCE(b.has_groups, (1 = 0)),
       (c.min_credits * (13 - c.first_month) + 11999) / 12000 * 1000,
       (c.min_hours * (13 - c.first_month) + 11999) / 12000 * 1000,
       (c.volunteer_hours * (13 - c.first_month) + 11999) / 12000 * 1000
FROM classed c
LEFT JOIN assessment_branchmonth b ON b.root_id = c.root_id AND b.month = %(month)s AND b.branch_id = c.branch_id
WHERE 1 = 1
ON CONFLICT (root_id, month, member_id) DO UPDATE
SET branch_id = excluded.branch_id,
    class_code = excluded.class_code,
    first_month = excluded.first_month,
    is_measured = excluded.is_measured,
    has_committee = excluded.has_committee,
    has_groups = excluded.has_groups,
    credits_minimum = excluded.credits_minimum,
    hours_minimum = excluded.hours_minimum,
    volunteer_minimum = excluded.volunteer_minimum
WHERE assessment_membermonth.branch_id <> excluded.branch_id
   OR assessment_membermonth.class_code <> excluded.class_code
   OR assessment_membermonth.first_month <> excluded.first_month
   OR assessment_membermonth.is_measured <> excluded.is_measured
   OR assessment_membermonth.has_committee <> excluded.has_committee
   OR assessment_membermonth.has_groups <> excluded.has_groups
   OR assessment_membermonth.credits_minimum <> excluded.credits_minimum
   OR assessment_membermonth.hours_minimum <> excluded.hours_minimum
   OR assessment_membermonth.volunteer_minimum <> excluded.volunteer_minimum
