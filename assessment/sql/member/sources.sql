-- Which branches entered what about their members, month by month: a rule nobody enters anything for is not judged there.
INSERT INTO assessment_membersource (root_id, month, branch_id, metric_id, facts)
SELECT f.root_id, f.month, f.branch_id, f.metric_id, SUM(CASE WHEN f.reverses_id IS NULL THEN 1 ELSE -1 END)
FROM assessment_memberfact f
WHERE f.root_id = %(root)s AND f.month IN ({sum_months}) AND f.metric_id IN ({entered})
  AND f.happened_on <= %(window_end)s
GROUP BY f.root_id, f.month, f.branch_id, f.metric_id
ON CONFLICT (root_id, month, branch_id, metric_id) DO UPDATE
SET facts = excluded.facts
WHERE assessment_membersource.facts <> excluded.facts
