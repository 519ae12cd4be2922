-- Facts of level metrics: of each month the latest that stands, among the confirmed and among all.
INSERT INTO assessment_monthsum
    (root_id, month, branch_id, metric_id, confirmed, provisional, facts_confirmed, facts_provisional)
WITH dated AS (
    SELECT f.root_id, f.month, f.branch_id, f.metric_id, f.quantity, f.state, f.happened_on, f.id,
           CASE WHEN f.reverses_id IS NULL AND r.id IS NULL THEN 1 ELSE 0 END AS live
    FROM assessment_fact f
    JOIN assessment_metric m ON m.id = f.metric_id AND m.kind = 'level'
    LEFT JOIN assessment_fact r ON r.reverses_id = f.id
    WHERE f.root_id = %(root)s AND f.month IN ({sum_months}) AND f.happened_on <= %(window_end)s /* only:f */
),
ranked AS (
    SELECT d.*,
           ROW_NUMBER() OVER (
               PARTITION BY d.branch_id, d.metric_id, d.month, d.live ORDER BY d.happened_on DESC, d.id DESC
           ) AS nth,
           ROW_NUMBER() OVER (
               PARTITION BY d.branch_id, d.metric_id, d.month, d.live, d.state ORDER BY d.happened_on DESC, d.id DESC
           ) AS nth_of_state
    FROM dated d
)
SELECT root_id, month, branch_id, metric_id,
       CAST(SUM(CASE WHEN live = 1 AND state = 'confirmed' AND nth_of_state = 1 THEN quantity ELSE 0 END) AS BIGINT),
       CAST(SUM(CASE WHEN live = 1 AND nth = 1 THEN quantity ELSE 0 END) AS BIGINT),
       SUM(CASE WHEN live = 1 AND state = 'confirmed' THEN 1 ELSE 0 END),
       SUM(live)
FROM ranked
WHERE 1 = 1
GROUP BY root_id, month, branch_id, metric_id
ON CONFLICT (root_id, month, branch_id, metric_id) DO UPDATE
SET confirmed = excluded.confirmed,
    provisional = excluded.provisional,
    facts_confirmed = excluded.facts_confirmed,
    facts_provisional = excluded.facts_provisional
WHERE assessment_monthsum.confirmed <> excluded.confirmed
   OR assessment_monthsum.provisional <> excluded.provisional
   OR assessment_monthsum.facts_confirmed <> excluded.facts_confirmed
   OR assessment_monthsum.facts_provisional <> excluded.facts_provisional
