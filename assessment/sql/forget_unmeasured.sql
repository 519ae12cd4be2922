-- A branch that is no longer measured in an open month (founded later, dissolved earlier than was known) has no score there.
DELETE FROM {table}
WHERE root_id = %(root)s AND month = %(month)s
  AND branch_id IN (
      SELECT b.branch_id FROM assessment_branchmonth b
      WHERE b.root_id = %(root)s AND b.month = %(month)s AND NOT b.is_measured /* only:b */
  )
