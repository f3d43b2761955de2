"""The page "account security": password, second factor, sessions, last sign-ins, language."""

from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from managers import presenters
from managers.queries import accounts
from managers.services import passwords, sessions
from managers.session import signed_in
from managers.signin.duties import password_is_due
from managers.signin.forms import NewPassword


@login_required
def account(request: HttpRequest) -> HttpResponse:
    """One's own account."""
    user, now = signed_in(request), timezone.now()
    found = accounts.sessions_of(user, request.session.session_key, now)
    context = {
        "password": presenters.password(user, settings.PASSWORD_DAYS, now),
        "factor": accounts.factor_of(user),
        "obliged": settings.SECOND_FACTOR and accounts.is_obliged(user, timezone.localdate()),
        "sessions": [presenters.session(each) for each in found],
        "sign_ins": [presenters.sign_in(each) for each in accounts.sign_ins(user)],
        "idle_minutes": settings.SESSION_IDLE_SECONDS // 60,
        "hours": settings.SESSION_COOKIE_AGE // 3600,
    }
    return render(request, "managers/account.html", context)


@login_required
@require_POST
def end_session(request: HttpRequest) -> HttpResponse:
    """End one of one's other sessions (`ref`), or all of them."""
    user, now, here = signed_in(request), timezone.now(), request.session.session_key
    wanted = request.POST.get("ref", "")
    others = [each for each in accounts.sessions_of(user, here, now) if not each.here]
    keys = [each.key for each in others if wanted in ("all", each.ref)]
    count = sessions.end(user, keys, at=now, by=user)
    if count:
        messages.success(request, _("已结束 %(count)s 个会话。") % {"count": count})
    else:
        messages.info(request, _("这个会话已经结束，无需处理。"))
    return redirect("account")


@sensitive_post_parameters()
@login_required
@require_http_methods(["GET", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    """A new password of one's own choosing."""
    user = signed_in(request)
    form = NewPassword(request.POST or None, user=user)
    if request.method == "POST":
        if not ratelimit.consume(request, action="change_password", user=user):
            return ratelimit.respond_429(request)
        if form.is_valid() and _changed(request, form):
            messages.success(request, _("密码已修改，您的其他会话已结束。"))
            return redirect("account")
    due = password_is_due(user, at=timezone.now())
    context = {"form": form, "due": due, "reset": user.must_change_password, "rules": _rules()}
    return render(request, "managers/password.html", context)


def _changed(request: HttpRequest, form: NewPassword) -> bool:
    key = request.session.session_key
    try:
        user = passwords.change(
            signed_in(request), form.cleaned_data["new"], at=timezone.now(), keep_session=key
        )
    except ValidationError as refused:
        form.add_error("new", refused)
        return False
    update_session_auth_hash(request, user)
    return True


def _rules() -> list[str]:
    """AUTH_PASSWORD_VALIDATORS in our words, in the order in which people choose."""
    return [
        _("至少 10 个字符，含大写字母、小写字母、数字、其他符号四类中的至少三类。"),
        _("不得包含用户名 (正写、倒写)，也不得与用户名、姓名相近。"),
        _("不得是常见密码，也不得使用最近 %(count)s 次用过的密码。") % {"count": passwords.REMEMBERED},
    ]
