"""What of the people's side runs out by itself: API tokens, told to their owners before the day."""

from collections.abc import Collection, Iterator
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from managers.deadlines import Kind, Waiting
from managers.models import ApiToken

#: Calendar days before its last day on which the owner of a token is told.
TOKEN_NOTICE = 14


def expiring_tokens(on: date, ids: Collection[int] | None) -> Iterator[Waiting]:
    """Live tokens that end within the next days; the notice begins that many days before the end."""
    start = timezone.make_aware(datetime.combine(on, time.min))
    found = ApiToken.objects.filter(revoked_at=None, expires_at__gte=start).order_by("id")
    found = found.filter(expires_at__lt=start + timedelta(days=TOKEN_NOTICE + 1))
    for token in found if ids is None else found.filter(pk__in=ids):
        last = timezone.localdate(token.expires_at)
        yield Waiting(
            pk=token.pk,
            code="token_expiring",
            since=last - timedelta(days=TOKEN_NOTICE),
            days=TOKEN_NOTICE,
            occasion=last.isoformat(),
            url="",
            words={"name": token.name, "day": last.isoformat()},
            person=token.user_id,
        )


TOKENS = Kind("token", expiring_tokens, expires=True)
