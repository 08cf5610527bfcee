"""The one entry: a question in, a checked answer out. Pages, HTTP, command line and evals all call `Bot.ask`."""

import hashlib
import json
import logging
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Self

from chatbot.answering import Drafted, Shelf, answer_in_parts, fixed_answer, not_in_articles, which_one, without_repeats
from chatbot.asking import asked_of_articles, going_on, leaves_open, look_up, nearest_topics, settle
from chatbot.bridging import Bridge
from chatbot.checking import problems
from chatbot.composing import Gathered, Selection, completed, gather, read, select
from chatbot.config import Settings
from chatbot.conversation import Answer, Outcome, Question, Route
from chatbot.llm import Pick, load_picker
from chatbot.quotable import Sources
from chatbot.redaction import Redactor
from chatbot.retrieval import Query, Wording, vocabulary_of
from chatbot.safety.classifier import shipped_classifier
from chatbot.slicing import Candidate
from chatbot.splitting import MAX_QUESTIONS
from chatbot.switches import ANSWERS_OFF, Switches, paused, search
from corpus.article import Article, load_articles
from corpus.clinic import load_clinic
from corpus.glossary import Glossary, load_glossary
from corpus.replies import load_replies
from corpus.spanish import load_spanish
from index.manifest import IndexUnavailable
from index.passages import Passage
from index.reading import Reader
from index.searching import Hit, Index

if TYPE_CHECKING:
    from langchain_core.runnables import Runnable

_log = logging.getLogger(__name__)

MIN_CONFIDENCE = 0.65
"""Below this nothing is shown: the articles do not answer it."""
TOP_K = 12
SURE: dict[str, float] = {"personal_medical": 0.85, "booking": 0.85, "cost": 0.6, "misuse": 0.75}
"""What is added to a fixed reply must be surer, least of all for costs, whose reply says little by itself,"""
SURE_SENTENCE = 0.2
"""and so must its best sentence."""


@dataclass(frozen=True)
class Understood:
    """A question with its route, and what to search for if it is one for the articles."""

    question: Question
    route: Route
    query: Query | None
    timings_ms: dict[str, float]
    others: tuple[Query, ...] = ()
    """Further questions of the same message."""


@dataclass(frozen=True)
class Found:
    """What retrieval found, best first; empty for a fixed reply."""

    understood: Understood
    hits: tuple[Hit, ...]
    timings_ms: dict[str, float]
    others: tuple["Found", ...] = ()
    """The same for each further question."""


@dataclass(frozen=True)
class Judged:
    """The sentences of what was found, judged one by one; None for a fixed reply."""

    found: Found
    gathered: Gathered | None
    timings_ms: dict[str, float]
    others: tuple["Judged", ...] = ()


@dataclass(frozen=True)
class Composed:
    """The draft of an answer, and the selection behind it if there was one."""

    found: Found
    selection: Selection | None
    drafted: Drafted
    timings_ms: dict[str, float]
    others: tuple[Selection | None, ...] = ()


@dataclass(frozen=True)
class Trace:
    """Why an answer is what it is: every step's result, down to the answer."""

    answer: Answer
    composed: Composed | None
    """None where a step failed."""
    problems: tuple[str, ...] = ()
    """What the check found wrong with the draft; the answer is then "not in our articles"."""


class IndexOutdated(IndexUnavailable):
    """Articles have changed since the index was built."""

    def __init__(self, articles: Path) -> None:
        super().__init__(f"{articles}: articles have changed since the index was built. Run 'chatbot index'.")


class Bot:
    """Everything needed to answer, opened once. Safe to call from several threads."""

    def __init__(self, shelf: Shelf, glossary: Glossary, index: Index, pick: Pick | None = None) -> None:
        self.shelf = shelf
        self.clinic = shelf.clinic
        self.articles = shelf.articles
        self.replies = shelf.replies
        self.index = index
        shipped_classifier()  # opened now, so that a damaged file is an error at the start
        self._reader = Reader()
        texts = {article.id: article.text for article in shelf.articles.values()}
        wording = Wording(glossary, vocabulary_of(shelf.articles.values()), index.ordinary_words)
        self._bridge = Bridge(shelf.spanish, wording)
        self._sources = Sources(texts, index.lexical, wording, shelf.clinic.name, index.tells_unanswered)
        self._files = {article.id: article.path for article in shelf.articles.values()}
        self._redactor = Redactor(shelf.clinic, [article.title for article in shelf.articles.values()])
        self._pick = pick
        self.switches: Callable[[], Switches] = Switches
        self._disclaimers = [shelf.text("disclaimer", "en"), shelf.text("disclaimer", "es")]

    @classmethod
    def open(cls, settings: Settings, loaded: Sequence[Article] = ()) -> Self:
        """Load content (`loaded` articles, or those on disk) and index; an error says the next step."""
        clinic = load_clinic(settings.clinic)
        articles = {article.id: article for article in loaded or load_articles(settings.articles)}
        shelf = Shelf(clinic, articles, load_replies(settings.replies, clinic), spanish=load_spanish(settings.spanish))
        index = Index.open(settings.index_folder, embedder=settings.embedder, server=settings.index_server)
        if index.manifest.articles != {article.id: article.fingerprint for article in articles.values()}:
            index.close()
            # Offsets of the index would cut other words out of the new files.
            raise IndexOutdated(settings.articles)
        return cls(shelf, load_glossary(settings.glossary), index, load_picker(settings.llm) if settings.llm else None)

    @property
    def passages(self) -> Sequence[Passage]:
        """All passages of the index."""
        return self.index.passages

    def ask(self, question: Question) -> Answer:
        """Answer; whatever fails, the result is a fixed reply with the help lines and the phone, never an exception."""
        return self.explain(question).answer

    def explain(self, question: Question) -> Trace:
        """Answer, and keep every step's result."""
        try:
            return self._check(self._compose(self._read(self._find(self._understand(question)))))
        except Exception as error:  # noqa: BLE001 - safety fails closed: a visitor in danger must get the help lines
            # Where, but not the message: it could hold what the visitor typed.
            place = traceback.extract_tb(error.__traceback__)[-1]
            _log.error("answering failed: %s in %s line %s", type(error).__name__, place.name, place.lineno)
            return Trace(self._failure(question), None)

    @cached_property
    def chain(self) -> "Runnable[Question, Answer]":
        """The same steps as a LangChain Runnable: `invoke`, `batch`, `stream`."""
        from langchain_core.runnables import RunnableLambda

        found = RunnableLambda(self._understand) | RunnableLambda(self._find) | RunnableLambda(self._read)
        checked = found | RunnableLambda(self._compose) | RunnableLambda(self._check)
        answered = checked | RunnableLambda(lambda trace: trace.answer)
        return answered.with_fallbacks([RunnableLambda(self._failure)])

    def close(self) -> None:
        """Release the index."""
        self.index.close()

    def health(self) -> dict[str, object]:
        """Return what is being served: index version, model and counts."""
        manifest = self.index.manifest
        return {
            "status": "ok",
            "model": manifest.model,
            "built_at": manifest.built_at,
            "articles": len(self.articles),
            "passages": len(self.index.passages),
        }

    def _understand(self, question: Question) -> Understood:
        started = perf_counter()
        switches = self.switches()
        settled = going_on(settle(question, self._redactor), question.text, self._sources.wording.glossary)
        settled = paused(settled, switches)
        decided = settled.route
        routed = perf_counter()
        queries: tuple[Query, ...] = ()
        if not switches.answers_off:
            queries = asked_of_articles(settled, question.text, self._redactor, self._sources.wording)
        timings = {"route": _ms(started, routed), "resolve": _ms(routed, perf_counter())}
        return Understood(question, decided, queries[0] if queries else None, timings, queries[1:])

    def _find(self, understood: Understood) -> Found:
        started = perf_counter()
        query, hits = understood.query, tuple[Hit, ...]()
        if query:
            look = partial(search, self.index, top_k=TOP_K, switches=self.switches())
            query, hits = look_up(query, look, self._answers, self._bridge)
        more = [replace(understood, query=other, others=()) for other in understood.others[: MAX_QUESTIONS - 1]]
        others = tuple(map(self._find, more))
        timings = understood.timings_ms | {"retrieve": _ms(started, perf_counter())}
        return Found(replace(understood, query=query), hits, timings, others)

    def _answers(self, query: Query, hits: Sequence[Hit]) -> bool:
        return select(self._judge(query, hits), self._sources).confidence >= MIN_CONFIDENCE

    def _judge(self, query: Query, hits: Sequence[Hit]) -> Gathered:
        return read(query, gather(query, hits, self._sources), self._reader.scores)

    def _read(self, found: Found) -> Judged:
        started = perf_counter()
        query = found.understood.query
        gathered = self._judge(query, found.hits) if query else None
        others = tuple(self._read(other) for other in found.others)
        return Judged(found, gathered, found.timings_ms | {"read": _ms(started, perf_counter())}, others)

    def _compose(self, judged: Judged) -> Composed:
        started = perf_counter()
        found = judged.found
        decided = found.understood.route
        parts = [self._selected(part) for part in (judged, *judged.others)]
        selections = [selection for selection, _ in parts]
        chosen = [candidates for _, candidates in parts]
        topics = nearest_topics([hit for part in (found, *found.others) for hit in part.hits])
        understood = found.understood
        if decided.to == "education" and len(topics) > 1 and leaves_open(understood.query, *understood.others):
            drafted = which_one(self.shelf, decided, topics)
        elif decided.to == "education" and any(chosen):
            confidence = min(selection.confidence for selection, shown in parts if selection and shown)
            more = len(found.understood.others) >= MAX_QUESTIONS
            drafted = answer_in_parts(self.shelf, decided, chosen, confidence, left_out=more)
        elif decided.to == "education" and decided.reply != ANSWERS_OFF:
            drafted = not_in_articles(self.shelf, decided, topics, understood.question.text)
        else:
            general = [each for part, shown in parts if part and _is_sure(part, decided) for each in shown]
            drafted = fixed_answer(self.shelf, decided, general=without_repeats(general))
        timings = judged.timings_ms | {"compose": _ms(started, perf_counter())}
        return Composed(found, selections[0], drafted, timings, tuple(selections[1:]))

    def _selected(self, judged: Judged) -> tuple[Selection | None, Sequence[Candidate]]:
        query = judged.found.understood.query
        selection = select(judged.gathered, self._sources) if judged.gathered else None
        return selection, self._chosen(query, selection) if query and selection else ()

    def _chosen(self, query: Query, selection: Selection) -> Sequence[Candidate]:
        """Return what to show; a model, if there is one, may choose otherwise among it or withhold it, not add."""
        if selection.confidence < MIN_CONFIDENCE:
            return ()
        if self._pick is None:
            return selection.chosen
        picked = self._pick(self._redactor.redact(query.resolved), selection.ranked)
        return selection.chosen if picked is None else completed(picked, selection.ranked, self._sources)

    def _check(self, composed: Composed) -> Trace:
        started = perf_counter()
        question, decided = composed.found.understood.question, composed.found.understood.route
        answer = composed.drafted.answer
        wrong = problems(answer, self._files, composed.drafted.fixed, self._disclaimers)
        if wrong:
            _log.error("an answer failed its check: %s", "; ".join(wrong))
            instead: Outcome = "not_in_articles" if answer.outcome == "answered" else "error"
            answer = fixed_answer(self.shelf, replace(decided, reply=instead), instead).answer
        timings = composed.timings_ms | {"check": _ms(started, perf_counter())}
        answer = replace(answer, id=self.answer_id(question), timings_ms=timings)
        return Trace(answer, composed, tuple(wrong))

    def _failure(self, question: Question) -> Answer:
        decided = Route("education", "error", "something failed", language=question.language or "en")
        answer = fixed_answer(self.shelf, decided, "error").answer
        return replace(answer, id=self.answer_id(question), timings_ms=dict.fromkeys(_STEPS, 0.0))

    def answer_id(self, question: Question) -> str:
        """Return the same id for the same question to the same index, so that an answer can be replayed."""
        asked = json.dumps([question.text, question.history, question.language, self.index.manifest.built_at])
        return hashlib.sha256(asked.encode("utf-8", "surrogatepass")).hexdigest()[:16]


_STEPS = ("route", "resolve", "retrieve", "read", "compose", "check")


def _ms(start: float, end: float) -> float:
    return round((end - start) * 1000, 3)


def _is_sure(selection: Selection, decided: Route) -> bool:
    return selection.confidence >= SURE.get(decided.to, 1.0) and selection.ranked[0].score >= SURE_SENTENCE

