"""The small language rules are written in (explained at the top of `rules.toml`): from a line of text to a pattern."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from chatbot.safety.matching import Edge, Either, Gap, Maybe, Not, OneOf, Part, Sequence, WordSets

GAP = 4
"""How many words `...` may stand for."""

Vocabulary = Mapping[str, Part]
"""Name of a word group -> what it stands for."""


@dataclass(frozen=True)
class Pattern:
    """A pattern ready to be matched."""

    source: str
    whole: Part = field(repr=False)
    needs: frozenset[str]
    """Words of which at least one must occur."""
    words: frozenset[str]
    """All words it is written with; those ending in `*` are beginnings."""

    def found(self, words: WordSets) -> bool:
        """Say whether the pattern occurs anywhere."""
        return self.whole.ends(words, words.everywhere) != 0

    def taken(self, words: WordSets) -> int:
        """Return the positions of all words that occurrences of the pattern are made of, gaps left out."""
        return self.whole.covered(words, words.everywhere, words.everywhere)


class PatternError(ValueError):
    """A pattern that cannot be read."""


def read_pattern(source: str, vocabulary: Vocabulary, kept_out: frozenset[str] = frozenset()) -> Pattern:
    """Read one pattern; the words `kept_out` may not stand in its gaps."""
    reader = _Reader(source, vocabulary, kept_out)
    whole = reader.alternatives()
    if reader.rest:
        raise PatternError(f"'{source}': cannot read from '{reader.rest[-1]}'. Check the brackets.")
    if whole.needs is None:
        raise PatternError(f"'{source}' could match nothing at all. Make at least one word compulsory.")
    return Pattern(source, whole, whole.needs, frozenset(reader.words))


_PIECES = re.compile(r"<<|>>|<!|\.\.\.\d*|[()|?!<>]|\{\w+\}|[^\s()|?!<>{}.]+|\S")
_COMMON = frozenset(
    "i a an the to of and or is am are be was do does no not my me you your it this that in on for with have has had "
    "can will would get if so just what how when he she they que de la el en un una mi lo es y se te por con".split()
)


def _how_common(needed: frozenset[str]) -> int:
    return sum(50 if word in _COMMON else 1 for word in needed)


def _sequence(parts: list[Part]) -> Part:
    if len(parts) == 1:
        return parts[0]
    # Of the words that must occur, the rarest decide whether the pattern is worth trying.
    needs = min((part.needs for part in parts if part.needs is not None), key=_how_common, default=None)
    return Sequence(tuple(parts), needs)


def _either(choices: list[Part]) -> Part:
    single = [part.single_words for part in choices if isinstance(part, OneOf)]
    rest = [part for part in choices if not isinstance(part, OneOf)]
    parts = [OneOf(frozenset().union(*single)), *rest] if single else rest
    if len(parts) == 1:
        return parts[0]
    needs = [part.needs for part in parts if part.needs is not None]
    return Either(tuple(parts), frozenset().union(*needs) if len(needs) == len(parts) else None)


class _Reader:
    """Reads a pattern from left to right; `rest` holds the pieces still to read, the next one last."""

    def __init__(self, source: str, vocabulary: Vocabulary, kept_out: frozenset[str]) -> None:
        self.source, self.vocabulary, self.kept_out = source, vocabulary, kept_out
        self.rest = _PIECES.findall(source)[::-1]
        self.words: list[str] = []

    def alternatives(self) -> Part:
        """Read sequences separated by `|`."""
        choices = [self._one_after_another()]
        while self._next_is("|"):
            choices.append(self._one_after_another())
        return _either(choices)

    def _next_is(self, piece: str) -> bool:
        if self.rest and self.rest[-1] == piece:
            self.rest.pop()
            return True
        return False

    def _one_after_another(self) -> Part:
        parts: list[Part] = []
        compulsory = False
        while self.rest and self.rest[-1] not in {"|", ")"}:
            part = self._part()
            optional = self._next_is("?")
            parts.append(Maybe(part) if optional else part)
            compulsory |= not optional
        if not compulsory:
            raise PatternError(f"'{self.source}': nothing must stand beside a '|' or in brackets. Write a word there.")
        return _sequence(parts)

    def _part(self) -> Part:
        piece = self.rest.pop()
        if piece == "(":
            return self._bracket()
        if piece in {"!", "<!"} and self.rest:
            return Not(self._part(), before=piece == "<!")
        if piece in {"<", ">", "<<", ">>"}:
            return Edge(piece)
        if piece.startswith("..."):
            return Gap(int(piece[3:] or GAP), self.kept_out)
        if piece.startswith("{"):
            return self._group(piece[1:-1])
        if not re.fullmatch(r"[\w#]+\*?", piece):
            raise PatternError(f"'{self.source}': '{piece}' means nothing here. See the top of rules.toml.")
        self.words.append(piece)
        return OneOf(frozenset({piece}))

    def _bracket(self) -> Part:
        part = self.alternatives()
        if not self._next_is(")"):
            raise PatternError(f"'{self.source}': a bracket is not closed. Add the ')'.")
        return part

    def _group(self, name: str) -> Part:
        if name not in self.vocabulary:
            raise PatternError(f"'{self.source}': there is no word group {name}. Add it to words.toml.")
        return self.vocabulary[name]
