"""The demo network in a real browser: one house for all these tests, who is at the keyboard, and what a page must hold."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    expect,
    sync_playwright,
)

from core import config, sessions
from core.db import db, transaction
from core.people import Person
from tests import servers
from tests.house import children_of
from tests.visitors import let_go
from webapp import create_app

AXE = servers.ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
SCRIPT = (servers.ROOT / "tests" / "browser.js").read_text(encoding="utf-8").partition("\n")[2].strip()
#: Every rule of WCAG 2.2, levels A and AA.
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
DESK, PHONE, SMALLEST = (1280, 800), (390, 844), (320, 640)
#: How long a browser may take on a machine busy with other tests, in milliseconds.
PATIENCE = 20_000
expect.set_options(timeout=PATIENCE)
SLUG = re.compile(r"^/(espaces|organisations|programmes)/(?!nouve)[^/]+")


@dataclass
class DemoHouse:
    """`maillage serve` on the demo network, as `bin/run` starts it. `app` sees the same database, from outside."""

    app: Flask
    settings: dict[str, str]
    browser: Browser
    process: servers.Process | None = None
    _stack: ExitStack = field(default_factory=ExitStack)

    @property
    def url(self) -> str:
        return self.settings["MAILLAGE_BASE_URL"]

    def open(self) -> None:
        self.process = self._stack.enter_context(servers.maillage("serve", settings=self.settings))
        self.process.wait_until(lambda: servers.answers(f"{self.url}/readyz"), timeout=90)

    def kill(self) -> None:
        """`kill -9`, with what it started; `open()` starts it again on the same port and the same data."""
        assert self.process is not None
        children = children_of(self.process.popen.pid)
        self.process.kill()
        for pid in children:
            servers.kill(pid)

    def close(self) -> None:
        self._stack.close()

    @contextmanager
    def visitor(self, *, size: tuple[int, int] = DESK, **how: Any) -> Iterator["Seat"]:
        """Somebody at a browser of their own, who has not signed in."""
        context = self.browser.new_context(
            base_url=self.url,
            locale="fr-BE",
            timezone_id="Europe/Brussels",
            viewport={"width": size[0], "height": size[1]},
            **how,
        )
        context.set_default_timeout(PATIENCE)
        try:
            yield Seat(context)
        finally:
            context.close()

    @contextmanager
    def sign_in(self, name: str, **how: Any) -> Iterator["Seat"]:
        """Someone of the demo network, by their first name, already signed in."""
        cookie = {"name": self.app.config["IDENTITY_COOKIE"], "value": self._secret(name), "url": self.url}
        with self.visitor(**how) as seat:
            seat.context.add_cookies([cookie])  # type: ignore[list-item]
            yield seat

    def person(self, name: str) -> Person:
        """Whoever has this first name."""
        return db.session.scalars(sa.select(Person).where(Person.name.startswith(f"{name} "))).one()

    def address(self, name: str) -> str:
        with self.app.app_context():
            return self.person(name).email or ""

    def _secret(self, name: str) -> str:
        with self.app.app_context():
            let_go()
            with transaction():
                _session, secret = sessions.open_session(self.person(name), method="link")
            return secret


# ── At the keyboard ──────────────────────────────────────────────────────────────────────────────────────────────────


class Seat:
    """One person's browser: its page, and everything that went wrong in it since it was last asked."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.page: Page = context.new_page()
        self._wrong: list[str] = []
        self._watch(self.page)

    def go(self, path: str) -> Response:
        answer = self.page.goto(path, wait_until="load")
        assert answer is not None
        return answer

    def complaints(self) -> list[str]:
        """What the console, the policy and the network complained of since last time."""
        found, self._wrong = self._wrong, []
        return found

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def tab_to(self, text: str, *, exact: bool = False, most: int = 80) -> None:
        """Walk with the Tab key alone until what has the focus says this; it must be visible there."""
        for _ in range(most):
            self.page.keyboard.press("Tab")
            said = self.focused()
            if said == text or (text in said and not exact):
                # The page may be on its way there, smoothly.
                until(self.focus_shows, timeout=2)
                return
        raise AssertionError(f"« {text} » is out of the keyboard's reach on {self.page.url}")

    def focused(self) -> str:
        """How what has the focus presents itself."""
        frames = [frame for frame in self.page.frames if frame.evaluate("document.hasFocus()")]
        return " ".join(str(frame.evaluate(f"{SCRIPT}.focused()")) for frame in frames)

    def focus_shows(self) -> bool:
        inmost = [frame for frame in self.page.frames if frame.evaluate("document.hasFocus()")][-1]
        return bool(inmost.evaluate(f"{SCRIPT}.focusShows()"))

    def _watch(self, page: Page) -> None:
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self._wrong.append(f"error: {error}"))
        page.on("requestfailed", self._lose)
        page.on("response", self._receive)

    def _hear(self, message: ConsoleMessage) -> None:
        # The status of an answer is judged where it is received, and a page may well be an error on purpose.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self._wrong.append(f"console: {message.text}")

    def _lose(self, request: Request) -> None:
        # Leaving a page cuts what it was still asking for.
        if request.failure != "net::ERR_ABORTED":
            self._wrong.append(f"lost: {request.url} ({request.failure})")

    def _receive(self, response: Response) -> None:
        asked = response.request
        if response.status >= 500 or (response.status >= 400 and asked.resource_type != "document"):
            self._wrong.append(f"{response.status}: {response.url}")


# ── What a page must hold ────────────────────────────────────────────────────────────────────────────────────────────


def faults(page: Page) -> list[str]:
    """What axe finds by day and by night, and whatever is wider than a phone, in the page as it stands."""
    return [*inaccessible(page), *too_wide_on_phones(page)]


def inaccessible(page: Page) -> list[str]:
    found = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        found += [f"{theme}: {one}" for one in axe(page, all_rules=theme == "light")]
    page.emulate_media(color_scheme="light")
    return found


def too_wide_on_phones(page: Page) -> list[str]:
    found = []
    for width, height in (PHONE, SMALLEST):
        page.set_viewport_size({"width": width, "height": height})
        found += [f"{width} px: {one}" for one in too_wide(page)]
    page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    return found


def pieces(page: Page) -> set[str]:
    """What the page is made of. A page made of pieces already judged teaches nothing new."""
    return set(page.evaluate(f"{SCRIPT}.pieces()"))


def axe(page: Page, *, all_rules: bool = True) -> list[str]:
    """What axe finds against WCAG 2.2 A and AA; another theme changes colours only, so its rules may be few."""
    run = {"type": "tag", "values": WCAG} if all_rules else {"type": "rule", "values": ["color-contrast"]}
    page.evaluate(_axe())
    return [str(one) for one in page.evaluate(f"(only) => {SCRIPT}.axe(only)", run)]


@cache
def _axe() -> str:
    # Kept by the page between two themes: reading half a megabyte twice is most of the time.
    return f"if (!window.axe) {{ {AXE.read_text(encoding='utf-8')} }}"


def too_wide(page: Page) -> list[str]:
    """What sticks out of the window sideways, if the page can be scrolled there."""
    return [str(one) for one in page.evaluate(f"{SCRIPT}.tooWide()")]


# ── Every page one can reach ─────────────────────────────────────────────────────────────────────────────────────────


def walk(seat: Seat, starts: list[str], visit: Callable[[str, Response], None], *, each: int = 1) -> set[str]:
    """Follow links from `starts`, calling `visit` on each page; at most `each` pages alike. The shapes of what was seen.

    Pages are alike when their addresses differ by a number, a name or what they ask.
    """
    seen: dict[str, int] = {}
    waiting, known = list(starts), set(starts)
    while waiting:
        path = waiting.pop(0)
        shape = shape_of(path)
        if seen.get(shape, 0) >= each and path not in starts:
            continue
        seen[shape] = seen.get(shape, 0) + 1
        answer = seat.go(path)
        visit(path, answer)
        for link in _links(seat.page):
            if link not in known:
                known.add(link)
                waiting.append(link)
    return set(seen)


def shape_of(path: str) -> str:
    """« /outils/12?etat=x » and « /outils/7?langue=y » have the same shape: a list is alike however it is filtered."""
    parts = urlsplit(path)
    plain = re.sub(r"/\d+", "/N", SLUG.sub(r"/\1/NAME", parts.path))
    return f"{plain}?…" if parts.query else plain


def _links(page: Page) -> list[str]:
    return [link for link in page.evaluate(f"{SCRIPT}.links()") if not LEAVES.search(link)]


#: Files and programs' pages: nothing that a browser shows.
LEAVES = re.compile(r"^/(fichiers|static|api|metrics|healthz|readyz)|\.ics$|/(source|mes-donnees)$|/pieces/")


# ── The house ────────────────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def chromium() -> Iterator[Browser]:
    """A Chromium, as long as the block. One for a whole run: Playwright refuses a second beside the first."""
    found = servers.chromium()
    assert found is not None, "no Chromium: set CHROMIUM, install one, or let npm bring its own"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**found.launch)
        yield browser
        browser.close()


@contextmanager
def demo_house(settings: dict[str, str], browser: Browser) -> Iterator[DemoHouse]:
    """The demo network loaded, and served: `settings` name an empty database that has its tables."""
    port = servers.free_port()
    settings = settings | {"MAILLAGE_PORT": str(port), "MAILLAGE_BASE_URL": f"http://localhost:{port}"}
    with servers.maillage("demo", settings=settings) as loading:
        assert loading.popen.wait(180) == 0, loading.output
    house = DemoHouse(create_app(config.load(settings)), settings, browser)
    try:
        house.open()
        yield house
    finally:
        house.close()


def until(what: Callable[[], Any], *, timeout: float = 20) -> Any:
    """Ask until the answer is something; that answer."""
    give_up = time.monotonic() + timeout
    while not (found := what()):
        assert time.monotonic() < give_up, f"still nothing after {timeout} s"
        time.sleep(0.05)
    return found
