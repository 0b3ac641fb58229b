"""A client of the server for Python: uses the server's own models, and raises refusals as exceptions."""

import base64
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import httpx2
import orjson
from pydantic import BaseModel, TypeAdapter

from mtus_engine.report.interview import InterviewOutline
from mtus_engine.report.outline import ItemOutline
from mtus_engine.serve.door import CSRF
from mtus_engine.serve.problems import Problem
from mtus_engine.serve.sent import ChangesSent, DecidedSent, StatementAdded, StepSent
from mtus_engine.serve.shapes import (
    CaseListed,
    CasePage,
    CaseShown,
    HeadShown,
    JobShown,
    Kept,
    ReleaseShown,
    SelfShown,
    SignedIn,
    StepTaken,
    VersionShown,
)
from mtus_engine.store.reviews import Step

Shape = TypeVar("Shape", bound=BaseModel)
# Seconds between two looks at long work.
_LOOKED_EVERY = 0.1
_OVER = frozenset({"done", "failed", "cancelled"})


class Refusal(Exception):
    """The server refused: problem says why, with every mistake and its place."""

    def __init__(self, problem: Problem) -> None:
        """Keep why."""
        self.problem = problem
        super().__init__(f"{problem.status} {problem.title}: {problem.detail}")


class Client:
    """One person's client of a server; its methods raise Refusal. Used as a context, it closes its connections."""

    def __init__(self, http: httpx2.Client, token: str | None = None) -> None:
        """Speak through a client of HTTP, whose base address is the server's; token is that of an earlier sign-in."""
        self._http = http
        self._headers = {} if token is None else {"Authorization": f"Bearer {token}"}

    def __enter__(self) -> "Client":
        """Return the client."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close its connections."""
        self._http.close()

    def sign_in(self, login: str, password: str) -> SignedIn:
        """Sign in; what is asked afterwards is asked by this person."""
        found = self._answer(SignedIn, "POST", "/v1/sign-in", json={"login": login, "password": password})
        self._headers = {"Authorization": f"Bearer {found.token}", CSRF: found.csrf}
        return found

    def me(self) -> SelfShown:
        """Return who this is."""
        return self._answer(SelfShown, "GET", "/v1/me")

    def check(self, case: Mapping[str, Any], *, explain: bool = True) -> list[ItemOutline]:
        """Return what a case comes to, without keeping it."""
        return _items(self._sent("POST", "/v1/check", json={"case": case, "explain": explain}))

    def question(self, case: Mapping[str, Any], item: str | None = None) -> InterviewOutline:
        """Return what is to be confirmed and asked next of a case that is not kept."""
        answer = self._sent("POST", "/v1/questions", json={"case": case, "item": item})
        found: InterviewOutline = orjson.loads(answer.content)
        return found

    def create(self, case: Mapping[str, Any], *, key: str | None = None, papers: str | None = None) -> Kept:
        """Keep a case; key makes a repetition harmless, papers is the id of a job whose documents are kept with it."""
        named = {} if papers is None else {"papers": papers}
        return self._answer(Kept, "POST", "/v1/cases", json=case, params=named, headers=_key_header(key))

    def case(self, id_: str, version: int | None = None) -> CaseShown:
        """Return a case as it stands, or as it stood."""
        named = {} if version is None else {"version": version}
        return self._answer(CaseShown, "GET", f"/v1/cases/{id_}", params=named)

    def cases(self, **wanted: str) -> Iterator[CaseListed]:
        """Yield the cases that are wanted (by state, held_by, words), those changed last first."""
        after: str | None = None
        while True:
            named = wanted if after is None else {**wanted, "after": after}
            page = self._answer(CasePage, "GET", "/v1/cases", params=named)
            yield from page.cases
            if (after := page.next) is None:
                return

    def history(self, id_: str) -> list[VersionShown]:
        """Return what was done with a case."""
        answer = self._sent("GET", f"/v1/cases/{id_}/history")
        return TypeAdapter(list[VersionShown]).validate_json(answer.content)

    def change(
        self,
        id_: str,
        version: int,
        add: Sequence[StatementAdded] = (),
        withdraw: Sequence[str] = (),
        *,
        key: str | None = None,
    ) -> Kept:
        """Add statements to a case that is in a version, and take others back."""
        body = ChangesSent(add=list(add), withdraw=list(withdraw)).model_dump(mode="json")
        headers = {**_key_header(key), **_version_header(version)}
        return self._answer(Kept, "POST", f"/v1/cases/{id_}/statements", json=body, headers=headers)

    def determination(self, id_: str, version: int | None = None) -> list[ItemOutline]:
        """Return what a case comes to, as it stands or as it stood."""
        named = {} if version is None else {"version": version}
        return _items(self._sent("GET", f"/v1/cases/{id_}/determination", params=named))

    def add_document(self, id_: str, version: int, file: str, content: bytes) -> Kept:
        """Put a document with a case."""
        kind = "application/pdf" if content.lstrip()[:5] == b"%PDF-" else "text/plain"
        return self._answer(
            Kept,
            "POST",
            f"/v1/cases/{id_}/documents",
            content=content,
            params={"file": file},
            headers={"Content-Type": kind, **_version_header(version)},
        )

    def document(self, id_: str, document: str) -> bytes:
        """Return the bytes of a document of a case."""
        return bytes(self._sent("GET", f"/v1/cases/{id_}/documents/{document}").content)

    def step(
        self,
        id_: str,
        version: int,
        step: Step,
        *,
        why: str = "",
        to: str | None = None,
        decided: Sequence[DecidedSent] = (),
        key: str | None = None,
    ) -> StepTaken:
        """Take a step of the review of a case that is in a version."""
        body = StepSent(why=why, to=to, decided=list(decided)).model_dump(mode="json")
        headers = {**_key_header(key), **_version_header(version)}
        return self._answer(StepTaken, "POST", f"/v1/cases/{id_}/review/{step.value}", json=body, headers=headers)

    def head(self) -> HeadShown:
        """Return the signed end of the log."""
        return self._answer(HeadShown, "GET", "/v1/log/head")

    def releases(self) -> list[ReleaseShown]:
        """Return the releases of rules."""
        return TypeAdapter(list[ReleaseShown]).validate_json(self._sent("GET", "/v1/releases").content)

    def read_papers(self, documents: Mapping[str, bytes], name: str = "papers") -> JobShown:
        """Ask for documents, given by file name, to be read into a draft case."""
        listed = [{"file": file, "content": base64.b64encode(one).decode()} for file, one in documents.items()]
        return self._answer(JobShown, "POST", "/v1/papers", json={"name": name, "documents": listed})

    def ask(self, work: str, **named: Any) -> JobShown:
        """Ask for other long work by its address: audit, rules/lint, rules/test, rules/impact, rules/prove."""
        return self._answer(JobShown, "POST", f"/v1/{work}", json=named)

    def job(self, id_: str) -> JobShown:
        """Return how far long work is."""
        return self._answer(JobShown, "GET", f"/v1/jobs/{id_}")

    def cancel(self, id_: str) -> JobShown:
        """Cancel long work."""
        return self._answer(JobShown, "DELETE", f"/v1/jobs/{id_}")

    def done(self, asked: JobShown, sleep: Callable[[float], object] = time.sleep) -> JobShown:
        """Wait until long work is over, and return it with what came of it."""
        found = asked
        while found.state not in _OVER:
            sleep(_LOOKED_EVERY)
            found = self.job(asked.id)
        return found

    def _answer(self, shape: type[Shape], method: str, path: str, **named: Any) -> Shape:
        return shape.model_validate_json(self._sent(method, path, **named).content)

    def _sent(self, method: str, path: str, **named: Any) -> httpx2.Response:
        headers = {**self._headers, **named.pop("headers", {})}
        answer = self._http.request(method, path, headers=headers, **named)
        if answer.status_code >= 400:
            raise Refusal(_problem(answer))
        return answer


def _problem(answer: httpx2.Response) -> Problem:
    try:
        return Problem.model_validate_json(answer.content)
    except ValueError:
        return Problem(title="Refused", status=answer.status_code, detail=answer.reason_phrase)


def _items(answer: httpx2.Response) -> list[ItemOutline]:
    found: list[ItemOutline] = orjson.loads(answer.content)
    return found


def _key_header(key: str | None) -> dict[str, str]:
    return {} if key is None else {"Idempotency-Key": key}


def _version_header(version: int) -> dict[str, str]:
    return {"If-Match": f'"{version}"'}
