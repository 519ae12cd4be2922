-- Facts of flow metrics, added up by branch, metric and month. Reversals carry day and state, so they cancel by themselves.
INSERT INTO assessment_monthsum
    (root_id, month, branch_id, metric_id, confirmed, provisional, facts_confirmed, facts_provisional)
SELECT f.root_id, f.month, f.branch_id, f.metric_id,
       CAST(SUM(CASE WHEN f.state = 'confirmed' THEN f.quantity ELSE 0 END) AS BIGINT),
       CAST(SUM(f.quantity) AS BIGINT),
       SUM(CASE WHEN f.state <> 'confirmed' THEN 0 WHEN f.reverses_id IS NULL THEN 1 ELSE -1 END),
       SUM(CASE WHEN f.reverses_id IS NULL THEN 1 ELSE -1 END)
FROM assessment_fact f
JOIN assessment_metric m ON m.id = f.metric_id AND m.kind = 'flow'
WHERE f.root_id = %(root)s AND f.month IN ({sum_months}) AND f.happened_on <= %(window_end)s /* only:f */
GROUP BY f.root_id, f.month, f.branch_id, f.metric_id
ON CONFLICT (root_id, month, branch_id, metric_id) DO UPDATE
SET confirmed = excluded.confirmed,
    provisional = excluded.provisional,
    facts_confirmed = excluded.facts_confirmed,
    facts_provisional = excluded.facts_provisional
WHERE assessment_monthsum.confirmed <> excluded.confirmed
   OR assessment_monthsum.provisional <> excluded.provisional
   OR assessment_monthsum.facts_confirmed <> excluded.facts_confirmed
   OR assessment_monthsum.facts_provisional <> excluded.facts_provisional
