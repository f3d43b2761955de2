"""The address and agent of a request; behind a proxy, of whoever stands before it."""

from allauth.core.internal.httpkit import get_client_ip
from django.http import HttpRequest

from managers.services.origin import Origin


def origin_of(request: HttpRequest) -> Origin:
    """Where the request came from, as far as it says."""
    known = "REMOTE_ADDR" in request.META
    address = (get_client_ip(request) or "") if known else ""
    return Origin(address, str(request.META.get("HTTP_USER_AGENT", ""))[:300])
