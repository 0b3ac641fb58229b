"""mtus serve: a server that lets programs and browsers work with the record."""

from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import TYPE_CHECKING

from mtus_engine.cli.options import count
from mtus_engine.cli.record import add_record, command_of_extra

if TYPE_CHECKING:
    from argparse import _SubParsersAction

# The environment variable with the secret by which the provider of identities knows this server.
OIDC_SECRET = "MTUS_OIDC_SECRET"  # noqa: S105 - the name of a variable, not what it holds


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
    command.add_argument(
        "--samples",
        action="store_true",
        help="begin with samples, which can be thrown away, and open them in a browser",
    )
    command.add_argument(
        "--words", type=Path, metavar="FILE", help="the words of the pages in another language (docs/desk.md)"
    )
    command.set_defaults(run=command_of_extra("serve_run", "run_serve"))


def port_number(text: str) -> int:
    """Return the number of a port; argparse shows what is wrong with another text."""
    if not (text.isascii() and text.isdecimal()) or len(text) > 5 or int(text) > 65_535:
        raise ArgumentTypeError(f"{text} is no port: write a number from 0 to 65535")
    return int(text)
