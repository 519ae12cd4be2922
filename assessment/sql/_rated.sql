-- What tier_rate, ratio_full against a target and reviewer share: not applicable, not due, or what was earned.
judged AS (
    SELECT q.branch_id, q.rule_id, q.points, q.from_month,
           CASE WHEN q.gone = 1 OR q.need_confirmed <= 0 THEN 0 ELSE q.worth_confirmed END AS earned_confirmed,
           CASE WHEN q.gone = 1 OR q.need_confirmed <= 0 THEN 0 ELSE q.points END AS available_confirmed,
           CASE
               WHEN q.gone = 1 OR (q.need_confirmed <= 0 AND %(number)s = 12) THEN 0 ELSE q.points
           END AS ceiling_confirmed,
           q.done_confirmed, q.need_confirmed,
           CASE WHEN q.gone = 1 OR q.need_provisional <= 0 THEN 0 ELSE q.worth_provisional END AS earned_provisional,
           CASE WHEN q.gone = 1 OR q.need_provisional <= 0 THEN 0 ELSE q.points END AS available_provisional,
           CASE
               WHEN q.gone = 1 OR (q.need_provisional <= 0 AND %(number)s = 12) THEN 0 ELSE q.points
           END AS ceiling_provisional,
           q.done_provisional, q.need_provisional
    FROM rated q
)
