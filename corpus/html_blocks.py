"""Read headings, paragraphs, lists and tables from an HTML tree as blocks."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from xml.etree.ElementTree import Element

from corpus.blocks import BOLD, TOP_LEVEL, Block
from corpus.structuring import clean, is_title, read_lines

_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_BLOCKS = _HEADINGS | {
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "header", "hr", "html", "li", "main", "ol", "p", "pre", "section", "summary",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_SKIPPED = {
    "audio", "dialog", "footer", "form", "head", "iframe", "nav", "noscript", "object", "script", "select", "style",
    "svg", "template", "textarea", "video",
}  # fmt: skip
_MENU_NAME = re.compile(r"(?i)breadcrumb|\b(?:nav|menu|share|sharing|related|tags|toc|pagination)\b|table-of-contents")
_RAISED = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
_LOWERED = str.maketrans("0123456789+-", "₀₁₂₃₄₅₆₇₈₉₊₋")

_UNKNOWN_LEVEL = 0
_LAYOUT_WORDS = 60
"""A cell with more words is no table cell, but a part of a page laid out by a table."""


def read_tree(root: Element) -> list[Block]:
    """Return the blocks of an element; lines in bold become headings where it has no headings but its title."""
    blocks = [] if _is_menu(root) else _levelled(_walk(root, 0))
    if any(block.kind == "heading" for block in blocks[1:]):
        return blocks
    headings = [replace(b, kind="heading", text=b.plain, level=TOP_LEVEL if i else 1) for i, b in enumerate(blocks)]
    return [heading if _is_bold_title(b) else b for b, heading in zip(blocks, headings, strict=True)]


def words_of(element: Element) -> str:
    """Return an element's words on one line."""
    return " ".join(_inline(element).replace(BOLD, "").split())


def _levelled(blocks: Iterator[Block]) -> list[Block]:
    """Put headings whose level is not known one level below the last one that has its own."""
    found: list[Block] = []
    above = TOP_LEVEL - 1
    for block in blocks:
        if block.kind == "heading" and block.level != _UNKNOWN_LEVEL:
            above = block.level
        elif block.kind == "heading":
            block = replace(block, level=above + 1)
        found.append(block)
    return found


def _is_bold(text: str) -> bool:
    return text.startswith(BOLD) and text.find(BOLD, 1) == len(text) - 1


def _is_bold_title(block: Block) -> bool:
    return block.kind == "paragraph" and _is_bold(block.text) and is_title(block.plain)


def _walk(element: Element, depth: int) -> Iterator[Block]:
    """Yield the blocks inside an element; `depth` is how many lists it is in."""
    line = _spaced(element.text)
    for child in element:
        if _is_block(child):
            yield from read_lines(line)
            line = ""
            yield from _block(child, depth)
        elif child.tag != "button":
            line += _inline_child(child)
        line += _spaced(child.tail)
    yield from read_lines(line)


def _is_block(element: Element) -> bool:
    if element.tag == "button":
        return element.get("aria-expanded") is not None
    return element.tag not in _SKIPPED and any(inner.tag in _BLOCKS for inner in element.iter())


def _block(element: Element, depth: int) -> Iterator[Block]:
    tag = element.tag
    if _is_menu(element):
        return
    if tag in _HEADINGS or tag in {"summary", "button"}:
        # A summary, or a button that opens something, is the heading of what it opens: often a question.
        if text := words_of(element):
            yield Block("heading", text, int(tag[1]) if tag in _HEADINGS else _UNKNOWN_LEVEL)
    elif tag in {"ul", "ol"}:
        yield from _list(element, depth)
    elif tag == "dl":
        yield from _definitions(element, depth)
    elif tag == "table":
        yield from _table(element, depth)
    else:
        yield from _walk(element, depth)


def _is_menu(element: Element) -> bool:
    """Return whether an element holds hardly anything but links, to places on the page or by its name as a menu.

    Other lists of links stay: help lines are often given as one.
    """
    links = list(element.iter("a"))
    if len(links) < 2 or 5 * sum(len(words_of(link)) for link in links) < 4 * len(words_of(element)):
        return "cookie" in _names(element).lower()
    return bool(_MENU_NAME.search(_names(element))) or all(link.get("href", "").startswith("#") for link in links)


def _names(element: Element) -> str:
    return " ".join(element.get(name, "") for name in ("class", "id", "role", "aria-label"))


def _list(element: Element, depth: int) -> Iterator[Block]:
    number = int(start) if (start := element.get("start", "")).isdecimal() and len(start) < 4 else 1
    for child in element:
        if child.tag in {"ul", "ol"}:  # not valid there, but common
            yield from _list(child, depth + 1)
        elif child.tag == "li":
            mark = f"{number}." if element.tag == "ol" else "-"
            yield from _entry(list(_walk(child, depth + 1)), depth, mark)
            number += 1


def _entry(blocks: Sequence[Block], depth: int, mark: str) -> Iterator[Block]:
    """Yield a list item, its paragraphs joined into one, then the lists inside it."""
    inner = next((i for i, block in enumerate(blocks) if block.kind == "item"), len(blocks))
    if text := _joined([block.text for block in blocks[:inner]]):
        yield Block("item", text, depth, mark)
    for block in blocks[inner:]:
        yield block if block.kind == "item" else Block("item", block.text, depth + 1)


def _joined(texts: Iterable[str], gap: str = ": ") -> str:
    """Join paragraphs to one line; `gap` sets a title or list entry apart from what follows."""
    joined = ""
    for text in filter(None, texts):
        ended = not joined or joined.rstrip(BOLD)[-1] in ".!?:;,"
        joined += (" " if joined else "") + text if ended else gap + text
    return joined


def _definitions(element: Element, depth: int) -> Iterator[Block]:
    """Yield "term: definition" items; a question becomes a heading over its answer."""
    term = ""
    for part in element.iter():
        if part.tag == "dt":
            if term:
                yield Block("item", term, depth)
            term = words_of(part)
        elif part.tag == "dd" and term.endswith("?"):
            yield Block("heading", term, _UNKNOWN_LEVEL)
            yield from _walk(part, depth)
            term = ""
        elif part.tag == "dd":
            yield from _entry([Block("paragraph", term), *_walk(part, depth + 1)], depth, "-")
            term = ""


@dataclass(frozen=True)
class _Cell:
    text: str
    is_heading: bool


_Row = list[_Cell]
"""A cell over several columns or rows stands in each of them, as the same object."""


def _table(table: Element, depth: int) -> Iterator[Block]:
    """Yield one item a row, "Heading: cell; Heading: cell", so that each can be read without the table."""
    rows = _rows(table)
    if _is_layout(table, rows):
        for cell in (inner for row in table.iter("tr") for inner in row if inner.tag in {"td", "th"}):
            yield from _walk(cell, depth)
        return
    headings = rows[0] if len(rows) > 1 and all(cell.is_heading or not cell.text for cell in rows[0]) else None
    for caption in table.iter("caption"):
        yield from _walk(caption, depth)
    for row in rows[1:] if headings else rows:
        if text := _row_text(row, headings):
            yield Block("item", text, depth)


def _is_layout(table: Element, rows: Sequence[_Row]) -> bool:
    longest = max((len(cell.text.split()) for row in rows for cell in row), default=0)
    nested = any(inner.tag in _HEADINGS or inner.tag == "table" for inner in table.iter() if inner is not table)
    return nested or longest > _LAYOUT_WORDS or all(len(row) <= 1 for row in rows)


def _rows(table: Element) -> list[_Row]:
    rows: list[_Row] = []
    hanging: dict[int, tuple[int, _Cell]] = {}  # column -> for how many more rows a cell from above reaches down
    for element in table.iter("tr"):
        cells = [cell for cell in element if cell.tag in {"td", "th"}]
        row: _Row = []
        below: dict[int, tuple[int, _Cell]] = {}
        while cells or len(row) in hanging:
            left, cell = hanging.get(len(row), (0, None))
            width = 1
            if cell is None:
                source = cells.pop(0)
                cell, left, width = _cell(source), _span(source, "rowspan"), _span(source, "colspan")
            below |= {len(row) + i: (left - 1, cell) for i in range(width) if left > 1}
            row += [cell] * width
        hanging = below
        rows.append(row)
    return [row for row in rows if row]


def _cell(element: Element) -> _Cell:
    text = _joined((block.text for block in _walk(element, 0)), ", ")
    return _Cell(text.replace(BOLD, ""), element.tag == "th" or _is_bold(text))


def _span(element: Element, name: str) -> int:
    value = element.get(name, "1")
    return min(int(value), 100) if value.isdecimal() and len(value) < 5 and int(value) else 1


def _row_text(row: _Row, headings: _Row | None) -> str:
    cells = [(i, cell) for i, cell in enumerate(row) if cell.text and (i == 0 or cell is not row[i - 1])]
    if headings is None or len(headings) != len(row):
        # Nothing says which row or column holds headings; of two columns, the first names what the second says.
        texts = [cell.text for _, cell in cells]
        return _joined(texts) if len(row) == 2 else "; ".join(text.rstrip(".;") for text in texts)
    spanning = {id(cell) for before, cell in pairwise(row) if before is cell}
    texts = [
        cell.text if id(cell) in spanning or not headings[i].text else f"{headings[i].text.rstrip(':')}: {cell.text}"
        for i, cell in cells
    ]
    return "; ".join([*(text.rstrip(".;") for text in texts[:-1]), *texts[-1:]])


def _inline(element: Element) -> str:
    """Return an element's words, bold ones between `BOLD`, with a line end for each line break."""
    text = _spaced(element.text)
    for child in element:
        text += _inline_child(child) + _spaced(child.tail)
    return text.replace(BOLD * 2, "")


def _inline_child(element: Element) -> str:
    if element.tag == "br":
        return "\n"
    if element.tag in _SKIPPED or _is_note_link(element):
        return ""
    text = _inline(element)
    if element.tag in {"strong", "b"}:
        return _bold(text)
    if element.tag in {"sup", "sub"}:
        return text.translate(_RAISED if element.tag == "sup" else _LOWERED)
    return f" {text} " if element.tag in _BLOCKS else text


def _is_note_link(element: Element) -> bool:
    """Return whether an element only leads to a footnote and back."""
    links = [link for link in element.iter("a") if link.get("href", "").startswith("#")]
    return bool(links) and (element.tag == "sup" or words_of(links[0]) == "↑")


def _bold(text: str) -> str:
    lines = (line.replace(BOLD, "") for line in text.split("\n"))
    return "\n".join(re.sub(r"\S(?:.*\S)?", rf"{BOLD}\g<0>{BOLD}", line, count=1) for line in lines)


def _spaced(text: str | None) -> str:
    return re.sub(r"\s+", " ", clean(text or ""))
