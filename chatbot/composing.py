"""Choose the sentences that answer a question, and say how sure that is. Nothing here writes a word of its own."""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, replace

from chatbot.answer_types import lacking
from chatbot.claims import benefit_without_risk, dose_in_reply
from chatbot.other_clinics import asks_of_another_clinic
from chatbot.quotable import Dropped, Quotable, Sources, barred_by
from chatbot.retrieval import Query
from chatbot.slicing import Candidate, Features
from index.lexical import Lexical
from index.passages import in_context
from index.searching import Hit

Read = Callable[[str, Sequence[str]], Iterable[float]]
"""(question, sentences with their headings) -> log odds that each answers."""

MAX_SENTENCES = 4
"""Slices shown, lead-ins included."""
READ_AT_MOST = 8
"""Candidates the reader judges: more cost time and hardly ever hold the answer."""
READ_FIRST = 4
"""The most promising of them; the others are read only where none of these is clearly an answer."""
_CLEARLY = 0.8
"""Least score of a sentence, once read, that clearly is one."""
_UNREAD = "is not among the most promising, so it was not read"
NEAR_BEST = 0.15
"""Another sentence is shown if its odds of being right are at least this share of the best one's."""
_ASKS_OF_THE_CLINIC = re.compile(
    r"\b(?:do|does|did|can|could|will|would) (?:you|your clinic|the clinic|they) (?:also |even |still )?"
    r"(?:offer|provide|have(?! to\b)|carry|accept|sell|treat|use|do|see|work with|supply|run|employ)\b"
    r"|\b(?:are|is) (?:your|the) (?:clinic|staff|team|office|doctors?|clinicians?|nurses?)\b"
    r"|\bhow many (?:\w+ )?(?:doctors|clinicians|nurses|staff|patients|locations|clinics|rooms)\b",
    re.IGNORECASE,
)
"""What the clinic has or does: facts about a treatment in general are no answer to that."""
_SAME_QUESTION = 0.98
"""Cosine above which the section lists this very question: a person has said that it answers it, or does not."""
_LISTED_BONUS, _LISTED_CONFIDENCE = 3.0, 0.9
_SAME_WORDS = 0.5
"""Jaccard similarity of stems above which a second sentence says the same again."""


@dataclass(frozen=True)
class Gathered:
    """Every sentence that may be shown, best first, and those that may not."""

    ranked: tuple[Candidate, ...]
    dropped: tuple[Dropped, ...]
    asked: float = 0.0
    """Cosine of the question to the nearest one that a passage found lists,"""
    unanswered: float = 0.0
    """and to the nearest that one lists as not answered; 0 if there are none."""
    answerable: float = 0.0
    """How far all listed questions speak for an answer, 1 to -1; 0 where nothing was learnt from them."""


@dataclass(frozen=True)
class Selection:
    """The sentences chosen, in article order, and how sure it is that they answer."""

    chosen: tuple[Candidate, ...]
    confidence: float
    """Estimated probability that the articles answer the question."""
    ranked: tuple[Candidate, ...]
    """Every candidate, best first."""
    dropped: tuple[Dropped, ...]
    asked: float = 0.0
    """As in `Gathered`, and the next too."""
    unanswered: float = 0.0
    answerable: float = 0.0


def gather(query: Query, hits: Sequence[Hit], sources: Sources) -> Gathered:
    """Make a candidate of every sentence of the passages that may be shown, scored without reading it."""
    dropped: list[Dropped] = []
    weights = sources.lexical.weights(query.search)
    lacks = lacking(query.resolved)
    scored = [
        _scored(sentence, hit, weights, lacks(" ".join(slice_.text for slice_ in sentence.candidate.slices)))
        for hit in hits
        for sentence in _fitting(hit, query, sources, dropped)
    ]
    asked, unanswered = (max(values, default=0.0) for values in _listed(hits))
    answerable = max((hit.answerable for hit in hits), default=0.0)
    return Gathered(_best_first(scored), tuple(dropped), asked, unanswered, answerable)


def _listed(hits: Sequence[Hit]) -> tuple[list[float], list[float]]:
    return [hit.asked for hit in hits], [hit.unanswered for hit in hits]


def read(query: Query, gathered: Gathered, reader: Read) -> Gathered:
    """Let the reader judge the most promising candidates, and rank those; the others are left behind."""
    judged = _read(query, gathered.ranked[:READ_FIRST], reader)
    if all(candidate.score < _CLEARLY for candidate in judged):
        judged += _read(query, gathered.ranked[READ_FIRST:READ_AT_MOST], reader)
    unread = [Dropped(each.passage.id, each.text, _UNREAD) for each in gathered.ranked[len(judged) :]]
    return replace(gathered, ranked=_best_first(judged), dropped=(*gathered.dropped, *unread))


def _read(query: Query, candidates: Sequence[Candidate], reader: Read) -> list[Candidate]:
    texts = [in_context(each.passage.heading, each.lead_in_text, each.text) for each in candidates]
    odds = reader(query.resolved, texts) if texts else []
    return [_judged(candidate, float(odd)) for candidate, odd in zip(candidates, odds, strict=True)]


def select(gathered: Gathered, sources: Sources) -> Selection:
    """Choose what to show of the candidates; whether to show it is decided by the confidence."""
    ranked = gathered.ranked
    chosen = completed(_choose(ranked, sources.lexical), ranked, sources)
    confidence = _confidence(gathered, sources) if ranked else 0.0
    told = gathered.asked, gathered.unanswered, gathered.answerable
    return Selection(chosen, confidence, ranked, gathered.dropped, *told)


def _confidence(gathered: Gathered, sources: Sources) -> float:
    """Return the probability that an answer is among the candidates; a person's word on this very question decides."""
    told = sources.tells_unanswered
    weights, bias = (_TOLD_WEIGHTS, _TOLD_BIAS) if told else (_SIGN_WEIGHTS, _SIGN_BIAS)
    confidence = _logistic(signs(gathered), weights, bias)
    if _is_listed(gathered.ranked[0]):
        return max(confidence, _LISTED_CONFIDENCE)
    return min(confidence, 1 - _LISTED_CONFIDENCE) if gathered.unanswered >= _SAME_QUESTION else confidence


def _judged(candidate: Candidate, odds: float) -> Candidate:
    features = replace(candidate.features, read=odds)
    bias = _BIAS + (_LISTED_BONUS if _is_listed(candidate) else 0)
    return replace(candidate, features=features, score=_logistic(astuple(features), _WEIGHTS, bias))


def _is_listed(candidate: Candidate) -> bool:
    return candidate.features.asked >= _SAME_QUESTION


def _best_first(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    return tuple(sorted(candidates, key=lambda each: (-each.score, each.passage.id, each.start)))


def completed(chosen: Sequence[Candidate], ranked: Sequence[Candidate], sources: Sources) -> tuple[Candidate, ...]:
    """Add a sentence on risk where benefit stands alone, if one was found, and put all in article order."""
    texts = [f"{candidate.lead_in_text} {candidate.text}" for candidate in chosen]
    if benefit_without_risk(texts):
        spoken_of = sources.glossary.treatments_in(" ".join(texts))
        for candidate in ranked:
            on_risk = not benefit_without_risk([*texts, candidate.text])
            if on_risk and _fits(candidate, chosen, spoken_of, sources):
                return tuple(_article_order([*chosen, candidate]))
    return tuple(_article_order(chosen))


def _fits(candidate: Candidate, chosen: Sequence[Candidate], treatments: frozenset[str], sources: Sources) -> bool:
    """Tell whether a sentence can join the chosen ones: of their treatment, not said already, and room for it."""
    same_treatment = bool(sources.glossary.treatments_in(candidate.text) & treatments)
    repeats = any(_says_the_same(candidate, other, sources.lexical) for other in chosen)
    return same_treatment and not repeats and _slices([*chosen, candidate]) <= MAX_SENTENCES


def signs(gathered: Gathered) -> tuple[float, ...]:
    """Return what speaks for and against an answer being among the candidates.

    The best reading; the nearest section; how much nearer the question is to one that no article answers than to any
    listed under a section; how far all listed questions speak for an answer, and how far for one section: a question
    that a bit of each may answer is answered by none. A sentence that lacks the sort of thing asked for is that much
    less of an answer.
    """
    features = [each.features for each in gathered.ranked]
    readings = (each.read - _LACKING * each.misfit for each in features)
    nearer = max(_FARTHEST, gathered.unanswered - gathered.asked)
    section, learnt = (max(values) for values in zip(*((each.section, each.learnt) for each in features), strict=True))
    return max(readings), section, nearer, gathered.answerable, learnt


def _logistic(values: Iterable[float], weights: Sequence[float], bias: float) -> float:
    return 1 / (1 + math.exp(-bias - sum(weight * value for weight, value in zip(weights, values, strict=True))))


_FARTHEST = -0.3
"""So much farther from questions without an answer than from listed ones, it makes no more difference how far."""
_LACKING = 3.0
"""Log odds of reading taken off a sentence that lacks the sort of thing asked for."""
# Logistic regressions by evals/fit_selection.py, rounded. The order is that of the fields of Features, or of signs().
_UNREAD_WEIGHTS = (3.0, 4.0, 2.0, 2.0, 0.0, -1.0, 6.0)
_UNREAD_BIAS = -8.0
_WEIGHTS = (1.3, 2.3, 0.0, 5.0, 0.6, -1.8, 6.0)
_BIAS = -6.0
_SIGN_WEIGHTS = (0.81, 3.31, 0.0, 0.0, 0.0)
_SIGN_BIAS = -1.47
_TOLD_WEIGHTS = (0.76, 0.0, -2.8, 2.55, 4.6)
_TOLD_BIAS = -1.5
"""The same where the articles list enough questions without an answer: then the nearest section says nothing more.

The bias is 0.3 below the fitted one: an answer beside the point is the worse error."""


def _fitting(hit: Hit, query: Query, sources: Sources, dropped: list[Dropped]) -> Iterator[Quotable]:
    elsewhere = asks_of_another_clinic(query.resolved, sources.clinic)
    for sentence in sources.sentences_of(hit.passage):
        if isinstance(sentence, Dropped):
            dropped.append(sentence)
        elif reason := _unfit(sentence, query, elsewhere=elsewhere):
            dropped.append(Dropped(hit.passage.id, hit.passage.sentences[sentence.position].text, reason))
        else:
            yield sentence


def _unfit(sentence: Quotable, query: Query, *, elsewhere: bool) -> str:
    if query.treatments and any(named and not named & query.treatments for named in sentence.spoken_of):
        return "speaks of another treatment"
    if _ASKS_OF_THE_CLINIC.search(query.resolved) and not sentence.of_the_clinic:
        return "is not about the clinic itself"
    doses = dose_in_reply(query.asked, [slice_.text for slice_ in sentence.candidate.slices])
    if doses:
        return barred_by(doses[0].rule)
    return "is about this clinic, and another one is asked about" if elsewhere and sentence.of_the_clinic else ""


def _scored(sentence: Quotable, hit: Hit, weights: dict[str, float], misfit: float) -> Candidate:
    features = Features(
        similarity=_unit(hit.sentence_scores[sentence.position]),
        coverage=sum(weights[stem] for stem in sentence.stems & weights.keys()) / (sum(weights.values()) or 1.0),
        section=_unit(hit.dense),
        asked=_unit(hit.asked),
        misfit=misfit,
        learnt=_unit(hit.learnt),
    )
    scored = replace(sentence.candidate, features=features)
    bias = _UNREAD_BIAS + (_LISTED_BONUS if _is_listed(scored) else 0)
    return replace(scored, score=_logistic(astuple(features), _UNREAD_WEIGHTS, bias))


def _unit(value: float) -> float:
    return min(1.0, max(0.0, value))


def _choose(ranked: Sequence[Candidate], lexical: Lexical) -> list[Candidate]:
    if not ranked:
        return []
    best = ranked[0]
    chosen = [best]
    for candidate in ranked[1:]:
        if odds_of(candidate) < odds_of(best) * NEAR_BEST or _slices([*chosen, candidate]) > MAX_SENTENCES:
            break
        if not any(_says_the_same(candidate, other, lexical) for other in chosen):
            chosen.append(candidate)
    return chosen


def odds_of(candidate: Candidate) -> float:
    """Return the odds of a candidate's score, by which sentences are compared."""
    return candidate.score / (1 - candidate.score)


def _slices(candidates: Iterable[Candidate]) -> int:
    listed = list(candidates)
    return len({(c.passage.article, slice_.start, slice_.end) for c in listed for slice_ in c.slices})


def _says_the_same(one: Candidate, other: Candidate, lexical: Lexical) -> bool:
    overlap = one.passage.article == other.passage.article and one.start < other.end and other.start < one.end
    stems, others = set(lexical.stems(one.text)), set(lexical.stems(other.text))
    return overlap or len(stems & others) > _SAME_WORDS * len(stems | others)


def _article_order(chosen: Sequence[Candidate]) -> list[Candidate]:
    """Keep articles in the order of their best sentence, and each article's sentences in the order they stand."""
    articles = list(dict.fromkeys(candidate.passage.article for candidate in chosen))
    return sorted(chosen, key=lambda candidate: (articles.index(candidate.passage.article), candidate.start))
