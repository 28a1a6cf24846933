"""The dialogue with a mail server, one step at a time, so that one always knows how far it went (RFC 5321).

The doorkeeper of smtplib: it connects, encrypts and authenticates; MAIL, RCPT, DATA, the body and the dot are said here.
"""

import ipaddress
import re
import smtplib
import ssl
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit

#: Seconds to wait for an answer, and for the one that follows the final dot (RFC 5321, 4.5.3.2.6).
PATIENCE = 60
PATIENCE_AFTER_DOT = 600
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)


class Away(Exception):
    """Nothing can be sent now, whatever the message: no connection, no right to send, or a server that begs off."""


class Refused(Exception):
    """The server answered no to this message, at `step`: for now (4xx) or for good (5xx)."""

    def __init__(self, code: int, answer: str, step: str) -> None:
        super().__init__(f"{code} {answer}")
        self.code = code
        self.answer = answer
        self.step = step

    @property
    def for_good(self) -> bool:
        return self.code >= 500

    @property
    def status(self) -> str:
        """The enhanced status (RFC 3463), « 5.1.1 », or an empty string."""
        found = re.match(r"[245]\.\d{1,3}\.\d{1,3}", self.answer)
        return found.group() if found else ""


class Cut(Exception):
    """The line went dead. After the final dot nobody knows whether the message was taken."""


@dataclass(frozen=True)
class Address:
    """A mail server, as `MAILLAGE_SMTP_URL` names it."""

    host: str
    port: int
    encrypted: bool
    user: str
    password: str

    @classmethod
    def of(cls, url: str) -> "Address":
        parts = urlsplit(url)
        encrypted = parts.scheme == "smtps"
        usual = 465 if encrypted else 587 if parts.username else 25
        return cls(
            host=parts.hostname or "localhost",
            port=parts.port or usual,
            encrypted=encrypted,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
        )

    @property
    def is_here(self) -> bool:
        """On this machine, where nobody listens in and certificates have no name to prove."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


class Conversation:
    """One connection, opened when first needed and kept for many messages."""

    def __init__(self, address: Address, our_name: str) -> None:
        self.address = address
        self.our_name = our_name
        self._server: smtplib.SMTP | None = None
        self._fresh = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        del error, trace
        if kind is None:
            self._say_goodbye()
        self.hang_up()

    def introduce(self) -> None:
        """Connect, encrypt and authenticate, and nothing more: what the doctor asks. Raises `Away`."""
        self._connected()

    def offer(self, sender: str, recipient: str, size: int) -> None:
        """MAIL, RCPT and DATA, until the server waits for the body. Raises `Away`, `Refused` or `Cut`."""
        try:
            self._mail(sender, size)
        except Cut:
            # A connection kept open may have been closed meanwhile: that says nothing about the message.
            if self._fresh:
                raise
            self._mail(sender, size)
        self._fresh = False
        self._ask(f"RCPT TO:<{recipient}>", "rcpt", (250, 251))
        self._ask("DATA", "data", (354,))

    def body(self, raw: bytes) -> None:
        """The message itself, each leading dot doubled. Raises `Cut`: it has not been taken."""
        stuffed = _LEADING_DOT.sub(b"..", raw)
        self._send(stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n")

    def dot(self) -> str:
        """The final dot, and the answer that makes the server responsible. Raises `Away`, `Refused`, or `Cut`: unknown."""
        self._wait_at_most(PATIENCE_AFTER_DOT)
        self._send(b".\r\n")
        code, answer = self._answer()
        if code != 250:
            self._refuse(code, answer, "dot")
        self._wait_at_most(PATIENCE)
        return f"{code} {answer}"

    def hang_up(self) -> None:
        """Close without a word: whatever was not acknowledged has not been taken."""
        if self._server is not None:
            self._server.close()
        self._server = None

    # The steps

    def _mail(self, sender: str, size: int) -> None:
        server = self._connected()
        declared = f" SIZE={size}" if server.has_extn("size") else ""
        self._ask(f"MAIL FROM:<{sender}>{declared}", "mail", (250,))

    def _ask(self, command: str, step: str, wanted: tuple[int, ...]) -> None:
        self._send(command.encode("ascii") + b"\r\n")
        code, answer = self._answer()
        if code not in wanted:
            self._refuse(code, answer, step)

    def _refuse(self, code: int, answer: str, step: str) -> None:
        """Say no in the right way, and leave the connection ready for another message, or closed."""
        refused = Refused(code, answer, step)
        if code == 421 or code in (530, 535) or (code == 454 and refused.status == "4.7.0"):
            self.hang_up()
            raise Away(str(refused))
        if step != "dot":
            self._reset()
        if step == "mail" and refused.for_good and not refused.status.startswith("5.3"):
            raise Away(str(refused))
        if not 400 <= code < 600:
            # Neither yes nor no: this server does not speak as it should.
            self.hang_up()
            raise Refused(451, f"unexpected answer {code} {answer}", step)
        raise refused

    def _reset(self) -> None:
        try:
            self._send(b"RSET\r\n")
            code, _answer = self._answer()
            if code == 250:
                return
        except Cut:
            pass
        self.hang_up()

    def _send(self, content: bytes) -> None:
        if self._server is None or self._server.sock is None:
            raise Cut("not connected")
        try:
            self._server.sock.sendall(content)
        except OSError as error:
            self.hang_up()
            raise Cut(str(error)) from error

    def _answer(self) -> tuple[int, str]:
        if self._server is None:
            raise Cut("not connected")
        try:
            code, answer = self._server.getreply()
        except (smtplib.SMTPException, OSError, ValueError) as error:
            self.hang_up()
            raise Cut(str(error)) from error
        return code, " ".join(answer.decode("utf-8", "replace").split())

    def _wait_at_most(self, seconds: float) -> None:
        if self._server is not None and self._server.sock is not None:
            self._server.sock.settimeout(seconds)

    # The connection

    def _connected(self) -> smtplib.SMTP:
        if self._server is None:
            self._server = self._connect()
            self._fresh = True
        return self._server

    def _connect(self) -> smtplib.SMTP:
        address = self.address
        try:
            if address.encrypted:
                server: smtplib.SMTP = smtplib.SMTP_SSL(
                    address.host,
                    address.port,
                    local_hostname=self.our_name,
                    timeout=PATIENCE,
                    context=self._tls(),
                )
            else:
                server = smtplib.SMTP(
                    address.host, address.port, local_hostname=self.our_name, timeout=PATIENCE
                )
        except (smtplib.SMTPException, OSError) as error:
            raise Away(f"{type(error).__name__}: {error}") from error
        try:
            self._introduce(server)
        except (smtplib.SMTPException, OSError, ValueError) as error:
            server.close()
            raise Away(f"{type(error).__name__}: {error}") from error
        except Away:
            server.close()
            raise
        return server

    def _introduce(self, server: smtplib.SMTP) -> None:
        address = self.address
        server.ehlo_or_helo_if_needed()
        encrypted = address.encrypted
        if not encrypted and server.has_extn("starttls"):
            server.starttls(context=self._tls())
            server.ehlo()
            encrypted = True
        if address.user:
            if not encrypted and not address.is_here:
                raise Away("this server offers no encryption: the password is not sent in clear")
            server.login(address.user, address.password)

    def _tls(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self.address.is_here:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    def _say_goodbye(self) -> None:
        """QUIT; whatever it answers, what was accepted stays accepted."""
        if self._server is not None:
            try:
                self._server.quit()
            except (smtplib.SMTPException, OSError):
                self.hang_up()
