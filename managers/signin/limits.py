"""How long a rate limit of allauth still holds: people are told, so that they need not guess."""

import math
import time

from allauth.core.internal import ratelimit
from django.http import HttpRequest
from django.utils.translation import ngettext

APP = "allauth.account"
FAILED = "login_failed"


def wait_seconds(request: HttpRequest, action: str, *, key: str | None = None) -> int:
    """Seconds until one more attempt is let through; 0 where it is now."""
    now, longest = time.time(), 0.0
    for rate in ratelimit.get_rates(app=APP, action=action):
        if rate.per == "user" or (rate.per == "key" and key is None):
            continue
        name = ratelimit.get_cache_key(request, app=APP, action=action, rate=rate, key=key)
        recent = [at for at in ratelimit.cache.get(name, []) if at > now - rate.duration]
        if len(recent) >= rate.amount:
            # The newest stands first; the oldest that fills the limit decides.
            longest = max(longest, recent[rate.amount - 1] + rate.duration - now)
    return math.ceil(longest)


def locked_text(seconds: int) -> str:
    """What is said to whoever tried too often; the same whether or not there is such an account."""
    minutes = max(1, math.ceil(seconds / 60))
    return ngettext(
        "尝试失败次数过多，登录已暂停。请在 %(minutes)s 分钟后再试。",
        "尝试失败次数过多，登录已暂停。请在 %(minutes)s 分钟后再试。",
        minutes,
    ) % {"minutes": minutes}
