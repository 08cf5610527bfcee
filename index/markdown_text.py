"""Read Markdown with exact offsets: blocks of an article, and the words of a slice without its marks."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

from markdown_it import MarkdownIt
from markdown_it.token import Token

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_QUOTE_MARKS = re.compile(r"(?<=[\r\n])[ \t]*>[> \t]*")
_BULLET = " • "


@dataclass(frozen=True)
class Block:
    """One heading, paragraph or list-item paragraph, with the offset of each character of its content."""

    kind: str
    """`heading`, `paragraph` or `item`."""
    content: str
    """Markdown of the block without line prefixes (`- `, `> `, indentation); its lines joined by newlines."""
    offsets: tuple[int, ...]
    """`offsets[i]` is where `content[i]` stands in the whole text."""
    level: int = 0
    """Of a heading, 1 to 6."""
    list_id: int = 0
    """Counts the outermost lists of the article from 1; 0 outside a list."""
    depth: int = 0
    """How many lists the block is in."""
    quoted: bool = False
    """Inside a block quote."""

    @property
    def start(self) -> int:
        """Offset of the first character."""
        return self.offsets[0]

    @property
    def end(self) -> int:
        """Offset after the last character."""
        return self.offsets[-1] + 1


def blocks(text: str, body_start: int) -> list[Block]:
    """Return the blocks of `text[body_start:]` in order; code and raw HTML are left out, they are never quoted."""
    body = text[body_start:]
    lines = [line for line in _LINE.findall(body) if line]
    starts = [body_start, *accumulate((len(line) for line in lines), initial=body_start)][1:]
    found: list[Block] = []
    state = _Place()
    for token in _parser().parse(body):
        state.follow(token)
        if token.type == "inline" and token.map and token.content.strip():
            content, offsets = _locate(token, lines, starts)
            if content:
                found.append(state.block(content, offsets))
    return found


def plain(markdown: str) -> str:
    """Return the words of a slice of one paragraph: marks dropped, white space collapsed."""
    unquoted = _QUOTE_MARKS.sub(" ", markdown)
    tokens = _parser().parseInline(unquoted.strip())
    return _collapse(_words(tokens[0].children or ())) if tokens else ""


def plain_list(markdown: str) -> str:
    """Return the words of a slice holding a lead-in and its list: items set off by bullets."""
    parts: list[str] = []
    depth = 0
    for token in _parser().parse(markdown):
        depth += token.nesting if token.type in {"bullet_list_open", "bullet_list_close"} else 0
        depth += token.nesting if token.type in {"ordered_list_open", "ordered_list_close"} else 0
        if token.type == "inline":
            parts.append((_BULLET if depth else " ") + _words(token.children or ()))
    return _collapse("".join(parts))


class _Place:
    """Where the parser is: in which heading, list and quote."""

    def __init__(self) -> None:
        self._heading = 0
        self._lists = 0
        self._depth = 0
        self._quotes = 0

    def follow(self, token: Token) -> None:
        if token.type in {"bullet_list_open", "ordered_list_open"}:
            self._lists += self._depth == 0
            self._depth += 1
        elif token.type in {"bullet_list_close", "ordered_list_close"}:
            self._depth -= 1
        elif token.type in {"blockquote_open", "blockquote_close"}:
            self._quotes += token.nesting
        elif token.type in {"heading_open", "heading_close"}:
            self._heading = int(token.tag[1]) if token.nesting == 1 else 0

    def block(self, content: str, offsets: tuple[int, ...]) -> Block:
        kind = "heading" if self._heading else "item" if self._depth else "paragraph"
        list_id = self._lists if self._depth else 0
        return Block(kind, content, offsets, self._heading, list_id, self._depth, self._quotes > 0)


def _locate(token: Token, lines: Sequence[str], starts: Sequence[int]) -> tuple[str, tuple[int, ...]]:
    """Find each character of an inline token's content in its source lines."""
    first, last = token.map or (0, 0)
    content: list[str] = []
    offsets: list[int] = []
    for number, wanted in zip(range(first, last), token.content.split("\n"), strict=False):
        words = wanted.strip()
        # The parser shows NUL as U+FFFD; same length, so offsets stay right. The content is the line's tail.
        column = lines[number].replace("\0", "\ufffd").rfind(words)
        if not words or column < 0:
            continue
        if content:
            content.append("\n")
            offsets.append(offsets[-1] + 1)
        content.append(words)
        offsets.extend(range(starts[number] + column, starts[number] + column + len(words)))
    return "".join(content), tuple(offsets)


def _words(tokens: Sequence[Token]) -> str:
    return "".join(_word(token) for token in tokens)


def _word(token: Token) -> str:
    if token.type in {"text", "code_inline", "text_special"}:
        return token.content
    return " " if token.type in {"softbreak", "hardbreak"} else ""


def _collapse(text: str) -> str:
    return " ".join(text.split())


@cache
def _parser() -> MarkdownIt:
    # HTML is recognised so that it can be left out: a comment in an article must never be quoted to a patient.
    return MarkdownIt("commonmark", {"html": True})


def heading_paths(found: Sequence[Block]) -> Iterator[tuple[tuple[str, ...], Block]]:
    """Pair each block with the headings above it, outermost first; a heading is paired with its own path."""
    path: list[tuple[int, str]] = []
    for block in found:
        if block.kind == "heading":
            path = [(level, text) for level, text in path if level < block.level]
            path.append((block.level, plain(block.content)))
        yield tuple(text for _, text in path), block
