"""Addresses of the own account and of notices. Of allauth only what is listed here can be reached."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.urls import URLPattern, path

from managers import notice_views
from managers.views import account, factor, files, signin, sso


def single_sign_on(configured: bool) -> list[URLPattern]:
    """The addresses of single sign-on, where there is an issuer."""
    if not configured:
        return []
    return [
        path("login/sso/", sso.start, name="sso"),
        path("login/sso/callback/", sso.callback, name="sso_callback"),
    ]


_login = signin.Login.as_view()
_enrol = login_required(factor.Enrol.as_view())

# Where a name begins with account_ or mfa_, allauth asks for it under that name.
urlpatterns = [
    path("login/", _login, name="account_login"),
    path("login/", _login, name="login"),
    path("login/code/", signin.SecondFactor.as_view(), name="mfa_authenticate"),
    path("login/again/", signin.Again.as_view(), name="account_reauthenticate"),
    path("login/again/code/", signin.AgainByCode.as_view(), name="mfa_reauthenticate"),
    path("logout/", signin.Logout.as_view(), name="logout"),
    path("password/", account.change_password, name="password_change"),
    path("account/", account.account, name="account"),
    path("account/sessions/end/", account.end_session, name="end_session"),
    path("account/factor/", _enrol, name="mfa_activate_totp"),
    path("account/factor/remove/", login_required(factor.Remove.as_view()), name="mfa_deactivate_totp"),
    path("account/factor/codes/", login_required(factor.Codes.as_view()), name="mfa_view_recovery_codes"),
    path(
        "account/factor/codes/new/",
        login_required(factor.NewCodes.as_view()),
        name="mfa_generate_recovery_codes",
    ),
    path("files/<uuid:pk>/", files.stored_file, name="stored_file"),
    path("notices/", notice_views.notices, name="notices"),
    path("notices/read/", notice_views.read_all, name="notices_read"),
    path("notices/settings/", notice_views.notice_settings, name="notice_settings"),
    path("notices/<int:pk>/", notice_views.notice, name="notice"),
    *single_sign_on(bool(settings.OIDC)),
]
