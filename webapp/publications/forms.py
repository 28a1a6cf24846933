"""The fields that every kind of publication shares; a kind's own form adds its own."""

from typing import Any, ClassVar, Self, TypeVar

from wtforms import HiddenField, RadioField, SelectField

from core.errors import Refused
from core.files import StoredFile
from core.locale import _, lazy_
from core.organisations import Organisation, acted_for
from core.people import Person
from core.publications import Publication
from core.spaces import Space
from webapp.publications import queries, service
from webapp.shell.forms import (
    BoxesField,
    FilesField,
    HouseForm,
    LineField,
    MomentField,
    TextField,
    at_most,
    required,
)

Form = TypeVar("Form", bound="PublicationForm")

SCOPE_CHOICES = (
    ("space", lazy_("Les membres de l’espace")),
    ("network", lazy_("Tout le réseau")),
    ("public", lazy_("Tout le monde, même sans compte")),
)
SCOPE_NOTES = {
    "network": lazy_("Lue d’abord par un modérateur ou une modératrice"),
    "public": lazy_("Lue d’abord par un modérateur ou une modératrice"),
}


class _Versioned(HouseForm):
    """A form that says which version of a publication was read."""

    version = HiddenField()

    @property
    def read_version(self) -> int:
        """Raises `Refused` when the page did not say."""
        given = str(self.version.data or "")
        if not given.isascii() or not given.isdigit() or len(given) > 9:
            raise Refused(_("Cette page est incomplète. Rechargez-la : votre texte y reviendra."))
        return int(given)


class ReasonForm(_Versioned):
    """Why one decides so."""

    reason = TextField(
        lazy_("Pourquoi"),
        [at_most(service.LONGEST_REASON)],
        description=lazy_("La personne qui a écrit lira ces mots, par courriel et sur sa page."),
    )


class PublicationForm(_Versioned):
    """What is asked of any publication. A kind names its own fields in `details`, and in `without` those it does without."""

    kind: ClassVar[type[Publication]]
    #: The kind's own fields, given to the verbs as they are.
    details: ClassVar[tuple[str, ...]] = ()
    #: The common fields that make no sense for it.
    without: ClassVar[tuple[str, ...]] = ()

    title = LineField(lazy_("Titre"), [required(lazy_("Donnez un titre.")), at_most(service.LONGEST_TITLE)])
    text = TextField(lazy_("Texte"), [at_most(service.LONGEST_TEXT)])
    organisation = SelectField(
        lazy_("Au nom de"), coerce=int, description=lazy_("L’organisation pour laquelle vous écrivez.")
    )
    spaces = BoxesField(
        lazy_("Espaces"),
        [required(lazy_("Choisissez au moins un espace."))],
        coerce=int,
        description=lazy_(
            "Chaque personne n’est prévenue qu’une fois, même si elle suit plusieurs de ces espaces."
        ),
    )
    scope = RadioField(lazy_("Qui peut lire"), [required()], default="space")
    published_at = MomentField(
        lazy_("Publier le"), description=lazy_("Laissez vide pour publier tout de suite.")
    )
    expires_at = MomentField(
        lazy_("Valable jusqu’au"), description=lazy_("Après ce moment, la publication quitte les listes.")
    )
    files = FilesField(lazy_("Fichiers"))
    removed = BoxesField(lazy_("Retirer des fichiers"), coerce=int)

    @classmethod
    def opened(
        cls, *, by: Person, space: Space | None = None, publication: Publication | None = None
    ) -> Self:
        """The form as this person sees it: to write in a space, or to edit a publication."""
        form = (
            cls(data=cls._start(space, publication))
            if publication is None
            else cls(obj=_Shown(cls, publication))
        )
        form.offer(by, publication)
        return form

    @classmethod
    def _start(cls, space: Space | None, _publication: Publication | None) -> dict[str, Any]:
        return {"spaces": [space.id] if space else [], "scope": "space", "organisation": 0}

    def offer(self, by: Person, publication: Publication | None) -> None:
        """Propose the spaces and organisations this person may choose among."""
        self.publication = publication
        self._by = by
        self._spaces = {space.id: space for space in queries.spaces_open_to(by, self.kind.module)}
        self._organisations = {one.id: one for one in acted_for(by)}
        self._files: list[StoredFile] = queries.files_of(publication) if publication else []
        if publication is not None:
            self._spaces |= {space.id: space for space in publication.spaces}
            if publication.organisation is not None:
                self._organisations.setdefault(publication.organisation.id, publication.organisation)
        self.spaces.choices = [(space.id, space.name) for space in self._spaces.values()]
        self.organisation.choices = [
            (0, _("moi-même, sans organisation")),
            *((one.id, one.name) for one in self._organisations.values()),
        ]
        if publication is None and not self.is_submitted() and self._organisations:
            self.organisation.data = next(iter(self._organisations))
        self.scope.choices = [(value, str(label)) for value, label in SCOPE_CHOICES]
        self.removed.choices = [(file.id, file.name) for file in self._files]
        self._leave_out()

    def _leave_out(self) -> None:
        """What may not be changed any more, or what there is only one of, is not asked."""
        publication = self.publication
        for name in self.without:
            delattr(self, name)
        if publication is not None and publication.state == "published":
            del self.spaces
        if publication is not None and publication.is_out and "published_at" in self:
            del self.published_at
        if not self._files:
            del self.removed
        if len(self._organisations) == 0:
            del self.organisation

    def values(self) -> dict[str, Any]:
        """The arguments of the verbs `draft` and `edit`."""
        common = ("title", "text", "scope", "published_at", "expires_at")
        found = {name: self._fields[name].data for name in (*common, *self.details) if name in self}
        found["text"] = found.get("text") or ""
        if "organisation" in self:
            found["organisation"] = self._organisation()
        if "spaces" in self:
            found["spaces"] = [self._spaces[one] for one in self.spaces.data or []]
        return found

    def _organisation(self) -> Organisation | None:
        return self._organisations.get(self.organisation.data or 0)


class _Shown:
    """A publication as its form's fields read it."""

    def __init__(self, form: type[PublicationForm], publication: Publication) -> None:
        self.title = publication.title
        self.text = publication.text
        self.organisation = publication.organisation_id or 0
        self.spaces = [placement.space_id for placement in publication.placements]
        self.scope = publication.scope
        self.published_at = publication.published_at
        self.expires_at = publication.expires_at
        self.version = str(publication.version)
        for name in form.details:
            setattr(self, name, getattr(publication, name))
