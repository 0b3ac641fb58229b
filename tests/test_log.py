"""The log of decisions: whatever is done to it shows, and every record can be determined again."""

import json
import os
import random
import shutil
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from mtus_engine.api import Checker, CheckOptions, load_rules
from mtus_engine.cli.main import main
from mtus_engine.store.cases import stored_case
from mtus_engine.store.chain import LogHead, Verifier, head_of_text, head_text
from mtus_engine.store.decided import Decided
from mtus_engine.store.decisions import Determined, take_step
from mtus_engine.store.keys import log_key
from mtus_engine.store.log import RecordKind, append_record, current_head, entries, records, verification_of_log
from mtus_engine.store.purge import purge
from mtus_engine.store.record import open_record
from mtus_engine.store.releases import keep_release
from mtus_engine.store.replay import Replayer, determined_items
from mtus_engine.store.reviews import Outcome, Step
from mtus_engine.store.tables import log_payloads
from tests.conftest import ROOT, RULES
from tests.records import case_document, kept_case, released, somebody, step
from tests.servers import PASSWORD

# What these guard is beside the main job: make test leaves them to make test-all.
pytestmark = pytest.mark.slow


def logged(record, count=5):
    nina = somebody(record)
    release = released(record, nina)
    ids = [kept_case(record, nina, {**case_document(), "case": f"case {n}"}) for n in range(count)]
    for id_ in ids:
        step(record, nina, id_, release)
    return nina, release, ids


def new_folder(tmp_path):
    """A data folder that is empty."""
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    return data


def logged_folder(tmp_path, count):
    """A data folder whose log has so many records."""
    data = new_folder(tmp_path)
    record = open_record(data)
    logged(record, count)
    record.close()
    return data


def faults(record, *heads):
    with record.reading() as connection:
        return verification_of_log(connection, record.key.public, heads).faults


def head(record):
    with record.reading() as connection:
        return current_head(connection, record.key)


@pytest.fixture
def five(tmp_path):
    data = new_folder(tmp_path)
    record = open_record(data)
    logged(record)
    # Whoever tampers has the file, and takes the triggers away.
    with record.engine.begin() as connection:
        for name in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
    yield record
    record.close()


def changed(record, statement, *values):
    record.engine.dispose()
    file = record.engine.url.database
    with sqlite3.connect(file) as connection:
        connection.execute(statement, values)
    connection.close()


def test_each_byte_of_a_log_of_five_records_changed_in_turn_is_named(five):
    """In memory, as the bytes are read: each column of each row, each byte with one bit turned."""
    kept = head(five)
    with five.reading() as connection:
        read = list(entries(connection))

    def found(altered):
        verifier = Verifier(five.key.public, (kept,))
        for entry, payload in altered:
            verifier.take(entry, payload)
        return verifier.verify().faults

    assert found(read) == ()
    count = 0
    for n, (entry, payload) in enumerate(read):
        for part in (entry, payload):
            for field in part._fields:
                value = getattr(part, field)
                if isinstance(value, int):
                    changes = [value + 1, value - 1, -value]
                else:
                    places = range(len(value)) if len(value) < 2000 else range(0, len(value), 97)
                    bits = [1, 32] if len(value) < 200 else [1]
                    changes = [value[:p] + chr(ord(value[p]) ^ bit) + value[p + 1 :] for p in places for bit in bits]
                for change in changes:
                    other = part._replace(**{field: change})
                    pair = (other, payload) if part is entry else (entry, other)
                    told = found([*read[:n], pair, *read[n + 1 :]])
                    assert told, (n, field, change)
                    assert any(one.seq in {entry.seq, entry.seq + 1, 0} for one in told) or field == "seq"
                    count += 1
    assert count > 5000


def test_every_byte_of_the_payloads_counts(five):
    with five.reading() as connection:
        read = list(entries(connection))
    for entry, payload in read:
        for p in range(len(payload.content)):
            verifier = Verifier(five.key.public)
            other = payload.content[:p] + chr(ord(payload.content[p]) ^ 1) + payload.content[p + 1 :]
            verifier.take(entry, payload._replace(content=other))
            assert any("its record is not the one" in one.says for one in verifier.verify().faults), (entry.seq, p)


def _faults_of(record, some):
    verifier = Verifier(record.key.public)
    for one, also in some:
        verifier.take(one, also)
    return set(verifier.verify().faults)


def test_a_thousand_bytes_of_a_log_of_a_thousand_records_changed_at_random_are_named(tmp_path):
    data = new_folder(tmp_path)
    record = open_record(data)
    nina = somebody(record)
    with record.changing() as connection:
        for n in range(1000):
            append_record(
                connection, record.key, record.stamp(nina.id), RecordKind.SIGNED, None, {"n": n, "why": "words " * 9}
            )
    with record.reading() as connection:
        read = list(entries(connection))
    drawn = random.Random(7)
    for _ in range(1000):
        n = drawn.randrange(len(read))
        entry, payload = read[n]
        part = drawn.choice((entry, payload))
        field = drawn.choice([name for name in part._fields if isinstance(getattr(part, name), str)])
        value = getattr(part, field)
        p = drawn.randrange(len(value))
        other = part._replace(**{field: value[:p] + chr(ord(value[p]) ^ (1 << drawn.randrange(6))) + value[p + 1 :]})
        changed_pair = (other, payload) if part is entry else (entry, other)
        # What a changed entry does reaches the one that follows it, and no further.
        near = [*read[max(0, n - 1) : n], changed_pair, *read[n + 1 : n + 2]]
        assert _faults_of(record, near) - _faults_of(record, read[max(0, n - 1) : n + 2]), (n, field)
    record.close()


def test_a_record_taken_out_is_named(five):
    changed(five, "DELETE FROM log_payloads WHERE seq = 3")
    assert [one.says for one in faults(five)] == ["its record is missing, and no purge says so"]
    changed(five, "DELETE FROM log_entries WHERE seq = 3")
    assert [one.says for one in faults(five)] == ["entry 3 is missing", "it does not follow the entry before it"]


def test_two_records_that_changed_places_are_named(five):
    changed(five, "UPDATE log_entries SET seq = -4 WHERE seq = 4")
    changed(five, "UPDATE log_entries SET seq = 4 WHERE seq = 3")
    changed(five, "UPDATE log_entries SET seq = 3 WHERE seq = -4")
    told = {one.says for one in faults(five)}
    assert "its number or case is not the one that was hashed" in told
    assert "it does not follow the entry before it" in told


def test_a_tail_that_was_cut_shows_against_the_head_that_was_kept(five):
    kept = head(five)
    changed(five, "DELETE FROM log_payloads WHERE seq > 3")
    changed(five, "DELETE FROM log_entries WHERE seq > 3")
    assert faults(five) == ()
    [told] = faults(five, kept)
    assert told.says == "the kept head names entry 5, and the log ends with 3: its end was cut"


def test_a_log_written_anew_shows_against_the_head_that_was_kept(five, tmp_path):
    kept = head(five)
    # With another key, as who has not ours must.
    other = tmp_path / "other"
    other.mkdir(mode=0o700)
    anew = open_record(other)
    logged(anew)
    assert faults(anew) == ()
    told = [one.says for one in faults(anew, kept)]
    assert told[0] == "the log has another key than a head that was kept: it was written anew"
    anew.close()
    # With our key, as who took it can: each entry is in order, and it is another log.
    third = tmp_path / "third"
    shutil.copytree(five.engine.url.database.rpartition("/")[0], third)
    (third / "record.sqlite").unlink()
    for left in third.glob("record.sqlite-*"):
        left.unlink()
    taken = open_record(third)
    logged(taken)
    assert faults(taken) == ()
    assert any("written anew" in one.says for one in faults(taken, kept))
    taken.close()


def test_a_purge_that_was_imitated_is_named(five, tmp_path):
    forger = log_key(tmp_path / "forged.pem", is_new=True)
    with five.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM log_payloads WHERE seq = 2")
        append_record(connection, forger, five.stamp("somebody"), RecordKind.PURGED, None, None, purged=(2,))
    assert [(one.seq, one.says) for one in faults(five)] == [(6, "its signature is not that of the log's key")]


def test_a_real_purge_leaves_the_chain_whole_and_says_who_and_when(record):
    nina, _, ids = logged(record)
    kept = head(record)
    with record.changing() as connection:
        gone = purge(connection, record.key, record.stamp(nina.id), tuple(ids[:2]))
    assert gone.records == (1, 2)
    with record.reading() as connection:
        found = verification_of_log(connection, record.key.public, (kept,))
        assert [one.content is None for one in records(connection)][:3] == [True, True, False]
    assert found.faults == ()
    assert len(found.purged) == 2
    assert found.purged[0].by == nina.id


def test_a_purged_record_that_comes_back_from_a_backup_is_named(record):
    nina, _, ids = logged(record, 1)
    with record.reading() as connection:
        [(_, payload)] = entries(connection)
    with record.changing() as connection:
        purge(connection, record.key, record.stamp(nina.id), tuple(ids))
        connection.execute(log_payloads.insert().values(seq=1, **payload._asdict()))
    assert "is here again" in faults(record)[0].says


def test_a_second_head_of_the_same_number_hides_nothing(five, tmp_path):
    kept = head(five)
    other = tmp_path / "other"
    shutil.copytree(five.engine.url.database.rpartition("/")[0], other)
    (other / "record.sqlite").unlink()
    for left in other.glob("record.sqlite-*"):
        left.unlink()
    anew = open_record(other)
    logged(anew)
    assert any("written anew" in one.says for one in faults(anew, kept, head(anew)))
    assert any("written anew" in one.says for one in faults(anew, head(anew), kept))
    anew.close()


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("log_entries", "hash", b"\xff\xfe"),
        ("log_entries", "body", b'{"purged": [[1]]}'),
        ("log_entries", "body", '{"purged": [[1], {}], "kind": 1}'),
        ("log_entries", "signature", 17),
        ("log_entries", "subject", b"\x80"),
        ("log_payloads", "content", b"\x80abc"),
        ("log_payloads", "salt", 5),
    ],
)
def test_what_is_no_text_is_named_and_not_printed(five, capsys, table, column, value):
    changed(five, f"UPDATE {table} SET {column} = ? WHERE seq = 3", value)
    data = Path(five.engine.url.database).parent
    assert command("log", "verify", "--data", data) == 5
    told = capsys.readouterr()
    assert "entry 3: " in told.out
    assert "abc" not in told.out + told.err
    assert command("store", "check", "--data", data) == 5


def test_a_record_that_is_not_there_is_no_whole_one(tmp_path, capsys):
    for words in (("log", "verify"), ("log", "replay"), ("store", "check"), ("store", "backup", tmp_path / "b")):
        assert command(*words, "--data", tmp_path / "typo") == 1
        assert "there is no record in" in capsys.readouterr().err
    assert not (tmp_path / "typo").exists()


def test_a_log_keeps_its_key(tmp_path, capsys):
    data = logged_folder(tmp_path, 1)
    (data / "log-key.pem").rename(tmp_path / "kept.pem")
    assert command("log", "head", "--data", data) == 1
    assert "the key of the log is missing" in capsys.readouterr().err
    assert not (data / "log-key.pem").exists()
    log_key(data / "log-key.pem", is_new=True)
    assert command("log", "head", "--data", data) == 1
    assert "not the key that the log was signed with" in capsys.readouterr().err


def test_a_head_file_without_a_head_is_refused(five, tmp_path, capsys):
    (tmp_path / "empty").write_text("", encoding="utf-8")
    data = Path(five.engine.url.database).parent
    assert command("log", "verify", "--data", data, "--head", tmp_path / "empty") == 1
    assert "no head is in it" in capsys.readouterr().err
    assert command("log", "head", "--data", data, "--out", tmp_path / "kept") == 0
    given = ["--head", tmp_path / "kept", "--head", tmp_path / "empty"]
    assert command("log", "verify", "--data", data, *given) == 1
    assert "empty: no head is in it" in capsys.readouterr().err


def test_a_decision_that_was_changed_beside_the_log_is_named(tmp_path, capsys):
    data = new_folder(tmp_path)
    record = open_record(data)
    paula = somebody(record, "paula", "physician")
    release, id_ = released(record, paula), kept_case(record, paula)
    decided = [Decided("1", Outcome.DENIED, "own words")]
    step(record, paula, id_, release, Step.SIGN, decided=decided, as_physician=True)
    changed(record, "UPDATE outcomes SET outcome = 'approved'")
    assert command("store", "check", "--data", data) == 5
    assert "what was decided is not what entry 1 says" in capsys.readouterr().out
    changed(record, "UPDATE outcomes SET outcome = 'denied'")
    changed(record, "UPDATE statements SET body = '7' WHERE fact = 'request.visits' OR position = 0")
    assert command("store", "check", "--data", data) == 5
    assert "version 1 is not as it stood when entry 1 was made" in capsys.readouterr().out
    changed(record, "UPDATE cases SET state = 'draft'")
    command("store", "check", "--data", data)
    assert "it is draft, and entry 1 says otherwise" in capsys.readouterr().out
    record.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE outcomes SET outcome = 'granted'",
        "UPDATE cases SET state = 'gone'",
        "DELETE FROM case_versions",
        "UPDATE cases SET version = 1",
        "UPDATE statements SET body = '{'",
        "UPDATE statements SET body = x'ff'",
    ],
)
def test_a_case_that_was_changed_beside_the_log_is_named_and_the_rest_looked_at(tmp_path, capsys, statement):
    data = new_folder(tmp_path)
    record = open_record(data)
    paula = somebody(record, "paula", "physician")
    release, id_ = released(record, paula), kept_case(record, paula)
    decided = [Decided("1", Outcome.DENIED, "own words")]
    step(record, paula, id_, release, Step.SIGN, decided=decided, as_physician=True)
    changed(record, "DROP TRIGGER log_payloads_no_update")
    changed(record, "UPDATE log_payloads SET content = replace(content, 'own', 'new')")
    changed(record, statement)
    assert command("store", "check", "--data", data) == 5
    told = capsys.readouterr().out
    assert "case CM14-0017506: " in told
    assert "entry 1: its record is not the one that was logged" in told
    record.close()


def test_of_a_heads_file_a_line_that_was_cut_off_is_named_and_the_others_count(five, tmp_path, capsys):
    heads = tmp_path / "heads"
    heads.write_text(head_text(head(five)) + head_text(head(five))[:50], encoding="utf-8")
    data = Path(five.engine.url.database).parent
    assert command("log", "verify", "--data", data, "--head", heads) == 5
    assert "heads:2: " in capsys.readouterr().out
    changed(five, "DELETE FROM log_payloads WHERE seq > 3")
    changed(five, "DELETE FROM log_entries WHERE seq > 3")
    assert command("log", "verify", "--data", data, "--head", heads) == 5
    assert "its end was cut" in capsys.readouterr().out


def test_a_key_that_was_cut_off_while_it_was_made_is_not_there(tmp_path, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("mtus_engine.store.keys.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        log_key(tmp_path / "log-key.pem", is_new=True)
    monkeypatch.undo()
    assert not (tmp_path / "log-key.pem").exists()
    made = log_key(tmp_path / "log-key.pem", is_new=True)
    assert log_key(tmp_path / "log-key.pem", is_new=False).public == made.public


def test_a_purge_looks_at_its_files_before_it_begins(tmp_path, capsys, monkeypatch):
    data = logged_folder(tmp_path, 1)
    (tmp_path / "letter.txt").write_text("a letter", encoding="utf-8")
    purging = ("store", "purge", "--older-than", "0d", "--by", "rita", "--yes", "--data", data)
    assert command(*purging, "--in", tmp_path / "nowhere") == 2
    assert command(*purging, "--in", tmp_path / "letter.txt") == 1
    told = capsys.readouterr().err
    assert "nothing was taken away" in told
    assert "letter.txt is no backup" in told
    assert command("log", "verify", "--data", data) == 0
    assert "1 record, 0 purged" in capsys.readouterr().out


def test_an_export_is_for_its_owner_alone_and_never_over_another(tmp_path, capsys):
    data = logged_folder(tmp_path, 1)
    for name in ("log.ndjson", "log.parquet"):
        assert command("log", "export", "--data", data, "--out", tmp_path / name) == 0
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
        assert command("log", "export", "--data", data, "--out", tmp_path / name) == 1
    assert "is there already" in capsys.readouterr().err


def test_a_record_of_another_jurisdiction_is_determined_again_under_it(record, tmp_path):
    nina = somebody(record)
    both = (RULES, ROOT / "packs" / "washington-lni")
    with record.changing() as connection:
        release = keep_release(connection, record.stamp(nina.id), both)
    document = case_document()
    for item in document["items"]:
        # Grounds name criteria of California.
        item.pop("reviewer")
    id_ = kept_case(record, nina, document)
    checker = Checker(load_rules(both, "washington"))
    with record.changing() as connection:
        found = stored_case(connection, id_)
        items = determined_items(checker, found.document)
        determined = Determined(found, [], items, release.digest, "washington")
        take_step(connection, record.key, record.stamp(nina.id), nina, Step.REFER, determined, why="w")
    with record.reading() as connection:
        [again] = Replayer(connection, tmp_path, CheckOptions()).replay()
    assert again.same, again.moved


def test_a_head_is_a_line_that_says_what_it_signs():
    with pytest.raises(ValueError, match="no head of a log"):
        head_of_text("{}")
    with pytest.raises(ValueError, match="was not signed"):
        head_of_text(head_text(LogHead(1, "0" * 64, "0" * 64, "0" * 128)))


def test_every_record_comes_out_again_to_the_byte(record, tmp_path):
    logged(record)
    with record.reading() as connection:
        again = list(Replayer(connection, tmp_path, CheckOptions()).replay())
    assert [(one.seq, one.same) for one in again] == [(n, True) for n in range(1, 6)]


def test_a_criterion_that_moved_is_named(record, tmp_path):
    nina, release, ids = logged(record, 1)
    with record.changing() as connection:
        [one] = records(connection)
        content = json.loads(json.dumps(one.content))
        item = content["determination"][0]
        item["criteria"][0]["status"] = "met" if item["criteria"][0]["status"] != "met" else "not_met"
        content["determination"][0]["finding"] = "meets"
        append_record(
            connection, record.key, record.stamp(nina.id), RecordKind.SIGNED, ids[0], content, release=release.digest
        )
    with record.reading() as connection:
        _, moved = Replayer(connection, tmp_path, CheckOptions()).replay()
    assert not moved.same
    assert moved.moved[0].startswith("item 1: finding meets → ")
    assert any(item["criteria"][0]["id"] in line for line in moved.moved)


@pytest.mark.parametrize(
    ("seed", "zone", "locale"),
    [("0", "UTC", "C"), ("1", "Asia/Kathmandu", "C.UTF-8"), ("2", "America/St_Johns", "POSIX")],
)
def test_a_record_replays_under_any_hash_seed_zone_and_locale(tmp_path, seed, zone, locale):
    data = logged_folder(tmp_path, 2)
    environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale}
    command = [sys.executable, "-m", "mtus_engine.cli.main", "log", "replay", "--data", str(data)]
    run = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout == "2 of 2 records came out as they were logged, to the byte\n"


def command(*arguments, typed=None, monkeypatch=None):
    if typed is not None:
        import io

        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    return main([str(one) for one in arguments])


def test_the_log_is_verified_exported_and_purged_by_commands(tmp_path, capsys, monkeypatch):
    data = logged_folder(tmp_path, 3)
    kept, out = tmp_path / "heads.jsonl", tmp_path / "log.ndjson"
    assert command("log", "head", "--data", data, "--out", kept) == 0
    assert command("log", "verify", "--data", data, "--head", kept) == 0
    assert capsys.readouterr().out == "whole: 3 entries, 3 records, 0 purged\n"
    assert command("log", "export", "--data", data, "--out", out) == 0
    assert command("log", "export", "--data", data, "--out", tmp_path / "log.parquet") == 0
    assert command("store", "backup", "--data", data, tmp_path / "b.sqlite") == 0
    add = ("people", "add", "rita", "--role", "retention", "--data", data)
    assert command(*add, typed=f"{PASSWORD}\n", monkeypatch=monkeypatch) == 0
    copies = ("--in", tmp_path / "b.sqlite", "--in", out, "--in", tmp_path / "log.parquet")
    purging = ("store", "purge", "--older-than", "0d", "--by", "rita", "--yes", "--data", data, *copies)
    assert command(*purging, typed="wrong\n", monkeypatch=monkeypatch) == 1
    assert command(*purging, typed=f"{PASSWORD}\n", monkeypatch=monkeypatch) == 0
    told = capsys.readouterr().err
    assert "3 cases and 3 records of the log taken away" in told
    assert out.read_text(encoding="utf-8") == ""
    assert pq.read_table(tmp_path / "log.parquet").num_rows == 0
    for file in (data / "record.sqlite", tmp_path / "b.sqlite"):
        # What the cases said is in no byte of the file any more.
        assert b"home exercise kit" not in file.read_bytes()
    assert command("log", "verify", "--data", data, "--head", kept) == 0
    told = capsys.readouterr().out
    assert "purged 20" in told
    assert "by rita" in told
    assert command("store", "check", "--data", data) == 0


def test_who_has_not_the_role_takes_nothing_away(tmp_path, capsys, monkeypatch):
    data = logged_folder(tmp_path, 1)
    purging = ("store", "purge", "--older-than", "0d", "--by", "nina", "--yes", "--data", data)
    assert command(*purging, typed=f"{PASSWORD}\n", monkeypatch=monkeypatch) == 1
    assert "may not take cases away" in capsys.readouterr().err


def test_a_fault_is_told_with_its_entry_and_exit_code(five, capsys):
    changed(five, "UPDATE log_entries SET body = replace(body, 'nina', 'mina') WHERE seq = 2")
    changed(five, "UPDATE log_payloads SET content = replace(content, 'are not met', 'are met') WHERE seq = 4")
    data = Path(five.engine.url.database).parent
    assert command("log", "verify", "--data", data) == 5
    assert "entry 4: its record is not the one that was logged: it was changed" in capsys.readouterr().out
    assert command("store", "check", "--data", data) == 5
