"""Entering a space and leaving it: at once, on request, by the hand of an animator; the door that never stays unkept."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from core import clock
from core.db import db
from core.errors import Conflict, NotAllowed, Refused
from core.people import Person
from core.spaces import Membership, Space, membership_of
from notifications.events import Event
from notifications.preferences import MailSettings
from tests.village import Village
from tests.visitors import Browser
from webapp.spaces import queries, service
from webapp.spaces.models import JoinRequest

SignIn = Callable[[Any], Browser]


def seat(person: Person, space: Space) -> Membership:
    found = membership_of(person, space)
    assert found is not None
    return found


def told(kind: str) -> list[Event]:
    return list(db.session.scalars(sa.select(Event).where(Event.kind == kind).order_by(Event.id)))


# ── At once ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_open_space_is_entered_at_once(village: Village, sign_in: SignIn) -> None:
    browser = sign_in(village.emre)
    assert "Rejoindre l’espace" in browser.get("/espaces/citoyennete").text
    assert browser.post("/espaces/citoyennete/adhesion").location == "/espaces/citoyennete"
    assert seat(village.emre, village.citoyennete).role == "member"
    assert db.session.get(MailSettings, village.emre.id) is not None


@pytest.mark.parametrize("slug", ["fle", "ssde"])
def test_a_closed_space_is_not_entered_by_posting(village: Village, sign_in: SignIn, slug: str) -> None:
    answer = sign_in(village.driss if slug == "fle" else village.emre).post(f"/espaces/{slug}/adhesion")
    assert answer.status_code == (422 if slug == "fle" else 404)
    assert not told("membership.joined")


def test_joining_twice_is_joining_once(village: Village) -> None:
    first = service.join(space=village.citoyennete, by=village.emre)
    assert service.join(space=village.citoyennete, by=village.emre) is first
    assert len(told("membership.joined")) == 1


def test_whoever_was_taken_out_of_an_open_space_knocks_before_coming_back(village: Village) -> None:
    service.remove_member(membership=seat(village.nadege, village.citoyennete), by=village.beatrice)
    db.session.flush()
    with pytest.raises(Refused):
        service.join(space=village.citoyennete, by=village.nadege)
    service.ask_to_join(space=village.citoyennete, by=village.nadege)
    assert queries.pending_request(village.citoyennete, village.nadege)


def test_whoever_left_by_themself_comes_back_as_they_like(village: Village) -> None:
    service.leave(membership=seat(village.nadege, village.citoyennete), by=village.nadege)
    db.session.flush()
    service.join(space=village.citoyennete, by=village.nadege)
    assert seat(village.nadege, village.citoyennete).ended_at is None


def test_one_sits_in_the_name_of_an_organisation_one_acts_for(village: Village) -> None:
    with pytest.raises(Refused):
        service.join(space=village.citoyennete, by=village.emre, organisation=village.mots)
    membership = service.add_member(
        space=village.ssde, person=village.nadege, by=village.driss, organisation=village.mots
    )
    assert membership.organisation is village.mots


# ── On request ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_request_reaches_those_who_welcome_and_the_answer_comes_back(
    village: Village, sign_in: SignIn, work: Any, mails: Any
) -> None:
    asking = sign_in(village.driss)
    asking.post("/espaces/fle/demandes", data={"message": "Je donne des permanences."})
    work()
    assert {mail.address for mail in mails()} == {"helene@liege.example", "maud@liege.example"}
    assert all("Driss Amellal demande" in mail.subject for mail in mails())
    assert "Demande envoyée" in asking.get("/espaces/fle").text

    deciding = sign_in(village.maud)
    assert "Je donne des permanences." in deciding.get("/espaces/fle/demandes").text
    request = queries.pending_request(village.fle, village.driss)
    assert request
    deciding.post(f"/espaces/fle/demandes/{request.id}/acceptation", data={"word": "Bienvenue !"})
    work()
    last = mails()[-1]
    assert last.address == "driss@liege.example"
    assert "Bienvenue !" in last.raw.decode()
    assert seat(village.driss, village.fle).role == "member"


def test_a_refusal_says_why(village: Village, sign_in: SignIn, work: Any, mails: Any) -> None:
    request = service.ask_to_join(space=village.fle, by=village.driss, message="Bonjour")
    number = request.id
    browser = sign_in(village.helene)
    answer = browser.post(f"/espaces/fle/demandes/{number}/refus", data={"word": "  "})
    assert answer.status_code == 422
    assert "Dites en un mot pourquoi" in answer.text
    browser.post(f"/espaces/fle/demandes/{number}/refus", data={"word": "Réservé aux formateurs."})
    work()
    assert membership_of(village.driss, village.fle) is None
    assert "formateurs" in mails()[-1].raw.decode()


def test_two_moderators_at_once_get_a_clear_conflict(village: Village, sign_in: SignIn) -> None:
    number = service.ask_to_join(space=village.fle, by=village.driss).id
    first, second = sign_in(village.helene), sign_in(village.maud)
    first.post(f"/espaces/fle/demandes/{number}/acceptation")
    answer = second.post(f"/espaces/fle/demandes/{number}/refus", data={"word": "Non."})
    assert answer.status_code == 409
    assert "vient de recevoir une réponse" in answer.text
    assert seat(village.driss, village.fle)


@pytest.mark.parametrize("name", ["emre", "driss", "kevin", "ines"])
def test_only_those_in_charge_decide(village: Village, sign_in: SignIn, name: str) -> None:
    number = service.ask_to_join(space=village.fle, by=village.driss).id
    answer = sign_in(getattr(village, name)).post(f"/espaces/fle/demandes/{number}/acceptation")
    assert answer.status_code == 404


def test_a_request_is_decided_in_its_own_space(village: Village, sign_in: SignIn) -> None:
    number = service.ask_to_join(space=village.fle, by=village.driss).id
    assert sign_in(village.driss).post(f"/espaces/ssde/demandes/{number}/acceptation").status_code == 404


def test_a_request_taken_back_is_told_to_nobody(village: Village, work: Any, mails: Any) -> None:
    request = service.ask_to_join(space=village.fle, by=village.driss)
    service.withdraw_request(request=request, by=village.driss)
    work()
    assert mails() == []


def test_the_database_refuses_a_second_open_request(village: Village) -> None:
    service.ask_to_join(space=village.fle, by=village.driss)
    db.session.add(JoinRequest(space=village.fle, person=village.driss))
    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_the_staff_is_asked_where_nobody_welcomes(village: Village, work: Any, mails: Any) -> None:
    village.citoyennete.join_policy = "request"
    service.ask_to_join(space=village.citoyennete, by=village.emre)
    work()
    assert [mail.address for mail in mails()] == ["beatrice@liege.example"]


def test_a_message_too_long_is_refused_at_its_field_and_kept(village: Village, sign_in: SignIn) -> None:
    answer = sign_in(village.driss).post("/espaces/fle/demandes", data={"message": "mot " * 400})
    assert answer.status_code == 422
    assert "1000 caractères au plus" in answer.text
    assert "mot mot mot" in answer.text


# ── Leaving, roles ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_last_animator_cannot_leave(village: Village, sign_in: SignIn) -> None:
    answer = sign_in(village.helene).post("/espaces/fle/depart")
    assert answer.status_code == 422
    assert "dernière personne à animer" in answer.text
    assert seat(village.helene, village.fle)


def test_an_animator_leaves_once_another_is_named(village: Village, sign_in: SignIn) -> None:
    service.change_role(membership=seat(village.maud, village.fle), role="animator", by=village.helene)
    assert sign_in(village.helene).post("/espaces/fle/depart").status_code == 303
    assert membership_of(village.helene, village.fle) is None


def test_an_animator_who_has_ended_does_not_count(village: Village) -> None:
    other = service.add_member(space=village.fle, person=village.driss, by=village.beatrice, role="animator")
    service.leave(membership=other, by=village.driss)
    db.session.flush()
    with pytest.raises(Refused):
        service.leave(membership=seat(village.helene, village.fle), by=village.helene)


def test_the_last_animator_cannot_give_the_role_up_but_the_staff_takes_over(village: Village) -> None:
    mine = seat(village.helene, village.fle)
    with pytest.raises(Refused):
        service.change_role(membership=mine, role="member", by=village.helene)
    service.change_role(membership=mine, role="member", by=village.beatrice)
    assert mine.role == "member"


def test_someone_removed_loses_the_space_at_the_next_request(
    village: Village, sign_in: SignIn, work: Any, mails: Any
) -> None:
    emre = sign_in(village.emre)
    assert emre.get("/espaces/fle").status_code == 200
    number = seat(village.emre, village.fle).id
    sign_in(village.helene).post(f"/espaces/fle/membres/{number}/retrait", data={"word": "Merci pour tout."})
    assert emre.get("/espaces/fle").status_code == 404
    work()
    assert "Merci pour tout." in mails()[-1].raw.decode()


@pytest.mark.parametrize(("name", "status"), [("maud", 404), ("emre", 404), ("driss", 404), ("helene", 303)])
def test_animators_alone_remove_and_give_roles(
    village: Village, sign_in: SignIn, name: str, status: int
) -> None:
    number = seat(village.nadege, village.fle).id
    browser = sign_in(getattr(village, name))
    for path, data in (("role", {"role": "moderator"}), ("retrait", {})):
        assert browser.post(f"/espaces/fle/membres/{number}/{path}", data=data).status_code == status


def test_nobody_acts_on_a_member_of_another_space(village: Village, sign_in: SignIn) -> None:
    number = seat(village.driss, village.ssde).id
    assert sign_in(village.helene).post(f"/espaces/fle/membres/{number}/retrait").status_code == 404


def test_a_guest_has_a_last_day(village: Village, sign_in: SignIn) -> None:
    number = seat(village.emre, village.fle).id
    browser = sign_in(village.helene)
    wrong = browser.post(f"/espaces/fle/membres/{number}/role", data={"role": "guest"})
    assert wrong.status_code == 422
    assert "jusqu’à laquelle la personne est invitée" in wrong.text
    browser.post(f"/espaces/fle/membres/{number}/role", data={"role": "guest", "until": "2026-03-29"})
    # The whole day counts, on the night when the hour changes too.
    assert seat(village.emre, village.fle).until == clock.now().replace(month=3, day=29, hour=22, minute=0)


def test_coming_in_again_never_lowers_a_role(village: Village) -> None:
    service.seat(space=village.fle, person=village.maud, role="member")
    assert seat(village.maud, village.fle).role == "moderator"


def test_an_archived_space_is_read_and_no_longer_entered(village: Village, sign_in: SignIn) -> None:
    sign_in(village.beatrice).post("/espaces/citoyennete/archivage")
    member = sign_in(village.nadege)
    page = member.get("/espaces/citoyennete")
    assert page.status_code == 200
    assert "Archivé" in page.text
    assert "Nouvelle réunion" not in page.text
    with pytest.raises(Refused):
        service.seat(space=village.citoyennete, person=village.emre)


@pytest.mark.parametrize("name", ["emre", "maud", "helene"])
def test_the_staff_alone_archives(village: Village, sign_in: SignIn, name: str) -> None:
    assert sign_in(getattr(village, name)).post("/espaces/fle/archivage").status_code == 404


def test_verbs_refuse_whoever_may_not(village: Village) -> None:
    until = clock.now() + timedelta(days=1)
    for verb in (
        lambda: service.add_member(space=village.fle, person=village.ines, by=village.maud),
        lambda: service.change_role(
            membership=seat(village.emre, village.fle), role="guest", by=village.maud, until=until
        ),
        lambda: service.remove_member(membership=seat(village.emre, village.fle), by=village.nadege),
        lambda: service.create_space(by=village.helene, name="Le mien"),
        lambda: service.archive_space(space=village.fle, by=village.helene),
        lambda: service.leave(membership=seat(village.emre, village.fle), by=village.helene),
    ):
        with pytest.raises(NotAllowed):
            verb()


def test_a_decision_twice_is_a_conflict(village: Village) -> None:
    request = service.ask_to_join(space=village.fle, by=village.driss)
    service.refuse_request(request=request, by=village.helene, word="Non.")
    with pytest.raises(Conflict):
        service.accept_request(request=request, by=village.maud)


def test_the_list_of_members_costs_the_same_with_more_of_them(
    village: Village, sign_in: SignIn, count_queries: Any
) -> None:
    browser = sign_in(village.helene)
    browser.get("/espaces/fle/membres")
    with count_queries() as few:
        browser.get("/espaces/fle/membres")
    for number in range(60):
        person = Person(name=f"Personne {number}", email=f"p{number}@liege.example")
        db.session.add(Membership(person=person, space=village.fle, organisation=village.mots))
    with count_queries() as many:
        assert "Personne 59" in browser.get("/espaces/fle/membres").text
    assert len(many) == len(few)


def test_members_are_found_by_name_and_by_organisation(village: Village, sign_in: SignIn) -> None:
    seat(village.nadege, village.fle).organisation = village.mots
    browser = sign_in(village.emre)
    for words in ("lambrecht", "NADÈGE", "mots voisins"):
        page = browser.get("/espaces/fle/membres", query_string={"q": words}).text
        assert "Nadège Lambrecht" in page
        assert "Maud Collignon" not in page
    assert "Maud Collignon" in browser.get("/espaces/fle/membres?role=moderator").text
