"""A server for the tests: the app itself, or the whole command in a process of its own."""

import os
import re
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import httpx2
import uvicorn
from starlette.testclient import TestClient

from mtus_engine.serve.app import app_of
from mtus_engine.serve.client import Client
from mtus_engine.serve.listening import bound_socket
from mtus_engine.serve.logs import configure_logs
from mtus_engine.serve.office import Office
from mtus_engine.serve.settings import Limits, Settings
from mtus_engine.store.passwords import password_hash
from mtus_engine.store.people import add_person
from mtus_engine.store.record import open_record
from tests.conftest import RULES

PASSWORD = "correct horse battery"
ROLES = ("nurse", "physician", "auditor", "policy", "administrator", "retention")
LIMITS = Limits(burst=1_000_000, sign_ins=1_000_000)
TOKEN = "local-token"
_HASH = password_hash(PASSWORD)


@contextmanager
def served(data, database=None, *, limits=LIMITS, roles=ROLES, **named):
    """Yield the app of a new record, with one person of each role, and a client of HTTP for it."""
    data.mkdir(mode=0o700, exist_ok=True)
    settings = Settings(data, database, RULES, None, limits=limits, **named)
    record = open_record(data, database)
    office = Office(record, settings)
    with record.changing() as connection:
        for role in roles:
            add_person(connection, role, role.title(), frozenset({role}), record.stamp("").at, password=_HASH)
    configure_logs()
    app = app_of(office, TOKEN)
    scheme, host = ("https", settings.site) if settings.is_secure else ("http", "127.0.0.1")
    with TestClient(app, f"{scheme}://{host}", raise_server_exceptions=False, client=("127.0.0.1", 5000)) as http:
        yield app, http
    record.close()


@contextmanager
def listening(app, port=0):
    """Yield the address of an app that listens on a port of this machine, in a thread; 0 is any that is free."""
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    socket = bound_socket("127.0.0.1", port)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{socket.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        socket.close()


def signed_in(http, role):
    """Return a client of the server that a person of a role is signed in to."""
    http.cookies.clear()
    client = Client(http)
    client.sign_in(role, PASSWORD)
    http.cookies.clear()
    return client


@contextmanager
def running(data, *arguments, program=(sys.executable, "-m", "mtus_engine.cli.main"), environment=None):
    """Yield the address and token of mtus serve in a process of its own, and the process."""
    port = () if "--port" in arguments else ("--port", "0")
    command = [*program, "serve", "--data", str(data), *port, *arguments]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment or os.environ)
    logged = threading.Thread(target=process.stderr.read)
    try:
        match, told = None, ""
        while match is None and (line := process.stderr.readline()):
            told += line
            match = re.match(r"(https?://[^/]+)/(?:\?token=(\S+))?", line)
        assert match, told
        # What is logged is read, or the server waits for room to write.
        logged.start()
        yield match[1], match[2], process
    finally:
        process.kill()
        process.wait()
        if logged.is_alive():
            logged.join()
        process.stderr.close()


def awaited(address, token, **named):
    """Return a client of a running server, once it answers."""
    http = httpx2.Client(base_url=address, timeout=60, **named)
    while True:
        try:
            http.get("/health")
        except httpx2.TransportError:
            time.sleep(0.05)
        else:
            return Client(http, token)
