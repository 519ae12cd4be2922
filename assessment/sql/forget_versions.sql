-- Scores by another version of the scheme: an open month is scored by the version valid on its last day alone.
DELETE FROM {table}
WHERE root_id = %(root)s AND month = %(month)s AND {column} NOT IN ({kept}) /* only:{table} */
