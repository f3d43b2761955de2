"""Single sign-on by OpenID Connect: authorization code with PKCE, state and nonce; the bank's issuer only.

allauth has a client of its own, which brings tables and pages we would have to close again, and takes an ID
token it fetched itself without looking at the signature; see docs/decisions/0021.
"""

import base64
import hashlib
import http.client
import json
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from managers.rules import tokens
from managers.signin.signatures import NotSigned, claims_of

PATIENCE_SECONDS = 10
MOST_BYTES = 1_000_000
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class Refused(Exception):
    """Single sign-on did not come to its end; the text is a word for the log, not for people."""


@dataclass(frozen=True)
class Issuer:
    """The bank's issuer and our place with it. `claim` names what holds the user name."""

    issuer: str
    client_id: str
    client_secret: str
    claim: str
    https_only: bool


@dataclass(frozen=True)
class Asked:
    """One question to the issuer; kept in the session until the answer comes."""

    state: str
    nonce: str
    verifier: str


def ask() -> Asked:
    """A new question, unlike any other."""
    return Asked(*(secrets.token_urlsafe(32) for _each in range(3)))


def address(issuer: Issuer, asked: Asked, back_to: str) -> str:
    """Where the browser goes to sign in."""
    challenge = hashlib.sha256(asked.verifier.encode()).digest()
    query = {
        "response_type": "code",
        "client_id": issuer.client_id,
        "redirect_uri": back_to,
        "scope": "openid profile",
        "state": asked.state,
        "nonce": asked.nonce,
        "code_challenge": base64.urlsafe_b64encode(challenge).decode().rstrip("="),
        "code_challenge_method": "S256",
    }
    target = str(discovered(issuer)["authorization_endpoint"])
    return f"{target}{'&' if '?' in target else '?'}{urlencode(query)}"


def username(issuer: Issuer, asked: Asked, code: str, back_to: str, *, now: float) -> str:
    """Whom the issuer vouches for. Raises Refused."""
    told = discovered(issuer)
    answer = _fetch(issuer, str(told["token_endpoint"]), _exchange(issuer, told, asked, code, back_to))
    keys = _fetch(issuer, str(told["jwks_uri"])).get("keys")
    try:
        claims = claims_of(str(answer.get("id_token", "")), keys if isinstance(keys, list) else [])
    except NotSigned as error:
        raise Refused(str(error)) from error
    wrong = tokens.wrong(claims, issuer=issuer.issuer, client_id=issuer.client_id, nonce=asked.nonce, now=now)
    name = claims.get(issuer.claim)
    if wrong or not isinstance(name, str) or not name:
        raise Refused(wrong or "claim")
    return name


def discovered(issuer: Issuer) -> dict[str, Any]:
    """What the issuer publishes about itself. Raises Refused where it calls itself something else."""
    told = _fetch(issuer, f"{issuer.issuer.rstrip('/')}/.well-known/openid-configuration")
    if told.get("issuer") != issuer.issuer:
        raise Refused("issuer")
    if not all(isinstance(told.get(name), str) for name in ENDPOINTS):
        raise Refused("discovery")
    return told


def _exchange(
    issuer: Issuer, told: dict[str, Any], asked: Asked, code: str, back_to: str
) -> tuple[str, dict[str, str]]:
    """Body and headers of the request that turns the code into tokens."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back_to,
        "code_verifier": asked.verifier,
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    if "client_secret_post" in told.get("token_endpoint_auth_methods_supported", []):
        form |= {"client_id": issuer.client_id, "client_secret": issuer.client_secret}
    else:
        both = "&".join((urlencode({"": issuer.client_id})[1:], urlencode({"": issuer.client_secret})[1:]))
        pair = both.replace("&", ":", 1).encode()
        headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
    return urlencode(form), headers


def _fetch(issuer: Issuer, url: str, post: tuple[str, dict[str, str]] | None = None) -> dict[str, Any]:
    """A JSON object of the issuer's. Follows no redirect; raises Refused for anything else."""
    parts = urlsplit(url)
    if parts.scheme != "https" and (issuer.https_only or parts.scheme != "http"):
        raise Refused("scheme")
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    connection = kind(parts.netloc, timeout=PATIENCE_SECONDS)
    try:
        if post is None:
            connection.request("GET", path, headers={"Accept": "application/json"})
        else:
            connection.request("POST", path, body=post[0], headers={"Accept": "application/json"} | post[1])
        answer = connection.getresponse()
        told = json.loads(answer.read(MOST_BYTES)) if answer.status == 200 else None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Refused("unreachable") from error
    finally:
        connection.close()
    if not isinstance(told, dict):
        raise Refused("answer")
    return told
