"""Colours and their contrast (WCAG 2.2), and the surfaces every page is drawn on."""

from typing import Annotated, Literal

from pydantic import StringConstraints

Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]
"""`#rrggbb`."""
Scheme = Literal["light", "dark"]

SURFACES: dict[Scheme, tuple[str, ...]] = {"light": ("#ffffff", "#f4f7f7"), "dark": ("#182427", "#10191b")}
"""Behind text on every page, as in `chatbot/static/site.css`: a card and the page."""
INK: dict[Scheme, str] = {"light": "#1b2a2e", "dark": "#e7eef0"}
ENOUGH = 4.5
"""The contrast WCAG 1.4.3 asks of text."""
_TINT_SHARE = 0.11
"""How much of the accent is in a tinted surface."""


def contrast(first: str, second: str) -> float:
    """Return the contrast of two colours: 1 for the same, 21 for black and white."""
    darker, lighter = sorted((_luminance(first), _luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


def mixed(colour: str, other: str, share: float) -> str:
    """Return `other` with a share of `colour` in it."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(share * a + (1 - share) * b):02x}" for a, b in pairs)


def tint(accent: str, scheme: Scheme) -> str:
    """Return the tinted surface of a scheme: what the visitor said, and what a pointer is on."""
    return mixed(accent, SURFACES[scheme][0], _TINT_SHARE)


def text_on(accent: str) -> str:
    """Return the colour of text on the accent: white or nearly black, whichever can be read better."""
    return max(("#ffffff", "#0b1416"), key=lambda colour: contrast(colour, accent))


def weakest_contrast(accent: str, scheme: Scheme) -> float:
    """Return the lowest contrast that an accent colour has anywhere on the pages."""
    tinted = tint(accent, scheme)
    pairs = [*((accent, surface) for surface in (*SURFACES[scheme], tinted)), (INK[scheme], tinted)]
    return min(contrast(*pair) for pair in [*pairs, (text_on(accent), accent)])


def _luminance(colour: str) -> float:
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in _shares(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _shares(colour: str) -> list[float]:
    return [channel / 255 for channel in _channels(colour)]


def _channels(colour: str) -> list[int]:
    return [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
