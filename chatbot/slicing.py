"""Cut the slice a sentence needs to be understood: with its lead-in, what it refers to, and what governs it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from index.leaning import (
    condition_of,
    is_fact,
    is_hearsay,
    is_myth,
    labels_myths,
    may_govern_next,
    names_a_case,
    points_back,
    rebuts,
    refers_back,
    restricts,
    restricts_paragraph,
    states_condition,
)
from index.lexical import stems
from index.markdown_text import plain, plain_list
from index.passages import Passage, Sentence

_STEPS_BACK = 3
"""How many sentences a slice may be extended back to what its pronoun refers to."""
_STEPS_ON = 2
"""How many exceptions may follow a sentence in its slice."""
_ALIKE = 6
"""Two stems that begin with so many letters alike are one word."""

Names = Callable[[str], frozenset[str]]
"""Text -> the treatments it speaks of."""


@dataclass(frozen=True)
class Features:
    """What a candidate's score is made of; higher is better."""

    similarity: float
    """Cosine of the question to the sentence with its heading, 0 to 1."""
    coverage: float
    """Share of the question's terms, weighted by their rarity, that the sentence holds, 0 to 1."""
    section: float
    """Best cosine of the question to any key of the passage, the section's own questions among them, 0 to 1."""
    asked: float
    """Best cosine of the question to one that the section lists, 0 to 1."""
    read: float = 0.0
    """The reader's log odds that the sentence answers the question; 0 where it was not read."""
    misfit: float = 0.0
    """How plainly it lacks the sort of thing asked for, a number or a name say, 0 to 1; higher is worse."""
    learnt: float = 0.0
    """How far all listed questions speak for the section, 0 to 1; 0 where nothing was learnt from them."""


@dataclass(frozen=True)
class Slice:
    """Words of an article that are shown with a citation of their own."""

    start: int
    end: int
    text: str
    """Without Markdown marks."""


@dataclass(frozen=True)
class Candidate:
    """A slice of an article that may be shown."""

    passage: Passage
    start: int
    end: int
    text: str
    """The slice without Markdown marks."""
    kind: str
    lead_in: tuple[int, int] | None
    lead_in_text: str
    features: Features
    score: float
    headings: tuple[Slice, ...] = ()
    """Headings to show before it: they state its condition, or what it speaks of."""
    exceptions: tuple[Slice, ...] = ()
    """Sentences of the next paragraph to show after it."""

    @property
    def slices(self) -> Iterator[Slice]:
        """Everything that is shown with it, itself included, in order."""
        yield from self.headings
        if self.lead_in:
            yield Slice(*self.lead_in, self.lead_in_text)
        yield Slice(self.start, self.end, self.text)
        yield from self.exceptions


@dataclass(frozen=True)
class _Reach:
    """How far back a slice goes; `heading` if only the heading says what it is about."""

    start: int
    heading: bool = False


def governed(passage: Passage, position: int, text: str, names: Names = lambda _: frozenset()) -> Candidate | None:
    """Make the slice for a sentence, extended by what governs it; None where that is impossible.

    An exception that speaks only of other treatments, by `names`, is none of this sentence's.
    """
    sentence = passage.sentences[position]
    if _is_untrue(passage, position, text):
        return None
    if sentence.kind == "item" and not _item_stands(passage, position):
        return None
    last = position if sentence.kind != "statement" else _last(passage, position, names)
    if is_hearsay(sentence.text) and (last == position or not rebuts(passage.sentences[position + 1].text)):
        return None
    reach, lead_in = _opening(passage, position)
    headings = None if reach is None else _headings(passage, sentence, text, bare=reach.heading)
    if reach is None or headings is None:
        return None
    if any(is_myth(each.text) for each in passage.sentences if reach.start <= each.start < sentence.start):
        return None
    span = (reach.start, passage.sentences[last].end) if lead_in is None else (sentence.start, sentence.end)
    words = plain_list if sentence.kind == "list" else plain
    return Candidate(
        passage=passage,
        start=span[0],
        end=span[1],
        text=words(text[slice(*span)]),
        kind=sentence.kind,
        lead_in=lead_in,
        lead_in_text=plain(text[slice(*lead_in)]) if lead_in else "",
        features=Features(0, 0, 0, 0),
        score=0,
        headings=headings,
        exceptions=_exceptions(passage, last, names),
    )


def _opening(passage: Passage, position: int) -> tuple[_Reach | None, tuple[int, int] | None]:
    """Return where the slice starts, and the lead-in that is shown before it."""
    sentence = passage.sentences[position]
    if sentence.lead_in is not None:
        reach = _reaching_back(passage, _position_of(passage, sentence.lead_in[0]))
        return reach, None if reach is None else (reach.start, sentence.lead_in[1])
    if sentence.kind == "list" and (introduced := _position_of(passage, sentence.start)) < position:
        return _reaching_back(passage, introduced), None
    if sentence.kind != "statement":
        # A list without a lead-in says nothing without its heading.
        return _Reach(sentence.start, heading=True), None
    return _reaching_back(passage, position), None


def _position_of(passage: Passage, start: int) -> int:
    return next(number for number, sentence in enumerate(passage.sentences) if sentence.start == start)


def _reaching_back(passage: Passage, position: int) -> _Reach | None:
    """Return from where the sentence can be understood, or None."""
    for step in range(_STEPS_BACK + 1):
        here = position - step
        current = passage.sentences[here]
        leans = refers_back(current.text)
        before = _before(passage, here)
        if before is None:
            # What opens a section may speak of what its heading names.
            return None if leans and here else _Reach(current.start, heading=leans)
        if not (leans or points_back(current.text) or _is_governed(passage, here)):
            return _Reach(current.start)
    return None


def _before(passage: Passage, position: int) -> Sentence | None:
    """Return the sentence right before one in its paragraph."""
    before = passage.sentences[position - 1] if position else None
    return before if before and before.block == passage.sentences[position].block else None


def _is_governed(passage: Passage, position: int) -> bool:
    """Tell whether the sentence before states a case in which alone this one may hold."""
    before = _before(passage, position)
    own = passage.sentences[position].text
    return before is not None and may_govern_next(before.text) and not states_condition(own)


def _last(passage: Passage, position: int, names: Names) -> int:
    """Return the position of the last of the exceptions that follow a sentence in its paragraph."""
    own = names(passage.sentences[position].text)
    told = is_hearsay(passage.sentences[position].text)
    last = position
    for following in range(position + 1, min(position + 1 + _STEPS_ON, len(passage.sentences))):
        sentence = passage.sentences[following]
        if sentence.block != passage.sentences[position].block:
            break
        taken_back = restricts(sentence.text) or (told and rebuts(sentence.text))
        if not taken_back or _is_of_others(sentence.text, own, names):
            break
        last = following
    return last


def _is_of_others(text: str, own: frozenset[str], names: Names) -> bool:
    spoken_of = names(text)
    return bool(own and spoken_of and not own & spoken_of)


def _exceptions(passage: Passage, position: int, names: Names) -> tuple[Slice, ...]:
    """Return the sentence opening the next paragraph, if it takes something back of this one or of this list."""
    sentences = passage.sentences
    here = sentences[position]
    later = (s for s in sentences[position + 1 :] if s.block != here.block and (s.kind, here.kind) != ("item", "item"))
    found = next(later, None)
    if found is None or found.kind not in {"statement", "fragment"} or not restricts_paragraph(found.text):
        return ()
    if _is_of_others(found.text, names(here.text), names):
        return ()
    return (Slice(found.start, found.end, found.text),)


def _item_stands(passage: Passage, position: int) -> bool:
    """Tell whether an item says by itself, after its lead-in, what it says in the list."""
    item = passage.sentences[position]
    # A first item has only its lead-in or heading before it, and they are shown.
    first = position == 0 or passage.sentences[position - 1].kind not in {"item", "fragment"}
    leans = restricts_paragraph(item.text) if first else refers_back(item.text)
    following = passage.sentences[position + 1] if position + 1 < len(passage.sentences) else None
    taken_back = following is not None and following.kind == "item" and restricts_paragraph(following.text)
    return not leans and not taken_back


def _is_untrue(passage: Passage, position: int, text: str) -> bool:
    """Tell whether the article gives the sentence as a myth, or as somebody else's words."""
    sentence = passage.sentences[position]
    if is_myth(sentence.text) or _is_inside_quotes(text[sentence.block : sentence.start]):
        return True
    if is_fact(sentence.text):
        return False
    before = _before(passage, position)
    told = [passage.title, *passage.heading_path, sentence.lead_in_text]
    return any(labels_myths(each) for each in told) or (before is not None and is_myth(before.text))


def _is_inside_quotes(before: str) -> bool:
    return before.count('"') % 2 == 1 or before.count("“") > before.count("”") or before.count("«") > before.count("»")


def _headings(passage: Passage, sentence: Sentence, text: str, *, bare: bool) -> tuple[Slice, ...] | None:
    """Return the headings to show before the sentence; None where one cannot be shown.

    `bare`: the innermost is needed to understand it, whatever it says.
    """
    said = set(stems(f"{sentence.lead_in_text} {sentence.text}"))
    if bare and not passage.heading_spans:
        return None
    if names_a_case(passage.title) and not _is_said(passage.title, said):
        return None
    shown: list[Slice] = []
    for number, (heading, span) in enumerate(zip(passage.heading_path, passage.heading_spans, strict=True), 1):
        condition = condition_of(heading)
        # A heading under a condition, or that goes on from the one above, is part of what holds.
        inner = not heading.endswith("?") and (bool(shown) or refers_back(heading))
        needed = inner or (bare and number == len(passage.heading_spans))
        if needed or (condition and not _is_said(condition, said)):
            shown.append(Slice(*span, plain(text[slice(*span)])))
    return tuple(shown)


def _is_said(condition: str, said: set[str]) -> bool:
    """Tell whether a sentence repeats a heading's condition; "pregnant" says "pregnancy"."""
    return all(any(own.startswith(stem[:_ALIKE]) for own in said) for stem in stems(condition))
