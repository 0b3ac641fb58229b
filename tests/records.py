"""A record with people, a release and a case, for the tests of what is kept."""

from functools import cache

from mtus_engine.api import Checker, load_rules
from mtus_engine.loader.plain_json import json_of_plain
from mtus_engine.loader.yaml_tree import parse_leniently
from mtus_engine.store.cases import create_case, stored_case
from mtus_engine.store.decisions import Determined, take_step
from mtus_engine.store.documents import documents_of
from mtus_engine.store.people import add_person, person
from mtus_engine.store.releases import keep_release
from mtus_engine.store.replay import determined_items
from mtus_engine.store.reviews import Step
from tests.conftest import CASES, RULES


@cache
def shipped():
    return Checker(load_rules(RULES))


def case_document(name="CM14-0017506"):
    file = CASES / f"{name}.yaml"
    return json_of_plain(parse_leniently(file.name, file.read_bytes(), truths_as_words=True).plain)


def somebody(record, login="nina", *roles):
    with record.changing() as connection:
        held = frozenset(roles or {"nurse"})
        return person(connection, add_person(connection, login, login.title(), held, record.stamp("").at))


def released(record, by):
    with record.changing() as connection:
        return keep_release(connection, record.stamp(by.id), RULES, "shipped", "")


def kept_case(record, by, document=None):
    with record.changing() as connection:
        return create_case(connection, record.stamp(by.id), document or case_document())


def determined(connection, id_, release):
    found = stored_case(connection, id_)
    items = determined_items(shipped(), found.document)
    return Determined(found, documents_of(connection, id_), items, release.digest, "california")


def step(record, by, id_, release, which=Step.REFER, why="the criteria are not met", **more):
    with record.changing() as connection:
        found = determined(connection, id_, release)
        return take_step(connection, record.key, record.stamp(by.id), by, which, found, why=why, **more)
