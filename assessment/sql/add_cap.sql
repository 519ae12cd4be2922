-- add_cap: min(room, events), room = points x ended months from S / 12, half up; nobody is asked in May for a year's worth.
{_events}, {_measured},
roomed AS (
    SELECT a.branch_id, a.rule_id, a.points, a.from_month, a.gone,
           CASE
               WHEN %(ended)s < a.first_month THEN 0
               ELSE (2 * a.points * (%(ended)s - a.first_month + 1) + 12) / 24
           END AS room,
           (2 * a.points * (13 - a.first_month) + 12) / 24 AS year_room,
           COALESCE(s.confirmed, 0) AS done_confirmed,
           COALESCE(s.provisional, 0) AS done_provisional
    FROM asked a
    LEFT JOIN summed s ON s.branch_id = a.branch_id AND s.rule_id = a.rule_id
),
judged AS (
    SELECT r.branch_id, r.rule_id, r.points, r.from_month,
           CASE WHEN r.gone = 1 THEN 0 WHEN r.done_confirmed < r.room THEN r.done_confirmed ELSE r.room END
               AS earned_confirmed,
           CASE WHEN r.gone = 1 THEN 0 ELSE r.room END AS available_confirmed,
           CASE WHEN r.gone = 1 THEN 0 ELSE r.year_room END AS ceiling_confirmed,
           r.done_confirmed, r.room AS need_confirmed,
           CASE WHEN r.gone = 1 THEN 0 WHEN r.done_provisional < r.room THEN r.done_provisional ELSE r.room END
               AS earned_provisional,
           CASE WHEN r.gone = 1 THEN 0 ELSE r.room END AS available_provisional,
           CASE WHEN r.gone = 1 THEN 0 ELSE r.year_room END AS ceiling_provisional,
           r.done_provisional, r.room AS need_provisional
    FROM roomed r
)
