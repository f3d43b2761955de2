"""Single sign-on against an issuer that listens on the loopback interface: who comes in and who does not."""

import http.client
import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client

from managers.models import LogEntry, User
from tests.managers.accounts import sso_urls
from tests.managers.accounts.issuer import CLIENT, SECRET, Issuer, encoded, running
from tests.managers.accounts.people import code, enrolled, sign_in, somebody, text

pytestmark = [pytest.mark.django_db, pytest.mark.urls(sso_urls.__name__)]


@pytest.fixture
def issuer(settings: Any) -> Iterator[Issuer]:
    with running() as found:
        settings.OIDC = {
            "issuer": found.url,
            "client_id": CLIENT,
            "client_secret": SECRET,
            "name": "统一身份认证",
            "claim": "preferred_username",
        }
        yield found


def to_issuer(client: Client, url: str = "/login/sso/") -> str:
    """Off to the issuer, who sends the browser back: the address it is sent to."""
    target = urlsplit(client.get(url).headers["Location"])
    connection = http.client.HTTPConnection(target.netloc, timeout=5)
    connection.request("GET", f"{target.path}?{target.query}")
    back = connection.getresponse().headers["Location"]
    connection.close()
    parts = urlsplit(back)
    return f"{parts.path}?{parts.query}"


def test_the_sign_in_page_offers_it_and_one_comes_in(client: Client, issuer: Issuer) -> None:
    user = somebody()
    assert '<a class="btn wide" href="/login/sso/?next=%2Faccount%2F">用 统一身份认证 登录</a>' in text(
        client.get("/login/?next=/account/")
    )
    answer = client.get(to_issuer(client, "/login/sso/?next=/account/"))
    assert (answer.status_code, answer.headers["Location"]) == (302, "/account/")
    assert client.get("/account/").context["user"] == user
    entry = LogEntry.objects.get()
    assert (entry.action, entry.by, entry.detail["methods"]) == ("sign_in", user, ["oidc"])


def test_a_key_on_a_curve_will_do(client: Client, issuer: Issuer) -> None:
    somebody()
    issuer.header = {"alg": "ES256", "kid": "two"}
    assert client.get(to_issuer(client)).headers["Location"] == "/"


def test_the_second_factor_is_asked_all_the_same(client: Client, issuer: Issuer) -> None:
    secret = enrolled(somebody())
    assert client.get(to_issuer(client)).headers["Location"] == "/login/code/"
    assert client.get("/account/").status_code == 302
    client.post("/login/code/", {"code": code(secret)})
    assert client.get("/account/").status_code == 200


def test_the_age_of_a_password_is_not_asked_of_whoever_did_not_use_it(client: Client, issuer: Issuer) -> None:
    somebody(must_change_password=True)
    client.get(to_issuer(client))
    assert client.get("/account/").status_code == 200
    sign_in(client)
    assert client.get("/account/").headers["Location"] == "/password/"


@pytest.mark.parametrize("known", [None, False])
def test_nobody_is_created_and_nobody_inactive_comes_in(
    client: Client, issuer: Issuer, known: bool | None
) -> None:
    if known is not None:
        somebody(is_active=known)
    answer = client.get(to_issuer(client), follow=True)
    assert "单点登录没有完成" in text(answer)
    assert User.objects.count() == (known is not None)
    assert client.get("/account/").status_code == 302


@pytest.mark.parametrize(
    ("bent", "why"),
    [
        ({"claims": {"iss": "http://elsewhere"}}, "issuer"),
        ({"claims": {"aud": "another"}}, "audience"),
        ({"claims": {"aud": [CLIENT, "another"]}}, "party"),
        ({"claims": {"nonce": "old"}}, "nonce"),
        ({"claims": {"exp": 1}}, "expired"),
        ({"claims": {"exp": None}}, "expired"),
        ({"claims": {"iat": time.time() + 86_400}}, "future"),
        ({"claims": {"preferred_username": 7}}, "claim"),
        ({"header": {"alg": "none"}}, "algorithm"),
        ({"header": {"alg": "HS256"}}, "algorithm"),
        ({"header": {"kid": "three"}}, "key"),
        ({"header": {"kid": "two"}}, "key"),
        ({"signed_with": rsa.generate_private_key(65537, 2048)}, "signature"),
        ({"about": {"issuer": "http://elsewhere"}}, None),
        ({"about": {"token_endpoint": "file:///etc/passwd"}}, "scheme"),
        ({"about": {"token_endpoint": "http://127.0.0.1:9/token"}}, "unreachable"),
    ],
)
def test_what_is_not_vouched_for_does_not_come_in(
    client: Client, issuer: Issuer, bent: dict[str, Any], why: str | None
) -> None:
    somebody()
    for name, value in bent.items():
        setattr(issuer, name, value)
    if why is None:
        assert client.get("/login/sso/").headers["Location"] == "/login/"
        why = "issuer"
    else:
        assert client.get(to_issuer(client)).headers["Location"] == "/login/"
    assert client.get("/account/").status_code == 302
    assert [entry.detail["why"] for entry in LogEntry.objects.all()] == [f"oidc {why}"]


def test_an_altered_token_is_refused(client: Client, issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    somebody("boss")

    def altered(claims: dict[str, Any]) -> str:
        head, _body, signature = Issuer.sign(issuer, claims).split(".")
        return ".".join(
            [head, encoded(json.dumps(claims | {"preferred_username": "boss"}).encode()), signature]
        )

    monkeypatch.setattr(issuer, "sign", altered)
    assert client.get(to_issuer(client)).headers["Location"] == "/login/"
    assert client.get("/account/").status_code == 302


def test_an_answer_nobody_asked_for_is_refused(client: Client, issuer: Issuer) -> None:
    somebody()
    theirs = to_issuer(Client())
    assert client.get(theirs).headers["Location"] == "/login/"
    mine = to_issuer(client)
    assert client.get(mine.replace("state=", "state=x")).headers["Location"] == "/login/"
    assert client.get(mine).headers["Location"] == "/login/"
    assert client.get("/account/").status_code == 302


def test_an_answer_counts_once(client: Client, issuer: Issuer) -> None:
    somebody()
    back = to_issuer(client)
    assert client.get(back).headers["Location"] == "/"
    client.post("/logout/")
    assert client.get(back).headers["Location"] == "/login/"


def test_plain_http_is_for_ones_own_machine(client: Client, issuer: Issuer, settings: Any) -> None:
    settings.INSECURE_HTTP = False
    assert client.get("/login/sso/").headers["Location"] == "/login/"
    assert LogEntry.objects.get().detail["why"] == "oidc scheme"
