"""The server: its start, twenty people at once beside the bare Checker, and the log appended to and verified.

python -m benchmarks.serve [--seconds 120] [--users 20] [--entries 10000 100000]
"""

import argparse
import itertools
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import httpx2

from mtus_engine.api import Checker, case_of_json, load_rules, shipped_rules
from mtus_engine.loader.plain_json import json_of_plain
from mtus_engine.loader.yaml_tree import parse_leniently
from mtus_engine.report.outlines import item_outline
from mtus_engine.serve.client import Client, Refusal
from mtus_engine.serve.sent import StatementAdded
from mtus_engine.store.database import address_of, engine_of
from mtus_engine.store.log import RecordKind, append_record, verification_of_log
from mtus_engine.store.migrate import migrate
from mtus_engine.store.record import open_record
from tests.postgres import FOLDERS, Cluster
from tests.servers import awaited, running

CASES = Path("cases/imr")
# Seconds of thinking between two requests of one person.
THINKING = 2.0
START_RUNS = 5


def documents():
    files = sorted(CASES.glob("*.yaml"))
    return [json_of_plain(parse_leniently(f.name, f.read_bytes(), truths_as_words=True).plain) for f in files]


def new_folder():
    folder = Path(tempfile.mkdtemp(prefix="mtus-bench-"))
    folder.chmod(0o700)
    return folder


def start():
    """From the command to the first answered request on an empty data folder, beside mtus check of one case."""
    case = next(iter(sorted(CASES.glob("*.yaml"))))
    checks, serves = [], []
    for _ in range(START_RUNS):
        begun = time.perf_counter()
        command = [sys.executable, "-m", "mtus_engine.cli.main", "check", str(case)]
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        checks.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        with running(new_folder()) as (site, token, _), awaited(site, token) as client:
            client.me()
            serves.append(time.perf_counter() - begun)
    ratio = statistics.median(serves) / statistics.median(checks)
    print(
        f"start: serve to the first answer {statistics.median(serves):.2f} s, check {statistics.median(checks):.2f} s:"
    )
    print(f"  {ratio:.2f} times (at most 4)")


def memory_of(pid):
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) / 1024


def load(users, seconds):
    """Each person makes a case, then reads, changes and determines it, with time to think between requests."""
    given = documents()
    checker = Checker(load_rules(shipped_rules()))
    bare = []
    for document in given * 3:
        begun = time.perf_counter()
        [item_outline(one) for one in checker.check(case_of_json(document, checker.ruleset))]
        bare.append(time.perf_counter() - begun)
    times, errors, memory = [], [], []
    changes = itertools.count()
    kept = {}
    with running(new_folder()) as (site, token, process):
        awaited(site, token)._http.close()
        until = time.monotonic() + seconds

        def work(number):
            drawn = random.Random(number)
            client = Client(httpx2.Client(base_url=site, timeout=60), token)
            document = {**given[number % len(given)], "case": f"user {number}"}
            item = str(document["items"][0]["item"])
            with client:
                found = client.create(document)
                version, said = found.version, 0
                time.sleep(drawn.random() * THINKING)
                while time.monotonic() < until:
                    try:
                        client.case(found.id)
                        time.sleep(THINKING)
                        visits = {
                            "value": drawn.randrange(1, 40),
                            "by": "provider",
                            "note": f"changed by the benchmark {next(changes)}",
                        }
                        one = StatementAdded(item=item, fact="request.visits", statement=visits)
                        version = client.change(found.id, version, [one]).version
                        said += 1
                        time.sleep(THINKING)
                        begun = time.perf_counter()
                        client.determination(found.id)
                        times.append(time.perf_counter() - begun)
                        time.sleep(THINKING)
                    except (Refusal, httpx2.TransportError) as error:
                        errors.append(str(error))
                shown = client.case(found.id)
                mine = [
                    s
                    for s in shown.statements
                    if isinstance(s.statement, dict) and "by the benchmark" in str(s.statement.get("note"))
                ]
                kept[number] = len(mine) == said

        threads = [threading.Thread(target=work, args=(n,)) for n in range(users)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            time.sleep(5)
            memory.append(memory_of(process.pid))
        for thread in threads:
            thread.join()
    p95_bare = statistics.quantiles(bare, n=20)[-1] * 1000
    p95 = statistics.quantiles(times, n=20)[-1] * 1000
    print(f"load: {users} people for {seconds} s: {len(times)} determinations, {len(errors)} errors, ", end="")
    print(f"{sum(not whole for whole in kept.values())} people with a lost change")
    print(f"  determine with explanation: p50 {statistics.median(times) * 1000:.0f} ms, p95 {p95:.0f} ms; ", end="")
    print(f"bare Checker p95 {p95_bare:.0f} ms: {p95 - p95_bare:.0f} ms above it (at most 100)")
    print(f"  memory: {memory[len(memory) // 4]:.0f} MB after a quarter, {memory[-1]:.0f} MB at the end")


def log_of(kind, address, entries):
    data = new_folder()
    if address is not None:
        engine = engine_of(address_of(data, address))
        migrate(engine)
        engine.dispose()
    record = open_record(data, address)
    content = {"text": os.urandom(12_000).hex()}
    begun = time.perf_counter()
    for _ in range(300):
        with record.changing() as connection:
            append_record(connection, record.key, record.stamp("bench"), RecordKind.SIGNED, None, content)
    rate = 300 / (time.perf_counter() - begun)
    print(f"log on {kind}: {rate:.0f} appends a second, each acknowledged, of 24 kB")
    done = 300
    for wanted in entries:
        with record.changing() as connection:
            for _ in range(wanted - done):
                append_record(
                    connection, record.key, record.stamp("bench"), RecordKind.SIGNED, None, {"text": "x" * 500}
                )
        done = wanted
        begun = time.perf_counter()
        with record.reading() as connection:
            found = verification_of_log(connection, record.key.public)
        took = time.perf_counter() - begun
        assert not found.faults
        print(f"  verified {wanted:,} entries in {took:.1f} s; a million would take {took / wanted * 1e6:.0f} s")
    record.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--entries", type=int, nargs="*", default=[10_000, 100_000])
    options = parser.parse_args()
    start()
    load(options.users, options.seconds)
    log_of("SQLite", None, options.entries)
    if FOLDERS:
        cluster = Cluster(FOLDERS[-1])
        try:
            log_of("PostgreSQL", cluster.database(), options.entries)
        finally:
            cluster.close()
    else:
        print("PostgreSQL is not installed: its log was not measured")


if __name__ == "__main__":
    main()
