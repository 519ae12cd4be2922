-- ratio_full against a target metric: points x min(1, done / sum of the target metric), half up.
{_told}, {_measured},
counted AS (
    SELECT a.branch_id, a.rule_id, a.points, a.from_month, a.gone,
           COALESCE(d.confirmed, 0) AS done_confirmed, COALESCE(n.confirmed, 0) AS need_confirmed,
           COALESCE(d.provisional, 0) AS done_provisional, COALESCE(n.provisional, 0) AS need_provisional
    FROM asked a
    LEFT JOIN told d ON d.branch_id = a.branch_id AND d.metric_id = a.metric_id
    LEFT JOIN told n ON n.branch_id = a.branch_id AND n.metric_id = a.need_metric_id
),
rated AS (
    SELECT c.*,
           CASE
               WHEN c.need_confirmed <= 0 THEN 0
               WHEN c.done_confirmed >= c.need_confirmed THEN c.points
               ELSE (2 * c.points * c.done_confirmed + c.need_confirmed) / (2 * c.need_confirmed)
           END AS worth_confirmed,
           CASE
               WHEN c.need_provisional <= 0 THEN 0
               WHEN c.done_provisional >= c.need_provisional THEN c.points
               ELSE (2 * c.points * c.done_provisional + c.need_provisional) / (2 * c.need_provisional)
           END AS worth_provisional
    FROM counted c
),
{_rated}
