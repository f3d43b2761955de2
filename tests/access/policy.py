"""Who may what, address by address: the table the access test holds every answer against.

TO ADD AN ADDRESS, add one line under its name to the table of its part (`tables/`); the test names those
that lack one. Most are one of these:

    "queue": read(RISK, lists=ALL),                                    # a list: everybody finds the own scope
    "dossier": read(APPRAISALS, about=True, kwargs=case),              # a page about somebody; 404 outside
    "clear": do(RISK, tied=(403,), about=True, kwargs=case, body=key()),        # a step on somebody's row

- The first argument says which roles may; `EVERYONE` is whoever signed in, `PUBLIC` anybody, `NOBODY` no one.
  `own=True` lets in the person it is about. All others get `refused` (403); `SCOPE_FIRST` is 403 about what
  they see and 404 about what they do not, for addresses that look before they ask for the role.
- `about=True` asks about each of the five managers of `scene.THINGS`: the own file (`self`), kin, the same
  branch (`mate`), a sister branch, another region (`far`). `kwargs` builds the arguments: `employee`, `case`,
  `of("handover")` for the row of that kind which hangs on the manager. A new kind of row is made for all five
  by one function in `holdings.py`. Outside the scope the answer is `hidden` (404); for the own row and that
  of kin it is `tied` where separation forbids the step.
- `lists=ALL`: the page names managers, and each actor must find exactly those of the own scope.
- `body` is a form that would be valid: an allowed POST must change something (`idle=True` where it cannot),
  a refused one must not. `ask` follows the address as its query. `stage` is how far things have come
  (`scene.STAGES`). `named` are those whose number and name (and nothing else) are told beyond the scope.
- Several rows for one address have a word in brackets: `"hr_step[publish]"`.
- REST resources: `rest(scope, roles)`; tables of the admin: a line of `tables.admin.MODELS`.

Bodies of all answers are searched for numbers, names, customers, amounts and ids of managers out of scope.
Nothing here is read from `managers.roles`: a role that gains a permission by mistake turns a cell red.
"""

from tests.access.rows import Row
from tests.access.tables import (
    account,
    admin,
    conduct,
    credit,
    ledger,
    people,
    procedure,
    rest,
    working,
)

POLICY: dict[str, Row] = {
    **account.TABLE,
    **people.TABLE,
    **procedure.TABLE,
    **conduct.TABLE,
    **working.TABLE,
    **credit.TABLE,
    **ledger.TABLE,
    **rest.TABLE,
    **admin.TABLE,
}


def endpoint(name: str) -> str:
    """The address a row is about, without the word that tells it from another row."""
    return name.split("[", maxsplit=1)[0]
