-- deduct: max(0, points - events); always due, so a branch without any record starts full.
{_events}, {_measured},
judged AS (
    SELECT a.branch_id, a.rule_id, a.points, a.from_month,
           CASE
               WHEN a.gone = 1 OR COALESCE(s.confirmed, 0) >= a.points THEN 0 ELSE a.points - COALESCE(s.confirmed, 0)
           END AS earned_confirmed,
           CASE WHEN a.gone = 1 THEN 0 ELSE a.points END AS available_confirmed,
           CASE WHEN a.gone = 1 THEN 0 ELSE a.points END AS ceiling_confirmed,
           COALESCE(s.confirmed, 0) AS done_confirmed,
           a.points AS need_confirmed,
           CASE
               WHEN a.gone = 1 OR COALESCE(s.provisional, 0) >= a.points THEN 0
               ELSE a.points - COALESCE(s.provisional, 0)
           END AS earned_provisional,
           CASE WHEN a.gone = 1 THEN 0 ELSE a.points END AS available_provisional,
           CASE WHEN a.gone = 1 THEN 0 ELSE a.points END AS ceiling_provisional,
           COALESCE(s.provisional, 0) AS done_provisional,
           a.points AS need_provisional
    FROM asked a
    LEFT JOIN summed s ON s.branch_id = a.branch_id AND s.rule_id = a.rule_id
)
