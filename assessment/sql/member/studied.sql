-- Credits and collective hours of the year to date, each kind capped, and what the year asks up to now; as levels of this month.
INSERT INTO assessment_membersum
    (root_id, month, member_id, metric_id, confirmed, provisional, facts_confirmed, facts_provisional)
WITH done AS (
    SELECT s.member_id, k.id, k.rate, k.cap_year, k.is_collective,
           CAST(SUM(s.confirmed) AS BIGINT) AS confirmed, CAST(SUM(s.provisional) AS BIGINT) AS provisional
    FROM assessment_membersum s
    JOIN assessment_creditkind k ON k.metric_id = s.metric_id AND k.scheme_id = %(scheme)s
    WHERE s.root_id = %(root)s AND s.month IN ({months}) AND s.metric_id IN ({credits}) /* only:s */
    GROUP BY s.member_id, k.id, k.rate, k.cap_year, k.is_collective
),
worth AS (
    SELECT d.*,
           (2 * d.confirmed * d.rate + 1000) / 2000 AS credits_confirmed,
           (2 * d.provisional * d.rate + 1000) / 2000 AS credits_provisional
    FROM done d
),
total AS (
    SELECT w.member_id,
           CAST(SUM(CASE WHEN w.cap_year >= 0 AND w.credits_confirmed > w.cap_year THEN w.cap_year
                    ELSE w.credits_confirmed END) AS BIGINT) AS credits_confirmed,
           CAST(SUM(CASE WHEN w.cap_year >= 0 AND w.credits_provisional > w.cap_year THEN w.cap_year
                    ELSE w.credits_provisional END) AS BIGINT) AS credits_provisional,
           CAST(SUM(CASE WHEN w.is_collective THEN w.confirmed ELSE 0 END) AS BIGINT) AS hours_confirmed,
           CAST(SUM(CASE WHEN w.is_collective THEN w.provisional ELSE 0 END) AS BIGINT) AS hours_provisional
    FROM worth w
    GROUP BY w.member_id
),
asked AS (
    SELECT b.root_id, b.month, b.member_id, b.credits_minimum, b.hours_minimum, b.volunteer_minimum,
           13 - b.first_month AS whole,
           CASE WHEN %(ended)s < b.first_month THEN 0 ELSE %(ended)s - b.first_month + 1 END AS passed
    FROM assessment_membermonth b
    WHERE b.root_id = %(root)s AND b.month = %(month)s AND b.first_month < 13 /* only:b */
),
told AS (
    SELECT a.root_id, a.month, a.member_id, %(credits_metric)s AS metric_id,
           COALESCE(t.credits_confirmed, 0) AS confirmed, COALESCE(t.credits_provisional, 0) AS provisional
    FROM asked a LEFT JOIN total t ON t.member_id = a.member_id
    UNION ALL
    SELECT a.root_id, a.month, a.member_id, %(hours_metric)s,
           COALESCE(t.hours_confirmed, 0), COALESCE(t.hours_provisional, 0)
    FROM asked a LEFT JOIN total t ON t.member_id = a.member_id
    UNION ALL
    SELECT a.root_id, a.month, a.member_id, %(credits_need_metric)s,
           (2 * a.credits_minimum * a.passed + a.whole) / (2 * a.whole),
           (2 * a.credits_minimum * a.passed + a.whole) / (2 * a.whole)
    FROM asked a
    UNION ALL
    SELECT a.root_id, a.month, a.member_id, %(hours_need_metric)s,
           (2 * a.hours_minimum * a.passed + a.whole) / (2 * a.whole),
           (2 * a.hours_minimum * a.passed + a.whole) / (2 * a.whole)
    FROM asked a
    UNION ALL
    SELECT a.root_id, a.month, a.member_id, %(volunteer_need_metric)s,
           (2 * a.volunteer_minimum * a.passed + a.whole) / (2 * a.whole),
           (2 * a.volunteer_minimum * a.passed + a.whole) / (2 * a.whole)
    FROM asked a
)
SELECT t.root_id, t.month, t.member_id, t.metric_id, t.confirmed, t.provisional, 1, 1
FROM told t
WHERE 1 = 1
ON CONFLICT (root_id, month, member_id, metric_id) DO UPDATE
SET confirmed = excluded.confirmed,
    provisional = excluded.provisional,
    facts_confirmed = excluded.facts_confirmed,
    facts_provisional = excluded.facts_provisional
WHERE assessment_membersum.confirmed <> excluded.confirmed
   OR assessment_membersum.provisional <> excluded.provisional
   OR assessment_membersum.facts_confirmed <> excluded.facts_confirmed
   OR assessment_membersum.facts_provisional <> excluded.facts_provisional
