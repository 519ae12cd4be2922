-- ratio_full by periods: those that have ended from S on, plus the running one if its target is reached; periods on
-- whose last day the rule does not apply are not counted. A period is numbered 0, 1, … within the year.
{_measured},
gathered AS (
    SELECT s.branch_id, r.id AS rule_id, (s.month - %(january)s) / r.per_months AS nth,
           CAST(SUM(s.confirmed) AS BIGINT) AS confirmed, CAST(SUM(s.provisional) AS BIGINT) AS provisional
    FROM assessment_monthsum s
    JOIN assessment_rule r ON r.metric_id = s.metric_id AND r.id IN ({rules})
    WHERE s.root_id = %(root)s AND s.month IN ({months}) AND s.metric_id IN ({flows}) /* only:s */
    GROUP BY 1, 2, 3
),
left_out AS (
    SELECT b.branch_id, r.id AS rule_id, b.month, (b.month - %(january)s) / r.per_months AS nth
    FROM assessment_branchmonth b
    JOIN assessment_rule r ON r.id IN ({rules})
    WHERE b.root_id = %(root)s AND b.month IN ({months}) /* only:b */
      AND ((r.na_if = 'no_committee' AND NOT b.has_committee) OR (r.na_if = 'no_groups' AND NOT b.has_groups))
      AND (b.month = %(month)s OR (b.month - %(january)s + 1) / r.per_months * r.per_months = b.month - %(january)s + 1)
),
gaps AS (
    SELECT a.branch_id, a.rule_id, COUNT(*) AS periods
    FROM asked a
    JOIN left_out x ON x.branch_id = a.branch_id AND x.rule_id = a.rule_id
    WHERE x.nth * a.per_months + 1 >= a.first_month AND (x.nth + 1) * a.per_months <= %(ended)s
    GROUP BY a.branch_id, a.rule_id
),
weighed AS (
    SELECT a.branch_id, a.rule_id, a.target, a.cap_per_period, g.confirmed, g.provisional,
           CASE
               WHEN x.rule_id IS NOT NULL OR g.nth * a.per_months + 1 < a.first_month THEN 0
               WHEN (g.nth + 1) * a.per_months <= %(ended)s THEN 2
               ELSE 1
           END AS counts  -- 2: ended, 1: running, counts once reached
    FROM asked a
    JOIN gathered g ON g.branch_id = a.branch_id AND g.rule_id = a.rule_id
    LEFT JOIN left_out x ON x.branch_id = g.branch_id AND x.rule_id = g.rule_id AND x.nth = g.nth
),
done AS (
    SELECT w.branch_id, w.rule_id,
           CAST(SUM(CASE
               WHEN NOT w.cap_per_period THEN w.confirmed
               WHEN w.counts > 0 AND w.confirmed >= w.target THEN w.target
               WHEN w.counts = 2 THEN w.confirmed
               ELSE 0
           END) AS BIGINT) AS confirmed,
           CAST(SUM(CASE
               WHEN NOT w.cap_per_period THEN w.provisional
               WHEN w.counts > 0 AND w.provisional >= w.target THEN w.target
               WHEN w.counts = 2 THEN w.provisional
               ELSE 0
           END) AS BIGINT) AS provisional,
           SUM(CASE WHEN w.counts = 1 AND w.confirmed >= w.target THEN 1 ELSE 0 END) AS running_confirmed,
           SUM(CASE WHEN w.counts = 1 AND w.provisional >= w.target THEN 1 ELSE 0 END) AS running_provisional
    FROM weighed w
    GROUP BY w.branch_id, w.rule_id
),
counted AS (
    SELECT a.branch_id, a.rule_id, a.points, a.from_month,
           COALESCE(d.confirmed, 0) AS done_confirmed, COALESCE(d.provisional, 0) AS done_provisional,
           a.target * (CASE
               WHEN %(ended)s / a.per_months > (a.first_month + a.per_months - 2) / a.per_months
               THEN %(ended)s / a.per_months - (a.first_month + a.per_months - 2) / a.per_months ELSE 0
           END - COALESCE(p.periods, 0) + COALESCE(d.running_confirmed, 0)) AS need_confirmed,
           a.target * (CASE
               WHEN %(ended)s / a.per_months > (a.first_month + a.per_months - 2) / a.per_months
               THEN %(ended)s / a.per_months - (a.first_month + a.per_months - 2) / a.per_months ELSE 0
           END - COALESCE(p.periods, 0) + COALESCE(d.running_provisional, 0)) AS need_provisional,
           CASE WHEN a.gone = 1 OR %(number)s = 12 THEN 0 ELSE a.points END AS ceiling_without_period
    FROM asked a
    LEFT JOIN gaps p ON p.branch_id = a.branch_id AND p.rule_id = a.rule_id
    LEFT JOIN done d ON d.branch_id = a.branch_id AND d.rule_id = a.rule_id
),
judged AS (
    SELECT c.branch_id, c.rule_id, c.points, c.from_month,
           CASE
               WHEN c.need_confirmed = 0 THEN 0
               WHEN c.done_confirmed >= c.need_confirmed THEN c.points
               ELSE (2 * c.points * c.done_confirmed + c.need_confirmed) / (2 * c.need_confirmed)
           END AS earned_confirmed,
           CASE WHEN c.need_confirmed = 0 THEN 0 ELSE c.points END AS available_confirmed,
           CASE WHEN c.need_confirmed = 0 THEN c.ceiling_without_period ELSE c.points END AS ceiling_confirmed,
           c.done_confirmed, c.need_confirmed,
           CASE
               WHEN c.need_provisional = 0 THEN 0
               WHEN c.done_provisional >= c.need_provisional THEN c.points
               ELSE (2 * c.points * c.done_provisional + c.need_provisional) / (2 * c.need_provisional)
           END AS earned_provisional,
           CASE WHEN c.need_provisional = 0 THEN 0 ELSE c.points END AS available_provisional,
           CASE WHEN c.need_provisional = 0 THEN c.ceiling_without_period ELSE c.points END AS ceiling_provisional,
           c.done_provisional, c.need_provisional
    FROM counted c
)
