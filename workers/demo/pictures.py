"""The pictures of the demo network: woven and assembled shapes in a space's hue, the same each time, drawn by the program."""

import io
import math
import random
from collections.abc import Callable
from typing import cast

from PIL import Image, ImageDraw, ImageFont

from core.palette import MAIL_HUES

WIDTH, HEIGHT = 1200, 675
#: Drawn larger, then reduced: edges become smooth.
SCALE = 2
#: A second hue for each, so that a picture is never of one colour alone.
COMPANIONS = {
    "terracotta": "ambre", "ambre": "brique", "olive": "sapin", "sauge": "ambre", "sapin": "olive",
    "sarcelle": "indigo", "ardoise": "terracotta", "indigo": "framboise", "prune": "ambre", "framboise": "prune",
    "brique": "ambre", "encre": "sarcelle",
}  # fmt: skip

Colour = tuple[int, int, int]


class Palette:
    """Five tones of a hue, from its dark to its paper, and an accent from its companion."""

    def __init__(self, hue: str) -> None:
        own, other = MAIL_HUES[hue], MAIL_HUES[COMPANIONS[hue]]
        self.solid, self.line, self.soft = _rgb(own.solid), _rgb(own.line), _rgb(own.soft)
        self.accent, self.light = _rgb(other.solid), _rgb(other.line)
        self.deep = _mix(self.solid, (20, 18, 24), 0.45)
        self.middle = _mix(self.solid, self.line, 0.45)

    @property
    def tones(self) -> list[Colour]:
        return [self.deep, self.solid, self.middle, self.line, self.light, self.accent]


def cover(*, hue: str, pattern: str, seed: str) -> bytes:
    """A cover as JPEG, 1200 × 675; the same words give the same bytes."""
    palette, chance = Palette(hue), random.Random(seed)  # noqa: S311 - a drawing is not a secret
    image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), palette.soft)
    PATTERNS[pattern](ImageDraw.Draw(image), palette, chance)
    return _jpeg(image.reduce(SCALE))


def poster(*, hue: str, words: list[str], seed: str) -> bytes:
    """A poster as PNG: words on a woven ground."""
    palette, chance = Palette(hue), random.Random(seed)  # noqa: S311 - a drawing is not a secret
    image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), palette.soft)
    _weave(ImageDraw.Draw(image), palette, chance)
    image = image.reduce(SCALE)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 210, WIDTH, 465), fill=palette.deep)
    for number, line in enumerate(words):
        font = ImageFont.load_default(size=64 - 24 * number)
        draw.text((80, 245 + 95 * number), line, fill=(255, 255, 255), font=font)
    out = io.BytesIO()
    image.quantize(64).save(out, "PNG")
    return out.getvalue()


# ── Patterns ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _loom(draw: ImageDraw.ImageDraw, palette: Palette, chance: random.Random) -> None:
    """Warp and weft: a plain weave, now and then a thread of another colour."""
    width, height, step = WIDTH * SCALE, HEIGHT * SCALE, 75 * SCALE
    thread = int(step * 0.84)
    warp = [_thread(palette, chance) for _ in range(width // step + 1)]
    weft = [_thread(palette, chance) for _ in range(height // step + 1)]
    draw.rectangle((0, 0, width, height), fill=palette.deep)
    for row, across in enumerate(weft):
        for column, along in enumerate(warp):
            x, y = column * step, row * step
            over = (row + column) % 2 == 0
            first, second = (along, across) if over else (across, along)
            _bar(draw, (x, y), step, thread, second, upright=not over)
            _bar(draw, (x, y), step, thread, first, upright=over)


def _bar(
    draw: ImageDraw.ImageDraw, at: tuple[int, int], step: int, thread: int, colour: Colour, *, upright: bool
) -> None:
    x, y = at
    gap = (step - thread) // 2
    box = (x + gap, y, x + gap + thread, y + step) if upright else (x, y + gap, x + step, y + gap + thread)
    draw.rectangle(box, fill=colour)
    shade = _mix(colour, (0, 0, 0), 0.12)
    edge = max(2, thread // 14)
    if upright:
        draw.rectangle((box[2] - edge, y, box[2], y + step), fill=shade)
    else:
        draw.rectangle((x, box[3] - edge, x + step, box[3]), fill=shade)


def _weave(draw: ImageDraw.ImageDraw, palette: Palette, chance: random.Random) -> None:
    """Ribbons aslant, one lot over the other, some of them going under."""
    width, height = WIDTH * SCALE, HEIGHT * SCALE
    draw.rectangle((0, 0, width, height), fill=palette.soft)
    step = 118 * SCALE
    for lot, slope in enumerate((1, -1, 1)):
        for number in range(-7, 18):
            if lot == 2 and chance.random() < 0.6:
                continue
            colour = _thread(palette, chance)
            x = number * step + (step // 2 if slope < 0 else 0)
            band = int(step * (0.62 if lot < 2 else 0.2))
            shift = slope * height
            shape = [(x, 0), (x + band, 0), (x + band + shift, height), (x + shift, height)]
            draw.polygon(shape, fill=colour)
            draw.line([shape[0], shape[3]], fill=_mix(colour, (255, 255, 255), 0.35), width=3 * SCALE)


def _mosaic(draw: ImageDraw.ImageDraw, palette: Palette, chance: random.Random) -> None:
    """Small tiles that darken away from a source of light."""
    step, gap = 45 * SCALE, 3 * SCALE
    light = (chance.uniform(0.2, 0.8) * WIDTH * SCALE, chance.uniform(0.1, 0.7) * HEIGHT * SCALE)
    draw.rectangle((0, 0, WIDTH * SCALE, HEIGHT * SCALE), fill=_mix(palette.soft, palette.line, 0.5))
    ramp = [palette.soft, palette.line, palette.middle, palette.solid, palette.deep]
    for x in range(0, WIDTH * SCALE, step):
        for y in range(0, HEIGHT * SCALE, step):
            distance = math.dist((x, y), light) / (WIDTH * SCALE * 0.78)
            tone = min(len(ramp) - 1.001, max(0.0, distance * 4.2 + chance.uniform(-0.7, 0.7)))
            colour = _mix(ramp[int(tone)], ramp[int(tone) + 1], tone % 1)
            if chance.random() < 0.055:
                colour = chance.choice([palette.accent, palette.light])
            nudge = [chance.randint(-gap, gap) // 2 for _ in range(4)]
            draw.rounded_rectangle(
                (
                    x + gap + nudge[0],
                    y + gap + nudge[1],
                    x + step - gap + nudge[2],
                    y + step - gap + nudge[3],
                ),
                radius=7 * SCALE,
                fill=colour,
            )


def _shards(draw: ImageDraw.ImageDraw, palette: Palette, chance: random.Random) -> None:
    """Cut paper: a net of triangles, each of a tone of its own."""
    columns, rows = 7, 4
    points = {
        (column, row): (
            column * WIDTH * SCALE / columns + _jitter(chance, column, columns, 70),
            row * HEIGHT * SCALE / rows + _jitter(chance, row, rows, 60),
        )
        for column in range(columns + 1)
        for row in range(rows + 1)
    }
    for column in range(columns):
        for row in range(rows):
            corners = [
                points[column, row], points[column + 1, row], points[column + 1, row + 1], points[column, row + 1],
            ]  # fmt: skip
            cut = chance.random() < 0.5
            halves = ([0, 1, 2], [0, 2, 3]) if cut else ([0, 1, 3], [1, 2, 3])
            for half in halves:
                draw.polygon([corners[index] for index in half], fill=_thread(palette, chance))


def _petals(draw: ImageDraw.ImageDraw, palette: Palette, chance: random.Random) -> None:
    """Quarters of circles in a grid: petals, leaves, wings."""
    step = 135 * SCALE
    for x in range(0, WIDTH * SCALE, step):
        for y in range(0, HEIGHT * SCALE, step):
            ground, shape = chance.sample(palette.tones, 2)
            if chance.random() < 0.45:
                ground = palette.soft
            draw.rectangle((x, y, x + step, y + step), fill=ground)
            _petal(draw, (x, y), step, shape, chance)


def _petal(
    draw: ImageDraw.ImageDraw, at: tuple[int, int], step: int, colour: Colour, chance: random.Random
) -> None:
    x, y = at
    corner = chance.randrange(5)
    if corner == 4:
        inner = step // 4
        draw.ellipse((x + inner, y + inner, x + step - inner, y + step - inner), fill=colour)
        return
    # The quarter of a disc whose centre is that corner of the square.
    centre = (x + step * (corner % 2), y + step * (corner // 2))
    start = (0, 90, 270, 180)[corner]
    box = (centre[0] - step, centre[1] - step, centre[0] + step, centre[1] + step)
    draw.pieslice(box, start, start + 90, fill=colour)


def _arches(draw: ImageDraw.ImageDraw, palette: Palette, chance: random.Random) -> None:
    """Rows of nested arches, the nearer over the farther."""
    step = 200 * SCALE
    for row in range(6):
        y = int((row - 0.2) * step * 0.62)
        for column in range(-1, 8):
            x = column * step + (step // 2 if row % 2 else 0)
            tones = chance.sample(palette.tones, 4)
            for ring in range(4):
                radius = int(step * (0.5 - ring * 0.118))
                box = (
                    x + step // 2 - radius,
                    y + step // 2 - radius,
                    x + step // 2 + radius,
                    y + step // 2 + radius,
                )
                draw.ellipse(box, fill=tones[ring] if ring % 2 == 0 else palette.soft)


def _waves(draw: ImageDraw.ImageDraw, palette: Palette, chance: random.Random) -> None:
    """Bands like the banks of a river, from the light to the dark."""
    width, height = WIDTH * SCALE, HEIGHT * SCALE
    bands = 11
    ramp = [palette.soft, palette.light, palette.line, palette.middle, palette.solid, palette.deep]
    draw.rectangle((0, 0, width, height), fill=palette.soft)
    shift, length = chance.uniform(0, 6), chance.uniform(0.8, 1.3)
    for band in range(bands):
        place = band / (bands - 1) * (len(ramp) - 1.001)
        colour = _mix(ramp[int(place)], ramp[int(place) + 1], place % 1)
        if chance.random() < 0.16:
            colour = palette.accent
        base = height * (0.1 + 0.085 * band)
        swell = height * (0.045 + 0.03 * chance.random())
        line = [
            (
                x,
                base
                + swell * math.sin(shift + x / width * 6.3 * length)
                + swell * 0.4 * math.sin(shift * 2 + x / width * 15),
            )
            for x in range(0, width + 1, 12 * SCALE)
        ]
        draw.polygon([*line, (width, height), (0, height)], fill=colour)
        shift += chance.uniform(0.3, 0.9)


PATTERNS: dict[str, Callable[[ImageDraw.ImageDraw, Palette, random.Random], None]] = {
    "loom": _loom,
    "weave": _weave,
    "mosaic": _mosaic,
    "shards": _shards,
    "petals": _petals,
    "arches": _arches,
    "waves": _waves,
}


def _thread(palette: Palette, chance: random.Random) -> Colour:
    """A tone of the hue, seldom its companion's, never twice quite the same."""
    weights = [2, 5, 4, 4, 1.6, 1.2]
    tone = chance.choices(palette.tones, weights)[0]
    return _mix(tone, palette.soft, chance.uniform(0, 0.14))


def _jitter(chance: random.Random, index: int, last: int, most: int) -> float:
    return 0 if index in (0, last) else chance.uniform(-most, most) * SCALE


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=88)
    return out.getvalue()


def _rgb(written: str) -> Colour:
    return cast(Colour, tuple(int(written[start : start + 2], 16) for start in (1, 3, 5)))


def _mix(one: Colour, other: Colour, share: float) -> Colour:
    """`share` of the other in the one."""
    return cast(Colour, tuple(round(a + (b - a) * share) for a, b in zip(one, other, strict=True)))
