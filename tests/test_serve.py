"""The server: its interface, used as its clients use it."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from mtus_engine.api import Checker, read_case_file
from mtus_engine.report.outlines import item_outline
from mtus_engine.serve.client import Client, Refusal
from mtus_engine.serve.sent import DecidedSent, StatementAdded
from mtus_engine.store.chain import head_of_text
from mtus_engine.store.log import verification_of_log
from mtus_engine.store.replay import determined_items
from mtus_engine.store.reviews import Outcome, Step
from tests.conftest import CASES, ROOT
from tests.records import case_document, shipped
from tests.servers import PASSWORD, TOKEN, served, signed_in

# What these guard is beside the main job: make test leaves them to make test-all.
pytestmark = pytest.mark.slow

PAPERS = ROOT / "samples"


@cache
def whole():
    """The public decisions of which every item meets the criteria."""
    return [
        file.stem
        for file in sorted(CASES.glob("*.yaml"))
        if all(one["finding"] == "meets" for one in determined_items(shipped(), case_document(file.stem)))
    ]


@pytest.fixture
def nurse(http):
    return signed_in(http, "nurse")


def named(name, **more):
    return {**case_document(), "case": name, **more}


@pytest.mark.parametrize("file", sorted(CASES.glob("*.yaml")), ids=lambda file: file.stem)
def test_a_case_that_is_not_kept_gets_what_mtus_check_prints(nurse, file):
    case = read_case_file(file, shipped().ruleset)
    printed = json.loads(json.dumps([item_outline(one) for one in shipped().check(case)]))
    assert nurse.check(case_document(file.stem)) == printed


def test_mistakes_are_all_told_by_their_place_and_cure(nurse):
    case = {"case": "x", "items": [{"item": "1", "facts": {"request.visit": 3, "request.visits": "many"}}], "kind": 1}
    with pytest.raises(Refusal) as refused:
        nurse.check(case)
    told = {(one.code, one.pointer) for one in refused.value.problem.mistakes}
    assert told == {
        ("MT201", "/kind"),
        ("MT401", "/items/0/facts/request.visit"),
        ("MT402", "/items/0/facts/request.visits"),
    }
    assert any("did you mean request.visits" in one.message for one in refused.value.problem.mistakes)


def test_a_case_goes_from_its_making_to_a_physicians_signature(nurse, http):
    kept = nurse.create(named("from making to signature"))
    started = nurse.step(kept.id, kept.version, Step.START)
    asked = nurse.step(kept.id, started.version, Step.RETURN, why="two answers are missing")
    referred = nurse.step(kept.id, asked.version, Step.REFER, why="no answer came")
    with pytest.raises(Refusal, match="a physician signs it"):
        nurse.step(kept.id, referred.version, Step.SIGN, decided=[DecidedSent(item="1", outcome=Outcome.CERTIFIED)])
    physician = signed_in(http, "physician")
    decided = [DecidedSent(item="1", outcome=Outcome.DENIED, reasons="not shown to help")]
    with pytest.raises(Refusal, match="give your reasons for item 1"):
        physician.step(
            kept.id, referred.version, Step.SIGN, decided=[DecidedSent(item="1", outcome=Outcome.DENIED, reasons=" ")]
        )
    with pytest.raises(Refusal, match="approved, not certified"):
        physician.step(
            kept.id,
            referred.version,
            Step.SIGN,
            decided=[DecidedSent(item="1", outcome=Outcome.CERTIFIED, reasons="x")],
        )
    signed = physician.step(kept.id, referred.version, Step.SIGN, decided=decided)
    with pytest.raises(Refusal, match="a physician opens it again"):
        nurse.step(kept.id, signed.version, Step.REOPEN, why="a report came")
    assert physician.case(kept.id).decided == decided
    auditor = signed_in(http, "auditor")
    assert auditor.head().hash == signed.head.hash
    log = http.get("/v1/log", params={"case": kept.id}, headers=auditor._headers).json()["records"]
    assert [one["kind"] for one in log] == ["sent", "referred", "signed"]
    assert log[-1]["content"]["decided"] == [{"item": "1", "outcome": "denied", "reasons": "not shown to help"}]
    assert http.get("/v1/log/verified", headers=auditor._headers).json()["whole"]


def test_the_end_of_the_log_is_kept_at_each_record_where_a_file_is_named(tmp_path):
    heads = tmp_path / "heads.jsonl"
    with served(tmp_path / "data", heads=heads) as (_, http):
        client = signed_in(http, "nurse")
        kept = client.create(case_document())
        client.step(kept.id, kept.version, Step.REFER, why="w", key="once")
        assert client.step(kept.id, kept.version, Step.REFER, why="w", key="once").version == 2
    lines = heads.read_text(encoding="utf-8").splitlines()
    assert [head_of_text(line).seq for line in lines if line] == [1]


def test_a_head_is_kept_only_of_what_was_kept(tmp_path):
    heads = tmp_path / "heads.jsonl"
    with served(tmp_path / "data", heads=heads) as (app, http):
        administrator = signed_in(http, "administrator")
        body = {"login": "one", "name": "One", "roles": ["nurse"], "password": PASSWORD}
        engine = app.state.office.record.engine

        def failing(_):
            raise OperationalError("COMMIT", {}, Exception("disk full"))

        event.listen(engine, "commit", failing)
        assert http.post("/v1/people", json=body, headers=administrator._headers).status_code == 503
        event.remove(engine, "commit", failing)
        assert not heads.exists()
        assert http.post("/v1/people", json=body, headers=administrator._headers).status_code == 201
        with app.state.office.reading() as connection:
            kept = tuple(head_of_text(line) for line in heads.read_text(encoding="utf-8").splitlines() if line)
            assert verification_of_log(connection, app.state.office.record.key.public, kept).faults == ()


def test_who_lets_whom_in_stands_in_the_log(http):
    administrator = signed_in(http, "administrator")
    body = {"login": "newcomer", "name": "New", "roles": ["nurse"], "password": PASSWORD}
    added = http.post("/v1/people", json=body, headers=administrator._headers).json()
    http.patch(f"/v1/people/{added['id']}", json={"roles": ["physician"]}, headers=administrator._headers)
    auditor = signed_in(http, "auditor")
    log = http.get("/v1/log", params={"limit": 200}, headers=auditor._headers).json()["records"]
    assert [(one["content"]["login"], one["content"]["roles"]) for one in log if one["kind"] == "people"][-2:] == [
        ("newcomer", ["nurse"]),
        ("newcomer", ["physician"]),
    ]


def test_the_local_person_is_a_nurse_and_signs_as_no_physician(http):
    local = Client(http, TOKEN)
    assert [role.value for role in local.me().person.roles] == ["nurse"]
    kept = local.create(named("local"))
    with pytest.raises(Refusal, match="only a physician"):
        local.step(kept.id, kept.version, Step.SIGN, decided=[DecidedSent(item="1", outcome=Outcome.DENIED)])


def test_a_referral_is_not_undone_by_returning_it(nurse, http):
    case = {**case_document(next(one for one in whole())), "case": "referred and returned"}
    kept = nurse.create(case)
    referred = nurse.step(kept.id, kept.version, Step.REFER, why="I am not sure")
    returned = nurse.step(kept.id, referred.version, Step.RETURN, why="an answer is missing")
    decided = [DecidedSent(item=str(one["item"]), outcome=Outcome.CERTIFIED) for one in case["items"]]
    with pytest.raises(Refusal, match="a physician signs it"):
        nurse.step(kept.id, returned.version, Step.SIGN, decided=decided)
    signed = signed_in(http, "physician").step(kept.id, returned.version, Step.SIGN, decided=decided)
    assert nurse.case(kept.id).version == signed.version
    assert nurse.history(kept.id)[1].what == "referred to a physician: I am not sure"
    assert nurse.history(kept.id)[1].by == "nurse"


def test_a_case_is_handed_over_to_somebody_who_may_review_it(nurse, http):
    kept = nurse.create(named("handed over"))
    listed = http.get("/v1/reviewers", headers=nurse._headers).json()
    assert {"login": "physician", "name": "Physician"} in listed
    with pytest.raises(Refusal, match="name the login of a nurse or a physician"):
        nurse.step(kept.id, kept.version, Step.HAND_OVER, why="w", to="auditor")
    nurse.step(kept.id, kept.version, Step.HAND_OVER, why="on leave", to="physician")
    assert nurse.case(kept.id).held_by == "physician"
    assert [one.id for one in nurse.cases(held_by="physician")] == [kept.id]


def test_what_a_job_found_is_for_who_may_still_ask_for_it(http):
    administrator = signed_in(http, "administrator")
    body = {"login": "mover", "name": "M", "roles": ["nurse"], "password": PASSWORD}
    added = http.post("/v1/people", json=body, headers=administrator._headers).json()
    mover = signed_in(http, "mover")
    job = mover.done(mover.read_papers({"a.txt": b"nothing of interest"}))
    assert job.problem
    assert administrator.job(job.id).problem is None
    http.patch(f"/v1/people/{added['id']}", json={"roles": ["policy"]}, headers=administrator._headers)
    assert mover.job(job.id).problem is None


def test_policy_staff_see_what_an_edit_changes_and_no_name_of_a_case(http, nurse):
    nurse.create(named("MARKER-777"))
    policy = signed_in(http, "policy")
    rules = {"release": next(one.digest for one in policy.releases() if one.in_use)}
    job = policy.done(policy.ask("rules/impact", before=rules, after=rules, cases={"words": "marker-777"}))
    assert "case 1 item 1" in json.dumps(job.result)
    assert "MARKER" not in json.dumps(job.result)


def test_a_mistake_in_the_form_of_a_request_has_a_code_a_place_and_a_cure(nurse, http):
    answer = http.post("/v1/check", json=case_document(), headers=nurse._headers).json()
    assert {one["code"] for one in answer["mistakes"]} == {"MT201"}
    assert "below the key case" in answer["mistakes"][0]["cure"]
    answer = http.get("/v1/cases", params={"limit": "many"}, headers=nurse._headers).json()
    [one] = answer["mistakes"]
    assert (one["code"], one["pointer"]) == ("MT203", "")
    assert one["message"].startswith("query limit: ")


def test_one_large_case_lets_others_have_their_turn(nurse):
    item = case_document()["items"][0]
    many = {**case_document(), "items": [{**item, "item": str(n)} for n in range(1, 202)]}
    with pytest.raises(Refusal, match="at most 200"):
        nurse.check(many)


def test_one_checker_serves_many_threads():
    documents = [case_document(file.stem) for file in sorted(CASES.glob("*.yaml"))]
    expected = [determined_items(Checker(shipped().ruleset), one) for one in documents]
    checker = Checker(shipped().ruleset)
    numbers = [n for _ in range(3) for n in range(len(documents))]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: determined_items(checker, documents[n]) == expected[n], numbers))
    assert all(found)


def test_nobodys_change_is_lost(nurse):
    kept = nurse.create(named("two at once"))
    one = StatementAdded(item="1", fact="request.visits", statement={"value": 6, "by": "provider"})
    after = nurse.change(kept.id, kept.version, [one])
    with pytest.raises(Refusal) as refused:
        nurse.change(kept.id, kept.version, [one])
    assert (refused.value.problem.status, refused.value.problem.version) == (412, after.version)
    assert [one.what for one in nurse.history(kept.id)] == ["created", "1 statement added"]


def test_a_change_says_which_version_was_seen(nurse, http):
    kept = nurse.create(named("without a version"))
    answer = http.post(f"/v1/cases/{kept.id}/statements", json={}, headers=nurse._headers)
    assert answer.status_code == 428
    assert "If-Match" in answer.json()["detail"]


def test_a_statement_that_does_not_fit_is_refused_and_nothing_is_kept(nurse):
    kept = nurse.create(named("unfit"))
    good = StatementAdded(item="1", fact="request.visits", statement=8)
    for bad in (
        StatementAdded(item="1", fact="request.visits", statement="many"),
        StatementAdded(item="9", fact="request.visits", statement=8),
        StatementAdded(fact="no.such.fact", statement=8),
    ):
        with pytest.raises(Refusal) as refused:
            nurse.change(kept.id, kept.version, [good, bad])
        assert refused.value.problem.status == 422
    assert nurse.case(kept.id).version == kept.version


def test_what_is_determined_of_a_version_stays_what_it_was(nurse):
    kept = nurse.create(named("versions"))
    first = nurse.determination(kept.id)
    said = StatementAdded(item="1", fact="request.visits", statement={"value": 30, "by": "provider"})
    nurse.change(kept.id, kept.version, [said])
    assert nurse.determination(kept.id, 1) == first
    assert nurse.determination(kept.id) != first


def test_a_post_sent_twice_is_done_once(nurse, http):
    first = nurse.create(named("twice"), key="k1")
    assert nurse.create(named("twice"), key="k1") == first
    with pytest.raises(Refusal, match="another request"):
        nurse.create(named("thrice"), key="k1")
    with pytest.raises(Refusal, match="there is a case twice already"):
        nurse.create(named("twice"), key="k2")
    # The key of another person is another key.
    assert signed_in(http, "physician").create(named("thrice"), key="k1").id != first.id


def test_people_are_let_in_and_work_is_asked_for_once(http, nurse):
    administrator = signed_in(http, "administrator")
    body = {"login": "once", "name": "O", "roles": ["nurse"], "password": PASSWORD}
    headers = {**administrator._headers, "Idempotency-Key": "p"}
    first, again = (http.post("/v1/people", json=body, headers=headers) for _ in range(2))
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    body = {"documents": [{"file": "a.txt", "content": base64.b64encode(b"a").decode()}]}
    headers = {**nurse._headers, "Idempotency-Key": "w"}
    ids = {http.post("/v1/papers", json=body, headers=headers).json()["id"] for _ in range(2)}
    assert len(ids) == 1
    nurse.cancel(ids.pop())


def test_a_list_is_paged_and_searched(nurse, http):
    for n in range(5):
        nurse.create(named(f"paged {n}"))
    found = http.get("/v1/cases", params={"words": "PAGED", "limit": 2}, headers=nurse._headers).json()
    assert len(found["cases"]) == 2
    assert [one.name for one in nurse.cases(words="paged", limit="2")] == [f"paged {n}" for n in (4, 3, 2, 1, 0)]
    assert list(nurse.cases(held_by="nobody at all")) == []


def test_a_case_that_has_not_changed_is_not_sent_again(nurse, http):
    kept = nurse.create(named("unchanged"))
    headers = {**nurse._headers, "If-None-Match": '"1"'}
    assert http.get(f"/v1/cases/{kept.id}", headers=headers).status_code == 304


def test_the_next_question_is_that_of_mtus_ask(nurse, http):
    case = {"case": "q", "items": [{"item": "1", "facts": {"request.treatment": "physical_therapy"}}]}
    asked = nurse.question(case)
    assert asked["to_confirm"] or asked["questions"]
    kept = nurse.create({**case, "case": "q kept"})
    stored = http.get(f"/v1/cases/{kept.id}/question", headers=nurse._headers).json()
    assert {**stored, "case": "q"} == asked
    assert {"share", "settles", "question"} <= set(asked["questions"][0]) if asked["questions"] else True


def test_papers_are_read_by_a_job_and_go_with_the_case(nurse, http):
    folder = next(one for one in sorted(PAPERS.rglob("*")) if one.is_dir() and len(list(one.glob("*.txt"))) > 2)
    documents = {file.name: file.read_bytes() for file in sorted(folder.iterdir()) if file.is_file()}
    job = nurse.done(nurse.read_papers(documents, folder.name))
    assert job.state == "done", job.problem
    assert job.done == job.total == len(documents)
    kept = nurse.create(job.result["case"], papers=job.id)
    shown = nurse.case(kept.id)
    assert {one.file for one in shown.documents} == set(documents)
    for one in shown.documents:
        assert nurse.document(kept.id, one.id) == documents[one.file]
    with pytest.raises(Refusal, match="a job of yours"):
        signed_in(http, "physician").create(named("not hers"), papers=job.id)


def test_what_is_no_document_is_refused_by_name(nurse):
    kept = nurse.create(named("no document"))
    with pytest.raises(Refusal, match="Neither PDF nor text"):
        nurse.add_document(kept.id, kept.version, "x.exe", b"MZ\0\0")
    job = nurse.done(nurse.read_papers({"a.txt": b"nothing of interest"}))
    assert job.state == "failed"
    assert "what kind of paper it is cannot be told" in " ".join(job.problem.split())


def test_policy_staff_lint_test_and_compare_rules_as_jobs(http, nurse):
    nurse.create(named("for impact"))
    policy = signed_in(http, "policy")
    [release] = [one for one in policy.releases() if one.in_use]
    rules = {"release": release.digest}
    lint = policy.done(policy.ask("rules/lint", rules=rules))
    assert lint.result["editions"] > 10, lint.problem
    impact = policy.done(policy.ask("rules/impact", before=rules, after=rules, cases={"words": "for impact"}))
    assert impact.state == "done", impact.problem
    assert [one.kind for one in [lint, impact]] == ["lint", "impact"]


def test_examples_are_run_and_proofs_made_as_jobs(http):
    policy = signed_in(http, "policy")
    tests = policy.done(policy.ask("rules/test", rules={}))
    assert tests.result["failed"] == []
    assert tests.result["passed"] == tests.total > 500
    proof = policy.done(policy.ask("rules/prove", before={}, after={}, seconds=5))
    assert proof.state == "done", proof.problem


def test_long_work_is_watched_and_cancelled(http):
    policy = signed_in(http, "policy")
    asked = policy.ask("rules/test", rules={})
    with http.stream("GET", f"/v1/jobs/{asked.id}/events", headers=policy._headers) as events:
        assert events.headers["content-type"].startswith("text/event-stream")
        policy.cancel(asked.id)
        lines = [line for line in events.iter_lines() if line.startswith("data: ")]
    assert json.loads(lines[-1].removeprefix("data: "))["state"] == "cancelled"
    assert policy.job(asked.id).state == "cancelled"
    with pytest.raises(Refusal, match="no such job"):
        signed_in(http, "nurse").job(asked.id)


def test_an_audit_of_stored_cases_gives_its_numbers(nurse, http):
    nurse.create(named("audited", setting="imr"))
    auditor = signed_in(http, "auditor")
    job = auditor.done(auditor.ask("audit", cases={"words": "audited"}))
    assert job.state == "done", job.problem
    assert job.result["ruleset_digest"] == shipped().ruleset.digest


def test_releases_are_published_and_given_out_whole(http):
    policy = signed_in(http, "policy")
    [ours] = [one for one in policy.releases() if one.in_use]
    pack = http.get(f"/v1/releases/{ours.digest}/packs/0", headers=policy._headers).content
    body = {"name": "again", "packs": [base64.b64encode(pack).decode()]}
    again = http.post("/v1/releases", json=body, headers=policy._headers)
    assert again.json()["digest"] == ours.digest
    broken = {"name": "broken", "packs": [base64.b64encode(b"no zip").decode()]}
    assert http.post("/v1/releases", json=broken, headers=policy._headers).json()["mistakes"][0]["code"] == "MT322"


def test_health_and_counts_say_nothing_of_any_case(http, nurse):
    kept = nurse.create(named("secret-name"))
    nurse.case(kept.id)
    assert http.get("/health").json()["status"] == "ok"
    assert http.get("/ready").json()["status"] == "ok"
    counts = http.get("/metrics").text
    assert 'route="/v1/cases/{id}"' in counts
    assert "secret-name" not in counts
    assert kept.id not in counts


def test_the_description_is_whole(http):
    described = http.get("/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    text = json.dumps(described)
    assert "x-defined" not in text
    refs = {part.split('"')[0] for part in text.split('"$ref": "#/components/schemas/')[1:]}
    assert refs <= set(described["components"]["schemas"])
