"""The door: who may do what, cell by cell, and what is tried to get past it (docs/security.md)."""

import asyncio
import re
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import httpx2
import pytest
from fastapi import APIRouter

from mtus_engine.serve.app import OPEN, guarded_routes, refuse_unguarded, routes
from mtus_engine.serve.client import Refusal
from mtus_engine.serve.door import CSRF, GuardedRoute
from mtus_engine.serve.limits import Buckets
from mtus_engine.serve.sent import StatementAdded
from mtus_engine.serve.settings import Limits, NotSafe, Oidc, Settings, address_of_text, refuse_unsafe
from mtus_engine.store import passwords
from mtus_engine.store.passwords import password_hash
from mtus_engine.store.people import add_person, set_active
from mtus_engine.store.record import open_record
from mtus_engine.store.reviews import Step
from mtus_engine.store.roles import ALLOWED, Action, Role
from tests.conftest import RULES
from tests.records import case_document
from tests.servers import PASSWORD, ROLES, TOKEN, awaited, listening, running, served, signed_in

# What these guard is beside the main job: make test leaves them to make test-all.
pytestmark = pytest.mark.slow

# One case of a server that other machines reach.
SECURE = {"host": "0.0.0.0", "proxy": "127.0.0.1", "site": "review.example.org"}

# Who may do what, written down once more by hand: nurse, physician, auditor, policy, administrator, retention.
TABLE = {
    "GET /v1/me": "n p a o d r",
    "POST /v1/sign-out": "n p a o d r",
    "GET /v1/people": "d",
    "GET /v1/reviewers": "n p",
    "POST /v1/people": "d",
    "PATCH /v1/people/{id}": "d",
    "POST /v1/purge": "r",
    "POST /v1/check": "n p a o d",
    "POST /v1/questions": "n p a o d",
    "GET /v1/facts": "n p a o d r",
    "GET /v1/treatments": "n p a o d r",
    "GET /v1/cases": "n p a",
    "POST /v1/cases": "n p",
    "GET /v1/cases/{id}": "n p a",
    "GET /v1/cases/{id}/history": "n p a",
    "POST /v1/cases/{id}/statements": "n p",
    "PUT /v1/cases/{id}/header": "n p",
    "GET /v1/cases/{id}/determination": "n p a",
    "GET /v1/cases/{id}/question": "n p a",
    "POST /v1/cases/{id}/documents": "n p",
    "GET /v1/cases/{id}/documents": "n p a",
    "GET /v1/cases/{id}/documents/{document}": "n p a",
    "DELETE /v1/cases/{id}/documents/{document}": "n p",
    "POST /v1/cases/{id}/review/{step}": "n p",
    "GET /v1/log": "a",
    "GET /v1/log/head": "a d r",
    "GET /v1/log/verified": "a d r",
    "POST /v1/papers": "n p",
    "POST /v1/audit": "a",
    "POST /v1/rules/lint": "a o",
    "POST /v1/rules/test": "a o",
    "POST /v1/rules/impact": "a o",
    "POST /v1/rules/prove": "a o",
    "GET /v1/jobs": "n p a o d r",
    "GET /v1/jobs/{id}": "n p a o d r",
    "DELETE /v1/jobs/{id}": "n p a o d r",
    "GET /v1/jobs/{id}/events": "n p a o d r",
    "GET /v1/releases": "n p a o d r",
    "POST /v1/releases": "o",
    "GET /v1/releases/{digest}/packs/{position}": "n p a o d r",
}
# The same of the pages: who may not open one is told so by a page, and who is not signed in is led to sign in.
PAGES = {
    "GET /desk": "n p a",
    "POST /desk/cases/{id}/claim": "n p",
    "POST /desk/cases/{id}/hand-over": "n p",
    "GET /desk/new": "n p",
    "POST /desk/new/papers": "n p",
    "POST /desk/new/sample": "n p",
    "POST /desk/new/treatment": "n p",
    "GET /desk/new/papers/{job}": "n p",
    "POST /desk/new/papers/{job}/keep": "n p",
    "POST /desk/cases/{id}/documents": "n p",
    "POST /desk/cases/{id}/documents/{document}/read": "n p",
    "POST /desk/cases/{id}/documents/{document}/off": "n p",
    "POST /desk/cases/{id}/items": "n p",
    "POST /desk/cases/{id}/items/away": "n p",
    "POST /desk/cases/{id}/items/asked": "n p",
    "POST /desk/cases/{id}/discard": "n p",
    "GET /desk/cases/{id}": "n p a",
    "GET /desk/cases/{id}/lacks": "n p a",
    "GET /desk/cases/{id}/panel": "n p a",
    "GET /desk/cases/{id}/paper": "n p a",
    "GET /desk/cases/{id}/words": "n p a",
    "GET /desk/cases/{id}/documents/{document}/{number}.png": "n p a",
    "POST /desk/cases/{id}/skip": "n p",
    "POST /desk/cases/{id}/answer": "n p",
    "POST /desk/cases/{id}/statements/{statement}/{verb}": "n p",
    "POST /desk/cases/{id}/accept-all": "n p",
    "POST /desk/cases/{id}/presumptions": "n p",
    "POST /desk/cases/{id}/back/{way}": "n p",
    "POST /desk/cases/{id}/notes": "n p",
    "POST /desk/cases/{id}/notes/{note_id}/away": "n p",
    "GET /desk/cases/{id}/history": "n p a",
    "GET /desk/cases/{id}/outcome": "n p a",
    "POST /desk/cases/{id}/certify": "n p",
    "POST /desk/cases/{id}/sign": "p",
    "POST /desk/cases/{id}/step/{step}": "n p",
    "POST /desk/cases/{id}/clock": "n p",
    "POST /desk/cases/{id}/clock/{event}/away": "n p",
    "GET /desk/cases/{id}/documents/reading/{job}": "n p",
    "POST /desk/cases/{id}/documents/reading/{job}/keep": "n p",
    "POST /desk/cases/{id}/amend": "n p",
    "GET /desk/cases/{id}/letters/{letter}.pdf": "n p",
    "GET /desk/cases/{id}/letters/{letter}.docx": "n p",
    "POST /desk/cases/{id}/letters/{letter}.pdf": "n p",
    "POST /desk/cases/{id}/letters/{letter}.docx": "n p",
    "GET /desk/cases/{id}/letters/{letter}": "n p",
    "POST /desk/cases/{id}/letters/{letter}": "n p",
    "POST /desk/cases/{id}/letters/{letter}/keep": "n p",
    "POST /desk/sign-out": "n p a o d r",
    "GET /desk/{path:path}": "n p a o d r",
}
LETTERS = dict(zip("npaodr", ROLES, strict=True))
NOWHERE = {"id": "0" * 32, "document": "0" * 32, "digest": "0" * 64, "position": "0", "step": "start"}
NOWHERE |= {"job": "0" * 32, "number": "1", "statement": "0" * 32, "verb": "accept", "way": "undo", "note_id": "0" * 32}
NOWHERE |= {"letter": "referral", "path": "nowhere", "event": "0" * 32}


@pytest.fixture(scope="module")
def people(office):
    return {role: signed_in(office[1], role) for role in ROLES}


def test_every_route_stands_in_the_table(http):
    assert {f"{method} {route.path}" for route in guarded_routes() for method in route.methods} == {*TABLE, *PAGES}
    assert {route.path for route in routes() if not isinstance(route, GuardedRoute)} == OPEN
    described = http.get("/openapi.json").json()["paths"]
    shown = {f"{method.upper()} {path}" for path, methods in described.items() for method in methods}
    assert shown == set(TABLE) | {"GET /health", "GET /ready", "POST /v1/sign-in"}


@pytest.mark.parametrize("cell", [f"{role} {route}" for route in (*TABLE, *PAGES) for role in ROLES])
def test_each_role_does_what_the_table_says_and_nothing_else(cell, http, people):
    role, method, path = cell.split(" ")
    address = re.sub(r"\{(\w+)(?::\w+)?\}", lambda match: NOWHERE[match[1]], path)
    is_page = f"{method} {path}" in PAGES
    if method == "POST" and path.endswith("/sign-out"):
        http = signed_in(http, role)._http
        headers = people[role]._headers | {
            "Authorization": f"Bearer {signed_in(http, role).sign_in(role, PASSWORD).token}"
        }
    else:
        headers = people[role]._headers
    sent = {"data": {"version": "1"}} if is_page else {"json": {}}
    if is_page and method == "GET":
        sent = {"params": {"version": "1", "document": "0" * 32}}
    answer = http.request(method, address, **sent, headers={**headers, "If-Match": '"1"'}, follow_redirects=False)
    is_allowed = role in [LETTERS[letter] for letter in {**TABLE, **PAGES}[f"{method} {path}"].split()]
    assert (answer.status_code != 403) is is_allowed, answer.text
    if is_allowed:
        assert answer.status_code < 500


@pytest.mark.parametrize("route", TABLE)
def test_who_is_not_signed_in_is_let_in_nowhere(route, http):
    method, path = route.split(" ")
    address = re.sub(r"\{(\w+)\}", lambda match: NOWHERE[match[1]], path)
    for headers in (
        {},
        {"Authorization": "Bearer nonsense"},
        {"Cookie": "mtus=nonsense"},
        {"Authorization": "Basic eDp5"},
    ):
        answer = http.request(method, address, json={}, headers={**headers, "If-Match": '"1"'})
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("route", PAGES)
def test_who_is_not_signed_in_is_led_to_the_page_to_sign_in(route, http):
    method, path = route.split(" ")
    address = re.sub(r"\{(\w+)(?::\w+)?\}", lambda match: NOWHERE[match[1]], path)
    for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Cookie": "mtus=nonsense"}):
        answer = http.request(method, address, headers=headers, follow_redirects=False)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/desk/sign-in?back=/desk")
        part = http.request(method, address, headers={**headers, "HX-Request": "true"}, follow_redirects=False)
        assert part.status_code == 204
        assert part.headers["hx-redirect"].startswith("/desk/sign-in")


def test_an_action_that_stands_in_no_row_is_refused():
    assert set(ALLOWED) == set(Action)
    assert ALLOWED[Action.SIGN_AS_PHYSICIAN] == {Role.PHYSICIAN}
    assert ALLOWED[Action.PURGE] == {Role.RETENTION}


def test_a_route_without_a_guard_is_never_served():
    forgotten = APIRouter(prefix="/v1")

    @forgotten.get("/forgotten")
    def answer() -> str:
        return "anybody"

    with pytest.raises(TypeError, match="/v1/forgotten has no guard"):
        refuse_unguarded([*routes(), *forgotten.routes])
    guarded = APIRouter(route_class=GuardedRoute)
    with pytest.raises(TypeError, match="is for no action"):
        guarded.add_api_route("/v1/forgotten", answer)


def test_a_change_with_a_cookie_needs_the_token_of_a_page_of_ours(http):
    body = {"login": "nurse", "password": PASSWORD}
    answer = http.post("/v1/sign-in", json=body)
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert http.get("/v1/me").status_code == 200
    case = {**case_document(), "case": "by cookie"}
    for headers in ({}, {CSRF: "nonsense"}, {CSRF: b"\xe4"}):
        assert http.post("/v1/cases", json=case, headers=headers).status_code == 403
    assert http.post("/v1/cases", json=case, headers={CSRF: answer.json()["csrf"]}).status_code == 201
    # The token of another session is none of this one.
    other = signed_in(http, "nurse").sign_in("nurse", PASSWORD).csrf
    http.cookies.clear()
    http.post("/v1/sign-in", json=body)
    assert http.post("/v1/cases", json={**case, "case": "x"}, headers={CSRF: other}).status_code == 403


def test_a_session_that_was_fixed_beforehand_is_not_used_on(http):
    http.cookies.set("mtus", "chosen-by-another")
    token = http.post("/v1/sign-in", json={"login": "nurse", "password": PASSWORD}).json()["token"]
    assert token != "chosen-by-another"
    assert http.get("/v1/me", headers={"Authorization": "Bearer chosen-by-another"}).status_code == 401


def test_a_session_ends_when_its_person_signs_out_or_is_locked_out(http, people):
    client = signed_in(http, "auditor")
    http.post("/v1/sign-out", headers=client._headers)
    with pytest.raises(Refusal, match="401"):
        client.me()
    body = {"login": "leaving", "name": "L", "roles": ["nurse"], "password": PASSWORD}
    added = http.post("/v1/people", json=body, headers=people["administrator"]._headers).json()
    leaving = signed_in(http, "leaving")
    http.patch(f"/v1/people/{added['id']}", json={"active": False}, headers=people["administrator"]._headers)
    with pytest.raises(Refusal, match="401"):
        leaving.me()
    with pytest.raises(Refusal, match="401"):
        leaving.sign_in("leaving", PASSWORD)


def test_after_ten_wrong_passwords_nobody_may_try_for_a_while(tmp_path):
    now = [datetime(2026, 1, 1, tzinfo=UTC)]
    with served(tmp_path / "data", roles=("nurse",)) as (app, http):
        app.state.office.record._clock = lambda: now[0]
        wrong = {"login": "nurse", "password": "wrong"}
        for _ in range(10):
            assert http.post("/v1/sign-in", json=wrong).status_code == 401
        right = {"login": "nurse", "password": PASSWORD}
        assert http.post("/v1/sign-in", json=right).status_code == 401
        now[0] += timedelta(minutes=16)
        assert http.post("/v1/sign-in", json=right).status_code == 200
        now[0] += timedelta(hours=13)
        token = http.cookies["mtus"]
        assert http.get("/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_sign_ins_from_one_address_are_limited(tmp_path):
    limits = Limits(burst=1000, sign_ins=3)
    with served(tmp_path / "data", limits=limits, roles=()) as (_, http):
        answers = [http.post("/v1/sign-in", json={"login": "x", "password": "y"}).status_code for _ in range(5)]
    assert answers == [401, 401, 401, 429, 429]


def test_it_takes_as_long_for_a_login_that_nobody_has(http):
    """The hash is worked out in both: what is compared is whether it is, not how long it takes."""
    calls = []
    kept = passwords._HASHER

    class Counting:
        def verify(self, *given):
            calls.append(given)
            return kept.verify(*given)

    passwords._HASHER = Counting()
    try:
        for login in ("nurse", "nobody-at-all"):
            http.post("/v1/sign-in", json={"login": login, "password": "wrong"})
    finally:
        passwords._HASHER = kept
    assert len(calls) == 2


def test_requests_of_one_caller_are_limited_and_let_in_again():
    now = [0.0]
    buckets = Buckets(3, 1.0, lambda: now[0])
    assert [buckets.take("a") for _ in range(4)] == [True, True, True, False]
    assert buckets.take("b")
    now[0] += 1.5
    assert [buckets.take("a") for _ in range(2)] == [True, False]


def test_a_host_that_is_not_ours_is_refused(http):
    for host in ("evil.example", "127.0.0.1.evil.example", "evil.example:8765", "", "127.0.0.1@evil.example"):
        assert http.get("/health", headers={"Host": host}).status_code == 421
    for host in ("127.0.0.1", "localhost:8765", "[::1]:8765"):
        assert http.get("/health", headers={"Host": host}).status_code == 200


def test_every_answer_carries_what_keeps_a_browser_safe(http):
    for address in ("/health", "/v1/me", "/nowhere", "/v1/cases?limit=x"):
        headers = http.get(address).headers
        assert "script-src 'self'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["cache-control"] == "no-store"


def test_the_token_of_the_address_lets_in_and_does_not_stay_there(http):
    answer = http.get("/", params={"token": TOKEN}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk")
    assert http.get("/v1/me").json()["signed_in"] is False
    assert http.get("/", params={"token": "other"}, follow_redirects=False).status_code == 401


SCRIPT = "<script>alert(1)</script>\u202e𝕏🦴'\";--"


def test_script_in_every_text_field_stays_text(http, people):
    nurse = people["nurse"]
    case = {
        "case": SCRIPT,
        "record": {"kind": SCRIPT, "file": SCRIPT},
        "items": [
            {"item": "1", "asked": SCRIPT, "facts": {"request.visits": {"value": 6, "note": SCRIPT, "by": "other"}}}
        ],
    }
    kept = nurse.create(case)
    version = nurse.add_document(kept.id, kept.version, SCRIPT, b"<html><script>alert(1)</script>").version
    shown = nurse.case(kept.id)
    assert shown.case["items"][0]["asked"] == SCRIPT
    answer = http.get(f"/v1/cases/{kept.id}/documents/{shown.documents[0].id}", headers=nurse._headers)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%3Cscript%3E")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert nurse.step(kept.id, version, Step.REFER, why=SCRIPT)
    assert nurse.determination(kept.id)[0]["asked"] == SCRIPT
    assert http.get(f"/v1/cases/{kept.id}", headers=nurse._headers).headers["content-type"] == "application/json"


@pytest.mark.parametrize("words", ["' OR 1=1 --", "%", "_", "\\", "'; DROP TABLE cases; --", "\0", "a" * 200, "�"])
def test_sql_in_every_filter_finds_nothing_and_breaks_nothing(words, http, people):
    headers = people["nurse"]._headers
    people["nurse"].create({**case_document(), "case": f"filter {hash(words)}"})
    for name in ("words", "held_by", "after"):
        answer = http.get("/v1/cases", params={name: words}, headers=headers)
        assert answer.status_code in ({400} if words == "\0" else {200, 422}), (name, answer.text)
        if answer.status_code == 200 and name != "after":
            assert answer.json()["cases"] == []
    assert http.get("/v1/cases", params={"state": words}, headers=headers).status_code in {400, 422}
    assert http.get(f"/v1/cases/{quote(words[:20], safe='')}", headers=headers).status_code in {400, 404, 422}
    assert http.post("/v1/sign-in", json={"login": words, "password": words}).status_code in {401, 422}


@pytest.mark.parametrize("name", ["../../../etc/passwd", "..\\..\\x", "/etc/passwd", "a\nSet-Cookie: x=1", "CON", "."])
def test_the_name_of_an_upload_leads_nowhere(name, http, people, office):
    nurse = people["nurse"]
    kept = nurse.create({**case_document(), "case": f"upload {name!r}"})
    before = {path for path in office[0].state.office.settings.data.rglob("*") if not path.name.startswith("record")}
    added = nurse.add_document(kept.id, kept.version, name, b"text")
    after = {path for path in office[0].state.office.settings.data.rglob("*") if not path.name.startswith("record")}
    assert before == after
    answer = http.get(f"/v1/cases/{kept.id}/documents/{added.id}", headers=nurse._headers)
    assert answer.content == b"text"
    assert "\n" not in answer.headers["content-disposition"]
    assert "set-cookie" not in answer.headers


def test_a_body_that_is_too_large_is_refused_before_it_is_read(tmp_path):
    limits = Limits(body=10_000, documents=50_000, burst=1000, sign_ins=1000)
    with served(tmp_path / "data", limits=limits) as (_, http):
        nurse = signed_in(http, "nurse")
        big = {**case_document(), "case": "x" * 20_000}
        assert http.post("/v1/cases", json=big, headers=nurse._headers).status_code == 413

        def pieces():
            for _ in range(100):
                yield b" " * 1000

        answer = http.post(
            "/v1/cases", content=pieces(), headers={**nurse._headers, "Content-Type": "application/json"}
        )
        assert answer.status_code == 413
        kept = nurse.create(case_document())
        with pytest.raises(Refusal, match="413"):
            nurse.add_document(kept.id, 1, "big.txt", b"x" * 60_000)


def test_a_body_that_does_not_come_is_not_waited_for(tmp_path):
    limits = Limits(seconds=0.2, burst=1000, sign_ins=1000)
    with served(tmp_path / "data", limits=limits) as (app, http):
        nurse = signed_in(http, "nurse")
        sent = []

        async def ask():
            async def receive():
                await asyncio.sleep(3600)

            async def send(message):
                sent.append(message)

            headers = [(b"host", b"127.0.0.1"), (b"content-type", b"application/json"), (b"content-length", b"100")]
            headers += [(b"authorization", nurse._headers["Authorization"].encode())]
            scope = {
                "type": "http",
                "method": "POST",
                "path": "/v1/check",
                "raw_path": b"/v1/check",
                "query_string": b"",
            }
            scope |= {"headers": headers, "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "scheme": "http"}
            await app({**scope, "http_version": "1.1", "root_path": ""}, receive, send)

        asyncio.run(ask())
    assert sent[0]["status"] == 408


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"case": "\\ud800", "items": []}',
        b'{"case": NaN}',
        b'{"case": 1e999, "items": []}',
        b'{"case": "x", "items": [{"item": 1, "facts": {"request.visits": 123456789012345678901234567890}}]}',
        b'{"case": "x", "items": [{"item": 1, "facts": {"request.visits": 9007199254740993}}]}',
        b"[" * 100_000,
        b'{"case": ' + b"[" * 500 + b"]" * 500 + b"}",
        b'{"a":' * 5000 + b"1" + b"}" * 5000,
        "{'case'".encode("utf-16"),
        b'{"case": "x\\u0000y", "items": [{"item": "1"}]}',
    ],
    ids=range(14),
)
def test_a_body_that_is_no_case_is_refused_in_words(body, http, people):
    headers = {**people["nurse"]._headers, "Content-Type": "application/json"}
    for address, sent in (("/v1/cases", body), ("/v1/check", b'{"case": ' + body + b"}")):
        answer = http.post(address, content=sent, headers=headers)
        assert answer.status_code in {400, 422}, answer.text
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_case_that_is_sent_as_something_else_is_refused(http, people):
    headers = {**people["nurse"]._headers, "Content-Type": "application/x-www-form-urlencoded"}
    answer = http.post("/v1/cases", content=b"case=1", headers=headers)
    assert answer.status_code == 415
    assert "application/json" in answer.json()["detail"]


def test_a_method_that_is_not_there_is_told_which_are(http):
    answer = http.options("/v1/cases")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")


def test_what_is_logged_holds_no_word_of_a_case_and_no_line_of_anothers(tmp_path, capfd):
    with served(tmp_path / "data") as (_, http):
        nurse = signed_in(http, "nurse")
        kept = nurse.create({**case_document(), "case": "Very Secret Name"})
        http.get("/v1/cases", params={"words": "Very\nSecret"}, headers=nurse._headers)
        http.get("/v1/cases/Very%0ASecret", headers={**nurse._headers, "User-Agent": "Very Secret"})
        http.get("/Very/Secret%0Ainjected")
        http.post("/v1/sign-in", json={"login": "Very Secret", "password": "Very Secret"})
        with pytest.raises(Refusal):
            nurse.check({"case": "Very Secret", "items": [{"item": "1", "facts": {"Very Secret": 1}}]})
    logged = capfd.readouterr()
    everything = logged.err + logged.out
    assert "answered" in everything
    for word in ("Secret", kept.id, PASSWORD, nurse._headers["Authorization"], "injected"):
        assert word not in everything
    assert all(line.startswith("{") for line in logged.err.splitlines())


def settings(**named):
    return Settings("data", None, RULES, None, **named)


@pytest.mark.parametrize(
    ("named", "people", "says"),
    [
        ({"host": "0.0.0.0"}, 1, "can be reached from other machines"),
        ({"host": "192.168.1.7"}, 1, "can be reached from other machines"),
        ({"host": "::"}, 1, "can be reached from other machines"),
        ({"host": "0.0.0.0", "certificate": Path("a")}, 1, "go together"),
        ({"host": "0.0.0.0", "certificate": Path("a"), "private_key": Path("b")}, 1, "there is no file a and b"),
        ({"proxy": "nonsense", "site": "x.example"}, 1, "no address of a proxy"),
        ({"proxy": "127.0.0.1", "site": "http://x.example/"}, 1, "no name of a site"),
        ({"heads": Path("/nowhere/at/all")}, 1, "cannot be written"),
        ({**SECURE}, 0, "nobody can sign in yet"),
        ({"proxy": "127.0.0.1"}, 1, "under which name"),
        ({"site": "review.example.org"}, 1, "can be reached from other machines"),
    ],
)
def test_a_server_that_would_let_in_too_much_does_not_start(named, people, says):
    with pytest.raises(NotSafe, match=says):
        refuse_unsafe(settings(**named), people)


def test_a_server_starts_where_it_is_safe():
    refuse_unsafe(settings(), 0)
    refuse_unsafe(settings(host="localhost"), 0)
    refuse_unsafe(settings(**SECURE), 1)
    refuse_unsafe(settings(**SECURE, oidc=Oidc("https://id", "c", "s")), 0)
    refuse_unsafe(settings(proxy="127.0.0.1", site="review.example.org"), 1)


def test_beyond_this_machine_there_is_no_local_person_and_the_cookie_is_kept_to_the_host(tmp_path):
    with served(tmp_path / "data", **SECURE) as (app, http):
        assert app.state.local_token is None
        assert http.get("/v1/me", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 401
        answer = http.post("/v1/sign-in", json={"login": "nurse", "password": PASSWORD})
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-mtus=")
        assert "Secure" in cookie
        assert "Path=/" in cookie
        assert answer.headers["strict-transport-security"]
        assert http.get("/metrics", headers={"Host": "127.0.0.1"}).status_code == 421
        # With a proxy before it, this machine is nobody in particular.
        http.cookies.clear()
        assert http.get("/metrics").status_code == 403


def test_behind_a_proxy_requests_come_through_it_alone(tmp_path):
    secure = {**SECURE, "proxy": "10.9.9.9"}
    with served(tmp_path / "data", roles=("nurse",), **secure) as (_, http):
        answer = http.post("/v1/sign-in", json={"login": "nurse", "password": PASSWORD})
        assert answer.status_code == 403
        assert "through the proxy alone" in answer.json()["detail"]


def test_through_a_proxy_each_caller_has_attempts_of_their_own(tmp_path):
    limits = Limits(burst=1000, sign_ins=2)
    with served(tmp_path / "data", limits=limits, roles=(), **SECURE) as (_, http):

        def attempts(forwarded):
            body = {"login": "x", "password": "y"}
            headers = {"X-Forwarded-For": forwarded}
            return [http.post("/v1/sign-in", json=body, headers=headers).status_code for _ in range(3)]

        assert attempts("198.51.100.7") == [401, 401, 429]
        # What a caller writes before the proxy does is not believed.
        assert attempts("1.2.3.4, 198.51.100.7") == [429, 429, 429]
        assert attempts("198.51.100.8") == [401, 401, 429]


def test_nothing_of_a_body_is_read_for_who_is_not_signed_in(http):
    read = []

    def pieces():
        for _ in range(50):
            read.append(1)
            yield b"[" * 1000

    for headers in ({}, {"Authorization": "Bearer nonsense"}):
        answer = http.post("/v1/papers", content=pieces(), headers={**headers, "Content-Type": "application/json"})
        assert answer.status_code == 401
    assert http.post("/v1/sign-in", json={"login": "x" * 100_000, "password": "y"}).status_code == 413


def test_a_login_with_a_zero_character_is_refused_in_words(http):
    answer = http.post("/v1/sign-in", json={"login": "a\0b", "password": "x"})
    assert answer.status_code == 422
    assert "control character" in answer.text


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("10.0.0.1", "::ffff:10.0.0.1", True), ("FD00::1", "fd00:0::1", True), ("10.0.0.1", "10.0.0.2", False)],
)
def test_an_address_is_itself_however_it_is_written(one, other, same):
    assert (address_of_text(one) == address_of_text(other)) is same


def test_a_body_of_too_many_values_is_refused(http, people):
    body = b'{"case": [' + b"[]," * 200_000 + b"1]}"
    headers = {**people["nurse"]._headers, "Content-Type": "application/json"}
    answer = http.post("/v1/check", content=body, headers=headers)
    assert answer.status_code == 422
    assert "more than 200,000 values" in answer.text


def test_wrong_passwords_that_come_at_once_are_all_counted(tmp_path):
    with served(tmp_path / "data", roles=("nurse",)) as (_, http):
        wrong = {"login": "nurse", "password": "wrong"}
        with ThreadPoolExecutor(10) as pool:
            list(pool.map(lambda _: http.post("/v1/sign-in", json=wrong), range(10)))
        assert http.post("/v1/sign-in", json={"login": "nurse", "password": PASSWORD}).status_code == 401


def test_the_local_person_can_be_locked_out(tmp_path):
    with served(tmp_path / "data", roles=("administrator",)) as (_, http):
        local = {"Authorization": f"Bearer {TOKEN}"}
        assert http.get("/v1/me", headers=local).status_code == 200
        record = http.app.state.office.record
        with record.changing() as connection:
            set_active(connection, "local", is_active=False)
        assert http.get("/v1/me", headers=local).status_code == 401


def test_a_purge_leaves_nothing_in_the_files_of_the_record(tmp_path):
    with served(tmp_path / "data") as (app, http):
        nurse = signed_in(http, "nurse")
        kept = nurse.create({**case_document(), "case": "Unforgettable Name"})
        nurse.step(kept.id, kept.version, Step.REFER, why="w")
        retention = signed_in(http, "retention")
        sent = {"days": 1, "password": "wrong"}
        assert http.post("/v1/purge", json=sent, headers=retention._headers).status_code == 403
        sent["password"] = PASSWORD
        assert http.post("/v1/purge", json=sent, headers=retention._headers).json()["cases"] == 0
        now = app.state.office.record._clock
        app.state.office.record._clock = lambda: now() + timedelta(days=2)
        retention = signed_in(http, "retention")
        gone = http.post("/v1/purge", json=sent, headers=retention._headers).json()
        assert gone == {"cases": 1, "records": 1, "whole": True}
        for file in (tmp_path / "data").iterdir():
            assert b"Unforgettable" not in file.read_bytes()


def test_what_nobody_foresaw_is_told_without_a_word_of_it(http, people, office, capfd, monkeypatch):
    def failing(*_, **__):
        raise RuntimeError("Very Secret")

    monkeypatch.setattr(office[0].state.office, "items_of", failing)
    answer = http.post("/v1/check", json={"case": case_document()}, headers=people["nurse"]._headers)
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "Secret" not in answer.text + capfd.readouterr().err


def test_what_fails_in_a_real_server_is_logged_by_its_kind_alone(tmp_path, capfd, monkeypatch):
    def failing(*_, **__):
        raise RuntimeError("Very Secret")

    with served(tmp_path / "data") as (app, http):
        nurse = signed_in(http, "nurse")
        monkeypatch.setattr(app.state.office, "items_of", failing)
        with listening(app) as site:
            answer = httpx2.post(f"{site}/v1/check", json={"case": case_document()}, headers=nurse._headers)
    assert answer.status_code == 500
    logged = capfd.readouterr().err
    assert '"kind": "RuntimeError"' in logged
    assert "Secret" not in logged
    assert all(line.startswith("{") for line in logged.splitlines())


def test_an_entity_tag_that_a_proxy_made_weak_is_taken(http, people):
    kept = people["nurse"].create({**case_document(), "case": "weak"})
    body = {"add": [{"item": "1", "fact": "request.visits", "statement": 3}]}
    headers = {**people["nurse"]._headers, "If-Match": 'W/"1"'}
    assert http.post(f"/v1/cases/{kept.id}/statements", json=body, headers=headers).status_code == 200


def test_a_password_is_long_and_never_kept(tmp_path, people, http):
    body = {"login": "short", "name": "S", "roles": ["nurse"], "password": "short"}
    answer = http.post("/v1/people", json=body, headers=people["administrator"]._headers)
    assert answer.status_code == 422
    assert "15 characters" in answer.json()["detail"]


def test_the_whole_command_serves_over_its_own_certificate(tmp_path):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "review.example.org")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("review.example.org")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (tmp_path / "c.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (tmp_path / "k.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    record = open_record(data)
    with record.changing() as connection:
        add_person(
            connection, "nurse", "N", frozenset({"nurse"}), record.stamp("").at, password=password_hash(PASSWORD)
        )
    record.close()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = (
        "--certificate",
        str(tmp_path / "c.pem"),
        "--private-key",
        str(tmp_path / "k.pem"),
        "--site",
        "review.example.org",
    )
    with running(data, "--host", "0.0.0.0", *own, "--port", str(port)) as (address, token, _):
        assert (address, token) == ("https://review.example.org", None)
        trusted = ssl.create_default_context(cafile=str(tmp_path / "c.pem"))
        trusted.check_hostname = False
        client = awaited(f"https://127.0.0.1:{port}", None, verify=trusted, headers={"Host": "review.example.org"})
        client.sign_in("nurse", PASSWORD)
        assert [role.value for role in client.me().person.roles] == ["nurse"]
        client._http.close()


def test_the_whole_command_prints_an_address_that_lets_in(tmp_path):
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    with running(data) as (address, token, _), awaited(address, token) as client:
        kept = client.create(case_document())
        said = [StatementAdded(item="1", fact="request.visits", statement={"value": 6, "by": "provider"})]
        assert client.change(kept.id, kept.version, said).version == 2
        assert client._http.get("/v1/me").status_code == 401
