-- yes_no: points once done by the deadline. Whole months come from the sums, the month a deadline cuts from its facts.
{_measured},
dated AS (
    SELECT s.branch_id, r.id AS rule_id, s.confirmed, s.provisional
    FROM assessment_monthsum s
    JOIN assessment_rule r ON r.metric_id = s.metric_id AND r.id IN ({rules}) AND s.month <= r.deadline_month
    WHERE s.root_id = %(root)s AND s.month IN ({months}) AND s.metric_id IN ({flows}) /* only:s */
    UNION ALL
    SELECT f.branch_id, r.id, CASE WHEN f.state = 'confirmed' THEN f.quantity ELSE 0 END, f.quantity
    FROM assessment_monthsum s
    JOIN assessment_rule r ON r.metric_id = s.metric_id AND r.id IN ({rules}) AND s.month = r.deadline_inside
    JOIN assessment_fact f
      ON f.root_id = s.root_id AND f.month = s.month AND f.branch_id = s.branch_id AND f.metric_id = s.metric_id
     AND f.happened_on <= r.deadline_on AND f.happened_on <= %(window_end)s
    WHERE s.root_id = %(root)s AND s.month IN ({inside_months}) AND s.metric_id IN ({flows}) /* only:s */
),
counted AS (
    SELECT d.branch_id, d.rule_id,
           CAST(SUM(d.confirmed) AS BIGINT) AS confirmed, CAST(SUM(d.provisional) AS BIGINT) AS provisional
    FROM dated d
    GROUP BY d.branch_id, d.rule_id
),
answered AS (
    SELECT a.branch_id, a.rule_id, a.points, a.from_month, a.gone,
           COALESCE(c.confirmed, 0) AS done_confirmed, COALESCE(c.provisional, 0) AS done_provisional,
           CASE WHEN a.deadline_month < %(january)s + a.first_month - 1 THEN 1 ELSE 0 END AS too_early,
           CASE WHEN a.deadline_on <= %(window_end)s THEN 1 ELSE 0 END AS passed
    FROM asked a
    LEFT JOIN counted c ON c.branch_id = a.branch_id AND c.rule_id = a.rule_id
),
judged AS (
    SELECT w.branch_id, w.rule_id, w.points, w.from_month,
           CASE WHEN w.gone = 0 AND w.done_confirmed >= 1000 THEN w.points ELSE 0 END AS earned_confirmed,
           CASE
               WHEN w.gone = 0 AND (w.done_confirmed >= 1000 OR (w.passed = 1 AND w.too_early = 0)) THEN w.points ELSE 0
           END AS available_confirmed,
           CASE
               WHEN w.gone = 0 AND (w.done_confirmed >= 1000 OR w.too_early = 0) THEN w.points ELSE 0
           END AS ceiling_confirmed,
           w.done_confirmed, 1000 AS need_confirmed,
           CASE WHEN w.gone = 0 AND w.done_provisional >= 1000 THEN w.points ELSE 0 END AS earned_provisional,
           CASE
               WHEN w.gone = 0 AND (w.done_provisional >= 1000 OR (w.passed = 1 AND w.too_early = 0)) THEN w.points
               ELSE 0
           END AS available_provisional,
           CASE
               WHEN w.gone = 0 AND (w.done_provisional >= 1000 OR w.too_early = 0) THEN w.points ELSE 0
           END AS ceiling_provisional,
           w.done_provisional, 1000 AS need_provisional
    FROM answered w
)
