"""How a server is set up: where it listens, how it is reached, who vouches for people, how much it takes."""

from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple

from mtus_engine.loader.packs import Sources

MEGABYTE = 1024 * 1024


class NotSafe(Exception):
    """A set-up that would let in more than it should; says what is missing."""


class Oidc(NamedTuple):
    """A provider of identities (OpenID Connect) and what it knows this server by."""

    issuer: str
    client: str
    secret: str


class Limits(NamedTuple):
    """How much is taken: bytes of a body and of one with documents, seconds for it to come, requests of one caller.

    burst requests may come at once, and rate of them a second on the long run; sign_ins are those of one address in a
    minute.
    """

    body: int = 8 * MEGABYTE
    documents: int = 100 * MEGABYTE
    seconds: float = 30.0
    burst: int = 200
    rate: float = 50.0
    sign_ins: int = 10


class Settings(NamedTuple):
    """How a server is set up; proxy is the address of one that speaks TLS for it, site how people reach it.

    heads is a file to which the signed end of the log is added with each record.
    """

    data: Path
    database: str | None
    rules: Sources
    jurisdiction: str | None
    host: str = "127.0.0.1"
    port: int = 8765
    certificate: Path | None = None
    private_key: Path | None = None
    proxy: str | None = None
    site: str | None = None
    oidc: Oidc | None = None
    limits: Limits = Limits()
    workers: int = 2
    heads: Path | None = None

    @property
    def is_local(self) -> bool:
        """Whether nobody but programs of this machine can reach it."""
        return is_loopback(self.host) and self.proxy is None and self.site is None

    @property
    def is_secure(self) -> bool:
        """Whether what goes over the network is encrypted, here or by the proxy."""
        return self.certificate is not None or self.proxy is not None


def is_loopback(host: str) -> bool:
    """Return whether a name or address is that of this machine alone."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def refuse_unsafe(settings: Settings, people: int) -> None:
    """Raise NotSafe where others could reach a server that does not encrypt, or that nobody can sign in to."""
    if (settings.certificate is None) != (settings.private_key is None):
        raise NotSafe("a certificate and its key go together: --certificate FILE --private-key FILE")
    if settings.is_local:
        return
    if not settings.is_secure:
        raise NotSafe(
            f"{settings.host} can be reached from other machines: name a certificate (--certificate FILE"
            " --private-key FILE), or the address of a proxy that encrypts (--behind-proxy ADDRESS)"
        )
    if settings.site is None:
        raise NotSafe("say under which name people reach it: --site review.example.org")
    if not people and settings.oidc is None:
        raise NotSafe("nobody can sign in yet: mtus people add LOGIN --role administrator, or --oidc-issuer URL")
