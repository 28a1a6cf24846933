"""The settings: environment variables `MAILLAGE_*`, read once, typed, and refused when not understood."""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from core.errors import Misconfigured

PREFIX = "MAILLAGE_"
WEAK_SECRETS = {"secret", "changeme", "change-me", "password", "maillage", "dev", "test"}
SHORTEST_SECRET = 32


@dataclass(frozen=True)
class OidcProvider:
    """One OpenID Connect provider people may sign in with, found by discovery from its issuer."""

    name: str
    label: str
    issuer: str
    client_id: str
    client_secret: str
    scope: str = "openid email profile"


@dataclass(frozen=True)
class Settings:
    """Everything that may differ between two installations. Durations are in seconds, sizes in bytes."""

    data_dir: Path
    database_url: str
    secret_key: str = field(repr=False)
    redis_url: str | None = None
    smtp_url: str | None = field(default=None, repr=False)
    base_url: str = "http://localhost:8000"
    mail_from: str = "Maillage <maillage@localhost>"
    host: str = "127.0.0.1"
    port: int = 8000
    timezone: str = "Europe/Brussels"
    locale: str = "fr"
    max_file_bytes: int = 25 * 1024 * 1024
    #: Each open page holds one for its live channel: see `notifications.live`.
    web_threads: int = 512
    worker_threads: int = 4
    log_format: str = "text"
    trusted_proxies: int = 0
    oidc: tuple[OidcProvider, ...] = ()

    @property
    def embedded(self) -> bool:
        """True when web, workers and clock share one process: there is no Redis to join several."""
        return self.redis_url is None

    @property
    def secure(self) -> bool:
        """True in production: the site is served over https."""
        return self.base_url.startswith("https://")

    @property
    def mail_domain(self) -> str:
        """The domain of our own addresses: right side of every Message-ID and List-Id."""
        address = self.mail_from.rsplit("<", 1)[-1].rstrip("> ")
        domain = address.rsplit("@", 1)[-1]
        return domain if "." in domain else (urlsplit(self.base_url).hostname or "localhost")

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings. Raises `Misconfigured` with a sentence naming the variable and how to mend it."""
    source = os.environ if environ is None else environ
    given = {k.removeprefix(PREFIX): v.strip() for k, v in source.items() if k.startswith(PREFIX)}
    _refuse_unknown(given)
    given = {name: value for name, value in given.items() if value}
    data_dir = Path(given.get("DATA_DIR", "var")).absolute()
    base_url = _base_url(given)
    return Settings(
        data_dir=data_dir,
        database_url=_database_url(given, data_dir),
        secret_key=_secret_key(given, data_dir, base_url),
        redis_url=_url(given, "REDIS_URL", ("redis", "rediss", "valkey", "valkeys", "unix")),
        smtp_url=_url(given, "SMTP_URL", ("smtp", "smtps")),
        base_url=base_url,
        mail_from=_mail_from(given, base_url),
        host=given.get("HOST", "127.0.0.1"),
        port=_number(given, "PORT", 8000, least=0, most=65535),
        timezone=_timezone(given),
        locale=_choice(given, "LOCALE", "fr", ("fr", "en")),
        max_file_bytes=_number(given, "MAX_FILE_MB", 25, least=1, most=2000) * 1024 * 1024,
        web_threads=_number(given, "WEB_THREADS", 512, least=4, most=5000),
        worker_threads=_number(given, "WORKER_THREADS", 4, least=1, most=64),
        log_format=_choice(given, "LOG_FORMAT", "text", ("text", "json")),
        trusted_proxies=_number(given, "TRUSTED_PROXIES", 0, least=0, most=5),
        oidc=_oidc(given),
    )


KNOWN = frozenset(
    [
        "DATA_DIR",
        "DATABASE_URL",
        "SECRET_KEY",
        "REDIS_URL",
        "SMTP_URL",
        "BASE_URL",
        "MAIL_FROM",
        "HOST",
        "PORT",
        "TIMEZONE",
        "LOCALE",
        "MAX_FILE_MB",
        "WEB_THREADS",
        "WORKER_THREADS",
        "LOG_FORMAT",
        "TRUSTED_PROXIES",
        "OIDC_PROVIDERS",
    ]
)


def _refuse_unknown(given: Mapping[str, str]) -> None:
    unknown = sorted(set(given) - KNOWN)
    if unknown:
        names = ", ".join(PREFIX + name for name in unknown)
        known = ", ".join(PREFIX + name for name in sorted(KNOWN))
        raise Misconfigured(f"Réglage inconnu : {names}. Les réglages connus sont : {known}.")


def _base_url(given: Mapping[str, str]) -> str:
    url = given.get("BASE_URL", f"http://localhost:{given.get('PORT', '8000')}").rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.path:
        raise Misconfigured(
            f"MAILLAGE_BASE_URL vaut « {url} » : donnez l’adresse complète du site, sans chemin, "
            "par exemple https://espace.exemple.be."
        )
    return url


def _database_url(given: Mapping[str, str], data_dir: Path) -> str:
    url = given.get("DATABASE_URL") or f"sqlite:///{data_dir}/maillage.sqlite3"
    if url.startswith(("postgres://", "postgresql://")):
        return "postgresql+psycopg://" + url.split("://", 1)[1]
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        scheme = url.split(":", 1)[0]
        raise Misconfigured(
            f"MAILLAGE_DATABASE_URL commence par « {scheme} » : Maillage connaît sqlite:/// et postgresql://."
        )
    return url


def _secret_key(given: Mapping[str, str], data_dir: Path, base_url: str) -> str:
    """In production the key is compulsory and strong; elsewhere one is drawn once and kept in the data folder."""
    key = given.get("SECRET_KEY", "")
    if base_url.startswith("https://") and (len(key) < SHORTEST_SECRET or key.lower() in WEAK_SECRETS):
        raise Misconfigured(
            "MAILLAGE_SECRET_KEY manque ou est trop courte alors que le site est servi en https : donnez au moins "
            f"{SHORTEST_SECRET} caractères tirés au hasard (python3 -c 'import secrets; print(secrets.token_urlsafe(48))')."
        )
    if key:
        return key
    return _kept_secret(data_dir / "secret_key")


def _kept_secret(path: Path) -> str:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            # Created exclusively: two processes starting together must end with the same key.
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(48))
        except FileExistsError:
            pass
        return path.read_text().strip()
    except OSError as error:
        raise Misconfigured(
            f"Le dossier des données « {path.parent} » n’est pas accessible en écriture : {error.strerror}."
        ) from error


def _url(given: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str | None:
    url = given.get(name)
    if url is None:
        return None
    if urlsplit(url).scheme not in schemes or "://" not in url:
        raise Misconfigured(f"{PREFIX}{name} doit commencer par {' ou '.join(s + '://' for s in schemes)}.")
    return url


def _mail_from(given: Mapping[str, str], base_url: str) -> str:
    value = given.get("MAIL_FROM") or f"Maillage <maillage@{urlsplit(base_url).hostname}>"
    address = value.rsplit("<", 1)[-1].rstrip("> ")
    if "@" not in address or any(c in value for c in "\r\n"):
        raise Misconfigured(f"MAILLAGE_MAIL_FROM vaut « {value} » : donnez « Nom <adresse@domaine> ».")
    return value


def _number(given: Mapping[str, str], name: str, default: int, *, least: int, most: int) -> int:
    text = given.get(name, str(default))
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise Misconfigured(f"{PREFIX}{name} vaut « {text} » : donnez un nombre entier de {least} à {most}.")
    return int(text)


def _choice(given: Mapping[str, str], name: str, default: str, choices: tuple[str, ...]) -> str:
    value = given.get(name, default)
    if value not in choices:
        raise Misconfigured(f"{PREFIX}{name} vaut « {value} » : choisissez parmi {', '.join(choices)}.")
    return value


def _timezone(given: Mapping[str, str]) -> str:
    name = given.get("TIMEZONE", "Europe/Brussels")
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise Misconfigured(
            f"MAILLAGE_TIMEZONE vaut « {name} », qui n’est pas un fuseau horaire connu."
        ) from error
    return name


def _oidc(given: Mapping[str, str]) -> tuple[OidcProvider, ...]:
    """A JSON list of {name, label, issuer, client_id, client_secret}."""
    text = given.get("OIDC_PROVIDERS")
    if not text:
        return ()
    try:
        providers = tuple(OidcProvider(**entry) for entry in json.loads(text))
    except (ValueError, TypeError) as error:
        raise Misconfigured(
            "MAILLAGE_OIDC_PROVIDERS doit être une liste JSON d’objets "
            "{name, label, issuer, client_id, client_secret}."
        ) from error
    if len({p.name for p in providers}) != len(providers):
        raise Misconfigured("MAILLAGE_OIDC_PROVIDERS : deux fournisseurs portent le même nom.")
    return providers
