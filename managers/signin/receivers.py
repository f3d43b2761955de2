"""Marks every session at its sign-in, however that came about."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.utils import timezone

from managers.signin import marks
from managers.signin.origin import origin_of


@receiver(user_logged_in, dispatch_uid="cmbank.marks")
def mark(request: Any, **given: Any) -> None:
    """Begin the session's clock. A request that never came over the network has no origin."""
    marks.begin(request.session, origin_of(request), at=timezone.now())
