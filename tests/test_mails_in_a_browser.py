"""Each mail as a browser draws it: on a narrow telephone and on a desk, by day and by night, with nothing fetched."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests import browser

pytestmark = pytest.mark.browser

GOLDEN = Path(__file__).parent / "golden"


def test_every_mail_can_be_read_everywhere(chromium: Browser) -> None:
    mails = sorted(GOLDEN.rglob("*.html"))
    assert len(mails) > 10
    context = chromium.new_context(viewport={"width": 700, "height": 900})
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    wrong = []
    for mail in mails:
        page.set_viewport_size({"width": 700, "height": 900})
        page.set_content(mail.read_text(encoding="utf-8"))
        found = browser.inaccessible(page) + browser.too_wide(page)
        page.set_viewport_size({"width": 320, "height": 640})
        found += browser.too_wide(page)
        wrong += [f"{mail.relative_to(GOLDEN)}: {one}" for one in found]
    context.close()
    assert wrong == []
    assert [url for url in asked if not url.startswith(("data:", "about:"))] == []
