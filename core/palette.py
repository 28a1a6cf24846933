"""The twelve hues a space may wear, as hexadecimal colours for what has no stylesheet: e-mails and pictures.

The same values as in the stylesheet of the pages (`hues.css`), where their contrasts are explained.
"""

from typing import NamedTuple


class Hue(NamedTuple):
    """`solid` carries white text; `text` reads on paper and on `soft`; the `dark_` ones do so on a dark theme."""

    solid: str
    text: str
    soft: str
    line: str
    dark_text: str
    dark_soft: str


MAIL_HUES: dict[str, Hue] = {
    "terracotta": Hue("#a6491b", "#a14514", "#fbebe1", "#efb9a3", "#f5a989", "#3d2217"),
    "ambre": Hue("#915c05", "#885501", "#f8ecdf", "#e2c19b", "#e4b47b", "#38260f"),
    "olive": Hue("#5f630f", "#5f630f", "#eef0e0", "#c8cba3", "#bec387", "#2a2c14"),
    "sauge": Hue("#45674c", "#45674c", "#e9f1ea", "#b9cebc", "#a9c7ae", "#222e24"),
    "sapin": Hue("#0c583c", "#0c583c", "#e4f3eb", "#add1be", "#96ccb0", "#1a2f25"),
    "sarcelle": Hue("#04686c", "#04686c", "#e1f3f3", "#a4d1d3", "#88cbcf", "#132f31"),
    "ardoise": Hue("#40586d", "#40586d", "#e9eff5", "#bbc9d7", "#abc1d4", "#232b33"),
    "indigo": Hue("#4144a3", "#4144a3", "#eaeefe", "#bbc4f5", "#adb8fe", "#242840"),
    "prune": Hue("#682e72", "#682e72", "#f6eaf7", "#ddb9e2", "#dca8e4", "#352237"),
    "framboise": Hue("#a22456", "#a22456", "#fde9ea", "#efb5c4", "#f4a3b9", "#3c2028"),
    "brique": Hue("#901f17", "#901f17", "#fceae3", "#f2b7ad", "#f7a599", "#3e211d"),
    "encre": Hue("#1d2d4c", "#1d2d4c", "#eaeff8", "#bcc8dd", "#adbedd", "#242a36"),
}
