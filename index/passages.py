"""Cut an article into passages and sentences, each with exact character offsets into the stored file.

A sentence's `text` is always `plain(article.text[start:end])` (`plain_list` for a list): the check before an answer
is shown relies on it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from corpus.article import Article
from index.leaning import refers_back, restricts_paragraph
from index.markdown_text import Block, blocks, heading_paths, plain, plain_list

CHUNKER_VERSION = "3"
"""Raise it whenever `cut` or `keys` gives another result for the same article: old indexes are then refused."""

SentenceKind = Literal["statement", "item", "list", "lead_in", "question", "fragment"]
"""`statement`: a full sentence. `item`: a list item that reads on its own, shown after its lead-in. `list`: a lead-in
with its whole list, shown as one. The others are never quoted."""

QUOTABLE: frozenset[SentenceKind] = frozenset({"statement", "item", "list"})
PASSAGE_WORDS = 110
"""A passage is closed after the block that brings it to so many words: MiniLM reads 256 tokens, about 190 words."""

_LABELLED = re.compile(r"[^.:?!]{2,60}:\s+\S")
_ENDED = re.compile(r"[.!…][\"'”’)\]*_]*\Z")
_ASKED = re.compile(r"\?[\"'”’)\]*_]*\Z")
_GOES_ON = re.compile(r"[\s*_]*[(\[]?[a-záéíóúñ]")
_POINTS_ON = re.compile(r"\b(?:the following|as follows|below|these|this list|siguientes?)\b", re.IGNORECASE)
_STARTED = re.compile(r"[\"'“‘(\[*_]*[A-ZÁÉÍÓÚÑ¿¡0-9]")


@dataclass(frozen=True)
class Sentence:
    """One sentence, list item or list. `article.text[start:end]` is its quote."""

    start: int
    end: int
    text: str
    """The quote without Markdown marks."""
    kind: SentenceKind
    lead_in: tuple[int, int] | None = None
    """Offsets of the sentence that introduces the list this item is in."""
    lead_in_text: str = ""
    block: int = 0
    """Offset of the paragraph or item it stands in: sentences of one block follow each other."""


@dataclass(frozen=True)
class Passage:
    """Consecutive blocks of one section: what is retrieved as a whole."""

    id: str
    """`<article id>#<start>`."""
    article: str
    title: str
    heading_path: tuple[str, ...]
    """Headings from the outermost to the one above the passage, without the article's title."""
    start: int
    end: int
    sentences: tuple[Sentence, ...]
    questions: tuple[str, ...] = ()
    """Ways people ask what this section answers (front matter): additional keys for retrieval."""
    unanswered: tuple[str, ...] = ()
    """Questions near to this section that no article answers (front matter)."""
    language: str = "en"
    heading_spans: tuple[tuple[int, int], ...] = ()
    """Offsets of each of `heading_path`, without its marks."""

    @property
    def asked_as(self) -> tuple[str, ...]:
        """`questions`, and then the heading if it is a question."""
        asks = self.heading.endswith("?") and self.heading not in self.questions
        return (*self.questions, self.heading) if asks else self.questions

    @property
    def heading(self) -> str:
        """The heading right above the passage, or the article's title."""
        return self.heading_path[-1] if self.heading_path else self.title

    @property
    def text(self) -> str:
        """The passage's sentences as plain text."""
        return " ".join(sentence.text for sentence in self.sentences)


@dataclass(frozen=True)
class Key:
    """A text under which a passage can be found: one of its sentences, a question, or the passage as a whole."""

    text: str
    sentence: int | None
    """Position in `passage.sentences`, or None."""


def cut(article: Article) -> list[Passage]:
    """Return the article's passages in order. Every quotable word of the article is in exactly one of them."""
    passages: list[Passage] = []
    body = [(path, block) for path, block in heading_paths(blocks(article.text, article.body_start))]
    spans: dict[tuple[str, ...], tuple[int, int]] = {}
    for path, run in groupby(body, key=lambda pair: pair[0]):
        members = [block for _, block in run]
        heading = next((block for block in reversed(members) if block.kind == "heading"), None)
        if heading:
            spans[path] = (heading.start, heading.end)
        section = [block for block in members if block.kind != "heading"]
        above = tuple(spans[path[: depth + 1]] for depth in range(len(path)))
        for group in _groups(list(_sentences(article, section))):
            passages.append(_passage(article, path, above, group))
    return passages


def keys(passage: Passage) -> list[Key]:
    """Return the texts to embed and index for one passage; a sentence brings its heading and lead-in as context."""
    sentences = [
        Key(in_context(passage.heading, sentence.lead_in_text, sentence.text), number)
        for number, sentence in enumerate(passage.sentences)
        if sentence.kind in QUOTABLE
    ]
    asked = [Key(question, None) for question in passage.asked_as]
    return [*sentences, *asked, Key(in_context(passage.title, *passage.heading_path, passage.text), None)]


def in_context(*parts: str) -> str:
    """Join headings, lead-in and sentence into one text, each ended: what is embedded, and what the reader reads."""
    ended = (part if part.endswith((".", "?", "!", ":")) else f"{part}." for part in parts if part)
    return " ".join(ended)


def _passage(
    article: Article, path: tuple[str, ...], spans: tuple[tuple[int, int], ...], sentences: Sequence[Sentence]
) -> Passage:
    start = min(sentence.start for sentence in sentences)
    asked = article.questions.get(path[-1], ()) if path else ()
    return Passage(
        id=f"{article.id}#{start}",
        article=article.id,
        title=article.title,
        heading_path=path,
        start=start,
        end=max(sentence.end for sentence in sentences),
        sentences=tuple(sentences),
        questions=asked,
        unanswered=article.unanswered.get(path[-1], ()) if path else (),
        language=article.language,
        heading_spans=spans,
    )


def _groups(sentences: Sequence[Sentence]) -> Iterator[list[Sentence]]:
    """Close a passage at the end of the block that fills it, and never before what leans on that block."""
    group: list[Sentence] = []
    words = 0
    for number, sentence in enumerate(sentences):
        group.append(sentence)
        words += len(sentence.text.split())
        following = sentences[number + 1] if number + 1 < len(sentences) else None
        if words >= PASSAGE_WORDS and not (following and _belong_together(sentence, following)):
            yield group
            group, words = [], 0
    if group:
        yield group


def _belong_together(sentence: Sentence, following: Sentence) -> bool:
    """Tell whether a sentence is of the same paragraph or list as the next, or the next leans on it."""
    same = following.block == sentence.block or following.lead_in is not None or following.start <= sentence.start
    return same or sentence.kind == "lead_in" or refers_back(following.text) or restricts_paragraph(following.text)


def _sentences(article: Article, section: Sequence[Block]) -> Iterator[Sentence]:
    lead_in: Sentence | None = None
    runs = [(list_id, list(run)) for list_id, run in groupby(section, key=lambda block: block.list_id)]
    for number, (list_id, members) in enumerate(runs):
        if list_id:
            yield from _list(article, members, lead_in)
            lead_in = None
            continue
        split = [_sentence(article, b, span) for b in members for span in _spans(b, article.language)]
        if split and number + 1 < len(runs):
            # Whatever stands right above a list introduces it, with or without a colon.
            split[-1] = lead_in = _introducing(split[-1])
        yield from split


def _introducing(last: Sentence) -> Sentence:
    """Return the sentence above a list, no longer to be quoted alone where it says nothing without the list."""
    unended = last.kind in {"statement", "fragment"} and not _ENDED.search(last.text)
    return replace(last, kind="lead_in") if unended or _POINTS_ON.search(last.text) else last


def _list(article: Article, items: Sequence[Block], lead_in: Sentence | None) -> Iterator[Sentence]:
    """Yield a list as one sentence where its items only make sense together, else item by item."""
    if not any(item.quoted for item in items) and not _independent(items):
        start = lead_in.start if lead_in else _list_start(article.text, items[0].start)
        whole = article.text[start : items[-1].end]
        expected = " ".join(plain(item.content) for item in items)
        if plain_list(whole).replace("• ", "").endswith(expected):
            yield Sentence(start, items[-1].end, plain_list(whole), "list", block=items[0].start)
            return
    # A nested item hangs on its parent as well as on the lead-in; one slice cannot show both, so it is not quoted.
    span, text = ((lead_in.start, lead_in.end), lead_in.text) if lead_in else (None, "")
    own = [item.depth == 1 and _has_mark(article.text, item.start) for item in items]
    for number, item in enumerate(items):
        # What continues an item, or is nested in it, may take something back of it.
        alone = own[number] and (number + 1 == len(items) or own[number + 1])
        kind: SentenceKind = "item" if alone and _reads_alone(plain(item.content)) else "fragment"
        words = plain(article.text[item.start : item.end])
        yield Sentence(item.start, item.end, words, kind, span, text, item.start)


def _has_mark(text: str, content_start: int) -> bool:
    """Tell whether an item's own mark stands before it on its line, and not only the indentation of a paragraph."""
    line_start = max(text.rfind("\n", 0, content_start), text.rfind("\r", 0, content_start)) + 1
    return text[line_start:content_start].strip(" \t>") != ""


def _list_start(text: str, content_start: int) -> int:
    """Go back over the first item's own mark, so that the slice is a list."""
    line_start = max(text.rfind("\n", 0, content_start), text.rfind("\r", 0, content_start)) + 1
    return line_start if text[line_start:content_start].strip(" \t-+*0123456789.)") == "" else content_start


def _independent(items: Sequence[Block]) -> bool:
    reading = sum(_reads_alone(plain(item.content)) for item in items)
    return all(item.depth == 1 for item in items) and reading * 2 > len(items)


def _reads_alone(text: str) -> bool:
    """Tell whether a list item says something by itself: it is labelled, or a full sentence."""
    return bool(_LABELLED.match(text)) or (bool(_ENDED.search(text)) and len(text.split()) >= 6)


def _sentence(article: Article, block: Block, span: tuple[int, int]) -> Sentence:
    start, end = span
    text = plain(article.text[start:end])
    # A cell of a table says nothing without its row and its column, even where it is a sentence.
    in_table = all("|" in line for line in block.content.split("\n"))
    return Sentence(start, end, text, "fragment" if in_table else _kind(text), block=block.start)


def _kind(text: str) -> SentenceKind:
    if text.endswith(":"):
        return "lead_in"
    if _ASKED.search(text):
        return "question"
    words = len(text.split())
    whole = words >= 4 and _STARTED.match(text) and (_ENDED.search(text) or words >= 8)
    return "statement" if whole and "|" not in text else "fragment"


def _spans(block: Block, language: str) -> Iterator[tuple[int, int]]:
    """Split a block into sentences as offsets; one whose Markdown marks would be torn apart stays in one piece."""
    rest = plain(block.content).replace(" ", "")
    start = 0
    for end in _boundaries(block.content, language):
        words = plain(block.content[start:end]).replace(" ", "")
        last = end == len(block.content)
        if not last and not (words and rest.startswith(words)):
            continue
        rest = rest[len(words) :]
        inner = block.content[start:end]
        first = start + len(inner) - len(inner.lstrip())
        stop = start + len(inner.rstrip())
        if words and first < stop:
            yield block.offsets[first], block.offsets[stop - 1] + 1
        start = end


def _boundaries(content: str, language: str) -> list[int]:
    """Return where sentences end, by sentencex (Wikimedia); the last is the content's length."""
    from sentencex import get_sentence_boundaries

    # A line break inside a paragraph is white space, but sentencex takes two of them for a paragraph's end.
    found = get_sentence_boundaries(language, content.replace("\n", " "))
    ends = [boundary["end_index"] for boundary in found]
    # What goes on in lower case is the same sentence: the full stop was an abbreviation's.
    return [*(end for end in ends if end < len(content) and not _GOES_ON.match(content, end)), len(content)]
