-- Year to date by branch and metric: a flow is added up, of a level the latest month that knows it counts.
told AS (
    SELECT s.branch_id, s.metric_id,
           CAST(SUM(s.confirmed) AS BIGINT) AS confirmed,
           CAST(SUM(s.provisional) AS BIGINT) AS provisional
    FROM assessment_monthsum s
    WHERE s.root_id = %(root)s AND s.month IN ({months}) AND s.metric_id IN ({flows}) /* only:s */
    GROUP BY s.branch_id, s.metric_id
    UNION ALL
    SELECT l.branch_id, l.metric_id,
           CAST(SUM(CASE WHEN l.nth_confirmed = 1 THEN l.confirmed ELSE 0 END) AS BIGINT),
           CAST(SUM(CASE WHEN l.nth_provisional = 1 THEN l.provisional ELSE 0 END) AS BIGINT)
    FROM (
        SELECT s.branch_id, s.metric_id, s.confirmed, s.provisional,
               ROW_NUMBER() OVER (
                   PARTITION BY s.branch_id, s.metric_id
                   ORDER BY CASE WHEN s.facts_confirmed > 0 THEN s.month ELSE 0 END DESC
               ) AS nth_confirmed,
               ROW_NUMBER() OVER (
                   PARTITION BY s.branch_id, s.metric_id
                   ORDER BY CASE WHEN s.facts_provisional > 0 THEN s.month ELSE 0 END DESC
               ) AS nth_provisional
        FROM assessment_monthsum s
        WHERE s.root_id = %(root)s AND s.month IN ({months}) AND s.metric_id IN ({levels}) /* only:s */
    ) l
    GROUP BY l.branch_id, l.metric_id
)
