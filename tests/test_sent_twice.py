"""The same form sent twice does its work once, and both lead to the same page."""

import threading

import pytest
import sqlalchemy as sa
from flask import Flask, redirect, request

from core import clock
from core.db import db, transaction
from core.organisations import Organisation
from tests.visitors import let_go
from webapp.shell import once

WORD = "a-word-of-sixteen-chars"


@pytest.fixture
def app(app: Flask) -> Flask:
    @app.post("/create")
    def create():
        name = request.form["name"]
        if not name:
            return "refused", 422
        number = len(_names())
        db.session.add(Organisation(name=name, sort_name=name, slug=f"n{number}"))
        db.session.flush()
        return redirect(f"/made/{number}", 303)

    @app.post("/show")
    def show():
        db.session.add(Organisation(name="shown", sort_name="", slug=f"s{len(_names())}"))
        return "shown", 201

    return app


@pytest.fixture
def browser(village, sign_in):
    before = len(_names())
    made = sign_in(village.nadege)
    made.created = lambda: len(_names()) - before
    return made


def test_the_second_goes_where_the_first_led(browser):
    first = browser.post("/create", data={"name": "A", "once": WORD})
    second = browser.post("/create", data={"name": "A", "once": WORD})
    assert first.status_code == second.status_code == 303
    assert first.location == second.location
    assert browser.created() == 1


def test_two_at_the_same_instant_do_it_once(browser):
    token = browser.token()
    locations = []

    def send() -> None:
        twin = browser.application.test_client()
        for cookie in list(browser._cookies.values()):
            twin.set_cookie(cookie.key, cookie.value)
        answer = twin.open("/create", method="POST", data={"name": "A", "once": WORD, "csrf_token": token})
        locations.append(answer.location)

    let_go()
    twins = [threading.Thread(target=send) for _ in range(4)]
    for twin in twins:
        twin.start()
    for twin in twins:
        twin.join()
    assert len(set(locations)) == 1
    assert browser.created() == 1


def test_a_corrected_text_is_another_form(browser):
    browser.post("/create", data={"name": "A", "once": WORD})
    browser.post("/create", data={"name": "A, corrected", "once": WORD})
    assert browser.created() == 2


def test_a_refused_form_may_be_sent_again(browser):
    assert browser.post("/create", data={"name": "", "once": WORD}).status_code == 422
    assert browser.post("/create", data={"name": "A", "once": WORD}).status_code == 303
    assert browser.created() == 1


def test_another_word_is_another_form(browser):
    browser.post("/create", data={"name": "A", "once": WORD})
    browser.post("/create", data={"name": "A", "once": WORD + "2"})
    browser.post("/create", data={"name": "A"})
    assert browser.created() == 3


def test_the_word_of_someone_else_is_another_form(browser, village, sign_in):
    browser.post("/create", data={"name": "A", "once": WORD})
    sign_in(village.emre).post("/create", data={"name": "A", "once": WORD})
    assert browser.created() == 2


def test_what_shows_its_result_in_place_is_shown_again(browser):
    assert browser.post("/show", data={"once": WORD}).status_code == 201
    assert browser.post("/show", data={"once": WORD}).status_code == 201


def test_old_forms_are_forgotten(browser, at):
    browser.post("/create", data={"name": "A", "once": WORD})
    at("2026-03-06 09:00")
    with transaction():
        assert once.forget_old() == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(once.Submission)) == 0
    assert clock.now().day == 6


def _names():
    return db.session.scalars(sa.select(Organisation.name)).all()
