-- Up to which day and bundle the slots are worked now, and which day the base portfolio is of.
INSERT INTO credit_standing AS s (slot, stands_on, through_bundle, base_on)
SELECT slot, %(goal)s, %(pinned)s, %(base_day)s FROM generate_series(%(first_slot)s, %(last_slot)s) AS slot
ON CONFLICT (slot) DO UPDATE
SET stands_on = excluded.stands_on, through_bundle = excluded.through_bundle, base_on = excluded.base_on
WHERE (s.stands_on, s.through_bundle, s.base_on)
      IS DISTINCT FROM (excluded.stands_on, excluded.through_bundle, excluded.base_on)
