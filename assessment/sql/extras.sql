-- Bonus and penalty items: of one occurrence honoured at several levels of a group the highest alone, and once.
INSERT INTO assessment_extrascore
    (root_id, month, branch_id, extra_id,
     quantity_confirmed, quantity_provisional, points_confirmed, points_provisional)
WITH told AS (
    SELECT f.branch_id, x.id AS extra_id, x.kind, x.occurrence_group, x.points, x.position, f.occurrence,
           CAST(SUM(CASE WHEN f.state = 'confirmed' THEN f.quantity ELSE 0 END) AS BIGINT) AS confirmed,
           CAST(SUM(f.quantity) AS BIGINT) AS provisional
    FROM assessment_monthsum s
    JOIN assessment_extraitem x ON x.metric_id = s.metric_id AND x.scheme_id = %(scheme)s
    JOIN assessment_fact f
      ON f.root_id = s.root_id AND f.month = s.month AND f.branch_id = s.branch_id AND f.metric_id = s.metric_id
     AND f.happened_on <= %(window_end)s
    JOIN assessment_branchmonth b
      ON b.root_id = s.root_id AND b.month = %(month)s AND b.branch_id = s.branch_id AND b.is_measured
    WHERE s.root_id = %(root)s AND s.month IN ({months}) AND s.metric_id IN ({extra_metrics}) /* only:s */
    GROUP BY f.branch_id, x.id, x.kind, x.occurrence_group, x.points, x.position, f.occurrence
),
ranked AS (
    SELECT t.*,
           CASE WHEN t.occurrence_group = '' OR t.occurrence = '' THEN 0 ELSE 1 END AS is_shared,
           ROW_NUMBER() OVER (
               PARTITION BY t.branch_id, t.kind, t.occurrence_group, t.occurrence
               ORDER BY CASE WHEN t.confirmed > 0 THEN t.points ELSE -1 END DESC, t.position
           ) AS nth_confirmed,
           ROW_NUMBER() OVER (
               PARTITION BY t.branch_id, t.kind, t.occurrence_group, t.occurrence
               ORDER BY CASE WHEN t.provisional > 0 THEN t.points ELSE -1 END DESC, t.position
           ) AS nth_provisional
    FROM told t
),
counted AS (
    SELECT r.branch_id, r.extra_id,
           CAST(SUM(CASE
               WHEN r.is_shared = 0 THEN r.confirmed
               WHEN r.nth_confirmed > 1 THEN 0
               WHEN r.confirmed > 1000 THEN 1000
               ELSE r.confirmed
           END) AS BIGINT) AS confirmed,
           CAST(SUM(CASE
               WHEN r.is_shared = 0 THEN r.provisional
               WHEN r.nth_provisional > 1 THEN 0
               WHEN r.provisional > 1000 THEN 1000
               ELSE r.provisional
           END) AS BIGINT) AS provisional
    FROM ranked r
    GROUP BY r.branch_id, r.extra_id
)
SELECT %(root)s, %(month)s, c.branch_id, c.extra_id, c.confirmed, c.provisional,
       CASE
           WHEN x.most >= 0 AND c.confirmed * (x.points / 1000) > x.most THEN x.most
           ELSE c.confirmed * (x.points / 1000)
       END,
       CASE
           WHEN x.most >= 0 AND c.provisional * (x.points / 1000) > x.most THEN x.most
           ELSE c.provisional * (x.points / 1000)
       END
FROM counted c
JOIN assessment_extraitem x ON x.id = c.extra_id
WHERE 1 = 1
ON CONFLICT (root_id, month, branch_id, extra_id) DO UPDATE
SET quantity_confirmed = excluded.quantity_confirmed,
    quantity_provisional = excluded.quantity_provisional,
    points_confirmed = excluded.points_confirmed,
    points_provisional = excluded.points_provisional
WHERE assessment_extrascore.quantity_confirmed <> excluded.quantity_confirmed
   OR assessment_extrascore.quantity_provisional <> excluded.quantity_provisional
   OR assessment_extrascore.points_confirmed <> excluded.points_confirmed
   OR assessment_extrascore.points_provisional <> excluded.points_provisional
