"""Whatever happens to the machine: what was acknowledged is there, the chain verifies, nothing is half written."""

import os
import resource
import signal
import subprocess
import sys
import threading
import time

import pytest
from sqlalchemy.exc import DBAPIError

from mtus_engine.serve.client import Refusal
from mtus_engine.store.checking import faults
from mtus_engine.store.database import address_of, engine_of
from mtus_engine.store.documents import keep_content
from mtus_engine.store.migrate import migrate
from mtus_engine.store.record import open_record
from tests.conftest import ROOT
from tests.postgres import FOLDERS, Cluster
from tests.records import case_document, kept_case, released, somebody, step
from tests.servers import awaited, running

# What these guard is beside the main job: make test leaves them to make test-all.
pytestmark = pytest.mark.slow

SEQUENCES = 100


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_of_writers_killed_at_random_all_that_was_acknowledged_is_there(kind, tmp_path, request):
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    address = ""
    if kind == "postgresql":
        address = request.getfixturevalue("cluster").database()
        engine = engine_of(address_of(data, address))
        migrate(engine)
        engine.dispose()
    command = [sys.executable, "-m", "tests.crashing", str(data), address, str(SEQUENCES), "3"]
    run = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert run.returncode == 0, run.stderr[-3000:]
    acknowledged = int(run.stdout.split(", ")[1].split(" ")[0])
    assert acknowledged > SEQUENCES


def test_on_a_full_disk_a_change_is_refused_and_nothing_of_it_is_kept(tmp_path):
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    record = open_record(data)
    nina = somebody(record)
    release = released(record, nina)
    first = kept_case(record, nina)
    step(record, nina, first, release)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = max(file.stat().st_size for file in data.iterdir())
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100_000, hard))
    try:
        with pytest.raises(DBAPIError), record.changing() as connection:
            keep_content(connection, "text/plain", os.urandom(5_000_000))
        refused = 0
        for n in range(40):
            try:
                step(record, nina, kept_case(record, nina, {**case_document(), "case": f"more {n}"}), release)
            except DBAPIError:
                refused += 1
        assert refused
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    record.close()
    again = open_record(data)
    with again.reading() as connection:
        assert list(faults(connection, again.key.public)) == []
    step(again, nina, kept_case(again, nina, {**case_document(), "case": "room again"}), release)
    again.close()


def all_cases(client):
    """Return every case; a caller who has asked too often waits, and asks again."""
    while True:
        try:
            return list(client.cases())
        except Refusal as refusal:
            if refusal.problem.status != 429:
                raise
            time.sleep(1)


@pytest.mark.skipif(not FOLDERS, reason="PostgreSQL is not installed (tools/system-packages installs it)")
def test_a_postgresql_that_is_restarted_under_load_loses_nothing_that_was_acknowledged(tmp_path):
    cluster = Cluster(FOLDERS[-1])
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    address = cluster.database()
    engine = engine_of(address_of(data, address))
    migrate(engine)
    engine.dispose()
    acknowledged, refused, is_over = [], [], threading.Event()
    try:
        with running(data, "--database", address) as (site, token, _):
            clients = [awaited(site, token) for _ in range(4)]

            def write(n, client):
                count = 0
                while not is_over.is_set():
                    count += 1
                    name = f"case {n}-{count}"
                    while True:
                        try:
                            # Sent again with its key until it is answered: it is done once.
                            kept = client.create({**case_document(), "case": name}, key=name)
                        except Refusal as refusal:
                            refused.append(refusal.problem.status)
                            time.sleep(0.05)
                        else:
                            acknowledged.append((name, kept.id))
                            break

            threads = [threading.Thread(target=write, args=(n, client)) for n, client in enumerate(clients)]
            for thread in threads:
                thread.start()
            for how in ("fast", "immediate", "immediate"):
                time.sleep(1.5)
                cluster.stop(how)
                time.sleep(0.3)
                cluster.start()
            time.sleep(1.5)
            is_over.set()
            for thread in threads:
                thread.join()
            names = {one.name: one.id for one in all_cases(clients[0])}
            for client in clients:
                client._http.close()
        # A fast machine asks more often than the server lets one caller.
        assert 503 in refused
        assert set(refused) <= {503, 429}
        assert len(acknowledged) > 20
        assert len(names) == len({name for name, _ in acknowledged})
        assert all(names[name] == id_ for name, id_ in acknowledged)
        record = open_record(data, address)
        with record.reading() as connection:
            assert list(faults(connection, record.key.public)) == []
        record.close()
    finally:
        cluster.close()
