"""The village of the tests: a few people, three spaces, who sits where, and who must see nothing."""

from dataclasses import dataclass
from datetime import timedelta

from core import clock
from core.db import db, transaction
from core.network import Network
from core.organisations import Mandate, Organisation
from core.people import Person
from core.spaces import Membership, Space
from notifications import digests

MODULES = ["announcements", "meetings", "tools", "projects"]


@dataclass
class Village:
    """Everybody and everything of the tests, by name."""

    #: Visible to the network, joined on request.
    fle: Space
    #: Visible to the network, open to all.
    citoyennete: Space
    #: Known to its members alone, by invitation.
    ssde: Space
    mots: Organisation
    #: Animates fle.
    helene: Person
    #: Moderates fle.
    maud: Person
    #: Member of fle and citoyennete, acts for « Les Mots Voisins ».
    nadege: Person
    #: Member of fle.
    emre: Person
    #: Animates ssde, sits nowhere else.
    driss: Person
    #: Was removed from fle; sits nowhere.
    kevin: Person
    #: Member of fle without an account: reads mails only.
    rosa: Person
    #: Guest of ssde for ten days.
    corentin: Person
    #: Staff of the network.
    beatrice: Person
    #: Has an account, sits nowhere.
    ines: Person

    def membership(self, person: Person, space: Space) -> Membership:
        """The row that binds a person to a space, ended or not."""
        return db.session.query(Membership).filter_by(person_id=person.id, space_id=space.id).one()


def build() -> Village:
    """Build the village in the current application's database."""
    with transaction():
        db.session.add(Network(name="Réseau d’essai", tagline="Pour les tests", colour="sapin"))
        spaces = {
            "fle": _space(
                "Plateforme Français langue étrangère", "FLE", "fle", "terracotta", "request", "network"
            ),
            "citoyennete": _space(
                "Plateforme Citoyenneté", "Citoyenneté", "citoyennete", "indigo", "open", "network"
            ),
            "ssde": _space("Plateforme Services sociaux", "SSDE", "ssde", "prune", "invitation", "members"),
        }
        people = {
            "helene": _person("Hélène Vantomme", "helene"),
            "maud": _person("Maud Collignon", "maud"),
            "nadege": _person("Nadège Lambrecht", "nadege"),
            "emre": _person("Emre Kaplan-Dethier", "emre"),
            "driss": _person("Driss Amellal", "driss"),
            "kevin": _person("Kévin Pirotte", "kevin"),
            "rosa": _person("Rosa Benedetti", "rosa", account=False),
            "corentin": _person("Corentin Delvoye", "corentin"),
            "beatrice": _person("Béatrice Hanquet", "beatrice", staff=True),
            "ines": _person("Inès Maréchal", "ines"),
        }
        mots = Organisation(name="Les Mots Voisins asbl", sort_name="mots voisins", slug="les-mots-voisins")
        db.session.add_all([*spaces.values(), *people.values(), mots])
        village = Village(**spaces, **people, mots=mots)
        _seat(village)
        db.session.add(
            Mandate(person=village.nadege, organisation=mots, title="formatrice", is_referent=True)
        )
        db.session.flush()
        digests.enrol([person.id for person in people.values()])
    return village


def _seat(village: Village) -> None:
    for person, space, role in (
        (village.helene, village.fle, "animator"),
        (village.maud, village.fle, "moderator"),
        (village.nadege, village.fle, "member"),
        (village.emre, village.fle, "member"),
        (village.rosa, village.fle, "member"),
        (village.nadege, village.citoyennete, "member"),
        (village.driss, village.ssde, "animator"),
    ):
        db.session.add(Membership(person=person, space=space, role=role))
    db.session.add(Membership(person=village.kevin, space=village.fle, role="member", ended_at=clock.now()))
    until = clock.now() + timedelta(days=10)
    db.session.add(Membership(person=village.corentin, space=village.ssde, role="guest", until=until))


def _space(name: str, short: str, slug: str, colour: str, policy: str, visibility: str) -> Space:
    return Space(
        name=name,
        short_name=short,
        slug=slug,
        colour=colour,
        kind="plateforme",
        modules=list(MODULES),
        join_policy=policy,
        visibility=visibility,
    )


def _person(name: str, local_part: str, *, account: bool = True, staff: bool = False) -> Person:
    now = clock.now()
    return Person(
        name=name,
        email=f"{local_part}@liege.example",
        email_verified_at=now,
        account_at=now if account else None,
        is_staff=staff,
    )
