"""Choose the sentences that answer a question, and say how sure that is. Nothing here writes a word of its own."""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, replace

from chatbot.claims import benefit_without_risk, dose_in_reply, forbidden_claims
from chatbot.retrieval import Query, Wording
from chatbot.slicing import Candidate, Features, governed
from corpus.glossary import Glossary
from index.lexical import Lexical
from index.passages import QUOTABLE, Sentence, in_context
from index.searching import Hit

Read = Callable[[str, Sequence[str]], Iterable[float]]
"""(question, sentences with their headings) -> log odds that each answers."""

MAX_SENTENCES = 4
"""Slices shown, lead-ins included."""
READ_AT_MOST = 10
"""Candidates the reader judges: more cost time and hardly ever hold the answer."""
_UNREAD = "is not among the most promising, so it was not read"
NEAR_BEST = 0.35
"""Another sentence is shown if its odds of being right are at least this share of the best one's."""
_ASKS_OF_THE_CLINIC = re.compile(
    r"\b(?:do|does|did|can|could|will|would) (?:you|your clinic|the clinic|they) (?:also |even |still )?"
    r"(?:offer|provide|have(?! to\b)|carry|accept|sell|treat|use|do|see|work with|supply|run|employ)\b"
    r"|\b(?:are|is) (?:your|the) (?:clinic|staff|team|office|doctors?|clinicians?|nurses?)\b"
    r"|\bhow many (?:\w+ )?(?:doctors|clinicians|nurses|staff|patients|locations|clinics|rooms)\b",
    re.IGNORECASE,
)
"""What the clinic has or does: facts about a treatment in general are no answer to that."""
_OF_BOTH = re.compile(
    r"\b(?:both|either|the two|ambos|ambas)\b (?:of (?:them|these|the)|treatments?|drugs?|medic\w+|kinds|forms|options|"
    r"one|way|are|can|may|must|have|need|raise|cause|tratamientos?|medic\w+|son|pueden)\b",
    re.IGNORECASE,
)
_OURS = re.compile(r"\b(?:we|our|us)\b", re.IGNORECASE)
_SAME_WORDS = 0.5
"""Jaccard similarity of stems above which a second sentence says the same again."""


@dataclass(frozen=True)
class Dropped:
    """A sentence that was not offered, and why."""

    passage: str
    text: str
    reason: str


@dataclass(frozen=True)
class Gathered:
    """Every sentence that may be shown, best first, and those that may not."""

    ranked: tuple[Candidate, ...]
    dropped: tuple[Dropped, ...]


@dataclass(frozen=True)
class Selection:
    """The sentences chosen, in article order, and how sure it is that they answer."""

    chosen: tuple[Candidate, ...]
    confidence: float
    """Estimated probability that the articles answer the question."""
    ranked: tuple[Candidate, ...]
    """Every candidate, best first."""
    dropped: tuple[Dropped, ...]


@dataclass(frozen=True)
class Sources:
    """What sentences are judged and cut with."""

    texts: Mapping[str, str]
    """Article id -> the whole stored file."""
    lexical: Lexical
    wording: Wording
    clinic: str = ""
    """The clinic's name, by which its articles speak of it."""

    @property
    def glossary(self) -> Glossary:
        """The clinic's words."""
        return self.wording.glossary


def gather(query: Query, hits: Sequence[Hit], sources: Sources) -> Gathered:
    """Make a candidate of every sentence of the passages that may be shown, scored without reading it."""
    dropped: list[Dropped] = []
    weights = sources.lexical.weights(query.search)
    scored = [
        _score(candidate, hit, position, weights, sources.lexical)
        for hit in hits
        for position, candidate in _candidates(hit, query, sources, dropped)
    ]
    return Gathered(_best_first(scored), tuple(dropped))


def read(query: Query, gathered: Gathered, reader: Read) -> Gathered:
    """Let the reader judge the most promising candidates, and rank those; the others are left behind."""
    promising = gathered.ranked[:READ_AT_MOST]
    texts = [in_context(c.passage.heading, c.lead_in_text, c.text) for c in promising]
    odds = reader(query.resolved, texts) if texts else []
    judged = [_judged(candidate, float(odd)) for candidate, odd in zip(promising, odds, strict=True)]
    unread = [Dropped(each.passage.id, each.text, _UNREAD) for each in gathered.ranked[READ_AT_MOST:]]
    return Gathered(_best_first(judged), (*gathered.dropped, *unread))


def select(gathered: Gathered, sources: Sources) -> Selection:
    """Choose what to show of the candidates; whether to show it is decided by the confidence."""
    ranked = gathered.ranked
    chosen = completed(_choose(ranked, sources.lexical), ranked, sources)
    confidence = _logistic(signs(ranked), _SIGN_WEIGHTS, _SIGN_BIAS) if ranked else 0.0
    return Selection(chosen, confidence, ranked, gathered.dropped)


def _judged(candidate: Candidate, odds: float) -> Candidate:
    features = replace(candidate.features, read=odds)
    return replace(candidate, features=features, score=_logistic(astuple(features), _WEIGHTS, _BIAS))


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


def signs(ranked: Sequence[Candidate]) -> tuple[float, float]:
    """Return what speaks for an answer being among the candidates: the best reading, and the nearest section."""
    return max(each.features.read for each in ranked), max(each.features.section for each in ranked)


def _logistic(values: Iterable[float], weights: Sequence[float], bias: float) -> float:
    return 1 / (1 + math.exp(-bias - sum(weight * value for weight, value in zip(weights, values, strict=True))))


# Logistic regressions by evals/fit_selection.py, rounded. The order is that of the fields of Features, or of signs().
_UNREAD_WEIGHTS = (5.0, 2.5, 0.0, 0.0)
_UNREAD_BIAS = -4.0
_WEIGHTS = (1.3, 2.3, 0.0, 0.51)
_BIAS = -2.6
_SIGN_WEIGHTS = (0.87, 1.75)
_SIGN_BIAS = -0.04


def _candidates(hit: Hit, query: Query, sources: Sources, dropped: list[Dropped]) -> Iterator[tuple[int, Candidate]]:
    text = sources.texts[hit.passage.article]
    for position, sentence in enumerate(hit.passage.sentences):
        if sentence.kind not in QUOTABLE:
            continue
        candidate = governed(hit.passage, position, text, sources.glossary.treatments_meant)
        reason = _unfit(candidate, query, sources)
        if candidate is None or reason:
            dropped.append(Dropped(hit.passage.id, sentence.text, reason))
        else:
            yield position, candidate


def _of_the_clinic(candidate: Candidate, sources: Sources) -> bool:
    text = " ".join(slice_.text for slice_ in candidate.slices)
    return sources.clinic.casefold() in text.casefold() or bool(_OURS.search(text))


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


def _unfit(candidate: Candidate | None, query: Query, sources: Sources) -> str:
    if candidate is None:
        return "refers to something before it that cannot be shown with it"
    if query.treatments and any(
        spoken_of and not spoken_of & query.treatments for spoken_of in _spoken_of(candidate, sources.glossary)
    ):
        return "speaks of another treatment"
    texts = [slice_.text for slice_ in candidate.slices]
    if _ASKS_OF_THE_CLINIC.search(query.resolved) and not _of_the_clinic(candidate, sources):
        return "is not about the clinic itself"
    claims = [*forbidden_claims(texts, cited=True), *dose_in_reply(query.asked, texts)]
    return f"makes a claim that must not be made: {claims[0].rule}" if claims else ""


def _score(candidate: Candidate, hit: Hit, position: int, weights: dict[str, float], lexical: Lexical) -> Candidate:
    own = set(lexical.stems(f"{candidate.lead_in_text} {candidate.text}"))
    features = Features(
        similarity=_unit(hit.sentence_scores[position]),
        coverage=sum(weights[stem] for stem in own & weights.keys()) / (sum(weights.values()) or 1.0),
        section=_unit(hit.dense),
    )
    return replace(candidate, features=features, score=_logistic(astuple(features), _UNREAD_WEIGHTS, _UNREAD_BIAS))


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
