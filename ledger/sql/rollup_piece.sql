a.superseded_by IS NULL AND a.starts_on <= %(end)s AND (a.ends_on IS NULL OR a.ends_on >= %(first_start)s)
          AND (%(managers)s::bigint[] IS NULL OR a.manager_id = ANY (%(managers)s))
          AND a.manager_id %% 1024 BETWEEN %(first_slot)s AND %(last_slot)s
