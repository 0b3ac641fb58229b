"""What the desk keeps, on each kind of database: events and deadlines, notes, changes taken back, samples thrown away."""

from datetime import UTC, date, datetime, time

import pytest
from alembic import command
from sqlalchemy import select, text

from mtus_engine.model.review import Event, Way
from mtus_engine.review.clock import Happened
from mtus_engine.store import migrate as migrating
from mtus_engine.store.cases import Changed, Locked, NoCase, case_row, change_case, create_case, stored_case
from mtus_engine.store.clock import add_event, amendments_of, events_of, noted_events, set_clock, take_event_away
from mtus_engine.store.copying import file_address, refuse_no_backup, restore
from mtus_engine.store.database import NoDatabase, address_of, engine_of, read_transaction, write_transaction
from mtus_engine.store.decisions import StepRefused
from mtus_engine.store.discard import discard_sample
from mtus_engine.store.listing import Wanted, due_cases, listed_cases
from mtus_engine.store.local_token import FILE, local_token
from mtus_engine.store.migrate import migrate, revision_of
from mtus_engine.store.notes import add_note, notes_of, take_note_away
from mtus_engine.store.parts import Said
from mtus_engine.store.purge import purge
from mtus_engine.store.tables import metadata
from mtus_engine.store.undo import NotUndone, Undoable, reversal_of, take_back, undoable_versions
from tests.records import kept_case, released, somebody, step


@pytest.fixture
def nina(record):
    return somebody(record)


@pytest.fixture
def case(record, nina):
    return kept_case(record, nina)


def said(record, by, case, value, withdrawn=()):
    with record.changing() as connection:
        version = case_row(connection, case).version
        statement = Said("1", "request.visits", {"value": value})
        return change_case(
            connection, record.stamp(by.id), case, version, said=[statement], withdrawn=withdrawn, what="visits"
        )


def taken_back(connection, stamp, case, version):
    now = stored_case(connection, case)
    return take_back(connection, stamp, case, now.version, reversal_of(connection, now, version), "taken back")


def visits(connection, case):
    found = stored_case(connection, case).statements
    return [
        one.said.body["value"] for one in found if one.said.fact == "request.visits" and isinstance(one.said.body, dict)
    ]


def test_events_stand_from_the_version_that_made_them(record, nina, case):
    with record.changing() as connection:
        stamp = record.stamp(nina.id)
        first = add_event(connection, stamp, case, 1, Happened(Event.RECEIVED, date(2024, 3, 4), time(9, 30)))
        second = add_event(connection, stamp, case, first, Happened(Event.INFORMATION_ASKED, date(2024, 3, 6)))
        again = add_event(connection, stamp, case, second, Happened(Event.RECEIVED, date(2024, 3, 5)))
        assert events_of(connection, case, first) == [Happened(Event.RECEIVED, date(2024, 3, 4), time(9, 30))]
        # It came on one day: another day stands instead, and what was asked for stays.
        assert events_of(connection, case, again) == [
            Happened(Event.RECEIVED, date(2024, 3, 5)),
            Happened(Event.INFORMATION_ASKED, date(2024, 3, 6)),
        ]
        with pytest.raises(Changed):
            add_event(connection, stamp, case, 1, Happened(Event.AMENDED, date(2024, 3, 7)))


def test_what_is_due_first_is_listed_first_and_what_has_no_deadline_last(record, nina):
    names = {"late": datetime(2024, 3, 1, tzinfo=UTC), "soon": datetime(2024, 3, 9, tzinfo=UTC), "never": None}
    document = {"items": [{"item": "1", "asked": "visits"}]}
    for name, due in names.items():
        id_ = kept_case(record, nina, {"case": name, **document})
        with record.changing() as connection:
            set_clock(connection, id_, Way.PROSPECTIVE, due)
    with record.reading() as connection:
        assert [one.name for one in due_cases(connection, Wanted(), 0, 10)] == ["late", "soon", "never"]
        assert [one.name for one in due_cases(connection, Wanted(), 1, 1)] == ["soon"]
        assert [one.name for one in due_cases(connection, Wanted(words="soon", nobodys=True, open_=True), 0, 10)] == [
            "soon"
        ]


def test_notes_are_kept_and_taken_away(record, nina, case):
    with record.changing() as connection:
        stamp = record.stamp(nina.id)
        first = add_note(connection, stamp, case, 1, "1", "visits", "ask again")
        (note,) = notes_of(connection, case)
        assert (note.item, note.about, note.text, note.by) == ("1", "visits", "ask again", nina.id)
        second = take_note_away(connection, stamp, case, first, note.id)
        assert notes_of(connection, case) == []
        assert len(notes_of(connection, case, first)) == 1
        with pytest.raises(NoCase):
            take_note_away(connection, stamp, case, second, note.id)


def test_changes_are_taken_back_one_after_another_and_made_again(record, nina, case):
    for value in (6, 8, 12):
        said(record, nina, case, value)
    with record.changing() as connection:
        stamp = record.stamp(nina.id)
        assert visits(connection, case) == [6, 8, 12]
        for left in ([6, 8], [6], []):
            taken_back(connection, stamp, case, undoable_versions(connection, case, nina.id).undo)
            assert visits(connection, case) == left
        for there in ([6], [6, 8], [6, 8, 12]):
            taken_back(connection, stamp, case, undoable_versions(connection, case, nina.id).redo)
            assert visits(connection, case) == there
        assert undoable_versions(connection, case, nina.id).redo is None


def test_a_new_change_ends_what_could_be_made_again(record, nina, case):
    said(record, nina, case, 6)
    with record.changing() as connection:
        found = undoable_versions(connection, case, nina.id)
        taken_back(connection, record.stamp(nina.id), case, found.undo)
        assert undoable_versions(connection, case, nina.id).redo is not None
    said(record, nina, case, 8)
    with record.reading() as connection:
        assert undoable_versions(connection, case, nina.id).redo is None


def test_nobody_takes_back_what_another_did_or_has_changed_since(record, nina, case):
    paul = somebody(record, "paul", "nurse")
    said(record, nina, case, 6)
    with record.reading() as connection:
        assert undoable_versions(connection, case, paul.id) == Undoable(None, None)
        theirs = next(one for one in stored_case(connection, case).statements if one.said.body == {"value": 6})
    said(record, paul, case, 9, withdrawn=[theirs.id])
    with record.changing() as connection:
        found = undoable_versions(connection, case, nina.id)
        with pytest.raises(NotUndone, match="another has said"):
            taken_back(connection, record.stamp(nina.id), case, found.undo)
    with record.reading() as connection:
        assert visits(connection, case) == [9]


def test_a_signed_case_takes_no_note_and_no_event(record, nina, case):
    physician = somebody(record, "paula", "physician")
    release = released(record, nina)
    from mtus_engine.store.decisions import Decided
    from mtus_engine.store.reviews import Outcome, Step

    decided = [Decided("1", Outcome.DENIED, "not necessary")]
    step(record, physician, case, release, Step.SIGN, why="", decided=decided, as_physician=True)
    with record.changing() as connection:
        version = case_row(connection, case).version
        with pytest.raises(Locked):
            add_note(connection, record.stamp(nina.id), case, version, "1", None, "late")
        with pytest.raises(Locked):
            add_event(connection, record.stamp(nina.id), case, version, Happened(Event.AMENDED, date(2024, 3, 7)))


def test_only_samples_of_which_the_log_says_nothing_are_thrown_away(record, nina, case):
    with record.changing() as connection:
        with pytest.raises(StepRefused, match="only samples"):
            discard_sample(connection, case)
        sample = create_case(
            connection, record.stamp(nina.id), {"case": "sample", "items": [{"item": "1"}]}, is_sample=True
        )
        add_note(connection, record.stamp(nina.id), sample, 1, "1", None, "a note")
        discard_sample(connection, sample)
        with pytest.raises(NoCase):
            case_row(connection, sample)


def test_a_purge_takes_notes_and_events_with_their_case(record, nina, case):
    with record.changing() as connection:
        stamp = record.stamp(nina.id)
        version = add_note(connection, stamp, case, 1, "1", None, "a note")
        add_event(connection, stamp, case, version, Happened(Event.RECEIVED, date(2024, 3, 4)))
        purge(connection, record.key, stamp, (case,))
        for table in metadata.tables.values():
            if "case" in table.c:
                assert connection.execute(select(table).where(table.c.case == case)).all() == [], table.name


def test_what_was_noted_by_mistake_is_taken_away_and_stays_in_earlier_versions(record, nina, case):
    with record.changing() as connection:
        stamp = record.stamp(nina.id)
        version = add_event(connection, stamp, case, 1, Happened(Event.AMENDED, date(2024, 3, 4)), "Dr. Example")
        assert amendments_of(connection, case) == ["Dr. Example"]
        (noted,) = noted_events(connection, case)
        after = take_event_away(connection, stamp, case, version, noted.id)
        assert (events_of(connection, case), amendments_of(connection, case)) == ([], [])
        assert [one.event for one in events_of(connection, case, version)] == [Event.AMENDED]
        with pytest.raises(NoCase, match="taken away before"):
            take_event_away(connection, stamp, case, after, noted.id)


def before_the_desk(engine):
    """Make a database as it was before the desk, with a case."""
    with write_transaction(engine) as connection:
        config = migrating._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        old = "id, name, version, state, is_physicians, words, made_at, changed_at"
        values = "'1', 'old case', 1, 'draft', false, 'old case', '2024', '2024'"
        connection.execute(text(f"INSERT INTO cases ({old}) VALUES ({values})"))
        connection.execute(
            text(
                "INSERT INTO case_versions (\"case\", version, header, what, \"by\", at) VALUES ('1', 1, :header, 'made', 'x', '2024')"
            ),
            {"header": '{"case":"old case","items":[{"item":"1"}]}'},
        )


def test_a_backup_of_before_the_desk_is_restored(tmp_path, database):
    file = tmp_path / "old.sqlite"
    old = engine_of(file_address(file))
    before_the_desk(old)
    old.dispose()
    with pytest.raises(NoDatabase, match="restore it"):
        refuse_no_backup(file)
    folder = tmp_path / "new"
    folder.mkdir(mode=0o700)
    engine = engine_of(address_of(folder, database))
    assert restore(file, engine)["cases"] == 1
    assert revision_of(engine) == migrating.newest_revision()
    with read_transaction(engine) as connection:
        (row,) = listed_cases(connection, Wanted(), None, 10)
        assert (row.name, row.is_sample) == ("old case", False)
    engine.dispose()


def test_a_record_of_before_the_desk_is_brought_to_it(tmp_path, database):
    folder = tmp_path / "old"
    folder.mkdir(mode=0o700)
    engine = engine_of(address_of(folder, database))
    before_the_desk(engine)
    migrate(engine)
    assert revision_of(engine) == migrating.newest_revision()
    with read_transaction(engine) as connection:
        (row,) = listed_cases(connection, Wanted(), None, 10)
        assert (row.name, row.way, row.due_at, row.is_sample) == ("old case", None, None, False)
        assert stored_case(connection, "1").header["case"] == "old case"
        assert undoable_versions(connection, "1", "x") == Undoable(None, None)
    engine.dispose()


def test_the_token_of_a_local_server_stays_with_its_record(tmp_path):
    token = local_token(tmp_path)
    assert local_token(tmp_path) == token
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    (tmp_path / FILE).write_text("nonsense")
    other = local_token(tmp_path)
    assert other != token
    assert local_token(tmp_path) == other
