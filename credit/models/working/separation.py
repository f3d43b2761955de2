"""Who sees a manager's paper, and the database's own word on who may not touch it."""

import pgtrigger

from managers.models.scope import PermittedQuerySet

APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
KEEP = pgtrigger.Protect(name="keep", operation=pgtrigger.Delete)


class OfWorking(PermittedQuerySet):
    """Papers of a manager for whoever looks after the working standard there, and one's own.

    Other roles count for nothing: a manager who is in HR as well finds no colleague's log.
    """

    action = "view_working"


def apart(name: str, *people: str, source: str = "NEW.manager_id") -> pgtrigger.Trigger:
    """Refuse a row in whose columns `people` a user stands who is the manager, kin of, or below the manager.

    `source` is an SQL expression for the manager. A tie that begins later leaves what was done alone: only a
    column that is written anew is looked at.
    """
    checks = " OR ".join(_named(column, source) for column in people)
    func = f"""
        IF {checks} THEN
            RAISE EXCEPTION '% is of a person tied to who decides on it', TG_TABLE_NAME
                USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_{name}';
        END IF;
        RETURN NEW;
    """
    return pgtrigger.Trigger(
        name=name, when=pgtrigger.Before, operation=pgtrigger.Insert | pgtrigger.Update, func=func
    )


def _named(column: str, source: str) -> str:
    return f"""(
        NEW.{column} IS NOT NULL AND (TG_OP = 'INSERT' OR OLD.{column} IS DISTINCT FROM NEW.{column}) AND (
            EXISTS (SELECT FROM managers_clientmanager m WHERE m.id = {source} AND m.user_id = NEW.{column})
            OR EXISTS (
                SELECT FROM managers_relation r
                WHERE r.manager_id = {source} AND r.user_id = NEW.{column}
                  AND (now() AT TIME ZONE 'Asia/Shanghai')::date
                      BETWEEN r.starts_on AND coalesce(r.ends_on, 'infinity')
            )
        )
    )"""
