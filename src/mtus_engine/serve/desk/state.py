"""What the desk works with beside the record: templates, documents on the shelf, and the rules of a review."""

import threading
from datetime import datetime
from pathlib import Path

from fastapi import Request

from mtus_engine.ingest.drafter import Drafter
from mtus_engine.model.review import ReviewRules
from mtus_engine.review.rules import rules_of_review
from mtus_engine.serve.desk.catalogue import catalogue
from mtus_engine.serve.desk.clock import zone_of
from mtus_engine.serve.desk.pages import Pages
from mtus_engine.serve.desk.shelf import Shelf
from mtus_engine.serve.office import Office

SCHEMA = "schema/case.json"


class DeskState:
    """What the requests to the desk of one server share."""

    def __init__(self, office: Office, words: Path | None = None) -> None:
        """Load words and rules of a review; raises Rejected with every mistake in them."""
        self._office = office
        self._lock = threading.Lock()
        self._drafter: Drafter | None = None
        self.pages = Pages(catalogue(words))
        self.review: ReviewRules = rules_of_review(office.settings.rules, office.checker.ruleset)
        self.shelf = Shelf(self.drafter)

    def now(self) -> datetime:
        """Return the time in the zone in which days are counted."""
        return self._office.record.now().astimezone(zone_of(self.review))

    def drafter(self) -> Drafter:
        """Return what reads papers; its rules are loaded when it is first needed."""
        with self._lock:
            if self._drafter is None:
                self._drafter = Drafter(self._office.settings.rules, self._office.checker.ruleset, SCHEMA)
            return self._drafter


def desk_of(request: Request) -> DeskState:
    """Return the desk of the server."""
    desk: DeskState = request.app.state.desk
    return desk
