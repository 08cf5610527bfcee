"""Turn what a visitor typed into what is searched for: follow-ups resolved, spelling and lay words mended."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from corpus.glossary import Glossary

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_POINTS_BACK = re.compile(
    r"^\W*(?:and|or|also|so|then|but|what about|how about|y|pero|también|qué tal)\b"
    r"|\b(?:it|its|that|they|them|their|those|these|this one|the other one|eso|esto|ello)\b",
    re.IGNORECASE,
)
_SMALL_WORDS = frozenset(
    (
        "a an and any are as at be but by can could did do does for from get had has have how i if in is it its long "
        "many me much my of on or so than that the then there these they this those to too was we what when where "
        "which who why will with would you your"
    ).split()
)
_REPAIRABLE = 6
"""Shorter words are one letter away from too many others."""
_LONG = 8


@dataclass(frozen=True)
class Query:
    """What is searched for, and how it came about."""

    asked: str
    resolved: str
    """With the earlier question it refers to, if it does."""
    search: str
    """`resolved` with spelling mended and clinical terms added for lay words."""
    treatments: frozenset[str]
    """The treatments it asks about; empty if it names none."""


@dataclass(frozen=True)
class Wording:
    """The words that are known: the glossary's, and all that occur in the articles."""

    glossary: Glossary
    vocabulary: frozenset[str] = frozenset()
    """Words of the articles, case-folded: never taken for misspellings of others."""


def words_of(texts: Iterable[str]) -> frozenset[str]:
    """Return the words that occur in `texts`, case-folded."""
    return frozenset(word.casefold() for text in texts for word in _WORD.findall(text))


def understand(asked: str, earlier: Sequence[str], wording: Wording) -> Query:
    """Make the query for a question; `earlier` holds the conversation's earlier questions to the articles."""
    glossary = wording.glossary
    mended = mend_spelling(asked, wording)
    resolved = mended
    if earlier and _refers_back(mended):
        before = understand(earlier[-1], earlier[:-1], wording).resolved
        resolved = f"{_without_other_treatments(before, mended, glossary)} {mended}"
    added = [term.term for term in glossary.terms_in(resolved) if term.term.casefold() not in resolved.casefold()]
    search = " ".join([resolved, *added])
    return Query(asked, resolved, search, glossary.treatments_in(search))


def mend_spelling(text: str, wording: Wording) -> str:
    """Replace misspelt clinical words by the glossary's; other words stay, an unknown word may be what matters."""
    names = words_of(word for treatment in wording.glossary.treatments for word in treatment.words)
    clinical = words_of(text for term in wording.glossary.terms for text in (term.term, *term.lay))
    known = names | clinical | wording.vocabulary

    def mended(match: re.Match[str]) -> str:
        word = match.group(0)
        folded = word.casefold()
        if len(folded) < _REPAIRABLE or folded in known or folded.removesuffix("s") in known:
            return word
        # People misspell names of drugs most, and nothing else is spelt like them.
        return _nearest(folded, names, 2 if len(folded) >= _LONG else 1) or _nearest(folded, clinical, 1) or word

    return _WORD.sub(mended, text)


def _nearest(word: str, candidates: Iterable[str], allowed: int) -> str | None:
    """Return the candidate at most `allowed` edits away (optimal string alignment) that starts with the same letter."""
    alike = [candidate for candidate in candidates if len(candidate) >= _REPAIRABLE and candidate[0] == word[0]]
    near = [(OSA.distance(word, candidate, score_cutoff=allowed), candidate) for candidate in alike]
    distance, nearest = min(near, default=(allowed + 1, ""))
    return nearest if distance <= allowed else None


def _refers_back(text: str) -> bool:
    content = [word for word in _WORD.findall(text.casefold()) if word not in _SMALL_WORDS]
    return len(content) <= 1 or bool(_POINTS_BACK.search(text))


def _without_other_treatments(before: str, now: str, glossary: Glossary) -> str:
    """Drop the earlier question's treatment where the new one names its own: "and ketamine?" asks only of ketamine."""
    if not glossary.treatments_in(now):
        return before
    words: Iterable[str] = (word for treatment in glossary.treatments for word in treatment.words)
    for word in words:
        before = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", " ", before, flags=re.IGNORECASE)
    return " ".join(before.split())
