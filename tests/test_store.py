"""The record: what is kept of cases, on SQLite and PostgreSQL."""

import json
import stat

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError

from mtus_engine.store import copying, migrate
from mtus_engine.store.canonical import sha256
from mtus_engine.store.cases import Changed, Locked, NameTaken, NoCase, change_case, stored_case, versions
from mtus_engine.store.checking import faults
from mtus_engine.store.database import NoDatabase, address_of, engine_of
from mtus_engine.store.decided import Decided, outcomes_of, signed_reviews
from mtus_engine.store.decisions import StepRefused
from mtus_engine.store.documents import attach_document, content_of, documents_of, keep_content, remove_document
from mtus_engine.store.jobs import JobState, add_job, end_job, forget_old_work
from mtus_engine.store.keys import KeyRefused, log_key
from mtus_engine.store.listing import Wanted, listed_cases, position_of
from mtus_engine.store.log import records, verification_of_log
from mtus_engine.store.parts import Said, document_of, header_of, statements_of
from mtus_engine.store.record import open_record
from mtus_engine.store.releases import ReleaseTaken, keep_release
from mtus_engine.store.replay import determined_items
from mtus_engine.store.reviews import Outcome, State, Step
from mtus_engine.store.tables import metadata
from tests.conftest import CASES, ROOT, RULES
from tests.records import case_document, kept_case, released, shipped, somebody, step

# What these guard is beside the main job: make test leaves them to make test-all.
pytestmark = pytest.mark.slow

MEETS = {
    "case": "made-up",
    "items": [{"item": "1", "asked": "six visits"}, {"item": "2", "asked": "a drug"}],
    "facts": {"injury.date": "2013-02"},
}


@pytest.mark.parametrize("file", sorted(CASES.glob("*.yaml")), ids=lambda file: file.stem)
def test_a_case_taken_apart_and_put_together_is_the_same_case(file):
    document = case_document(file.stem)
    again = document_of(header_of(document), statements_of(document))
    assert determined_items(shipped(), again) == determined_items(shipped(), document)
    assert statements_of(again) == statements_of(document)


def test_the_migrations_make_the_tables_that_the_code_reads(record):
    with record.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_a_case_is_kept_as_it_came_and_found_again(record):
    nina = somebody(record)
    id_ = kept_case(record, nina)
    with record.reading() as connection:
        found = stored_case(connection, id_)
        assert found.row.name == "CM14-0017506"
        assert found.row.state is State.DRAFT
        assert determined_items(shipped(), found.document) == determined_items(shipped(), case_document())
        assert [one.id for one in listed_cases(connection, Wanted(words="exercise KIT"), None, 10)] == [id_]
        assert listed_cases(connection, Wanted(words="exer%kit"), None, 10) == []
        assert listed_cases(connection, Wanted(state=State.SIGNED), None, 10) == []


def test_two_cases_may_not_share_an_id(record):
    nina = somebody(record)
    kept_case(record, nina)
    with pytest.raises(NameTaken, match="there is a case CM14-0017506 already"):
        kept_case(record, nina)


def test_a_list_goes_on_where_it_ended(record):
    nina = somebody(record)
    ids = [kept_case(record, nina, {**MEETS, "case": f"case {n}"}) for n in range(7)]
    with record.reading() as connection:
        seen, after = [], None
        while page := listed_cases(connection, Wanted(), after, 3):
            seen += [one.id for one in page]
            after = position_of(page[-1])
    assert sorted(seen) == sorted(ids)
    assert len(seen) == 7


def test_every_version_of_a_case_can_be_read_again(record):
    nina = somebody(record)
    id_ = kept_case(record, nina, MEETS)
    with record.changing() as connection:
        said = [
            Said("1", "request.date", "2014-01-02"),
            Said(None, "injury.date", {"value": "2013-03", "by": "worker"}),
        ]
        assert change_case(connection, record.stamp(nina.id), id_, 1, said=said, what="statements") == 2
    with record.changing() as connection:
        first = stored_case(connection, id_).statements[0]
        change_case(connection, record.stamp(nina.id), id_, 2, withdrawn=[first.id], what="taken back")
    with record.reading() as connection:
        assert stored_case(connection, id_, 1).document["facts"] == {"injury.date": "2013-02"}
        both = stored_case(connection, id_, 2).document
        assert both["facts"] == {"injury.date": [{"value": "2013-02"}, {"value": "2013-03", "by": "worker"}]}
        assert both["items"][0]["facts"] == {"request.date": "2014-01-02"}
        assert stored_case(connection, id_).document["facts"] == {"injury.date": {"value": "2013-03", "by": "worker"}}
        assert [one.what for one in versions(connection, id_)] == ["created", "statements", "taken back"]
        with pytest.raises(NoCase, match="no version 4"):
            stored_case(connection, id_, 4)


def test_of_two_changes_to_one_version_the_second_is_refused(record):
    nina, bert = somebody(record), somebody(record, "bert")
    id_ = kept_case(record, nina, MEETS)
    with record.changing() as connection:
        change_case(connection, record.stamp(nina.id), id_, 1, said=[Said("1", "request.date", "2014")], what="one")
    with pytest.raises(Changed) as refused, record.changing() as connection:
        change_case(connection, record.stamp(bert.id), id_, 1, said=[Said("1", "request.date", "2015")], what="other")
    assert refused.value.version == 2
    with record.reading() as connection:
        assert stored_case(connection, id_).document["items"][0]["facts"] == {"request.date": "2014"}


def test_a_statement_is_taken_back_once(record):
    nina = somebody(record)
    id_ = kept_case(record, nina, MEETS)
    with record.changing() as connection:
        one = stored_case(connection, id_).statements[0].id
        change_case(connection, record.stamp(nina.id), id_, 1, withdrawn=[one, one], what="back")
    with pytest.raises(NoCase, match="taken back before"), record.changing() as connection:
        change_case(connection, record.stamp(nina.id), id_, 2, withdrawn=[one], what="back")
    with record.reading() as connection:
        assert stored_case(connection, id_).row.version == 2


def test_documents_are_kept_once_and_stay_in_earlier_versions(record):
    nina = somebody(record)
    ids = [kept_case(record, nina, {**MEETS, "case": name}) for name in ("a", "b")]
    with record.changing() as connection:
        for id_ in ids:
            digest = keep_content(connection, "application/pdf", b"%PDF-1.7 one")
            attach_document(connection, record.stamp(nina.id), id_, 1, "../../etc/passwd", digest)
        assert digest == sha256(b"%PDF-1.7 one")
        assert connection.execute(text("SELECT count(*) FROM documents")).scalar_one() == 1
        [kept] = documents_of(connection, ids[0])
        assert content_of(connection, ids[0], kept.id) == (kept, b"%PDF-1.7 one")
        with pytest.raises(NoCase):
            content_of(connection, ids[1], kept.id)
        remove_document(connection, record.stamp(nina.id), ids[0], 2, kept.id)
        assert documents_of(connection, ids[0]) == []
        assert documents_of(connection, ids[0], 2) == [kept]


def test_a_signed_review_is_locked_until_it_is_opened_again_with_a_reason(record):
    paula, release = somebody(record, "paula", "physician"), None
    release = released(record, paula)
    id_ = kept_case(record, paula)
    decided = [Decided("1", Outcome.DENIED, "my own words")]
    step(record, paula, id_, release, Step.SIGN, decided=decided, as_physician=True)
    with record.reading() as connection:
        assert outcomes_of(connection, id_) == decided
        version = stored_case(connection, id_).row.version
    with pytest.raises(Locked), record.changing() as connection:
        change_case(
            connection, record.stamp(paula.id), id_, version, said=[Said("1", "request.date", "2014")], what="x"
        )
    with pytest.raises(Locked), record.changing() as connection:
        attach_document(
            connection, record.stamp(paula.id), id_, version, "f", keep_content(connection, "text/plain", b"x")
        )
    with pytest.raises(StepRefused, match="say why it is opened again"):
        step(record, paula, id_, release, Step.REOPEN, why=" ")
    step(record, paula, id_, release, Step.REOPEN, why="a report came", as_physician=True)
    with record.reading() as connection:
        assert stored_case(connection, id_).row.state is State.IN_REVIEW
        assert outcomes_of(connection, id_) == []
        assert [one.kind for one in records(connection, id_)] == ["signed", "reopened"]


def test_a_physician_who_decides_otherwise_than_the_criteria_gives_reasons(record):
    paula = somebody(record, "paula", "physician")
    release, id_ = released(record, paula), kept_case(record, paula)
    with pytest.raises(StepRefused, match="give your reasons for item 1"):
        step(record, paula, id_, release, Step.SIGN, decided=[Decided("1", Outcome.APPROVED, " ")], as_physician=True)
    decided = [Decided("1", Outcome.APPROVED, "the record shows more than the criteria ask")]
    step(record, paula, id_, release, Step.SIGN, decided=decided, as_physician=True)
    with record.reading() as connection:
        assert [one.kind for one in records(connection, id_)] == ["overridden"]


def test_documents_that_no_case_took_and_results_are_forgotten_after_a_while(record):
    nina = somebody(record)
    id_ = kept_case(record, nina)
    with record.changing() as connection:
        held, loose, named = (keep_content(connection, "text/plain", text) for text in (b"held", b"loose", b"named"))
        attach_document(connection, record.stamp(nina.id), id_, 1, "f", held)
        job = add_job(connection, record.stamp(nina.id), "papers")
        end_job(connection, job, record.stamp("").at, JobState.DONE, result=json.dumps({"digest": named}))
        forget_old_work(connection, "2000")
        left = set(connection.execute(text("SELECT digest FROM documents")).scalars())
        assert left == {held, named}
        assert loose not in left
        forget_old_work(connection, "3000")
        assert set(connection.execute(text("SELECT digest FROM documents")).scalars()) == {held}


@pytest.mark.parametrize("outcome", [Outcome.APPROVED, Outcome.MODIFIED, Outcome.DENIED])
def test_a_nurse_neither_modifies_nor_denies(record, outcome):
    nina = somebody(record)
    release, id_ = released(record, nina), kept_case(record, nina)
    with pytest.raises(StepRefused, match="only a physician"):
        step(record, nina, id_, release, Step.SIGN, decided=[Decided("1", outcome, "")])


def test_a_nurse_certifies_only_what_meets(record):
    nina = somebody(record)
    release, id_ = released(record, nina), kept_case(record, nina)
    with pytest.raises(StepRefused, match="not met for the whole request"):
        step(record, nina, id_, release, Step.SIGN, decided=[Decided("1", Outcome.CERTIFIED, "")])
    with pytest.raises(StepRefused, match="decides every item once: 1"):
        step(record, nina, id_, release, Step.SIGN)
    whole = next(
        file.stem
        for file in sorted(CASES.glob("*.yaml"))
        if all(one["finding"] == "meets" for one in determined_items(shipped(), case_document(file.stem)))
    )
    document = case_document(whole)
    other = kept_case(record, nina, document)
    decided = [Decided(str(item["item"]), Outcome.CERTIFIED, "") for item in document["items"]]
    assert step(record, nina, other, release, Step.SIGN, decided=decided).head.seq == 1


def test_a_nurse_certifies_what_no_guideline_covers_by_one_that_she_names(record):
    nina = somebody(record)
    release = released(record, nina)
    facts = {"request.treatment": "other_treatment", "request.date": "2016-08-22"}
    document = {"case": "uncovered", "setting": "ur", "items": [{"item": "1", "asked": "injection", "facts": facts}]}
    id_ = kept_case(record, nina, document)
    named = Decided("1", Outcome.CERTIFIED, "radiculopathy on MRI", guideline="ODG, Low Back, 2016")
    with pytest.raises(StepRefused, match="not met for the whole request"):
        step(record, nina, id_, release, Step.SIGN, decided=[named._replace(guideline="")])
    with pytest.raises(StepRefused, match="how the criteria of the guideline"):
        step(record, nina, id_, release, Step.SIGN, decided=[named._replace(reasons=" ")])
    step(record, nina, id_, release, Step.SIGN, decided=[named])
    with record.reading() as connection:
        assert outcomes_of(connection, id_) == [named]
        assert signed_reviews(connection, id_)[0].decided == (named,)
        assert [one.kind for one in records(connection, id_)] == ["signed"]
    covered = kept_case(record, nina)
    with pytest.raises(StepRefused, match="there alone: 1"):
        step(record, nina, covered, release, Step.SIGN, decided=[named])


def test_a_release_keeps_its_packs_whole_and_its_name_to_itself(record, tmp_path):
    policy = somebody(record, "pia", "policy")
    first = released(record, policy)
    assert released(record, policy) == first
    both = (RULES, ROOT / "packs" / "washington-lni")
    with pytest.raises(ReleaseTaken), record.changing() as connection:
        keep_release(connection, record.stamp(policy.id), both, "shipped", "")


def test_a_backup_is_restored_to_the_byte_and_may_change_its_kind_of_database(record, tmp_path, request):
    nina = somebody(record)
    release, id_ = released(record, nina), kept_case(record, nina)
    step(record, nina, id_, release)
    copying.back_up(record.engine, tmp_path / "b.sqlite")
    with pytest.raises(NoDatabase, match="is there already"):
        copying.back_up(record.engine, tmp_path / "b.sqlite")
    other = tmp_path / "other"
    other.mkdir(mode=0o700)
    address = None if record.engine.dialect.name != "sqlite" else request.getfixturevalue("cluster").database()
    engine = engine_of(address_of(other, address))
    copying.restore(tmp_path / "b.sqlite", engine)
    with pytest.raises(NoDatabase, match="holds something already"):
        copying.restore(tmp_path / "b.sqlite", engine)
    engine.dispose()
    (other / "log-key.pem").write_bytes((tmp_path / "data" / "log-key.pem").read_bytes())
    (other / "log-key.pem").chmod(0o600)
    moved = open_record(other, address)
    with record.reading() as one, moved.reading() as two:
        for table in metadata.sorted_tables:
            ordered = table.select().order_by(*table.primary_key.columns)
            assert one.execute(ordered).all() == two.execute(ordered).all(), table.name
        assert list(faults(two, moved.key.public)) == []
    moved.close()


def test_the_data_folder_and_what_is_in_it_are_for_their_owner_alone(tmp_path):
    data = tmp_path / "data"
    open_record(data).close()
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in data.iterdir()} == {0o600}
    (data / "log-key.pem").chmod(0o644)
    with pytest.raises(KeyRefused, match="chmod 600"):
        log_key(data / "log-key.pem", is_new=False)
    data.chmod(0o755)
    with pytest.raises(NoDatabase, match="chmod 700"):
        open_record(data)


def test_a_database_of_another_version_is_refused_with_what_to_do(record):
    with record.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NoDatabase, match="newer version"):
        migrate.refuse_other_revision(record.engine)


def test_nothing_in_the_chain_can_be_changed_through_the_database(record):
    nina = somebody(record)
    step(record, nina, kept_case(record, nina), released(record, nina))
    for statement in (
        "UPDATE log_entries SET body = ''",
        "DELETE FROM log_entries",
        "UPDATE log_payloads SET content = ''",
    ):
        with pytest.raises(DBAPIError, match="only added to"), record.changing() as connection:
            connection.execute(text(statement))
    with record.reading() as connection:
        assert verification_of_log(connection, record.key.public).faults == ()


def test_the_role_of_the_application_may_add_to_the_chain_and_no_more(cluster, tmp_path):
    address = cluster.database()
    name = make_url(address).database
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    owner = engine_of(address_of(data, address))
    migrate.migrate(owner)
    with owner.begin() as connection:
        for role in ("app", "keeper"):
            connection.execute(text(f"DROP ROLE IF EXISTS {role}_{name}"))
            connection.execute(text(f"CREATE ROLE {role}_{name} LOGIN"))
    migrate.grant(owner, f"app_{name}", f"keeper_{name}")
    opened = open_record(data, cluster.address(name, f"app_{name}"))
    nina = somebody(opened)
    step(opened, nina, kept_case(opened, nina), released(opened, nina))
    with opened.reading() as connection:
        assert not migrate.may_change_chain(connection)
        assert verification_of_log(connection, opened.key.public).entries == 1
    for statement in (
        "UPDATE log_entries SET body = ''",
        "DELETE FROM log_entries",
        "DELETE FROM log_payloads",
        "TRUNCATE log_payloads",
        "ALTER TABLE log_entries DISABLE TRIGGER ALL",
        "DROP TABLE log_entries",
    ):
        with pytest.raises(DBAPIError, match=r"permission denied|must be owner"), opened.changing() as connection:
            connection.execute(text(statement))
    keeper = engine_of(address_of(data, cluster.address(name, f"keeper_{name}")))
    with keeper.begin() as connection:
        connection.execute(text("DELETE FROM log_payloads"))
    for engine in (owner, keeper, opened.engine):
        engine.dispose()


def test_json_of_the_store_is_canonical(record):
    nina = somebody(record)
    id_ = kept_case(
        record, nina, {**MEETS, "facts": {"injury.date": {"note": "é\u2028", "value": "2013", "by": "worker"}}}
    )
    with record.reading() as connection:
        body = connection.execute(text("SELECT body FROM statements")).scalar_one()
    assert body == '{"by":"worker","note":"é\u2028","value":"2013"}'
    assert json.loads(body)["note"] == "é\u2028"
    assert id_
