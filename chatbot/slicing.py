"""Cut the slice a sentence needs to be understood: with its lead-in, and with what its first words refer to."""

import re
from dataclasses import dataclass

from index.markdown_text import plain, plain_list
from index.passages import Passage, Sentence

_STEPS_BACK = 2
"""How many sentences a slice may be extended back to what its pronoun refers to."""

_REFERS_BACK = re.compile(
    r"\W*(?:(?:this|these|those|that|it|its|it[’']s|they|their|them|he|she|such|but|however|also|so|and|or|then|instead"
    r"|otherwise|still|therefore|thus|both|neither|others?|another|similarly|likewise|afterwards?|throughout|here)\b"
    r"|(?:\w+\s+){1,3}(?:this|these|those|that case|such|it|they)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Features:
    """What a candidate's score is made of; each 0 to 1, higher is better."""

    similarity: float
    """Cosine of the question to the sentence with its heading."""
    coverage: float
    """Share of the question's terms, weighted by their rarity, that the sentence holds."""
    above: float
    """Share of them that only its headings hold."""
    before: float
    """Share of them that only the sentence right before it in its paragraph holds: it is often what is answered."""
    section: float
    """Best cosine of the question to any key of the passage, the section's own questions among them."""
    opening: float
    """1 for the first sentence of its passage that can be quoted: writers answer first and explain later."""
    read: float = 0.0
    """The reader's log odds that the sentence answers the question; 0 where it was not read."""


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


def governed(passage: Passage, position: int, text: str) -> Candidate | None:
    """Make the slice for a sentence, extended back to what its first words refer to; None where that is impossible."""
    sentence = passage.sentences[position]
    if sentence.lead_in is not None:
        before = _position_of(passage, sentence.lead_in[0])
        opening = _reaching_back(passage, before)
        if opening is None:
            return None
        return _candidate(passage, sentence, text, sentence.start, (opening, sentence.lead_in[1]))
    first = position
    if sentence.kind == "list" and (introduced := _position_of(passage, sentence.start)) < position:
        first = introduced
    start = _reaching_back(passage, first)
    return None if start is None else _candidate(passage, sentence, text, start, None)


def _position_of(passage: Passage, start: int) -> int:
    return next(number for number, sentence in enumerate(passage.sentences) if sentence.start == start)


def _reaching_back(passage: Passage, position: int) -> int | None:
    """Return the offset from which the sentence can be understood, or None."""
    for step in range(_STEPS_BACK + 1):
        current = passage.sentences[position - step]
        if not _REFERS_BACK.match(current.text):
            return current.start
        previous = position - step - 1
        if previous < 0 or passage.sentences[previous].block != current.block:
            return None
        if passage.sentences[previous].kind != "statement":
            return None
    return None


def _candidate(
    passage: Passage, sentence: Sentence, text: str, start: int, lead_in: tuple[int, int] | None
) -> Candidate:
    words = plain_list if sentence.kind == "list" else plain
    return Candidate(
        passage=passage,
        start=start,
        end=sentence.end,
        text=words(text[start : sentence.end]),
        kind=sentence.kind,
        lead_in=lead_in,
        lead_in_text=plain(text[slice(*lead_in)]) if lead_in else "",
        features=Features(0, 0, 0, 0, 0, 0),
        score=0,
    )
