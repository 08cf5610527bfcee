"""What holds of an article's sentences whatever is asked: how each is cut, what it speaks of, and what bars it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from chatbot.claims import forbidden_claims
from chatbot.retrieval import Wording
from chatbot.slicing import Candidate, governed
from corpus.glossary import Glossary
from index.lexical import Lexical
from index.passages import QUOTABLE, Passage, Sentence

_OF_BOTH = re.compile(
    r"\b(?:both|either|the two|ambos|ambas)\b (?:of (?:them|these|the)|treatments?|drugs?|medic\w+|kinds|forms|options|"
    r"one|way|are|can|may|must|have|need|raise|cause|tratamientos?|medic\w+|son|pueden)\b",
    re.IGNORECASE,
)
_OURS = re.compile(r"\b(?:we|our|us)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Dropped:
    """A sentence that was not offered, and why."""

    passage: str
    text: str
    reason: str


@dataclass(frozen=True)
class Quotable:
    """A sentence that may be shown, if it fits the question."""

    position: int
    """In `passage.sentences`."""
    candidate: Candidate
    """Not scored yet."""
    spoken_of: tuple[frozenset[str], ...]
    """The treatments of each sentence shown."""
    of_the_clinic: bool
    """Whether it tells of the clinic itself."""
    stems: frozenset[str]


@dataclass(frozen=True)
class Sources:
    """What sentences are judged and cut with."""

    texts: Mapping[str, str]
    """Article id -> the whole stored file."""
    lexical: Lexical
    wording: Wording
    clinic: str = ""
    """The clinic's name, by which its articles speak of it."""
    tells_unanswered: bool = False
    """Whether the articles list enough questions without an answer: see `Index.tells_unanswered`."""
    _kept: dict[str, tuple[Quotable | Dropped, ...]] = field(default_factory=dict, compare=False, repr=False)
    """Passage id -> its sentences: cutting them takes longer than finding them."""

    @property
    def glossary(self) -> Glossary:
        """The clinic's words."""
        return self.wording.glossary

    def sentences_of(self, passage: Passage) -> tuple[Quotable | Dropped, ...]:
        """Return the passage's sentences that may be shown, and those that may not whatever is asked."""
        kept = self._kept.get(passage.id)
        if kept is None:
            kept = self._kept[passage.id] = tuple(self._cut(passage))
        return kept

    def _cut(self, passage: Passage) -> Iterator[Quotable | Dropped]:
        for position, sentence in enumerate(passage.sentences):
            if sentence.kind in QUOTABLE:
                yield self._cut_one(passage, position)

    def _cut_one(self, passage: Passage, position: int) -> Quotable | Dropped:
        words = passage.sentences[position].text
        candidate = governed(passage, position, self.texts[passage.article], self.glossary.treatments_meant)
        if candidate is None:
            return Dropped(passage.id, words, "refers to something before it that cannot be shown with it")
        texts = [slice_.text for slice_ in candidate.slices]
        if claims := forbidden_claims(texts, cited=True):
            return Dropped(passage.id, words, barred_by(claims[0].rule))
        told = " ".join(texts)
        return Quotable(
            position,
            candidate,
            tuple(_spoken_of(candidate, self.glossary)),
            self.clinic.casefold() in told.casefold() or bool(_OURS.search(told)),
            frozenset(self.lexical.stems(f"{candidate.lead_in_text} {candidate.text}")),
        )


def barred_by(rule: str) -> str:
    """Return why a sentence is not offered that a rule on claims bars."""
    return f"makes a claim that must not be made: {rule}"


def _spoken_of(candidate: Candidate, glossary: Glossary) -> Iterator[frozenset[str]]:
    """Yield the treatments of each sentence shown; one that names none speaks of what was last named before it."""
    inside = [s for s in candidate.passage.sentences if candidate.start <= s.start and s.end <= candidate.end]
    named = [glossary.treatments_meant(text) for text in _texts(candidate, inside)]
    yield from named
    if not any(named) and not _OF_BOTH.search(candidate.text):
        yield next(filter(None, map(glossary.treatments_meant, _above(candidate))), frozenset())


def _texts(candidate: Candidate, inside: Sequence[Sentence]) -> Iterator[str]:
    whole = candidate.kind != "statement" or not inside
    for slice_ in candidate.slices:
        own = (slice_.start, slice_.end) == (candidate.start, candidate.end)
        yield from [slice_.text] if whole or not own else [sentence.text for sentence in inside]


def _above(candidate: Candidate) -> Iterator[str]:
    """Yield what stands above a sentence, nearest first: its paragraph, its headings, the paragraphs before it."""
    passage = candidate.passage
    earlier = [s for s in reversed(passage.sentences) if s.start < candidate.start and s.kind not in {"item", "list"}]
    block = next((s.block for s in passage.sentences if s.start == candidate.start), candidate.start)
    yield from (s.text for s in earlier if s.block == block)
    yield from reversed(passage.heading_path)
    yield from (s.text for s in earlier if s.block != block)
    yield passage.title
