"""The forms of the door: an address, a password, a button that opens."""

from typing import Any

from wtforms import BooleanField, EmailField, HiddenField, PasswordField, validators

from core import text
from core.addresses import LONGEST
from core.locale import lazy_
from webapp.identity import passwords
from webapp.shell.forms import HouseForm

_ADDRESS: dict[str, Any] = {
    "autocapitalize": "none",
    "spellcheck": "false",
    "inputmode": "email",
    "placeholder": "prenom.nom@exemple.be",
}


class AddressField(EmailField):
    """An e-mail address as people type it: trimmed, never judged here, so that no answer depends on it."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = text.one_line(valuelist[0]) if valuelist else (self.data or "")


class LinkForm(HouseForm):
    """An address, to be sent a link."""

    email = AddressField(
        lazy_("Votre adresse de courriel"),
        validators=[validators.InputRequired(), validators.Length(max=LONGEST)],
        render_kw={**_ADDRESS, "autocomplete": "email", "enterkeyhint": "send"},
    )
    next = HiddenField()


class PasswordForm(HouseForm):
    """An address and a password."""

    email = AddressField(
        lazy_("Votre adresse de courriel"),
        id="email-mot-de-passe",
        validators=[validators.InputRequired(), validators.Length(max=LONGEST)],
        render_kw={**_ADDRESS, "autocomplete": "username"},
    )
    password = PasswordField(
        lazy_("Votre mot de passe"),
        validators=[validators.InputRequired(), validators.Length(max=2 * passwords.LONGEST)],
        render_kw={"autocomplete": "current-password", "enterkeyhint": "go"},
    )
    next = HiddenField()


class OpenForm(HouseForm):
    """The button of a link; and, when a provider's account waits to be linked, whether to do so."""

    link_identity = BooleanField(default=True)


class NewPasswordForm(HouseForm):
    """A new password, and the one it replaces."""

    current = PasswordField(
        lazy_("Votre mot de passe actuel"),
        validators=[validators.Length(max=2 * passwords.LONGEST)],
        render_kw={"autocomplete": "current-password"},
    )
    new = PasswordField(
        lazy_("Votre nouveau mot de passe"),
        description=lazy_(
            "Au moins 12 caractères. Quelques mots qui ne vont pas ensemble font un bon mot de passe, facile à retenir."
        ),
        validators=[validators.InputRequired(), validators.Length(max=2 * passwords.LONGEST)],
        render_kw={"autocomplete": "new-password", "minlength": passwords.SHORTEST},
    )


class RemovePasswordForm(HouseForm):
    """The password, to be rid of it."""

    current = PasswordField(
        lazy_("Votre mot de passe actuel"),
        id="mot-de-passe-a-retirer",
        validators=[validators.InputRequired(), validators.Length(max=2 * passwords.LONGEST)],
        render_kw={"autocomplete": "current-password"},
    )
