"""mtus people: who may sign in to the server, and what they may do there."""

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from mtus_engine.cli.options import usage_of
from mtus_engine.cli.record import add_record, command_of_extra
from mtus_engine.store.roles import Role

if TYPE_CHECKING:
    from argparse import _SubParsersAction

ROLES = tuple(role.value for role in Role)


def add(commands: "_SubParsersAction[ArgumentParser]", _: ArgumentParser) -> None:
    """Add the people command with its own commands."""
    group = commands.add_parser("people")
    group.set_defaults(run=usage_of(group))
    verbs = group.add_subparsers(title="commands", metavar="COMMAND")
    listed = verbs.add_parser("list", help="who may sign in, and what they are")
    listed.set_defaults(run=command_of_extra("people_run", "run_list"))
    added = verbs.add_parser("add", help="let somebody sign in; the password is asked, or read from standard input")
    added.add_argument("login", metavar="LOGIN")
    added.add_argument("--name", metavar="NAME", help="as it stands under a signature; default: LOGIN")
    added.add_argument("--issuer", metavar="URL", help="who vouches for them, instead of a password")
    added.add_argument("--subject", metavar="ID", help="who they are there")
    added.set_defaults(run=command_of_extra("people_run", "run_add"))
    changed = verbs.add_parser("change", help="change what somebody is, or their password, or whether they may sign in")
    changed.add_argument("login", metavar="LOGIN")
    changed.add_argument("--password", action="store_true", help="ask for a new password, and end their sessions")
    door = changed.add_mutually_exclusive_group()
    door.add_argument("--lock-out", action="store_true", help="let them in no longer, and end their sessions")
    door.add_argument("--let-in", action="store_true", help="let them in again")
    changed.set_defaults(run=command_of_extra("people_run", "run_change"))
    for verb in (added, changed):
        verb.add_argument("--role", action="append", default=[], choices=ROLES, help="what they are; several, each so")
    for verb in (listed, added, changed):
        add_record(verb)
