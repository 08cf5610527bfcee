"""Blocks of a document that becomes an article, and their Markdown: it always shows exactly the blocks' text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

BOLD = "\ue000"
"""Stands before and after bold words in a block's text."""

TOP_LEVEL = 2
"""Of an article's sections: level 1 is its title, which stands in the front matter."""

_RISKY = re.compile(r"[\\`*_\[<&#>+=~-]|\A\d+[.)]")
_START_ESCAPE = re.compile(r"\d{1,9}(?=[.)](?:\s|$))|(?=#{1,6}(?:\s|$)|>|[-+](?:\s|$)|~~~|[-_*](?:\s*[-_*]){2,}\s*$)")
_ESCAPE = re.compile(
    r"\\(?=[!-/:-@\[-`{-~])|`|(?<!\s)\*|\*(?!\s)|(?<![^\W_])_|_(?![^\W_])|\[|<(?=[A-Za-z/!?])|&(?=#?\w+;)|#(?=#*$)"
)


@dataclass(frozen=True)
class Block:
    """One heading, paragraph or list item, as plain text on one line, bold words between `BOLD`."""

    kind: Literal["heading", "paragraph", "item"]
    text: str
    level: int = 0
    """Of a heading 1 (the title) to 6; of an item how deep it is nested, from 0."""
    mark: str = "-"
    """Of an item: "-", or its number such as "2."."""
    apart: bool = True
    """Whether a blank line stood before it."""

    @property
    def plain(self) -> str:
        """Its text without what marks bold words."""
        return self.text.replace(BOLD, "")

    @property
    def numbered(self) -> bool:
        """Whether it is an item with a number."""
        return self.kind == "item" and self.mark != "-"


@dataclass(frozen=True)
class _Mark:
    """A list item's mark as written."""

    number: int | None
    sign: str

    def __str__(self) -> str:
        return self.sign if self.number is None else f"{self.number}{self.sign}"


def write_markdown(blocks: Sequence[Block]) -> str:
    """Return the blocks as Markdown, escaped only where Markdown would read the text as something else."""
    written: list[str] = []
    marks: list[_Mark] = []  # of the item before and the items it is in
    for block in blocks:
        if block.kind == "item":
            written.append("\n" if marks else "\n\n")
            mark = _mark(block, marks[block.level] if block.level < len(marks) else None)
            marks = [*marks[: block.level], mark]
            indent = sum(len(str(outer)) + 1 for outer in marks[:-1])
            written.append(" " * indent + _shown(block, f"{mark} "))
        else:
            marks = []
            written += ["\n\n", _shown(block, f"{'#' * block.level} " if block.kind == "heading" else "")]
    return "".join(written).strip("\n")


def _mark(block: Block, before: _Mark | None) -> _Mark:
    """Return an item's mark as Markdown shows it: a list counts on from its first number unless the sign changes."""
    if not block.numbered:
        return _Mark(None, "-")
    number = int(block.mark[:-1])
    if before is None or before.number is None:
        return _Mark(number, ".")
    follows = number == before.number + 1
    return _Mark(number, before.sign if follows else ")" if before.sign == "." else ".")


def _shown(block: Block, prefix: str) -> str:
    """Return the block's Markdown: its text as it is if that is what Markdown shows, else escaped."""
    if not _RISKY.search(block.text) and BOLD not in block.text:
        return prefix + block.text
    for candidate in (block.text, _escaped(block.text)):
        markdown = prefix + candidate.replace(BOLD, "**")
        if _read(markdown) == block.text:
            return markdown
    # Bold that Markdown cannot express here, such as half a word beside a bracket: the words matter more.
    return prefix + _escaped(block.plain)


def _escaped(text: str) -> str:
    places = {match.start() for match in _ESCAPE.finditer(text)}
    if start := _START_ESCAPE.match(text):
        places.add(start.end())
    return "".join("\\" * (i in places) + character for i, character in enumerate(text))


def _read(markdown: str) -> str | None:
    """Return the text that one block of Markdown shows, bold between `BOLD`; None where it shows anything else."""
    tokens = [token for token in _parser().parse(markdown) if "list" not in token.type]
    if [token.type for token in tokens[1:2]] != ["inline"] or len(tokens) != 3:
        return None
    kinds = {"text": None, "strong_open": BOLD, "strong_close": BOLD}
    children = tokens[1].children or []
    if any(child.type not in kinds for child in children):
        return None
    return "".join(kinds[child.type] or child.content for child in children)


def settle_headings(markdown: str) -> tuple[str, str]:
    """Return the title ("" if none) and body of a Markdown text: a `# Title` at its start, sections from `##`."""
    lines = markdown.split("\n")
    tokens = _parser().parse(markdown)
    headings = [(t, i) for t, i in pairwise(tokens) if t.type == "heading_open" and not t.level]
    title = ""
    if headings and tokens[0] is headings[0][0] and tokens[0].tag == "h1":
        opening, inline = headings.pop(0)
        title = _words(inline)
        _replace(lines, opening, "")
    shift = TOP_LEVEL - min((int(opening.tag[1]) for opening, _ in headings), default=TOP_LEVEL)
    for opening, inline in reversed(headings) if shift else ():
        level = min(6, int(opening.tag[1]) + shift)
        _replace(lines, opening, f"{'#' * level} {inline.content.replace(chr(10), ' ')}")
    return title, "\n".join(lines).strip("\n")


def _replace(lines: list[str], opening: Token, line: str) -> None:
    first, last = opening.map or (0, 0)
    lines[first:last] = [line] + [""] * (last - first - 1)  # as many lines as before: other headings' places count


def _words(inline: Token) -> str:
    breaks = {"softbreak", "hardbreak"}
    words = "".join(" " if child.type in breaks else child.content for child in inline.children or [])
    return " ".join(words.split())


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark")


def shifted(blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks with the headings' levels moved so that the highest is a section of an article."""
    shift = TOP_LEVEL - min((block.level for block in blocks if block.kind == "heading"), default=TOP_LEVEL)
    return [replace(b, level=min(6, b.level + shift)) if b.kind == "heading" else b for b in blocks]
