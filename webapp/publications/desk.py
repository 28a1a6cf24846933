"""The pages that all kinds share: a kind opens a desk in its `views.py`, says what is its own, and draws its templates."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from flask import flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from jinja2 import Template
from werkzeug.wrappers import Response

from core import clock
from core.errors import NotFound
from core.locale import _
from core.people import Person
from core.publications import Publication
from core.spaces import Space
from webapp.files import service as files
from webapp.publications import queries, reading, rules, service
from webapp.publications.forms import SCOPE_NOTES, PublicationForm
from webapp.shell.api import Place
from webapp.shell.features import Feature
from webapp.shell.identity import me, signed_in, someone
from webapp.spaces import queries as spaces

Kind = TypeVar("Kind", bound=Publication)
A_PAGE = 20
#: What appeared just before the page was made may be committed just after: asked again, and not shown twice.
OVERLAP = timedelta(minutes=1)
_SENT = "sent_draft"


class Desk(Generic[Kind]):
    """The list of a kind in a space, its form, its page. A subclass changes what is its own, and nothing else."""

    kind: type[Kind]
    form: type[PublicationForm]
    #: The last part of the list's address, and of the form's: « outils », « nouveau ».
    path: str
    new_path: str = "nouveau"

    def __init__(self, feature: Feature) -> None:
        self.feature = feature
        for rule, name, methods, view in (
            (f"/espaces/<slug>/{self.path}", "index", ["GET"], self.index),
            (f"/espaces/<slug>/{self.path}/nouveautes", "fresh", ["GET"], self.fresh),
            (f"/espaces/<slug>/{self.path}", "create", ["POST"], signed_in(self.create)),
            (f"/espaces/<slug>/{self.path}/{self.new_path}", "new", ["GET"], signed_in(self.new)),
            (f"/{self.path}/<int:id>", "show", ["GET"], self.show),
            (f"/{self.path}/<int:id>/modifier", "edit", ["GET"], signed_in(self.edit)),
            (f"/{self.path}/<int:id>/modifier", "update", ["POST"], signed_in(self.update)),
        ):
            feature.add_url_rule(rule, name, view, methods=methods)

    # What a kind may change.

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """What the filters of the list's address ask."""
        return []

    def filters(self, space: Space) -> dict[str, Any]:
        """What the list's template needs to draw its filters."""
        del space
        return {}

    def draft(self, form: PublicationForm) -> Kind:
        """The verb that writes a new one; a kind with rules of its own has its own verb."""
        return service.draft(self.kind, by=someone(), **form.values())

    def save(self, publication: Kind, form: PublicationForm) -> None:
        """The verb that changes one. Raises `service.Superseded` over someone else's edit."""
        service.edit(publication, by=someone(), version=form.read_version, **form.values())

    def shown(self, publication: Kind) -> dict[str, Any]:
        """What the page of this kind needs besides what all pages show."""
        del publication
        return {}

    def keep_extras(self, form: Any, publication: Kind, by: Person) -> None:
        """Keep what is not a plain field: a cover, for instance. May raise `Refused`."""

    # The pages.

    def index(self, slug: str) -> ResponseReturnValue:
        # Taken before looking: what appears while we look must come on top, not fall between.
        space, asked_at = self._space(slug), clock.now()
        before = Place.read(request.args["avant"]) if request.args.get("avant") else None
        found = queries.feed(
            me(),
            space=space,
            kinds=[self.kind],
            before=(before.instant, before.id) if before else None,
            limit=A_PAGE,
            where=self.conditions(),
        )
        person, filters = me(), request.args.to_dict() | {"avant": ""}
        return render_template(
            self._templates("index.html"),
            desk=self,
            space=space,
            feed=found,
            in_hand=queries.in_hand_of(person, space=space, kind=self.kind) if person and not before else [],
            may_write=self._may_write(space),
            first_page=before is None,
            older=self._list(space, filters | {"avant": Place(*found.next).word()}) if found.next else None,
            newer=self._list(space, filters),
            fresh=self._fresh(space, asked_at),
            filtered=any(value for name, value in filters.items() if name != "avant"),
            **self.filters(space),
        )

    def fresh(self, slug: str) -> ResponseReturnValue:
        """What came since `after`, for a list left open. X-Next is the address of the next question."""
        space, asked_at = self._space(slug), clock.now()
        since = Place.read(request.args.get("after", ""))
        found = queries.feed(
            me(),
            space=space,
            kinds=[self.kind],
            after=(since.instant - OVERLAP, 0),
            limit=A_PAGE,
            where=self.conditions(),
        )
        answer = make_response(render_template(self._templates("_list.html"), feed=found, space=space))
        answer.headers["X-Next"] = self._fresh(space, asked_at)
        return answer

    def new(self, slug: str) -> ResponseReturnValue:
        space = self._space(slug)
        if not self._may_write(space):
            raise NotFound
        return self._show_form(self.form.opened(by=someone(), space=space), space)

    def create(self, slug: str) -> ResponseReturnValue:
        space = self._space(slug)
        if not self._may_write(space):
            raise NotFound
        form = self.form.opened(by=someone(), space=space)
        if form.validate_on_submit():
            with form.catching():
                publication = self.draft(form)
                return self._keep(form, publication, f"{self.path}-{space.slug}")
        return self._show_form(form, space, status=422)

    def show(self, id: int) -> ResponseReturnValue:  # noqa: A002 - the address' own name
        publication = self._readable(id)
        if reading.note(me(), publication):
            publication = self._readable(id)
        return render_template(
            self._templates("show.html"),
            **shown(publication, me()),
            **self.shown(publication),
            sent=session.pop(_SENT, ""),
        )

    def edit(self, id: int) -> ResponseReturnValue:  # noqa: A002
        publication = self._editable(id)
        form = self.form.opened(by=someone(), publication=publication)
        return self._show_form(form, self._space_of(publication), publication)

    def update(self, id: int) -> ResponseReturnValue:  # noqa: A002
        publication = self._editable(id)
        form = self.form.opened(by=someone(), publication=publication)
        if form.validate_on_submit():
            try:
                with form.catching():
                    self.save(publication, form)
                    return self._keep(form, publication, f"{self.path}-{publication.id}")
            except service.Superseded as superseded:
                form.version.data = str(superseded.publication.version)
                return self._show_form(
                    form, self._space_of(publication), publication, status=409, theirs=superseded
                )
        return self._show_form(form, self._space_of(publication), publication, status=422)

    # What they are made of.

    def _keep(self, form: PublicationForm, publication: Kind, draft: str) -> Response:
        """What was typed is accepted: files, then what the button asked; and the browser may forget its draft."""
        if "files" in form:
            uploads = [(one.stream, one.filename or "") for one in form.files.data or []]
            if "removed" in form:
                files.remove(publication, form.removed.data or [])
            files.attach(publication, uploads, by=someone())
        self.keep_extras(form, publication, someone())
        if request.form.get("action") == "share":
            service.share(publication, by=someone())
        flash(outcome(publication, by=someone()), "good")
        session[_SENT] = draft
        return redirect(address_of(publication), 303)

    def _show_form(
        self,
        form: PublicationForm,
        space: Space,
        publication: Kind | None = None,
        *,
        status: int = 200,
        theirs: service.Superseded | None = None,
    ) -> ResponseReturnValue:
        chosen = [int(one) for one in (form.spaces.data or [])] if "spaces" in form else []
        page = render_template(
            self._templates("edit.html"),
            desk=self,
            form=form,
            space=space,
            publication=publication,
            theirs=theirs.publication if theirs else None,
            reach=queries.reach(chosen, someone()) if chosen else None,
            direct=self._goes_directly(form, space, publication),
            scope_notes=self._scope_notes(space),
            draft=f"{self.path}-{publication.id}" if publication else f"{self.path}-{space.slug}",
            action=url_for(f"{self.feature.name}.update", id=publication.id)
            if publication
            else url_for(f"{self.feature.name}.create", slug=space.slug),
        )
        return page, status

    def _goes_directly(self, form: PublicationForm, space: Space, publication: Kind | None) -> bool:
        """What the button will do: to say « Publier » or « Soumettre » beforehand."""
        if publication is not None:
            return rules.goes_out_directly(publication, queries.standing(someone(), publication))
        if self.kind.needs_approval:
            return False
        wide = form.scope.data not in (None, "space")
        return not wide or queries.standing_in(someone(), [space.id]).is_moderator

    def _scope_notes(self, space: Space) -> dict[str, str]:
        """What a wider scope costs: nothing to who moderates, nor to what is read first in any case."""
        if self.kind.needs_approval or queries.standing_in(someone(), [space.id]).is_moderator:
            return {}
        return {scope: str(note) for scope, note in SCOPE_NOTES.items()}

    def _space(self, slug: str) -> Space:
        space = spaces.entered(slug, me())
        if not space.has(self.kind.module):
            raise NotFound
        return space

    def _space_of(self, publication: Kind) -> Space:
        """The space whose colours its form wears: one that the reader knows, or else the one they left since."""
        return (queries.known_spaces(someone(), publication) or publication.spaces)[0]

    def _may_write(self, space: Space) -> bool:
        person = me()
        return person is not None and queries.standing_in(person, [space.id]).belongs_to(space.id)

    def _readable(self, id: int) -> Kind:  # noqa: A002
        return queries.readable(me(), id, self.kind)

    def _editable(self, id: int) -> Kind:  # noqa: A002
        publication = self._readable(id)
        service.check_may_edit(publication, by=someone())
        return publication

    def _templates(self, name: str) -> list[str | Template]:
        return [f"{self.feature.name}/{name}", f"publications/{name}"]

    def _fresh(self, space: Space, asked_at: datetime) -> str:
        kept = {
            name: value for name, value in request.args.items() if name not in ("avant", "after") and value
        }
        word = Place(asked_at, 0).word()
        return url_for(f"{self.feature.name}.fresh", slug=space.slug, **kept | {"after": word})  # type: ignore[arg-type]

    def _list(self, space: Space, arguments: dict[str, str]) -> str:
        kept = {name: value for name, value in arguments.items() if value}
        return url_for(f"{self.feature.name}.index", slug=space.slug, **kept)  # type: ignore[arg-type]


def shown(publication: Publication, person: Person | None) -> dict[str, Any]:
    """What the page of any publication needs."""
    standing = queries.standing(person, publication)
    in_charge = standing.is_author or standing.is_moderator
    known = queries.known_spaces(person, publication)
    covers = queries.files_of(publication, "cover")
    return {
        "publication": publication,
        "standing": standing,
        "space": known[0] if known else None,
        "spaces": known,
        "files": queries.files_of(publication),
        "cover": covers[0] if covers else None,
        "history": queries.history(publication) if in_charge else [],
        "may": {
            "share": rules.may_share(publication, standing),
            "edit": rules.may_edit(publication, standing),
            "withdraw": rules.may_withdraw(publication, standing),
            "archive": rules.may_archive(publication, standing),
            "decide": rules.may_decide(publication, standing),
        },
        "may_pin": [one for one in known if rules.may_pin(publication, standing, one.id)],
        "may_unplace": [one for one in known if rules.may_unplace(publication, standing, one.id)],
        "may_place": _places(publication, person, standing) if person and in_charge else [],
        "pinned": {placement.space_id for placement in publication.placements if placement.pinned_at},
        "direct": rules.goes_out_directly(publication, standing),
        "reach": queries.reach([one.id for one in publication.spaces], person)
        if person and rules.may_share(publication, standing)
        else None,
    }


def _places(publication: Publication, person: Person, standing: rules.Standing) -> Sequence[Space]:
    """The spaces where this person may show it too."""
    there = {placement.space_id for placement in publication.placements}
    candidates = [one for one in queries.spaces_open_to(person, publication.module) if one.id not in there]
    roles = queries.standing_in(person, [one.id for one in candidates]).roles
    return [one for one in candidates if rules.may_place(publication, standing, roles.get(one.id))]


def address_of(publication: Publication) -> str:
    return url_for(f"{publication.module}.show", id=publication.id)


def outcome(publication: Publication, *, by: Person) -> str:
    """What has just been done, in words."""
    if publication.state == "draft":
        return _("Le brouillon est enregistré. Vous seul ou vous seule le voyez.")
    if publication.state == "submitted":
        return _(
            "C’est soumis. Les personnes qui modèrent l’espace sont prévenues ; vous aurez leur réponse par courriel."
        )
    if publication.is_scheduled:
        return _("C’est prêt. La publication paraîtra à l’heure choisie.")
    if publication.state == "published" and publication.author_id == by.id and publication.edited_at is None:
        return _("C’est publié.")
    return _("C’est enregistré.")
