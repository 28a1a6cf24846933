"""Licences under which a tool may be used, and what each allows, in words."""

from dataclasses import dataclass
from typing import Any

from core.locale import lazy_


@dataclass(frozen=True)
class Licence:
    """What one may do with a tool. `address` leads to the licence's own summary."""

    code: str
    name: Any
    #: What it allows and asks, in one sentence.
    meaning: Any
    address: str = ""


_CC = "https://creativecommons.org/licenses/{}/4.0/deed.fr"

LICENCES = {
    licence.code: licence
    for licence in (
        Licence(
            "cc-by",
            "CC BY 4.0",
            lazy_("Vous pouvez l’utiliser et l’adapter en citant son auteur."),
            _CC.format("by"),
        ),
        Licence(
            "cc-by-sa",
            "CC BY-SA 4.0",
            lazy_(
                "Vous pouvez l’utiliser et l’adapter en citant son auteur, et en partageant de la même façon."
            ),
            _CC.format("by-sa"),
        ),
        Licence(
            "cc-by-nc",
            "CC BY-NC 4.0",
            lazy_("Vous pouvez l’utiliser et l’adapter en citant son auteur, sans en faire commerce."),
            _CC.format("by-nc"),
        ),
        Licence(
            "cc-by-nc-sa",
            "CC BY-NC-SA 4.0",
            lazy_(
                "Vous pouvez l’utiliser et l’adapter en citant son auteur, sans en faire commerce, "
                "et en partageant de la même façon."
            ),
            _CC.format("by-nc-sa"),
        ),
        Licence(
            "cc-by-nd",
            "CC BY-ND 4.0",
            lazy_("Vous pouvez l’utiliser tel quel en citant son auteur, sans le modifier."),
            _CC.format("by-nd"),
        ),
        Licence(
            "cc-by-nc-nd",
            "CC BY-NC-ND 4.0",
            lazy_(
                "Vous pouvez l’utiliser tel quel en citant son auteur, sans le modifier ni en faire commerce."
            ),
            _CC.format("by-nc-nd"),
        ),
        Licence(
            "cc0",
            "CC0",
            lazy_("Vous pouvez en faire ce que vous voulez, même sans citer son auteur."),
            "https://creativecommons.org/publicdomain/zero/1.0/deed.fr",
        ),
        Licence(
            "reserved",
            lazy_("Tous droits réservés"),
            lazy_("Vous pouvez le consulter. Pour l’utiliser autrement, demandez à son auteur."),
        ),
        Licence(
            "other", lazy_("Autre licence"), lazy_("Les conditions sont dans le texte ou dans le fichier.")
        ),
    )
}
