"""Mark a quote, a slice of an article's Markdown, in the HTML rendered from that Markdown.

Two sentinel characters are put in at the ends of the slice, the article is rendered as always, and what stands between
them is wrapped in marks. A place is used only if the sentinels change nothing else in the rendered article.
"""

import re
from collections.abc import Callable

_PAIRS = (("\ue000", "\ue001"), ("\U00010100", "\U00010101"))
"""Markdown takes the first pair for letters and the second for signs; beside `**` one of them always fits."""
SENTINELS = (*_PAIRS[0], *_PAIRS[1])
"""Characters the Markdown must not contain itself."""
_FARTHEST = 16
"""Characters of Markdown, such as `- **`, that may stand between an end of the quote and its nearest letter."""

Render = Callable[[str], str]
"""Markdown -> clean HTML."""


def mark_quote(body: str, bounds: tuple[int, int], unmarked: str, render: Render) -> str | None:
    """Return `unmarked` with the slice marked, or None where no place for the marks leaves the article as it was."""
    start, end = bounds
    for opening, closing in _PAIRS:
        first = _place(body, range(start, min(start + _FARTHEST, end)), opening, unmarked, render)
        last = _place(body, range(end, max(end - _FARTHEST, start), -1), closing, unmarked, render)
        if first is None or last is None or first >= last:
            continue
        rendered = render(body[:first] + opening + body[first:last] + closing + body[last:])
        if rendered.replace(opening, "").replace(closing, "") == unmarked:
            return _marks(rendered, opening, closing)
    return None


def _place(body: str, places: range, sentinel: str, unmarked: str, render: Render) -> int | None:
    """Find the first place where a sentinel shows up in the text and changes nothing else."""
    for place in places:
        rendered = render(body[:place] + sentinel + body[place:])
        if rendered.count(sentinel) == 1 and rendered.replace(sentinel, "") == unmarked:
            return place
    return None


def _marks(rendered: str, opening: str, closing: str) -> str:
    """Wrap every run of text between the sentinels, so that no mark crosses a tag."""
    marked: list[str] = []
    inside, identity = False, ' id="quote"'
    for part in re.split(f"(<[^>]*>|{opening}|{closing})", rendered):
        if part in {opening, closing}:
            inside = part == opening
        elif inside and part.strip() and not part.startswith("<"):
            marked.append(f"<mark{identity}>{part}</mark>")
            identity = ""
        else:
            marked.append(part)
    return "".join(marked)
