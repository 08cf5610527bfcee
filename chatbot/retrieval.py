"""Turn what a visitor typed into what is searched for: follow-ups resolved, spelling and lay words mended."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from rapidfuzz.distance import OSA

from chatbot.following import in_full
from chatbot.phrases import WORD, mentions, with_head
from chatbot.splitting import take_apart
from corpus.article import Article
from corpus.glossary import Glossary

_REPAIRABLE = 6
"""Shorter words are one letter away from too many others."""
_SHORTENED = re.compile(r"n['’]t$")
_THRICE = re.compile(r"(\w)\1\1+", re.IGNORECASE)
_SHORT = 4
"""Words of a follow-up in which shorter words are mended too,"""
_LEAST = 4
"""of so many letters at least."""
_LONG = 8
_ENDINGS = ("s", "es", "ed", "d", "ing", "er", "ers", "ly", "'s")
_REMEMBERED = 8
"""Earlier messages a follow-up may reach back to."""
_WHOLE = 120
"""Words at the end of a message that are searched by beside its question: an embedder reads hardly more."""


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
    spanish: str = ""
    """The question in Spanish that `resolved` puts in English to find sentences; empty if it was asked as it stands."""
    message: str = ""
    """The message it is the one question of, with what it tells beside that; empty if it tells nothing else."""


@dataclass(frozen=True)
class Wording:
    """The words that are known: the glossary's, all that occur in the articles, and ordinary ones."""

    glossary: Glossary
    vocabulary: frozenset[str] = frozenset()
    """Words of the articles, case-folded: what misspelt words are mended to."""
    ordinary: frozenset[str] = frozenset()
    """Words of everyday language, case-folded: never taken for misspellings."""

    @cached_property
    def names(self) -> frozenset[str]:
        """The treatments' names as they are rightly spelt: of words that differ by a letter or two, the first."""
        kept: list[str] = []
        for treatment in self.glossary.treatments:
            for word in treatment.words:
                if word in self.vocabulary or not _nearest(word, kept, _allowed(word)):
                    kept.append(word)
        return words_of(kept)

    @cached_property
    def clinical(self) -> frozenset[str]:
        """The glossary's terms, and the words people type for them."""
        return words_of(text for term in self.glossary.terms for text in (term.term, *term.lay))


def words_of(texts: Iterable[str]) -> frozenset[str]:
    """Return the words that occur in `texts`, case-folded."""
    return frozenset(word.casefold() for text in texts for word in WORD.findall(text))


def vocabulary_of(articles: Iterable[Article]) -> frozenset[str]:
    """Return the words of titles and bodies, case-folded; front matter lists questions as people misspell them."""
    return words_of(text for article in articles for text in (article.title, article.text[article.body_start :]))


def understand(asked: str, earlier: Sequence[str], wording: Wording) -> Query:
    """Make the query for the first question of a message; `earlier` holds earlier questions to the articles."""
    return understand_each(asked, earlier, wording)[0]


def understand_each(asked: str, earlier: Sequence[str], wording: Wording) -> tuple[Query, ...]:
    """Make a query for each question of a message, in the light of those before it; at most one more than answered."""
    before: list[Query] = []
    for message in earlier[-_REMEMBERED:]:
        before = [*reversed(_queries(message, before, wording)), *before]
    return _queries(asked, before, wording)


def _queries(message: str, before: Sequence[Query], wording: Wording) -> tuple[Query, ...]:
    """Make the queries of one message; `before` are the earlier ones, the last first."""
    queries: list[Query] = []
    parts = take_apart(message)
    for part in parts:
        told = _told(part.story, wording) if not queries else None
        known = [*([told] if told else []), *reversed(queries), *before]
        queries.append(_query(part.question, known, wording))
    if len(parts) == 1 and len(parts[0].question.split()) < len(message.split()):
        whole = " ".join(message.split()[-_WHOLE:])
        return (replace(queries[0], message=mend_spelling(whole, wording)),)
    return tuple(queries)


def _told(story: Sequence[str], wording: Wording) -> Query | None:
    """Return what a story is about, as if it had been asked: what the nearest sentence names that names anything."""
    for sentence in story:
        mended = mend_spelling(sentence, wording)
        if about := mentions(mended, wording.glossary):
            return _query(f"What is {with_head(about[0], mended)}?", (), wording)
    return None


def _query(asked: str, before: Sequence[Query], wording: Wording) -> Query:
    glossary = wording.glossary
    mended = mend_spelling(asked, wording)
    if before and len(mended.split()) <= _SHORT:
        mended = WORD.sub(lambda match: _mended_short(match.group(), wording), mended)
    last, *spoken = [query.resolved for query in before] or [""]
    full = in_full(mended, last, glossary, spoken)
    resolved = full.text
    added = [term.term for term in glossary.terms_in(resolved) if term.term.casefold() not in resolved.casefold()]
    search = " ".join([resolved, *added])
    treatments = glossary.treatments_in(search)
    if before and not treatments and full.refers_back:
        treatments = before[0].treatments
    return Query(asked, resolved, search, treatments)


def mend_spelling(text: str, wording: Wording) -> str:
    """Replace misspelt words by those of treatments, articles or glossary; an ordinary word stays what it is."""
    return WORD.sub(lambda match: _mended(match.group(), wording), text)


def _mended(word: str, wording: Wording) -> str:
    folded = word.casefold()
    if len(folded) < _REPAIRABLE or _is_known(folded, wording) or _SHORTENED.search(folded):
        return word
    # People misspell names of drugs most, and nothing else is spelt like them.
    if name := _nearest(folded, wording.names, _allowed(folded)):
        return name
    # Without a list of ordinary words, a word of the articles is no safer a guess than the word as it stands.
    written = _nearest(folded, wording.vocabulary, 1) if wording.ordinary else None
    if written or folded in wording.clinical:
        return written or word
    return _nearest(folded, wording.clinical, 1) or word


def _mended_short(word: str, wording: Wording) -> str:
    """Mend a shorter word too, to one the glossary has: in a few words that hang on a question each counts."""
    if (lengthened := _THRICE.sub(r"\1\1", word)) != word:
        return lengthened
    folded = word.casefold()
    if len(folded) < _LEAST or _is_known(folded, wording) or folded in wording.clinical:
        return word
    near = [each for each in sorted(wording.clinical) if len(each) >= _LEAST and each[0] == folded[0]]
    return next((each for each in near if OSA.distance(folded, each, score_cutoff=1) <= 1), word)


def _is_known(word: str, wording: Wording) -> bool:
    """Tell whether a word, or the one it is a form of, stands in the articles, names a treatment or is ordinary."""
    forms = [word, *(word.removesuffix(ending) for ending in _ENDINGS if word.endswith(ending))]
    return any(form in known for form in forms for known in (wording.vocabulary, wording.names, wording.ordinary))


def _allowed(word: str) -> int:
    return 2 if len(word) >= _LONG else 1


def _nearest(word: str, candidates: Iterable[str], allowed: int) -> str | None:
    """Return the candidate at most `allowed` edits away (optimal string alignment) that starts with the same letter."""
    alike = [candidate for candidate in candidates if len(candidate) >= _REPAIRABLE and candidate[0] == word[0]]
    near = [(OSA.distance(word, candidate, score_cutoff=allowed), candidate) for candidate in alike]
    distance, nearest = min(near, default=(allowed + 1, ""))
    return nearest if distance <= allowed else None
