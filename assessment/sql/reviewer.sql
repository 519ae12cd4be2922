-- reviewer: points x mean of the factors of the marks for this year, half up; a mark has no pending state.
{_measured},
marks AS (
    SELECT k.branch_id, k.rule_code, CAST(SUM(k.factor) AS BIGINT) AS done, COUNT(*) * 1000000 AS need
    FROM assessment_reviewmark k
    WHERE k.root_id = %(root)s AND k.year = %(year)s AND k.counts_from <= %(month)s AND k.withdrawn_at IS NULL
          /* only:k */
    GROUP BY k.branch_id, k.rule_code
),
rated AS (
    SELECT a.branch_id, a.rule_id, a.points, a.from_month, a.gone,
           COALESCE(m.done, 0) AS done_confirmed, COALESCE(m.need, 0) AS need_confirmed,
           COALESCE(m.done, 0) AS done_provisional, COALESCE(m.need, 0) AS need_provisional,
           COALESCE((2 * a.points * m.done + m.need) / (2 * m.need), 0) AS worth_confirmed,
           COALESCE((2 * a.points * m.done + m.need) / (2 * m.need), 0) AS worth_provisional
    FROM asked a
    LEFT JOIN marks m ON m.branch_id = a.branch_id AND m.rule_code = a.code
),
{_rated}
