"""Whether a JSON Web Token was signed by one of the issuer's published keys (RFC 7515, 7517, 7518)."""

import base64
import binascii
import json
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

#: The only ways of signing accepted, each with the kind of key it needs; "none" and shared secrets are not.
KINDS = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC"}


class NotSigned(ValueError):
    """A token nobody vouches for; the text says in a word what is wrong."""


def claims_of(token: str, keys: list[dict[str, Any]]) -> dict[str, Any]:
    """What the token says, once its signature holds. Raises NotSigned."""
    try:
        head, body, signature = token.split(".")
        header, claims = json.loads(_bytes(head)), json.loads(_bytes(body))
        _check(header, keys, f"{head}.{body}".encode("ascii"), _bytes(signature))
    except (ValueError, KeyError, TypeError, AttributeError, InvalidSignature) as error:
        raise error if isinstance(error, NotSigned) else NotSigned("signature") from error
    return dict(claims)


def _check(header: dict[str, Any], keys: list[dict[str, Any]], signed: bytes, signature: bytes) -> None:
    kind = KINDS.get(header["alg"])
    if kind is None:
        raise NotSigned("algorithm")
    fitting = [key for key in keys if key.get("kty") == kind and key.get("use", "sig") == "sig"]
    if "kid" in header:
        fitting = [key for key in fitting if key.get("kid") == header["kid"]]
    if len(fitting) != 1:
        raise NotSigned("key")
    (_by_curve if kind == "EC" else _by_rsa)(header["alg"], fitting[0], signed, signature)


def _by_rsa(algorithm: str, key: dict[str, Any], signed: bytes, signature: bytes) -> None:
    public = rsa.RSAPublicNumbers(_integer(key["e"]), _integer(key["n"])).public_key()
    pads: dict[str, Any] = {
        "RS256": padding.PKCS1v15(),
        "PS256": padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH),
    }
    public.verify(signature, signed, pads[algorithm], hashes.SHA256())


def _by_curve(algorithm: str, key: dict[str, Any], signed: bytes, signature: bytes) -> None:
    if key.get("crv") != "P-256" or len(signature) != 64:
        raise NotSigned("key")
    numbers = ec.EllipticCurvePublicNumbers(_integer(key["x"]), _integer(key["y"]), ec.SECP256R1())
    halves = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    numbers.public_key().verify(encode_dss_signature(*halves), signed, ec.ECDSA(hashes.SHA256()))


def _integer(text: str) -> int:
    return int.from_bytes(_bytes(text), "big")


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise NotSigned("encoding") from error
