"""Statements of which one denies what the other says: "can be used on its own", "cannot be used on its own".

Made for precision: both must say the same about the same treatment, under the same conditions, but for the denial.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from chatbot.contradictions import Contradiction
from chatbot.quantities import quantities
from chatbot.statements import SUBJECTS, Statement, stems, subjects

_DENYING = re.compile(
    r"\b(?:not(?! only| just)|never|cannot|nor|neither|avoid"
    r"|no(?! (?:longer|one|matter|later|more than|less than)))\b|n't\b",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"\b(?:before|after|during|until|till|unless|if|when|while|without|always|only|some|most|many|all|every|everyone"
    r"|everybody|few|more|less|again|under|over|yet|heavy|alone|next|today|now|whether|enough|between|instead)\b",
    re.IGNORECASE,
)
_SAME = {"while": "during", "till": "until", "everybody": "everyone"}
_UNTIL = re.compile(r" until\b.*\Z")
"""What is barred until later is barred at first."""
_GRANTING = re.compile(
    r"\b(?:it is |it's )?(?:fine|safe|okay|ok|allowed|possible|permitted) to\b"
    r"|\b(?:can|may|could|will|would|should|must)\b"
    r"|\b(?:you|your|there|does|do|did|is|are|was|were|be|has|have|had|an?|the|it|given)\b",
    re.IGNORECASE,
)
_ALIKE = 0.7
"""Share of all words of both statements that they have in common."""
_TOO_LITTLE = frozenset({"study", "length", "better", "side_effects", "watch", "check", "start", "course", "pills"})
"""What alone is not enough to be about the same."""


@dataclass(frozen=True)
class _Said:
    statement: Statement
    denied: bool
    words: frozenset[str]


def contradictory_denials(found: Sequence[Statement]) -> list[Contradiction]:
    """Return every pair of statements of which one denies the other, in order."""
    alike: dict[tuple[object, ...], list[_Said]] = {}
    for statement in found:
        said = _Said(statement, len(_DENYING.findall(statement.text)) % 2 == 1, _words(statement))
        if said.words - _TOO_LITTLE and not statement.text.endswith(":"):
            alike.setdefault((statement.treatments, _conditions(statement), _numbers(statement)), []).append(said)
    pairs = [pair for group in alike.values() for pair in combinations(group, 2) if _deny(*pair)]
    return [
        Contradiction(one.statement, other.statement, _stance(one.denied), _stance(other.denied))
        for one, other in pairs
    ]


def _deny(one: _Said, other: _Said) -> bool:
    shared, all_words = one.words & other.words, one.words | other.words
    return one.denied != other.denied and bool(shared - _TOO_LITTLE) and len(shared) >= _ALIKE * len(all_words)


def _stance(denied: bool) -> str:
    return "denies it" if denied else "affirms it"


def _words(statement: Statement) -> frozenset[str]:
    """Return what is said whatever is affirmed or denied: subjects by name, the other words as stems."""
    text = left = _UNTIL.sub("", statement.text)
    for pattern in SUBJECTS.values():
        left = pattern.sub(" ", left)
    named = frozenset(stem for name in statement.treatments for stem in stems(name))
    return subjects(text) | stems(_GRANTING.sub(" ", _DENYING.sub(" ", left))) - named


def _conditions(statement: Statement) -> frozenset[str]:
    text = _UNTIL.sub(" after", statement.text)
    found = (match.group().lower() for match in _CONDITION.finditer(text))
    return frozenset(_SAME.get(word, word) for word in found)


def _numbers(statement: Statement) -> tuple[tuple[str, float, float], ...]:
    return tuple(sorted((each.kind, each.low, each.high) for each in quantities(statement.text)))
