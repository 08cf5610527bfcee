"""Bar charts as SVG, drawn here: no script, no library; the table that says the same goes right under each."""

from collections.abc import Sequence
from dataclasses import dataclass

from chatbot.rendering import plain

_LABEL, _BAR, _VALUE, _ROW = 220, 300, 110, 26
_LONGEST = 28
"""Characters of a label that fit."""


@dataclass(frozen=True)
class Bar:
    """One bar."""

    label: str
    value: float | None
    """None where nothing can be said: no bar is drawn."""
    said: str
    """The value in words, beside the bar."""
    low: float | None = None
    """Ends of the interval that the value may as well be, drawn as a line."""
    high: float | None = None


def bar_chart(name: str, title: str, bars: Sequence[Bar], most: float = 0) -> str:
    """Return a chart; `name` is its own on the page, `most` the value of a full bar (the largest, if 0)."""
    full = most or max((bar.value or 0 for bar in bars), default=0) or 1
    height = _ROW * len(bars) + 4
    rows = "".join(_row(bar, at, full) for at, bar in enumerate(bars))
    told = "; ".join(f"{bar.label}: {bar.said}" for bar in bars) or "Nothing was counted."
    return (
        f'<svg class="bars" role="img" aria-labelledby="{name}-title {name}-desc" '
        f'viewBox="0 0 {_LABEL + _BAR + _VALUE} {height}">'
        f'<title id="{name}-title">{plain(title)}</title><desc id="{name}-desc">{plain(told)}</desc>{rows}</svg>'
    )


def _row(bar: Bar, at: int, full: float) -> str:
    top = at * _ROW + 4
    label = bar.label if len(bar.label) <= _LONGEST else f"{bar.label[: _LONGEST - 1].rstrip()}…"
    length = round(_BAR * min(1.0, (bar.value or 0) / full), 1)
    shape = f'<rect x="{_LABEL}" y="{top}" width="{length}" height="{_ROW - 8}"/>' if length else ""
    end = length
    if bar.low is not None and bar.high is not None:
        low, end = (round(_BAR * min(1.0, value / full), 1) for value in (bar.low, bar.high))
        middle = top + (_ROW - 8) / 2
        shape += f'<line x1="{_LABEL + low}" x2="{_LABEL + end}" y1="{middle}" y2="{middle}"/>'
    base = top + _ROW - 13
    return (
        f'<text class="label" x="{_LABEL - 8}" y="{base}">{plain(label)}</text>{shape}'
        f'<text x="{round(_LABEL + max(length, end) + 6, 1)}" y="{base}">{plain(bar.said)}</text>'
    )
