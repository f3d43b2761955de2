"""What an ID token of OpenID Connect must say to be believed (OpenID Connect Core 1.0, 3.1.3.7)."""

from collections.abc import Mapping
from typing import Any

#: Clocks of two machines may differ by so many seconds.
LEEWAY = 60


def wrong(claims: Mapping[str, Any], *, issuer: str, client_id: str, nonce: str, now: float) -> str:
    """What is wrong with the claims of a well-signed token, in a word; nothing where all is well."""
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    tests = {
        "issuer": claims.get("iss") == issuer,
        "audience": client_id in audiences,
        # Whoever names several audiences must say for which of them it was made.
        "party": claims.get("azp", client_id if len(audiences) == 1 else None) == client_id,
        "nonce": bool(nonce) and claims.get("nonce") == nonce,
        "expired": _number(claims.get("exp")) > now - LEEWAY,
        "future": _number(claims.get("iat"), now) < now + LEEWAY,
    }
    return next((name for name, holds in tests.items() if not holds), "")


def _number(value: Any, default: float = 0) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else default
