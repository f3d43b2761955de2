"""Setting up, renewing and removing the second factor: allauth's flows, logged in the same transaction."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _

from managers.queries.accounts import is_obliged
from managers.services import factors
from managers.session import signed_in
from managers.signin import marks
from managers.signin.forms import FirstCode


class Enrol(ActivateTOTPView):
    """The picture an authenticator app reads, and the first code as a proof."""

    template_name = "managers/factor_enrol.html"
    form_class = FirstCode

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        """Set up; sessions begun without it end, and this one need not be asked again."""
        response = super().form_valid(form)
        _changed(self.request, "add_factor", Authenticator.Type.TOTP)
        self.request.session[marks.FACTOR] = True
        messages.success(self.request, _("两步验证已启用。"))
        return response

    def get_success_url(self) -> str:
        """On to the recovery codes, which are shown once."""
        return str(reverse_lazy("mfa_view_recovery_codes"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whether it is demanded, and the secret in groups of four for typing."""
        context = super().get_context_data(**kwargs)
        secret = context["form"].secret
        groups = [secret[at : at + 4] for at in range(0, len(secret), 4)]
        return context | {"obliged": _obliged(self.request), "secret": " ".join(groups)}


class Codes(ViewRecoveryCodesView):
    """The recovery codes, once."""

    template_name = "managers/factor_codes.html"


class NewCodes(GenerateRecoveryCodesView):
    """New recovery codes; the old ones open nothing any more."""

    template_name = "managers/factor_new_codes.html"

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        """Renew."""
        response = super().form_valid(form)
        _changed(self.request, "renew_factor", Authenticator.Type.RECOVERY_CODES)
        return response


class Remove(DeactivateTOTPView):
    """Without a second factor from now on, where the role permits it."""

    template_name = "managers/factor_remove.html"
    success_url = reverse_lazy("account")

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        """Remove it with its recovery codes."""
        response = super().form_valid(form)
        _changed(self.request, "remove_factor", Authenticator.Type.TOTP)
        self.request.session.pop(marks.FACTOR, None)
        messages.success(self.request, _("两步验证已停用。"))
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whether it may be removed at all."""
        return super().get_context_data(**kwargs) | {"obliged": _obliged(self.request)}


def _changed(request: HttpRequest, action: str, kind: str) -> None:
    key = request.session.session_key
    factors.changed(signed_in(request), action, kind, at=timezone.now(), keep_session=key)


def _obliged(request: HttpRequest) -> bool:
    return settings.SECOND_FACTOR and is_obliged(signed_in(request), timezone.localdate())
