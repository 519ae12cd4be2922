-- Member by rule of one type; gone: the rule's condition holds today, or the member's branch has entered nothing for it this year.
entered AS (
    SELECT q.branch_id, r.id AS rule_id
    FROM assessment_membersource q
    JOIN assessment_rule r ON r.id IN ({rules}) AND (r.metric_id = q.metric_id OR r.need_metric_id = q.metric_id)
    WHERE q.root_id = %(root)s AND q.month IN ({months}) AND q.facts > 0
    UNION
    SELECT q.branch_id, e.rule_id
    FROM assessment_membersource q
    JOIN assessment_ruleevent e ON e.metric_id = q.metric_id AND e.rule_id IN ({rules})
    WHERE q.root_id = %(root)s AND q.month IN ({months}) AND q.facts > 0
),
asked AS (
    SELECT b.member_id, b.first_month, r.id AS rule_id, r.code, r.points, r.from_month, r.metric_id, r.need_metric_id,
           r.per_months, r.target, r.cap_per_period, r.deadline_on, r.deadline_month,
           CASE
               WHEN r.na_if = 'no_committee' AND NOT b.has_committee THEN 1
               WHEN r.na_if = 'no_groups' AND NOT b.has_groups THEN 1
               WHEN r.na_if = 'unreported' AND n.rule_id IS NULL THEN 1
               ELSE 0
           END AS gone
    FROM assessment_membermonth b
    JOIN assessment_rule r ON r.id IN ({rules})
    LEFT JOIN entered n ON n.branch_id = b.branch_id AND n.rule_id = r.id
    WHERE b.root_id = %(root)s AND b.month = %(month)s AND b.is_measured /* only:b */
)
