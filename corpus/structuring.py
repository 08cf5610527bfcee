"""Find the structure of plain text: title, headings, lists and paragraphs that nobody marked."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby, pairwise

from corpus.blocks import BOLD, TOP_LEVEL, Block

_LINE_END = re.compile("\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ue000]")

# \uf0b7 and \uf0a7 are what the bullets of Word's Symbol and Wingdings fonts become in a PDF.
_SIGNS = "•▪·●◦‣○■□▸►➢➤\uf0b7\uf0a7"
_BULLET = re.compile(rf"{BOLD}?(?:[{_SIGNS}✓✔] ?|[-*–—+] )(?=.*\w)")
_LONE_MARK = re.compile(rf"[{_SIGNS}]|\d{{1,3}}[.)]")
_LETTER_BULLET = re.compile(r"[ \t]+o[ \t]+|o(?:\t|  )\s*")
_UNDERLINE = re.compile(r"=+|-+|~+")
_SUB_BULLET = re.compile("[◦○]")
_NUMBER = re.compile(rf"{BOLD}?((?:0|[1-9]\d{{0,2}})[.)]){BOLD}? (?=.)")
_DOTTED_NUMBER = re.compile(r"\d{1,2}((?:\.\d{1,2})+)\.? (?=\D)")

_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl"})
_ENDS_IN_HYPHEN = re.compile(r"[^\W\d_]-\Z")
_HYPHENATED = re.compile(r"(?<![^\W_])([^\W\d_]+)-\n(?!(?:and|or|to|y|o)\b)([^\W\d_]+)")

_DATE = re.compile(r"(?i)\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d|\d[-/.]\d{1,2}[-/.]\d")
_ADDRESS = re.compile(r"://|www\.|@|\d{3}[-. ]\d{4}")
_UNFINISHED = re.compile(r"[.!…,;:][\"'”’)\]»]*\Z")
_SENTENCE_INSIDE = re.compile(r"[a-z]{3,}[.!] ")


@dataclass(frozen=True)
class _Line:
    indent: int
    text: str

    @property
    def first_word(self) -> str:
        return self.text.split(" ", 1)[0]

    @cached_property
    def item(self) -> Block | None:
        """The list item the line starts; its `level` is still the indentation in characters."""
        match = _BULLET.match(self.text) or _NUMBER.match(self.text)
        if match is None:
            return None
        text = BOLD * (match.group().count(BOLD) % 2) + self.text[match.end() :]
        mark = match.group(1) if match.re is _NUMBER else "-"
        return Block("item", text, self.indent + bool(_SUB_BULLET.match(self.text)), mark)


def clean(text: str) -> str:
    """Return the text with one kind of line end and of space, and without characters nobody sees."""
    return re.sub(r"[^\S\n\t]", " ", _INVISIBLE.sub("", _LINE_END.sub("\n", text)))


def read_text(text: str) -> list[Block]:
    """Return the blocks of a whole plain text: its title as a heading of level 1, sections from level 2."""
    groups = _groups(clean(text))
    width = _wrap_width(groups)
    return find_headings(_nested(block for group in groups for block in _split(group, width)))


def read_lines(text: str) -> list[Block]:
    """Return the paragraphs and list items of a few lines that belong together; none becomes a heading."""
    return _nested(block for group in _groups(text) for block in _split(group, None))


def _groups(text: str) -> list[list[_Line]]:
    """Return the runs of lines without a blank line between them.

    A bullet or number alone on its line is joined to the next line; a line drawn under a title counts as blank.
    """
    lines: list[_Line] = []
    for raw in text.split("\n"):
        expanded = raw.expandtabs(4)
        # Word writes second-level bullets as the letter o; without the space around it, it is a Spanish word.
        words = _LETTER_BULLET.sub("◦ ", raw, count=1) if _LETTER_BULLET.match(raw) else raw
        line = _Line(len(expanded) - len(expanded.lstrip()), " ".join(words.split()))
        above = lines[-1].text if lines else ""
        if line.text and _LONE_MARK.fullmatch(above):
            line = _Line(lines.pop().indent, f"{above} {line.text}")
        elif _UNDERLINE.fullmatch(line.text) and abs(len(line.text) - len(above)) <= 2 and is_title(above):
            line = _Line(0, "")
        lines.append(line)
    return [list(run) for filled, run in groupby(lines, key=lambda line: bool(line.text)) if filled]


def _wrap_width(groups: Sequence[Sequence[_Line]]) -> int | None:
    """Return the width at which the text's lines were broken, or None where each line is a paragraph of its own."""
    breaks = [(a, b) for group in groups for a, b in pairwise(group) if b.item is None]
    if not breaks:
        return None
    lengths = sorted(len(line.text) for line, _ in breaks)
    width = lengths[(len(lengths) - 1) * 19 // 20]  # not the longest: one long web address must not set it
    full = sum(_is_full(a, b, width) for a, b in breaks)
    mid_sentence = sum(line.text[0].islower() for _, line in breaks)
    return width if 40 <= width <= 130 and 2 * full >= len(breaks) and 3 * mid_sentence >= len(breaks) else None


def _is_full(line: _Line, following: _Line, width: int | None) -> bool:
    """Return whether the next line's first word had no room any more.

    Letters differ in width in a PDF, so this is a guess, and a stricter one where a sentence ends with the line.
    """
    if width is None or (line.text.endswith(":") and following.text[0].isupper()):
        return False
    wanted = 0.95 if line.text[-1] in ".!?" else 0.85
    return len(line.text) + 1 + len(following.first_word) > wanted * width


def _split(group: Sequence[_Line], width: int | None) -> list[Block]:
    """Cut lines that follow each other into paragraphs and list items."""
    blocks: list[tuple[Block, list[str]]] = []  # each with its lines
    indent = 0  # of the line that started the current block
    for i, line in enumerate(group):
        before, item = (group[i - 1] if i else None), line.item
        in_item = bool(blocks) and blocks[-1][0].kind == "item"
        if before and item and not in_item and _is_moved_mark(before, line, width):
            item = None
        if before and item is None and ((in_item and line.indent > indent) or _continues(before, line, width)):
            joins = _ENDS_IN_HYPHEN.search(before.text) and line.text[0].islower()
            blocks[-1][1].append(line.text if joins else f" {line.text}")
        else:
            indent = line.indent
            block = replace(item or Block("paragraph", line.text), apart=before is None)
            blocks.append((block, [block.text]))
    return [replace(block, text="".join(lines)) for block, lines in blocks]


def _is_moved_mark(before: _Line, line: _Line, width: int | None) -> bool:
    """Return whether what looks like a list's mark is a dash or number of a sentence, moved there by line breaking."""
    return line.text[0] not in _SIGNS and _is_full(before, line, width) and before.text[-1] not in ".:;?!"


def _continues(before: _Line, line: _Line, width: int | None) -> bool:
    # Where lines are not broken, short ones in lower case are more likely a list without marks than one sentence.
    in_sentence = line.text[0].islower() and (width is not None or len(before.text) >= 40)
    in_title = width is not None and len(before.text) >= 40 and is_title(before.text)
    return in_sentence or (in_title and is_title(f"{before.text} {line.text}")) or _is_full(before, line, width)


def _nested(blocks: Iterable[Block]) -> list[Block]:
    """Turn the items' indentation into depth, from 0."""
    nested: list[Block] = []
    indents: list[int] = []
    for block in blocks:
        if block.kind != "item":
            indents = []
            nested.append(block)
            continue
        while indents and block.level < indents[-1]:
            indents.pop()
        if not indents or block.level > indents[-1]:
            indents.append(block.level)
        nested.append(replace(block, level=len(indents) - 1))
    return nested


def is_title(text: str) -> bool:
    """Return whether a line standing alone reads as a title or heading: short, no full stop, a question or in capitals.

    A heading in sentence case may be shorter only, as it could also be a sentence whose full stop was forgotten.
    """
    words = text.lstrip("¿¡\"'“‘(«" + BOLD).replace(BOLD, "").split()
    if not words or len(text) > 100 or not (words[0][0].isupper() or words[0][0].isdigit()):
        return False
    is_phrase = any(word[0].isupper() for word in words)  # else a dose, an amount or the like
    if not is_phrase or any(pattern.search(text) for pattern in (_UNFINISHED, _SENTENCE_INSIDE, _ADDRESS)):
        return False
    if text.rstrip("\"'”’)»").endswith("?"):
        return len(words) <= 16
    return len(words) <= (14 if _is_capitalised(words) else 8)


def _is_capitalised(words: Sequence[str]) -> bool:
    """Return whether Most Words of a Line Start Like This; short words such as "of" do not count."""
    long = [word for word in words if len(word) >= 4 and word[0].isalpha()]
    return 3 * sum(word[0].isupper() for word in long) >= 2 * len(long) > 0


def find_headings(blocks: Sequence[Block]) -> list[Block]:
    """Make headings of the lines that read as such, the first of all as the title, and of numbers over a text."""
    blocks = list(blocks)
    if len(blocks) > 1 and blocks[0].kind == "paragraph" and is_title(blocks[0].text):
        blocks[0] = replace(blocks[0], kind="heading", text=blocks[0].plain, level=1)
    titled = [_is_candidate(blocks, i) for i in range(len(blocks))]
    start = 0
    for is_candidate, run in groupby(titled):
        size = len(list(run))
        if is_candidate:
            blocks[start : start + size] = _judged(blocks, start, start + size)
        start += size
    return number_headings(blocks)


def _is_candidate(blocks: Sequence[Block], i: int) -> bool:
    text = blocks[i].text
    is_byline = bool(_DATE.search(text) or re.match("(?i)(?:by|por) ", text)) and len(text.split()) <= 8
    after_title = any(block.kind == "heading" for block in blocks[max(0, i - 2) : i])
    return blocks[i].kind == "paragraph" and is_title(text) and not (is_byline and after_title)


def _judged(blocks: Sequence[Block], start: int, end: int) -> list[Block]:
    """Return blocks that could all be headings as headings, or as the list they are where several follow each other."""
    run = list(blocks[start:end])
    introduced = start > 0 and blocks[start - 1].text.endswith(":")
    first = 0 if introduced else 1
    # The last one stands over the text that follows, unless it looks like the other members of a list.
    alike = introduced and len(run) > 1 and _style(run[-1].text) == _style(run[-2].text)
    last = len(run) if end == len(blocks) or alike else len(run) - 1
    if last - first >= 2:
        listed = [replace(block, kind="item") for block in run[first:last]]
        return [*map(_heading, run[:first]), *listed, *map(_heading, run[last:])]
    closing = run[-1:] if end == len(blocks) else []  # nothing stands below it
    return [*map(_heading, run[: len(run) - len(closing)]), *closing]


def _style(text: str) -> tuple[bool, bool]:
    words = text.split()
    return text.endswith("?"), len(words) > 1 and _is_capitalised(words)


def _heading(block: Block) -> Block:
    number = _DOTTED_NUMBER.match(block.text)
    deeper = number.group(1).count(".") if number else 0
    return replace(block, kind="heading", text=block.plain, level=TOP_LEVEL + deeper)


def number_headings(blocks: Sequence[Block]) -> list[Block]:
    """Make numbered items that stand alone over their own text sub-headings; numbers in a row stay a list."""
    found: list[Block] = []
    above = TOP_LEVEL - 1
    for i, block in enumerate(blocks):
        alone = block.numbered and not _is_in_list(found, block) and _is_over(blocks[i + 1 : i + 2])
        if block.kind == "heading":
            above = block.level
        elif alone and is_title(block.text):
            block = Block("heading", f"{block.mark} {block.plain}", above + 1)
        found.append(block)
    return found


def _is_in_list(before: Sequence[Block], block: Block) -> bool:
    """Return whether the numbered item goes on with the list before it, if need be after lists inside that one."""
    earlier = next((b for b in reversed(before) if b.kind != "item" or b.level <= block.level), None)
    return earlier is not None and earlier.numbered


def _is_over(below: Sequence[Block]) -> bool:
    """Return whether what follows is a text or a list of its own."""
    first = below[0] if below else None
    return first is not None and (first.kind != "item" or (first.mark == "-" and first.level == 0 and first.apart))


def join_pages(pages: Sequence[str]) -> str:
    """Return the text of printed pages as one: without page numbers and running titles, broken words joined."""
    lines = [[line.strip() for line in clean(page.translate(_LIGATURES)).split("\n")] for page in pages]
    text = "\n".join(line for page in _without_running_lines(lines) for line in page)
    return _HYPHENATED.sub(lambda match: _rejoined(match, text), text)


def _rejoined(match: re.Match[str], text: str) -> str:
    """Join a word broken at a line's end; its hyphen stays where a half has a capital or the text has it elsewhere."""
    left, right = match.groups()
    compound = f"{left}-{right}"
    return f"{left}{right}" if left.islower() and right.islower() and compound not in text else compound


def _without_running_lines(pages: Sequence[Sequence[str]]) -> list[list[str]]:
    """Drop page numbers, and what stands at the top or foot of every page but one at most, whatever its numbers."""
    edges = [_edges(page) for page in pages]
    shapes = Counter(shape for edge in edges for shape in set(edge.values()))
    often = max(2, len(pages) - 1)
    kept = []
    for number, (page, edge) in enumerate(zip(pages, edges, strict=True), 1):
        dropped = {i for i, shape in edge.items() if shapes[shape] >= often or _is_page_number(page[i], number)}
        kept.append([line for i, line in enumerate(page) if i not in dropped])
    return kept


def _edges(page: Sequence[str]) -> dict[int, str]:
    """Return the places of a page's first and last three lines, and what they are like without their numbers."""
    filled = [i for i, line in enumerate(page) if line]
    return {i: re.sub(r"\d+", "0", page[i].casefold()) for i in (*filled[:3], *filled[-3:])}


def _is_page_number(line: str, number: int) -> bool:
    return re.fullmatch(rf"(?i)\W*(?:page )?{number}(?: ?(?:of|/) ?\d+)?\W*", line) is not None
