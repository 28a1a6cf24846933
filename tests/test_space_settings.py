"""What a space is, settled by those who animate it and by the staff: each value checked, no edit lost."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from core.db import db
from core.errors import NotAllowed, Refused
from core.spaces import Space
from tests.village import Village
from tests.visitors import Browser
from webapp.spaces import service

SignIn = Callable[[Any], Browser]


def settings(space: Space, **values: Any) -> dict[str, Any]:
    """The form as it stands, with some values changed."""
    form: dict[str, Any] = {
        "version": space.version,
        "name": space.name,
        "short_name": space.short_name,
        "description": space.description,
        "charter": space.charter,
        "colour": space.colour,
        "icon": space.icon,
        "modules": list(space.modules),
        "join_policy": space.join_policy,
        "visibility": space.visibility,
    }
    return form | values


def test_an_animator_settles_the_space(village: Village, sign_in: SignIn) -> None:
    browser = sign_in(village.helene)
    form = settings(
        village.fle, description="Apprendre *ensemble*.", colour="prune", modules=["announcements"]
    )
    assert browser.post("/espaces/fle/reglages", data=form).location == "/espaces/fle/a-propos"
    page = browser.get("/espaces/fle/a-propos").text
    assert "<em>ensemble</em>" in page
    assert "hue-prune" in page
    assert "/espaces/fle/outils" not in page


def test_a_module_that_is_on_has_its_tab(village: Village, sign_in: SignIn) -> None:
    page = sign_in(village.emre).get("/espaces/fle").text
    for address in ("annonces", "reunions", "outils", "projets"):
        assert f'href="/espaces/fle/{address}"' in page


def test_over_someone_else_s_change_both_are_shown(village: Village, sign_in: SignIn) -> None:
    stale = settings(village.fle, description="Ma version.")
    service.change_space(space=village.fle, by=village.beatrice, version=1, description="Celle de Béatrice.")
    browser = sign_in(village.helene)
    answer = browser.post("/espaces/fle/reglages", data=stale)
    assert answer.status_code == 409
    assert "Ma version." in answer.text
    assert "Celle de Béatrice." in answer.text
    assert village.fle.description == "Celle de Béatrice."
    # Sent again knowingly, it wins.
    again = settings(village.fle, description="Ma version.")
    assert browser.post("/espaces/fle/reglages", data=again).status_code == 303


def test_saving_what_has_not_changed_is_no_change(village: Village, sign_in: SignIn) -> None:
    sign_in(village.helene).post("/espaces/fle/reglages", data=settings(village.fle))
    assert village.fle.version == 1


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "  ", "Donnez un nom"),
        ("name", "x" * 161, "160 caractères au plus"),
        ("colour", "rose", "Choisissez"),
        ("visibility", "secret", "Choisissez"),
        ("join_policy", "", "Choisissez"),
        ("modules", ["weapons"], "Choisissez"),
    ],
)
def test_a_wrong_value_gets_a_sentence_at_its_field(
    village: Village, sign_in: SignIn, field: str, value: Any, sentence: str
) -> None:
    answer = sign_in(village.helene).post(
        "/espaces/fle/reglages", data=settings(village.fle, **{field: value})
    )
    assert answer.status_code == 422
    assert sentence in answer.text


def test_an_animator_does_not_settle_what_is_the_staff_s(village: Village) -> None:
    with pytest.raises(NotAllowed):
        service.change_space(space=village.fle, by=village.helene, version=1, slug="autre")
    with pytest.raises(NotAllowed):
        service.change_space(space=village.fle, by=village.maud, version=1, name="Autre")


def test_the_staff_creates_a_space(village: Village, sign_in: SignIn) -> None:
    form = settings(village.fle, name="Coordination Outremeuse", short_name="Outremeuse", kind="coordination")
    form |= {"slug": "", "parent_id": str(village.fle.id), "modules": ["announcements"]}
    answer = sign_in(village.beatrice).post("/espaces", data=form)
    assert answer.location == "/espaces/outremeuse/membres"
    made = db.session.scalar(sa.select(Space).where(Space.slug == "outremeuse"))
    assert made
    assert made.parent is village.fle
    assert "/espaces/outremeuse" in sign_in(village.emre).get("/espaces/fle").text


@pytest.mark.parametrize("name", ["emre", "helene", "driss", "ines"])
def test_nobody_else_creates_a_space(village: Village, sign_in: SignIn, name: str) -> None:
    browser = sign_in(getattr(village, name))
    assert browser.get("/espaces/nouveau").status_code == 404
    assert browser.post("/espaces", data=settings(village.fle)).status_code == 404


@pytest.mark.parametrize("slug", ["fle", "FLE", "a b", "été", "nouveau", "-a", "a" * 61])
def test_an_address_is_plain_and_free(village: Village, slug: str) -> None:
    with pytest.raises(Refused) as refused:
        service.create_space(by=village.beatrice, name="Essai", slug=slug)
    assert "slug" in refused.value.fields


def test_a_space_never_stands_below_itself(village: Village) -> None:
    village.citoyennete.parent = village.fle
    db.session.flush()
    with pytest.raises(Refused) as refused:
        service.change_space(
            space=village.fle, by=village.beatrice, version=1, parent_id=village.citoyennete.id
        )
    assert "parent" in refused.value.fields
