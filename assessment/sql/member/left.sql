-- Rows of this month of people who are not on the roll at its end (any more, after a correction).
DELETE FROM assessment_membermonth
WHERE root_id = %(root)s AND month = %(month)s AND NOT EXISTS (
    SELECT 1 FROM branches_membership p
    WHERE p.root_id = %(root)s AND p.member_id = assessment_membermonth.member_id
      AND p.status IN ('probationary', 'full') AND p.from_on <= %(judged_on)s
      AND (p.to_on IS NULL OR p.to_on >= %(judged_on)s)
)
