"""Which settings make a server that people sign in to, and who a proxy may say that somebody is."""

import pytest
from pydantic import SecretStr
from starlette.requests import HTTPConnection

from desk.people import NOBODY, of_this_machine
from geodata.core.errors import WrongValue
from geodata.core.settings import Settings
from pages.server.login import login_of

SECRET = "a2f9c4d81b7e60533f1c9d8e7b6a5040"
OIDC = {
    "login": "oidc",
    "oidc_metadata": "https://id.desk.test/.well-known/openid-configuration",
    "oidc_client_id": "monitor",
    "oidc_client_secret": SecretStr("5e1f0b7c2a94d368"),
    "cookie_secret": SecretStr(SECRET),
}
PROXY = {"login": "proxy", "proxy_secret": SecretStr(SECRET)}


def of(settings: dict) -> object:
    return login_of(Settings(**settings), (), 8501)


def asked(headers: list[tuple[str, str]]) -> HTTPConnection:
    raw = [(name.lower().encode(), value.encode()) for name, value in headers]
    return HTTPConnection({"type": "http", "headers": raw})


def test_without_a_setting_the_user_of_this_machine_asks():
    assert of({}).asking(asked([])) == of_this_machine()


def test_people_come_back_from_their_provider_to_the_first_address_of_the_server():
    found = login_of(Settings(**OIDC), ("https://monitor.desk.test",), 8501, "/routes/")
    assert found.secrets()["auth"]["redirect_uri"] == "https://monitor.desk.test/routes/oauth2callback"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"login": "ldap"}, "ROUTES_LOGIN is 'ldap'"),
        ({"cookie_secret": SecretStr("")}, "ROUTES_COOKIE_SECRET is not set"),
        ({"cookie_secret": SecretStr(SECRET[:31])}, "too short"),
        ({"cookie_secret": SecretStr("a" * 64)}, "too short"),
        ({"cookie_secret": SecretStr("replace-this-with-openssl-rand-hex-32")}, "an example"),
        ({"oidc_client_secret": SecretStr("your-client-secret")}, "ROUTES_OIDC_CLIENT_SECRET is an example"),
        ({"oidc_client_id": ""}, "ROUTES_OIDC_CLIENT_ID is not set"),
        ({"oidc_metadata": "http://id.desk.test/"}, "not under https"),
        ({"roles": "boss=desk"}, "ROUTES_ROLES names"),
    ],
)
def test_a_server_with_a_setting_that_is_missing_or_an_example_does_not_start(wrong, said):
    with pytest.raises(WrongValue, match=said):
        of(OIDC | wrong)


def test_a_secret_of_32_letters_is_long_enough():
    assert of(OIDC | {"cookie_secret": SecretStr(SECRET)})


def test_a_secret_may_stand_in_a_file(tmp_path, monkeypatch):
    (tmp_path / "routes_proxy_secret").write_text(SECRET)
    monkeypatch.setenv("ROUTES_SECRETS", str(tmp_path))
    assert of({"login": "proxy"}).secret == SECRET
    assert SECRET not in repr(Settings())


def test_a_proxy_with_its_secret_says_who_asks():
    headers = [
        ("X-Routes-Proxy-Secret", SECRET),
        ("X-Forwarded-User", "ana"),
        ("X-Forwarded-Groups", "viewer, planner"),
    ]
    found = of(PROXY).asking(asked(headers))
    assert (found.name, found.roles) == ("ana", {"viewer", "planner"})


@pytest.mark.parametrize(
    "headers",
    [
        [("X-Forwarded-User", "ana")],
        [("X-Routes-Proxy-Secret", ""), ("X-Forwarded-User", "ana")],
        [("X-Routes-Proxy-Secret", SECRET[:-1]), ("X-Forwarded-User", "ana")],
        [("X-Routes-Proxy-Secret", SECRET), ("X-Routes-Proxy-Secret", SECRET), ("X-Forwarded-User", "ana")],
        [("X-Routes-Proxy-Secret", SECRET), ("X-Forwarded-User", "ana"), ("X-Forwarded-User", "eve")],
        [("X-Routes-Proxy-Secret", SECRET), ("X-Forwarded-User", "")],
        [("X-Routes-Proxy-Secret", SECRET)],
    ],
)
def test_what_a_proxy_says_counts_only_beside_its_secret_and_once(headers):
    assert of(PROXY).asking(asked(headers)) == NOBODY
