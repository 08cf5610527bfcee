"""The parts patterns are made of, matched in time proportional to the message however it is built.

A part maps the set of places where a match may have got to onto the set of places where it may get to next. A set of
places is one whole number with a bit for each word, so nothing is tried twice and no text can make it slow.
"""

from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Protocol


@dataclass(frozen=True)
class WordSets:
    """A message as sets of word positions."""

    length: int
    places: dict[str, int]
    """Word, kind of number (`#phone`) or beginning of a word (`suicid*`) -> positions it stands at."""
    sentence_breaks: int
    clause_breaks: int
    hidden: int = 0
    """Positions that rules further up have crossed out."""
    groups: dict[frozenset[str], int] = field(default_factory=dict)
    """Positions already looked up for groups of words."""

    @property
    def everywhere(self) -> int:
        """All places a match may begin or end."""
        return (1 << (self.length + 1)) - 1

    def places_of(self, single_words: frozenset[str]) -> int:
        """Return the positions of any of these words, hidden or not."""
        found = self.groups.get(single_words)
        if found is None:
            found = reduce(or_, (self.places[word] for word in self.places.keys() & single_words), 0)
            self.groups[single_words] = found
        return found


class Part(Protocol):
    """One part of a pattern, walked forwards and backwards."""

    @property
    def needs(self) -> frozenset[str] | None:
        """Words of which one must occur for a match; None where it can match without any."""

    def ends(self, words: WordSets, at: int) -> int:
        """Return where matches that begin at these places may end."""

    def starts(self, words: WordSets, at: int) -> int:
        """Return where matches that end at these places may begin."""

    def covered(self, words: WordSets, begin: int, finish: int) -> int:
        """Return the positions of the words that matches between these places are made of."""


@dataclass(frozen=True)
class OneOf:
    """Any of some single words."""

    single_words: frozenset[str]

    @property
    def needs(self) -> frozenset[str]:
        """The words themselves."""
        return self.single_words

    def ends(self, words: WordSets, at: int) -> int:
        """Step over the word."""
        return (at & words.places_of(self.single_words) & ~words.hidden) << 1

    def starts(self, words: WordSets, at: int) -> int:
        """Step back over the word."""
        return (at >> 1) & words.places_of(self.single_words) & ~words.hidden

    def covered(self, words: WordSets, begin: int, finish: int) -> int:
        """Return the word's positions."""
        return begin & self.starts(words, finish)


@dataclass(frozen=True)
class Gap:
    """Up to `most` words of the same sentence, none of them among `kept_out`."""

    most: int
    kept_out: frozenset[str]
    needs: frozenset[str] | None = None

    def ends(self, words: WordSets, at: int) -> int:
        """Step over no word, one word, two words, and so on."""
        inside, open_words = ~words.sentence_breaks, ~words.places_of(self.kept_out) & words.everywhere >> 1
        reached = at = at & inside
        for _ in range(self.most):
            at = (at & open_words) << 1 & inside
            reached |= at
        return reached

    def starts(self, words: WordSets, at: int) -> int:
        """Step back the same way."""
        inside, open_words = ~words.sentence_breaks, ~words.places_of(self.kept_out) & words.everywhere >> 1
        reached = at = at & inside
        for _ in range(self.most):
            at = at >> 1 & open_words & inside
            reached |= at
        return reached

    def covered(self, words: WordSets, begin: int, finish: int) -> int:
        """Return nothing: words in a gap are not what was looked for."""
        return 0


@dataclass(frozen=True)
class Edge:
    """A start or end: of the message, of a clause."""

    mark: str
    needs: frozenset[str] | None = None

    def ends(self, words: WordSets, at: int) -> int:
        """Keep the places that are such an edge."""
        whole = {"<<": 1, "<": 1, ">>": 1 << words.length, ">": 1 << words.length}[self.mark]
        return at & (whole | (words.clause_breaks if len(self.mark) == 1 else 0))

    def starts(self, words: WordSets, at: int) -> int:
        """Keep the places that are such an edge."""
        return self.ends(words, at)

    def covered(self, words: WordSets, begin: int, finish: int) -> int:
        """Return nothing: an edge is no word."""
        return 0


@dataclass(frozen=True)
class Not:
    """A place where something does not follow, or does not stand just before."""

    part: Part
    before: bool
    needs: frozenset[str] | None = None

    def ends(self, words: WordSets, at: int) -> int:
        """Keep the places where it is so."""
        step = self.part.ends if self.before else self.part.starts
        return at & ~step(words, words.everywhere)

    def starts(self, words: WordSets, at: int) -> int:
        """Keep the places where it is so."""
        return self.ends(words, at)

    def covered(self, words: WordSets, begin: int, finish: int) -> int:
        """Return nothing: what must be absent is no word of the match."""
        return 0


@dataclass(frozen=True)
class Maybe:
    """A part that may be missing."""

    part: Part
    needs: frozenset[str] | None = None

    def ends(self, words: WordSets, at: int) -> int:
        """Step over it, or stay."""
        return at | self.part.ends(words, at)

    def starts(self, words: WordSets, at: int) -> int:
        """Step back over it, or stay."""
        return at | self.part.starts(words, at)

    def covered(self, words: WordSets, begin: int, finish: int) -> int:
        """Return its words, where it is there."""
        return self.part.covered(words, begin, finish)


@dataclass(frozen=True)
class Either:
    """Any one of several parts."""

    parts: tuple[Part, ...]
    needs: frozenset[str] | None

    def ends(self, words: WordSets, at: int) -> int:
        """Step over any of them."""
        return reduce(or_, (part.ends(words, at) for part in self.parts))

    def starts(self, words: WordSets, at: int) -> int:
        """Step back over any of them."""
        return reduce(or_, (part.starts(words, at) for part in self.parts))

    def covered(self, words: WordSets, begin: int, finish: int) -> int:
        """Return the words of each that fits."""
        return reduce(or_, (part.covered(words, begin, finish) for part in self.parts))


@dataclass(frozen=True)
class Sequence:
    """Parts that follow one another."""

    parts: tuple[Part, ...]
    needs: frozenset[str] | None

    def ends(self, words: WordSets, at: int) -> int:
        """Step over all of them."""
        for part in self.parts:
            at = part.ends(words, at)
            if not at:
                break
        return at

    def starts(self, words: WordSets, at: int) -> int:
        """Step back over all of them."""
        for part in reversed(self.parts):
            at = part.starts(words, at)
            if not at:
                break
        return at

    def covered(self, words: WordSets, begin: int, finish: int) -> int:
        """Go forwards, then back from where it may end, and take the words on ways that exist in both directions."""
        places = [begin]
        for part in self.parts:
            places.append(part.ends(words, places[-1]))
        taken, finish = 0, places[-1] & finish
        for part, before in zip(reversed(self.parts), reversed(places[:-1]), strict=True):
            taken |= part.covered(words, before, finish)
            finish = part.starts(words, finish) & before
        return taken
