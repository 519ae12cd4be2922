-- Branch by rule of one type, whether or not there is any fact; gone: the rule's condition holds today.
asked AS (
    SELECT b.branch_id, b.first_month, r.id AS rule_id, r.code, r.points, r.from_month, r.metric_id, r.need_metric_id,
           r.per_months, r.target, r.cap_per_period, r.deadline_on, r.deadline_month,
           CASE
               WHEN r.na_if = 'no_committee' AND NOT b.has_committee THEN 1
               WHEN r.na_if = 'no_groups' AND NOT b.has_groups THEN 1
               ELSE 0
           END AS gone
    FROM assessment_branchmonth b
    JOIN assessment_rule r ON r.id IN ({rules})
    WHERE b.root_id = %(root)s AND b.month = %(month)s AND b.is_measured /* only:b */
)
