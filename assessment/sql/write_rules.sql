-- The frame of the six rule types: each gives its rows as `judged`; from_month is applied here, and only rows that changed are written.
INSERT INTO assessment_rulescore
    (root_id, month, branch_id, rule_id,
     earned_confirmed, available_confirmed, ceiling_confirmed, done_confirmed, need_confirmed,
     earned_provisional, available_provisional, ceiling_provisional, done_provisional, need_provisional)
WITH {judged}
SELECT %(root)s, %(month)s, j.branch_id, j.rule_id,
       CASE WHEN j.from_month > %(number)s AND j.earned_confirmed < j.points THEN 0 ELSE j.earned_confirmed END,
       CASE WHEN j.from_month > %(number)s AND j.earned_confirmed < j.points THEN 0 ELSE j.available_confirmed END,
       j.ceiling_confirmed, j.done_confirmed, j.need_confirmed,
       CASE WHEN j.from_month > %(number)s AND j.earned_provisional < j.points THEN 0 ELSE j.earned_provisional END,
       CASE WHEN j.from_month > %(number)s AND j.earned_provisional < j.points THEN 0 ELSE j.available_provisional END,
       j.ceiling_provisional, j.done_provisional, j.need_provisional
FROM judged j
WHERE 1 = 1
ON CONFLICT (root_id, month, branch_id, rule_id) DO UPDATE
SET earned_confirmed = excluded.earned_confirmed,
    available_confirmed = excluded.available_confirmed,
    ceiling_confirmed = excluded.ceiling_confirmed,
    done_confirmed = excluded.done_confirmed,
    need_confirmed = excluded.need_confirmed,
    earned_provisional = excluded.earned_provisional,
    available_provisional = excluded.available_provisional,
    ceiling_provisional = excluded.ceiling_provisional,
    done_provisional = excluded.done_provisional,
    need_provisional = excluded.need_provisional
WHERE assessment_rulescore.earned_confirmed <> excluded.earned_confirmed
   OR assessment_rulescore.available_confirmed <> excluded.available_confirmed
   OR assessment_rulescore.ceiling_confirmed <> excluded.ceiling_confirmed
   OR assessment_rulescore.done_confirmed <> excluded.done_confirmed
   OR assessment_rulescore.need_confirmed <> excluded.need_confirmed
   OR assessment_rulescore.earned_provisional <> excluded.earned_provisional
   OR assessment_rulescore.available_provisional <> excluded.available_provisional
   OR assessment_rulescore.ceiling_provisional <> excluded.ceiling_provisional
   OR assessment_rulescore.done_provisional <> excluded.done_provisional
   OR assessment_rulescore.need_provisional <> excluded.need_provisional
