"""Signing in, the own account, notices, and what belongs to nobody in particular."""

from tests.access.rows import EVERYONE, NOBODY, PUBLIC, May, Row, do, fixed, own, read

_LOGIN = Row(get=May(PUBLIC, ok=(200,)), login=False, methods=("GET",))
#: Pages of allauth that a signed-in person passes on from, or that first ask for the password again.
_FACTOR = Row(get=May(EVERYONE, ok=(200, 302)), methods=("GET",))

TABLE: dict[str, Row] = {
    "home": read(EVERYONE, ok=(200, 302)),
    "login": _LOGIN,
    "account_login": _LOGIN,
    "mfa_authenticate": Row(get=May(PUBLIC, ok=(302,)), login=False, methods=("GET",)),
    "account_reauthenticate": _FACTOR,
    "mfa_reauthenticate": _FACTOR,
    "logout": Row(post=May(PUBLIC, ok=(302,), idle=True), login=False),
    "password_change": read(EVERYONE),
    "account": read(EVERYONE),
    "end_session": do(EVERYONE, idle=True, body=fixed(ref="all")),
    "mfa_activate_totp": _FACTOR,
    "mfa_deactivate_totp": read(EVERYONE, ok=(404,)),
    "mfa_view_recovery_codes": Row(get=May(EVERYONE, ok=(200, 302, 404)), methods=("GET",)),
    "mfa_generate_recovery_codes": Row(get=May(EVERYONE, ok=(200, 302, 404)), methods=("GET",)),
    "set_language": Row(
        get=May(PUBLIC, ok=(302,)),
        post=May(PUBLIC, ok=(302,), idle=True),
        body=fixed(language="en"),
        login=False,
    ),
    "healthz": Row(get=May(PUBLIC), login=False, methods=("GET",)),
    # --- notices: everybody's own ----------------------------------------------------------------------
    "notices": read(EVERYONE),
    "notices[all]": read(EVERYONE, ask=fixed(show="all")),
    "notices_read": do(EVERYONE),
    "notice_settings": Row(
        get=May(EVERYONE), post=May(EVERYONE, ok=(302,)), body=fixed(mailed="todo", language="en")
    ),
    "notice": read(EVERYONE, ok=(302,), kwargs=own("notice")),
    "notice[foreign]": read(NOBODY, refused=(404,), kwargs=own("foreign_notice")),
}
