-- The sum over a rule's events of min(cap, n x points); exact, for event points have at most 3 decimals.
{_told},
valued AS (
    SELECT t.branch_id, e.rule_id, e.most,
           CASE WHEN e.once AND t.confirmed > 1000 THEN 1000 ELSE t.confirmed END * (e.points / 1000) AS confirmed,
           CASE WHEN e.once AND t.provisional > 1000 THEN 1000 ELSE t.provisional END * (e.points / 1000) AS provisional
    FROM told t
    JOIN assessment_ruleevent e ON e.metric_id = t.metric_id AND e.rule_id IN ({rules})
),
summed AS (
    SELECT v.branch_id, v.rule_id,
           CAST(SUM(CASE WHEN v.most >= 0 AND v.confirmed > v.most THEN v.most ELSE v.confirmed END) AS BIGINT)
               AS confirmed,
           CAST(SUM(CASE WHEN v.most >= 0 AND v.provisional > v.most THEN v.most ELSE v.provisional END) AS BIGINT)
               AS provisional
    FROM valued v
    GROUP BY v.branch_id, v.rule_id
)
