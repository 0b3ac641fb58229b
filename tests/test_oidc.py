"""Signing in through a provider of identities: a real one, that runs on this machine."""

import re
import shutil
import socket
import subprocess
from html import unescape

import httpx2
import pytest

from mtus_engine.serve.settings import Oidc
from mtus_engine.store.people import add_person
from tests.conftest import ROOT
from tests.servers import listening, served

# What these guard is beside the main job: make test leaves them to make test-all.
pytestmark = pytest.mark.slow

PROVIDER = ROOT / "tests" / "oidc"


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """The provider, installed from the registry of npm, or a visible skip."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed: the provider of identities of these tests is one of its packages")
    folder = tmp_path_factory.mktemp("provider")
    for file in ("package.json", "provider.mjs"):
        shutil.copy(PROVIDER / file, folder)
    command = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock"]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if run.returncode:
        pytest.skip("the provider of identities could not be installed from the registry of npm")
    return folder


@pytest.fixture
def office(packages, tmp_path):
    """A server and a provider that know each other; the address of the server, and its record."""
    port, provider_port = free_port(), free_port()
    site = f"http://127.0.0.1:{port}"
    command = ["node", "provider.mjs", str(provider_port), "mtus", "a-secret-of-tests", f"{site}/oidc/return"]
    provider = subprocess.Popen(command, cwd=packages, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        issuer = provider.stdout.readline().strip()
        assert issuer == f"http://127.0.0.1:{provider_port}"
        oidc = Oidc(issuer, "mtus", "a-secret-of-tests")
        with served(tmp_path / "data", roles=(), oidc=oidc) as (app, _), listening(app, port) as address:
            yield address, app.state.office.record, issuer
    finally:
        provider.kill()
        provider.wait()
        provider.stdout.close()


def browser():
    return httpx2.Client(follow_redirects=True, timeout=20)


def signed_in_at_provider(http, site, login):
    """Go through the pages of the provider as a person does, and return the answer of our server."""
    page = http.get(f"{site}/oidc/start")
    for _ in range(4):
        if page.url.host == "127.0.0.1" and str(page.url).startswith(site):
            return page
        action = unescape(re.search(r'action="([^"]+)"', page.text)[1])
        fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.text))
        page = http.post(str(page.url.join(action)), data={**fields, "login": login, "password": "any"})
    raise AssertionError(page.text)


def test_who_was_let_in_by_issuer_and_subject_is_signed_in(office):
    site, record, issuer = office
    with record.changing() as connection:
        add_person(
            connection, "paula", "Paula", frozenset({"physician"}), record.stamp("").at, issuer=issuer, subject="p-17"
        )
    with browser() as http:
        signed_in_at_provider(http, site, "p-17")
        me = http.get(f"{site}/v1/me").json()
        assert me["signed_in"]
        assert me["person"]["login"] == "paula"
        assert me["person"]["roles"] == ["physician"]
        http.post(f"{site}/v1/sign-out", headers={"X-CSRF-Token": me["csrf"]})
        assert http.get(f"{site}/v1/me").status_code == 401


def test_who_was_not_let_in_stays_outside(office):
    site, _, _ = office
    with browser() as http:
        answer = signed_in_at_provider(http, site, "stranger")
        assert answer.status_code == 403
        assert "ask an administrator" in answer.json()["detail"]
        assert http.get(f"{site}/v1/me").status_code == 401


def test_an_answer_that_nobody_asked_for_signs_nobody_in(office):
    site, _, _ = office
    with browser() as http:
        assert http.get(f"{site}/oidc/return", params={"code": "x", "state": "y"}).status_code == 401
        start = http.get(f"{site}/oidc/start", follow_redirects=False)
        state = re.search(r"state=([^&]+)", start.headers["location"])[1]
        assert "code_challenge_method=S256" in start.headers["location"]
        # The state of one browser is none of another's.
        with browser() as other:
            assert other.get(f"{site}/oidc/return", params={"code": "x", "state": state}).status_code == 401
        assert http.get(f"{site}/oidc/return", params={"error": "access_denied", "state": state}).status_code == 401
