-- tier_rate: the score of the first tier, highest first, with numerator >= min x denominator, without dividing.
{_told}, {_measured},
ladder AS (
    SELECT n.rule_id,
           MAX(CASE WHEN n.nth = 1 THEN n.threshold END) AS t1, MAX(CASE WHEN n.nth = 1 THEN n.score END) AS s1,
           MAX(CASE WHEN n.nth = 2 THEN n.threshold END) AS t2, MAX(CASE WHEN n.nth = 2 THEN n.score END) AS s2,
           MAX(CASE WHEN n.nth = 3 THEN n.threshold END) AS t3, MAX(CASE WHEN n.nth = 3 THEN n.score END) AS s3,
           MAX(CASE WHEN n.nth = 4 THEN n.threshold END) AS t4, MAX(CASE WHEN n.nth = 4 THEN n.score END) AS s4,
           MAX(CASE WHEN n.nth = 5 THEN n.threshold END) AS t5, MAX(CASE WHEN n.nth = 5 THEN n.score END) AS s5,
           MAX(CASE WHEN n.nth = 6 THEN n.threshold END) AS t6, MAX(CASE WHEN n.nth = 6 THEN n.score END) AS s6
    FROM (
        SELECT t.rule_id, t.threshold, t.score,
               ROW_NUMBER() OVER (PARTITION BY t.rule_id ORDER BY t.threshold DESC) AS nth
        FROM assessment_ruletier t
        WHERE t.rule_id IN ({rules})
    ) n
    GROUP BY n.rule_id
),
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
               WHEN c.done_confirmed * 1000000 >= l.t1 * c.need_confirmed THEN l.s1
               WHEN c.done_confirmed * 1000000 >= l.t2 * c.need_confirmed THEN l.s2
               WHEN c.done_confirmed * 1000000 >= l.t3 * c.need_confirmed THEN l.s3
               WHEN c.done_confirmed * 1000000 >= l.t4 * c.need_confirmed THEN l.s4
               WHEN c.done_confirmed * 1000000 >= l.t5 * c.need_confirmed THEN l.s5
               WHEN c.done_confirmed * 1000000 >= l.t6 * c.need_confirmed THEN l.s6
               ELSE 0
           END AS worth_confirmed,
           CASE
               WHEN c.done_provisional * 1000000 >= l.t1 * c.need_provisional THEN l.s1
               WHEN c.done_provisional * 1000000 >= l.t2 * c.need_provisional THEN l.s2
               WHEN c.done_provisional * 1000000 >= l.t3 * c.need_provisional THEN l.s3
               WHEN c.done_provisional * 1000000 >= l.t4 * c.need_provisional THEN l.s4
               WHEN c.done_provisional * 1000000 >= l.t5 * c.need_provisional THEN l.s5
               WHEN c.done_provisional * 1000000 >= l.t6 * c.need_provisional THEN l.s6
               ELSE 0
           END AS worth_provisional
    FROM counted c
    JOIN ladder l ON l.rule_id = c.rule_id
),
{_rated}
