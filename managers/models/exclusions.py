"""The database's own word on roles that exclude each other: triggers written out of `rules.exclusions`.

A grant of the set-up (nobody gave it) is let in: before the first keepers there is nobody to ask. I05 looks
at those as well.
"""

from collections.abc import Iterable

from managers.rules import exclusions

#: Roles that reach everywhere, whatever branch their grant names (`managers.roles` says the same; a test
#: compares them).
EVERYWHERE = ("head_hr", "head_risk", "auditor")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in sorted(names))


_PAIRS = ", ".join(f"('{one}', '{other}')" for one, other in sorted(exclusions.PAIRS))


def _path(role: str, branch: str) -> str:
    return f"(CASE WHEN {role} IN ({_listed(EVERYWHERE)}) THEN '' ELSE {branch}.path END)"


def _path_at(role: str, branch: str) -> str:
    return f"(SELECT {_path(role, 'n')} FROM managers_branch n WHERE n.id = {branch})"


#: Own and delegated roles of the user `{user}` that meet `{role}` at `{path}` from `{start}` to `{end}` and
#: exclude it; `{grant}` itself is left aside.
CLASHES = f"""
    SELECT FROM (
        SELECT g.id, g.role, {_path("g.role", "b")} AS path, g.starts_on,
               coalesce(g.ends_on, 'infinity') AS ends_on
        FROM managers_grant g JOIN managers_branch b ON b.id = g.branch_id
        WHERE g.user_id = {{user}} AND (g.granted_by_id IS NULL OR g.confirmed_by_id IS NOT NULL)
      UNION ALL
        SELECT g.id, g.role, {_path("g.role", "b")}, greatest(d.starts_on, g.starts_on),
               least(d.ends_on, coalesce(g.ends_on, 'infinity'))
        FROM managers_delegation d JOIN managers_grant g ON g.id = d.grant_id
        JOIN managers_branch b ON b.id = g.branch_id
        WHERE d.to_id = {{user}} AND d.ended_at IS NULL
    ) held
    WHERE held.id <> {{grant}} AND held.role <> {{role}} AND held.starts_on <= held.ends_on
      AND held.starts_on <= {{end}} AND {{start}} <= held.ends_on
      AND (held.role IN ({_listed(exclusions.ALONE)}) OR {{role}} IN ({_listed(exclusions.ALONE)})
           OR ((held.role, {{role}}) IN ({_PAIRS})
               AND (starts_with(held.path, {{path}}) OR starts_with({{path}}, held.path))))
"""

GRANT_EXCLUDED = f"""
    IF NEW.confirmed_by_id IS NULL OR NEW.ends_on < NEW.starts_on THEN
        RETURN NEW;
    END IF;
    PERFORM FROM managers_user WHERE id = NEW.user_id FOR NO KEY UPDATE;
    IF NEW.role IN ({_listed(exclusions.NO_MANAGER)}) AND EXISTS (
        SELECT FROM managers_clientmanager WHERE user_id = NEW.user_id
    ) THEN
        RAISE EXCEPTION 'a client manager may not hold the role %', NEW.role;
    END IF;
    IF EXISTS (
        {
    CLASHES.format(
        user="NEW.user_id",
        grant="NEW.id",
        role="NEW.role",
        path=_path_at("NEW.role", "NEW.branch_id"),
        start="NEW.starts_on",
        end="coalesce(NEW.ends_on, 'infinity')",
    )
}
    ) THEN
        RAISE EXCEPTION 'user % holds a role that excludes %', NEW.user_id, NEW.role;
    END IF;
    RETURN NEW;
"""

DELEGATION_EXCLUDED = f"""
    DECLARE
        lent managers_grant%ROWTYPE;
    BEGIN
    PERFORM FROM managers_user WHERE id = NEW.to_id FOR NO KEY UPDATE;
    SELECT * INTO lent FROM managers_grant WHERE id = NEW.grant_id;
    IF lent.user_id <> NEW.made_by_id THEN
        RAISE EXCEPTION 'grant % is not held by user %', NEW.grant_id, NEW.made_by_id;
    END IF;
    IF lent.granted_by_id IS NOT NULL AND lent.confirmed_by_id IS NULL THEN
        RAISE EXCEPTION 'grant % is not confirmed', NEW.grant_id;
    END IF;
    IF lent.role IN ({_listed(exclusions.NOT_DELEGATED)}) THEN
        RAISE EXCEPTION 'the role % is not delegated', lent.role;
    END IF;
    IF EXISTS (
        {
    CLASHES.format(
        user="NEW.to_id",
        grant="NEW.grant_id",
        role="lent.role",
        path=_path_at("lent.role", "lent.branch_id"),
        start="NEW.starts_on",
        end="NEW.ends_on",
    )
}
    ) THEN
        RAISE EXCEPTION 'user % holds a role that excludes %', NEW.to_id, lent.role;
    END IF;
    RETURN NEW;
    END;
"""
