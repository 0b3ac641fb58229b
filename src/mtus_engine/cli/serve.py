"""mtus serve: the record behind a door, for programs and browsers."""

import os
import secrets
import sys
import threading
import webbrowser
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from mtus_engine.cli.loaded import jurisdiction_named, rule_sources
from mtus_engine.cli.options import count
from mtus_engine.cli.record import add_record, data_folder, database_named, with_store

if TYPE_CHECKING:
    from argparse import _SubParsersAction

    from mtus_engine.serve.office import Office
    from mtus_engine.serve.settings import Settings

# Where the secret that the provider of identities knows this server by is read from.
OIDC_SECRET = "MTUS_OIDC_SECRET"  # noqa: S105 - the name of a variable, not what it holds
# Seconds after which the rules are warmed.
_WARM_AFTER = 2.0
# Connections at once.
_MOST_CONNECTIONS = 500


def add(commands: "_SubParsersAction[ArgumentParser]", rules: ArgumentParser) -> None:
    """Add the serve command."""
    command = commands.add_parser("serve", parents=[rules])
    add_record(command)
    command.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: this machine alone)")
    command.add_argument("--port", type=port_number, default=8765, help="default: 8765; 0 for any that is free")
    command.add_argument("--certificate", type=Path, metavar="FILE", help="its own certificate, with those above it")
    command.add_argument("--private-key", type=Path, metavar="FILE", help="the key of the certificate")
    command.add_argument("--behind-proxy", metavar="ADDRESS", help="a proxy that encrypts, from which requests come")
    command.add_argument("--site", metavar="NAME", help="the name under which people reach it")
    command.add_argument("--oidc-issuer", metavar="URL", help=f"who vouches for people; its secret: ${OIDC_SECRET}")
    command.add_argument("--oidc-client", metavar="ID", help="by which the provider knows this server")
    command.add_argument("--workers", type=count, default=2, metavar="N", help="pieces of long work at once (2)")
    command.add_argument(
        "--heads", type=Path, metavar="FILE", help="add the signed end of the log there at each record"
    )
    command.add_argument("--open", action="store_true", help="open the address in a browser")
    command.set_defaults(run=with_store(_serve))


def port_number(text: str) -> int:
    """Return the number of a port; argparse shows what is wrong with another text."""
    if not (text.isascii() and text.isdecimal()) or len(text) > 5 or int(text) > 65_535:
        raise ArgumentTypeError(f"{text} is no port: write a number from 0 to 65535")
    return int(text)


def _serve(options: Namespace) -> int:
    from mtus_engine.serve.office import Office  # noqa: PLC0415 - the one door of the optional extra
    from mtus_engine.serve.settings import NotSafe, refuse_unsafe  # noqa: PLC0415
    from mtus_engine.store.people import listed  # noqa: PLC0415
    from mtus_engine.store.record import open_record  # noqa: PLC0415

    settings = _settings(options)
    if isinstance(settings, str):
        sys.stderr.write(f"{settings}\n")
        return 2
    record = open_record(settings.data, settings.database)
    with record.reading() as connection:
        people = sum(one.is_active and one.id != "local" for one in listed(connection))
    try:
        refuse_unsafe(settings, people)
    except NotSafe as refused:
        sys.stderr.write(f"{refused}\n")
        return 2
    return _run(Office(record, settings), settings, options)


def _settings(options: Namespace) -> "Settings | str":
    """Return how the server is set up, or what is missing."""
    from mtus_engine.serve.settings import Oidc, Settings  # noqa: PLC0415 - the one door of the optional extra

    oidc: Oidc | None = None
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
    )


def _run(office: "Office", settings: "Settings", options: Namespace) -> int:
    import uvicorn  # noqa: PLC0415 - behind the door of the extra

    from mtus_engine.serve.app import app_of  # noqa: PLC0415
    from mtus_engine.serve.listening import bound_socket  # noqa: PLC0415
    from mtus_engine.serve.logs import configure_logs  # noqa: PLC0415
    from mtus_engine.store.migrate import may_change_chain  # noqa: PLC0415

    configure_logs()
    with office.reading() as connection:
        if may_change_chain(connection):
            sys.stderr.write(
                "this role of PostgreSQL may change the log: give the server one that may only add to it\n"
            )
    token = secrets.token_urlsafe(32) if settings.is_local else None
    try:
        bound = bound_socket(settings.host, settings.port)
    except OSError as error:
        sys.stderr.write(f"port {settings.port} of {settings.host}: {error.strerror}. Name another after --port\n")
        return 1
    config = uvicorn.Config(
        app_of(office, token),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        ssl_certfile=settings.certificate,
        ssl_keyfile=settings.private_key,
        # Who is asking through a proxy is read by our own layer, which lets in nobody else.
        proxy_headers=False,
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_graceful_shutdown=10,
    )
    server = uvicorn.Server(config)
    port = bound.getsockname()[1]
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    scheme = "https" if settings.is_secure else "http"
    address = f"{scheme}://{settings.site or f'{host}:{port}'}/" + ("" if token is None else f"?token={token}")
    sys.stderr.write(f"{address}\nCtrl-C stops the server\n")
    sys.stderr.flush()
    if options.open:
        webbrowser.open(address)
    # The first answer goes before.
    warming = threading.Timer(_WARM_AFTER, office.warm)
    warming.daemon = True
    warming.start()
    server.run(sockets=[bound])
    office.record.close()
    return 0
