"""What mtus serve does, with the serve extra installed: sets the server up, prints its address, runs it."""

import os
import sys
import threading
import webbrowser
from argparse import Namespace

import uvicorn

from mtus_engine.cli.loaded import jurisdiction_named, rule_sources
from mtus_engine.cli.record import data_folder, database_named
from mtus_engine.cli.serve import OIDC_SECRET
from mtus_engine.loader.long_lived import keep_long
from mtus_engine.serve.app import app_of
from mtus_engine.serve.desk.samples import open_samples
from mtus_engine.serve.listening import bound_socket
from mtus_engine.serve.logs import configure_logs
from mtus_engine.serve.office import LOCAL, Office
from mtus_engine.serve.settings import NotSafe, Oidc, Settings, refuse_unsafe
from mtus_engine.store.local_token import local_token
from mtus_engine.store.migrate import may_change_chain
from mtus_engine.store.people import all_people
from mtus_engine.store.record import open_record

# Seconds from the start until the rules are warmed up (Office.warm).
_WARM_AFTER = 2.0
# The most connections at once.
_MOST_CONNECTIONS = 500


def run_serve(options: Namespace) -> int:
    """Serve the record until somebody stops it."""
    settings = _settings(options)
    if isinstance(settings, str):
        sys.stderr.write(f"{settings}\n")
        return 2
    record = open_record(settings.data, settings.database)
    with record.reading() as connection:
        people = sum(one.is_active and one.id != LOCAL for one in all_people(connection))
    try:
        refuse_unsafe(settings, people)
    except NotSafe as refused:
        sys.stderr.write(f"{refused}\n")
        return 2
    return _run(Office(record, settings), settings, options)


def _settings(options: Namespace) -> Settings | str:
    """Return how the server is set up, or what is missing."""
    oidc: Oidc | None = None
    if options.samples and (options.site is not None or options.behind_proxy is not None):
        return "--samples are for a server that only this machine reaches"
    if (options.oidc_issuer is None) != (options.oidc_client is None):
        return "--oidc-issuer and --oidc-client go together"
    if options.oidc_issuer is not None:
        if not (secret := os.environ.get(OIDC_SECRET)):
            return f"the secret of the provider is read from the environment: set {OIDC_SECRET}"
        oidc = Oidc(options.oidc_issuer, options.oidc_client, secret)
    return Settings(
        data_folder(options),
        database_named(options),
        rule_sources(options),
        jurisdiction_named(options),
        options.host,
        options.port,
        options.certificate,
        options.private_key,
        options.behind_proxy,
        options.site,
        oidc,
        workers=options.workers,
        heads=options.heads,
        words=options.words,
    )


def _run(office: Office, settings: Settings, options: Namespace) -> int:
    configure_logs()
    with office.reading() as connection:
        if may_change_chain(connection):
            sys.stderr.write(
                "this role of PostgreSQL may change the log: give the server one that may only add to it\n"
            )
    token = local_token(settings.data) if settings.is_local else None
    try:
        bound = bound_socket(settings.host, settings.port)
    except OSError as error:
        sys.stderr.write(f"port {settings.port} of {settings.host}: {error.strerror}. Name another after --port\n")
        return 1
    app = app_of(office, token)
    if options.samples:
        sys.stderr.write("reading the samples\n")
        open_samples(office, app.state.desk)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        ssl_certfile=settings.certificate,
        ssl_keyfile=settings.private_key,
        # Our own layer (Around) reads who asks through a proxy, and refuses all others where there is one.
        proxy_headers=False,
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_graceful_shutdown=10,
    )
    keep_long()
    server = uvicorn.Server(config)
    port = bound.getsockname()[1]
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    scheme = "https" if settings.is_secure else "http"
    address = f"{scheme}://{settings.site or f'{host}:{port}'}/" + ("" if token is None else f"?token={token}")
    sys.stderr.write(f"{address}\nCtrl-C stops the server\n")
    sys.stderr.flush()
    if options.open or options.samples:
        webbrowser.open(address)
    # Warming up waits a little, so that it does not delay the first answer.
    warming = threading.Timer(_WARM_AFTER, office.warm)
    warming.daemon = True
    warming.start()
    server.run(sockets=[bound])
    office.record.close()
    return 0
