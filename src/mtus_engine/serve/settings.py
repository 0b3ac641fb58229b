"""How a server is set up: where it listens, how it is reached, who vouches for people, how much it takes."""

import re
import ssl
from ipaddress import IPv4Address, IPv6Address, ip_address
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
    """How a server is set up; proxy is the address of one that speaks TLS for it, site the name people reach it by.

    heads is a file to which the signed end of the log is added with each record; words is a file with the words of the
    pages in another language.
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
    words: Path | None = None

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


def address_of_text(text: str) -> IPv4Address | IPv6Address | None:
    """Return the IP address that text holds, one of IPv4 within IPv6 as IPv4; None for other text."""
    try:
        found = ip_address(text)
    except ValueError:
        return None
    within = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return within or found


def _refuse_unreadable(settings: Settings) -> None:
    """Raise NotSafe for a certificate, or a key of it, that cannot be used."""
    if settings.certificate is None or settings.private_key is None:
        return
    missing = [str(file) for file in (settings.certificate, settings.private_key) if not file.is_file()]
    if missing:
        raise NotSafe(f"there is no file {' and '.join(missing)}")
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(settings.certificate, settings.private_key)
    except OSError as error:
        raise NotSafe(f"certificate and key do not go together, or cannot be read: {error}") from None


def refuse_unsafe(settings: Settings, people: int) -> None:
    """Raise NotSafe where others could reach a server that does not encrypt, or that nobody can sign in to."""
    if (settings.certificate is None) != (settings.private_key is None):
        raise NotSafe("a certificate and its key go together: --certificate FILE --private-key FILE")
    _refuse_unreadable(settings)
    if settings.site is not None and not re.fullmatch(r"[A-Za-z0-9.-]+(:\d{1,5})?", settings.site):
        raise NotSafe(f"{settings.site} is no name of a site: write it as review.example.org, a port after a colon")
    if settings.proxy is not None and address_of_text(settings.proxy) is None:
        raise NotSafe(f"{settings.proxy} is no address of a proxy: write it as 10.0.0.1")
    if settings.heads is not None and not settings.heads.parent.is_dir():
        raise NotSafe(f"{settings.heads} cannot be written: there is no folder {settings.heads.parent}")
    if settings.heads is not None and settings.heads.is_dir():
        raise NotSafe(f"{settings.heads} is a folder: name a file for the heads")
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
