"""A small issuer of OpenID Connect on the loopback interface: a real server that signs with a real key."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

CLIENT, SECRET = "cmbank", "between-us:two"


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def number(value: int) -> str:
    return encoded(value.to_bytes((value.bit_length() + 7) // 8, "big"))


class Issuer:
    """What it says can be bent by a test: `claims` are laid over the token's, `header` over its header."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(65537, 2048)
        self.curve = ec.generate_private_key(ec.SECP256R1())
        self.user = "wang"
        self.claims: dict[str, Any] = {}
        self.header: dict[str, Any] = {}
        self.about: dict[str, Any] = {}
        self.signed_with: Any = self.key
        self.codes: dict[str, dict[str, str]] = {}
        self.url = ""

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
        } | self.about

    def keys(self) -> dict[str, Any]:
        public = self.key.public_key().public_numbers()
        point = self.curve.public_key().public_numbers()
        return {
            "keys": [
                {"kty": "RSA", "kid": "one", "use": "sig", "n": number(public.n), "e": number(public.e)},
                {
                    "kty": "EC",
                    "kid": "two",
                    "crv": "P-256",
                    "x": encoded(point.x.to_bytes(32, "big")),
                    "y": encoded(point.y.to_bytes(32, "big")),
                },
            ]
        }

    def authorize(self, asked: dict[str, str]) -> str:
        """Somebody signs in here at once; where their browser goes next."""
        assert (asked["client_id"], asked["response_type"], asked["code_challenge_method"]) == (
            CLIENT,
            "code",
            "S256",
        )
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """The tokens for a code, once, to whoever knows our secret and the verifier."""
        asked = self.codes.pop(form.get("code", ""), None)
        # RFC 6749 2.3.1: both halves are form-encoded before they are joined.
        pair = base64.b64encode(b"cmbank:between-us%3Atwo").decode()
        challenge = encoded(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if asked is None or authorization != f"Basic {pair}" or challenge != asked["code_challenge"]:
            return None
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT, "sub": "4711", "iat": now, "exp": now + 300}
        claims |= {"nonce": asked["nonce"], "preferred_username": self.user}
        return {"access_token": "x", "token_type": "Bearer", "id_token": self.sign(claims | self.claims)}

    def sign(self, claims: dict[str, Any]) -> str:
        header = {"alg": "RS256", "kid": "one"} | self.header
        parts = [encoded(json.dumps(part).encode()) for part in (header, claims)]
        signed = ".".join(parts).encode()
        if header["alg"] == "ES256":
            halves = decode_dss_signature(self.curve.sign(signed, ec.ECDSA(hashes.SHA256())))
            signature = b"".join(half.to_bytes(32, "big") for half in halves)
        else:
            signature = self.signed_with.sign(signed, padding.PKCS1v15(), hashes.SHA256())
        return ".".join([*parts, encoded(signature)])


def handler(issuer: Issuer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: Any) -> None:
            """Nothing."""

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/authorize":
                asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
                self.send_response(302)
                self.send_header("Location", issuer.authorize(asked))
                self.end_headers()
                return
            known = {"/.well-known/openid-configuration": issuer.discovery, "/keys": issuer.keys}
            self.answer(known[parts.path]() if parts.path in known else None)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self.answer(issuer.token(form, self.headers.get("Authorization", "")))

        def answer(self, told: dict[str, Any] | None) -> None:
            self.send_response(200 if told is not None else 400)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(told).encode())

    return Handler


@contextmanager
def running() -> Iterator[Issuer]:
    """An issuer that listens until the end of the block."""
    issuer = Issuer()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(issuer))
    issuer.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
