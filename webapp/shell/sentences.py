"""What WTForms says of a field, in the reader's words: its English sentence is the key."""

from typing import Any

from core.locale import lazy_

_CHOOSE = lazy_("Choisissez parmi les réponses proposées.")
_NUMBER = lazy_("Donnez un nombre.")
_VALUE = lazy_("Cette valeur n’est pas celle attendue.")

#: Those of WTForms' validators, fields and, for files, Flask-WTF's.
KNOWN: dict[str, Any] = {
    "This field is required.": lazy_("Ce champ est nécessaire."),
    "This field is disabled and cannot have a value.": lazy_("Ce champ doit rester vide."),
    "This field cannot be edited.": lazy_("Ce champ ne se modifie pas."),
    "Not a valid choice.": lazy_("Choisissez l’une des réponses proposées."),
    "Not a valid choice": lazy_("Choisissez l’une des réponses proposées."),
    "Choices cannot be None.": _CHOOSE,
    "Invalid Choice: could not coerce.": _CHOOSE,
    "Invalid choice(s): one or more data inputs could not be coerced.": _CHOOSE,
    "'%(value)s' is not a valid choice for this field.": _CHOOSE,
    "Invalid value, must be one of: %(values)s.": lazy_("Choisissez parmi : %(values)s."),
    "Invalid value, can't be any of: %(values)s.": lazy_("Choisissez autre chose que : %(values)s."),
    "Not a valid date value.": lazy_("Donnez une date valable, par exemple 03/03/2026."),
    "Not a valid datetime value.": lazy_("Donnez un jour et une heure, par exemple 03/03/2026 à 9 h 30."),
    "Not a valid time value.": lazy_("Donnez une heure valable, par exemple 9:30."),
    "Not a valid week value.": lazy_("Donnez une semaine valable."),
    "Date must be at least %(min)s.": lazy_("Donnez une date à partir du %(min)s."),
    "Date must be at most %(max)s.": lazy_("Donnez une date jusqu’au %(max)s."),
    "Date must be between %(min)s and %(max)s.": lazy_("Donnez une date entre le %(min)s et le %(max)s."),
    "Not a valid integer value.": lazy_("Donnez un nombre entier."),
    "Not a valid decimal value.": _NUMBER,
    "Not a valid float value.": _NUMBER,
    "Number must be at least %(min)s.": lazy_("Donnez au moins %(min)s."),
    "Number must be at most %(max)s.": lazy_("Donnez au plus %(max)s."),
    "Number must be between %(min)s and %(max)s.": lazy_("Donnez un nombre entre %(min)s et %(max)s."),
    "Field must be between %(min)d and %(max)d characters long.": lazy_(
        "Entre %(min)d et %(max)d caractères : il y en a %(length)d."
    ),
    "Field must be at least %(min)d character long.": lazy_("Au moins un caractère."),
    "Field must be at least %(min)d characters long.": lazy_(
        "Au moins %(min)d caractères : il y en a %(length)d."
    ),
    "Field cannot be longer than %(max)d character.": lazy_("Un caractère au plus : il y en a %(length)d."),
    "Field cannot be longer than %(max)d characters.": lazy_(
        "%(max)d caractères au plus : il y en a %(length)d."
    ),
    "Field must be exactly %(max)d character long.": lazy_("Un seul caractère : il y en a %(length)d."),
    "Field must be exactly %(max)d characters long.": lazy_(
        "%(max)d caractères exactement : il y en a %(length)d."
    ),
    "Field must be equal to %(other_name)s.": lazy_("Les deux ne sont pas pareils."),
    "Invalid email address.": lazy_("Cette adresse de courriel n’est pas complète."),
    "Invalid URL.": lazy_("Donnez une adresse complète, qui commence par https://."),
    "Invalid UUID.": _VALUE,
    "Invalid IP address.": _VALUE,
    "Invalid Mac address.": _VALUE,
    "Invalid input.": _VALUE,
    "Invalid field name '%s'.": _VALUE,
    "File does not have an approved extension: {extensions}": lazy_(
        "Choisissez un fichier de ce type : {extensions}."
    ),
    "File does not have an approved extension.": lazy_("Ce type de fichier n’est pas accepté ici."),
}


class Sentences:
    """What WTForms asks for its words. A sentence it may learn later is shown as it is, and a test says so first."""

    def gettext(self, sentence: str) -> str:
        return str(KNOWN.get(sentence, sentence))

    def ngettext(self, one: str, many: str, number: int) -> str:
        sentence = one if number == 1 or many not in KNOWN else many
        return self.gettext(sentence)
