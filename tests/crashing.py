"""Writers that are killed in the middle of what they do; run as a program: DATA DATABASE SEQUENCES SEED.

Each sequence is a process of its own that writes a line to a pipe after each change that was acknowledged. The parent
kills it at a random moment, and then looks whether all that was acknowledged is there.
"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from sqlalchemy import text

from mtus_engine.store.cases import change_case, create_case, stored_case
from mtus_engine.store.checking import faults
from mtus_engine.store.decisions import Determined, take_step
from mtus_engine.store.documents import attach_document, documents_of, keep_content
from mtus_engine.store.log import entries, length
from mtus_engine.store.parts import Said
from mtus_engine.store.people import person_of_login
from mtus_engine.store.record import open_record
from mtus_engine.store.replay import determined_items
from mtus_engine.store.reviews import Step
from tests.records import case_document, released, shipped, somebody

ITEMS = determined_items(shipped(), case_document())
LONGEST = 0.25


def write(data, database, release, pipe, drawn, number):
    """Write until killed: make cases, change them, add documents, take steps; tell each that was acknowledged."""
    record = open_record(data, database)
    with record.reading() as connection:
        nina = person_of_login(connection, "nina")

    def told(*what):
        os.write(pipe, (json.dumps(what) + "\n").encode())

    count = 0
    while True:
        count += 1
        with record.changing() as connection:
            id_ = create_case(connection, record.stamp(nina.id), {**case_document(), "case": f"{number}-{count}"})
        told("case", id_)
        version = 1
        for _ in range(drawn.randrange(5)):
            if drawn.random() < 0.5:
                said = [Said("1", "request.visits", {"value": drawn.randrange(1, 40), "by": "provider"})]
                with record.changing() as connection:
                    version = change_case(connection, record.stamp(nina.id), id_, version, said=said, what="said")
            else:
                content = drawn.randbytes(drawn.randrange(100, 200_000))
                with record.changing() as connection:
                    digest = keep_content(connection, "application/pdf", content)
                    _, version = attach_document(connection, record.stamp(nina.id), id_, version, "f", digest)
                told("document", id_, digest)
            told("version", id_, version)
        with record.changing() as connection:
            found = Determined(
                stored_case(connection, id_), documents_of(connection, id_), ITEMS, release, "california"
            )
            taken = take_step(connection, record.key, record.stamp(nina.id), nina, Step.REFER, found, why="why")
        told("record", id_, taken.head.seq, taken.head.hash)
        told("version", id_, taken.version)


def killed(data, database, release, drawn, number):
    """Return what was acknowledged before the writer was killed."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        try:
            write(data, database, release, writing, random.Random(drawn.random()), number)
        finally:
            os._exit(1)
    os.close(writing)
    time.sleep(0.02 + drawn.random() * LONGEST)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(reading) as lines:
        return [json.loads(line) for line in lines if line.endswith("\n")]


def look(record, acknowledged):
    """Raise AssertionError where something that was acknowledged is not there, or anything is half written."""
    with record.reading() as connection:
        logged = {entry.seq: entry.hash for entry, _ in entries(connection)}
        for what, id_, *more in acknowledged:
            found = stored_case(connection, id_)
            match what:
                case "version":
                    assert found.row.version >= more[0]
                case "document":
                    assert more[0] in {one.digest for one in documents_of(connection, id_)}
                case "record":
                    assert logged[more[0]] == more[1]
        told = list(faults(connection, record.key.public))
        assert told == [], told
        # A state without its record, or a record without its state, would be half a step.
        wanted = text("SELECT count(*) FROM cases WHERE state = 'referred'")
        assert connection.execute(wanted).scalar_one() == length(connection)


def main():
    data, database, sequences, seed = Path(sys.argv[1]), sys.argv[2] or None, int(sys.argv[3]), int(sys.argv[4])
    drawn = random.Random(seed)
    record = open_record(data, database)
    release = released(record, somebody(record)).digest
    record.close()
    count = 0
    for number in range(sequences):
        acknowledged = killed(data, database, release, drawn, number)
        count += len(acknowledged)
        record = open_record(data, database)
        look(record, acknowledged)
        record.close()
    sys.stdout.write(f"{sequences} writers killed, {count} changes acknowledged, all there\n")


if __name__ == "__main__":
    main()
