"""Put an answer together: cited sentences, and the fixed texts that go before and after them."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise
from urllib.parse import quote as url_quote

from chatbot.claims import needs_suicide_limitation
from chatbot.conversation import ACUTE, Answer, AnswerSentence, Citation, Language, Outcome, Route
from chatbot.other_clinics import asks_of_another_clinic
from chatbot.slicing import Candidate, Slice
from corpus.article import Article
from corpus.clinic import Clinic
from corpus.replies import Action, Replies, call_clinic
from corpus.spanish import Spanish

_MARKDOWN = re.compile(r"([\\`*_\[\]<>#&|~])")
_EFFECTS = re.compile(
    r"\b(?:help\w*|reliev\w*|relief|reduc\w*|improv\w*|eas(?:e|es|ed|ing)|treat(?:s|ed|ing)?|work(?:s|ed|ing)?|effective\w*"
    r"|benefit\w*|symptoms?|side effects?|risks?|harm\w*|cause[sd]?|approved|indicat\w*)\b",
    re.IGNORECASE,
)
_FDA_STATUS = re.compile(r"\bFDA\b[^.]*\bapprov|\boff.label\b", re.IGNORECASE)
_LABELS = ("first_question", "second_question", "third_question")
_FRAGMENT_WORDS = 4
"""A text fragment names the first and last so many words of a long quote."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Shelf:
    """The clinic's content an answer is made of."""

    clinic: Clinic
    articles: Mapping[str, Article]
    replies: Replies
    now: Callable[[], datetime] = _utc_now
    """Told by the clock, so that what depends on office hours can be tried at any hour."""
    spanish: Spanish = Spanish()  # noqa: RUF009 - frozen, so all can share the empty one
    """What Spanish words are in English, to find sentences by."""

    def text(self, name: str, language: Language) -> str:
        """Return a fixed text, in English where there is none in `language`."""
        reply = self.replies.get((name, language)) or self.replies[name, "en"]
        return reply.text


@dataclass(frozen=True)
class Drafted:
    """An answer and the fixed texts it may hold, for the check."""

    answer: Answer
    fixed: tuple[str, ...]


@dataclass(frozen=True)
class _Cited:
    """Sentences with their citations, and the Markdown that shows them."""

    sentences: tuple[AnswerSentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    markdown: str = ""
    fixed: tuple[str, ...] = ()
    """Fixed texts among it."""


def fixed_answer(shelf: Shelf, route: Route, outcome: Outcome = "fixed", general: Sequence[Candidate] = ()) -> Drafted:
    """Answer with the route's fixed reply; `general` sentences may follow it, introduced as not about the asker."""
    reply = shelf.replies.get((route.reply, route.language)) or shelf.replies[route.reply, "en"]
    cited = _cite(shelf, general)
    introduced = [shelf.text("general_information", route.language)] if general else []
    confidence = 1.0 if outcome == "fixed" else 0.0
    return _drafted(shelf, route, [reply.text, *introduced], cited, (outcome, confidence, reply.actions))


def not_in_articles(shelf: Shelf, route: Route, topics: Sequence[str], asked: str = "") -> Drafted:
    """Say that the articles do not answer it, and offer the headings nearest to it as questions to tap."""
    if asks_of_another_clinic(asked, shelf.clinic.name):
        route = replace(route, reply="another_clinic")
    return _offering(fixed_answer(shelf, route, "not_in_articles"), topics)


def which_one(shelf: Shelf, route: Route, topics: Sequence[str]) -> Drafted:
    """Ask what is meant by a question that could be about any of these headings."""
    return _offering(fixed_answer(shelf, replace(route, reply="which_one")), topics)


def _offering(drafted: Drafted, topics: Sequence[str]) -> Drafted:
    offered = tuple(Action("say", topic, "") for topic in topics)
    return Drafted(replace(drafted.answer, actions=(*drafted.answer.actions, *offered)), drafted.fixed)


def cited_answer(shelf: Shelf, route: Route, chosen: Sequence[Candidate], confidence: float) -> Drafted:
    """Answer with the chosen sentences, each with its own citation."""
    actions = (call_clinic(shelf.clinic, route.language),)
    return _drafted(shelf, route, [], _cite(shelf, chosen), ("answered", round(confidence, 4), actions))


def answer_in_parts(
    shelf: Shelf, route: Route, parts: Sequence[Sequence[Candidate]], confidence: float, *, left_out: bool = False
) -> Drafted:
    """Answer a message's questions in turn, each under its label; one without sentences is said to have no answer."""
    if len(parts) == 1:
        return cited_answer(shelf, route, parts[0], confidence)
    together = _Cited()
    for label, chosen in zip(_LABELS, parts, strict=False):
        cited = _cite(shelf, chosen, len(together.citations) + 1)
        fixed = (shelf.text(label, route.language), *([] if chosen else [shelf.text("part_not_found", route.language)]))
        shown = "\n\n".join([*fixed, *([cited.markdown] if chosen else [])])
        together = _Cited(
            (*together.sentences, *cited.sentences),
            (*together.citations, *cited.citations),
            f"{together.markdown}\n\n{shown}".strip(),
            (*together.fixed, *fixed),
        )
    if left_out:
        line = shelf.text("more_questions", route.language)
        together = replace(together, markdown=f"{together.markdown}\n\n{line}", fixed=(*together.fixed, line))
    actions = (call_clinic(shelf.clinic, route.language),)
    return _drafted(shelf, route, [], together, ("answered", round(confidence, 4), actions))


def without_repeats(chosen: Sequence[Candidate]) -> list[Candidate]:
    """Return each slice once: two questions of a message may have the same answer."""
    return list({(each.passage.article, each.start, each.end): each for each in chosen}.values())


def _drafted(
    shelf: Shelf, route: Route, leading: Sequence[str], cited: _Cited, result: tuple[Outcome, float, tuple[Action, ...]]
) -> Drafted:
    """Put fixed texts before and after the cited sentences, if there are any."""
    outcome, confidence, actions = result
    before, after = _lines(shelf, route, [sentence.text for sentence in cited.sentences])
    parts = [*before, *leading, *([cited.markdown] if cited.markdown else []), *after]
    answer = Answer(
        id="",
        route=route.to,
        flags=route.flags,
        rule=route.rule,
        outcome=outcome,
        language=route.language,
        text="\n\n".join(parts),
        sentences=cited.sentences,
        citations=cited.citations,
        disclaimer=shelf.text("disclaimer", route.language),
        actions=actions,
        confidence=confidence,
    )
    return Drafted(answer, (*before, *leading, *cited.fixed, *after))


def _cite(shelf: Shelf, chosen: Sequence[Candidate], first: int = 1) -> _Cited:
    citations: list[Citation] = []
    sentences: list[AnswerSentence] = []
    paragraphs: list[str] = []
    for candidate, slice_ in _slices(chosen):
        citation = _citation(shelf.articles[candidate.passage.article], candidate, slice_, first + len(citations))
        citations.append(citation)
        sentences.append(AnswerSentence(slice_.text, citation.number))
        paragraphs.append(_markdown(candidate, slice_, citation.number))
    return _Cited(tuple(sentences), tuple(citations), _joined(paragraphs))


def _slices(chosen: Sequence[Candidate]) -> Iterator[tuple[Candidate, Slice]]:
    """Yield each slice once: headings and a lead-in before the first they govern, an exception after the last."""
    listed = [(candidate, slice_) for candidate in chosen for slice_ in candidate.slices]
    shown: set[tuple[str, int, int]] = set()
    for number, (candidate, slice_) in enumerate(listed):
        place = (candidate.passage.article, slice_.start, slice_.end)
        later = any((c.passage.article, s.start, s.end) == place for c, s in listed[number + 1 :])
        if place not in shown and not (later and slice_ in candidate.exceptions):
            shown.add(place)
            yield candidate, slice_


def _citation(article: Article, candidate: Candidate, slice_: Slice, number: int) -> Citation:
    start, end = slice_.start, slice_.end
    quote = article.text[start:end]
    own_page = f"/articles/{article.id}?start={start}&end={end}#quote"
    return Citation(
        number=number,
        article=article.id,
        title=article.title,
        section=" › ".join(candidate.passage.heading_path) or article.title,
        url=f"{article.url}#:~:text={text_fragment(slice_.text)}" if article.url else own_page,
        quote=quote,
        start=start,
        end=end,
        sha256=article.sha256,
        reviewed_on=article.reviewed_on.isoformat() if article.reviewed_on else None,
    )


def text_fragment(text: str) -> str:
    """Return the value of a `#:~:text=` fragment for a shown text: its first and last words (WICG text fragments)."""
    words = text.replace("•", " ").split()
    # A dash, comma or ampersand would be read as the fragment's own syntax.
    ends = [words] if len(words) <= 2 * _FRAGMENT_WORDS else [words[:_FRAGMENT_WORDS], words[-_FRAGMENT_WORDS:]]
    return ",".join(url_quote(" ".join(part), safe="").replace("-", "%2D") for part in ends)


def _markdown(candidate: Candidate, slice_: Slice, number: int) -> str:
    marked = _MARKDOWN.sub(r"\\\1", slice_.text) + f" [{number}]"
    if slice_ in candidate.headings:
        return f"**{marked}**"
    if (slice_.start, slice_.end) != (candidate.start, candidate.end) or candidate.kind == "statement":
        return marked
    if candidate.kind == "item":
        return f"- {marked}"
    opening, *items = marked.split(" • ") if not marked.startswith("•") else ["", *marked[1:].split(" • ")]
    return "\n".join([opening, "", *(f"- {item.strip()}" for item in items)]).strip()


def _joined(paragraphs: Sequence[str]) -> str:
    """Join sentences into one paragraph; lists stand apart."""
    text = paragraphs[0] if paragraphs else ""
    for before, following in pairwise(paragraphs):
        if following.startswith("- "):
            text += ("\n" if before.startswith("- ") else "\n\n") + following
        else:
            apart = before.startswith("**") or following.startswith("**") or "\n- " in f"\n{before}\n{following}"
            text += ("\n\n" if apart else " ") + following
    return text


def _lines(shelf: Shelf, route: Route, sentences: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the fixed texts before and after: kindness, limits, help lines, and one line for a lower request."""
    said = " ".join(sentences)
    before = {
        "crisis_strip": "crisis_session" in route.flags and not route.to.startswith("crisis"),
        "soft_opening": "soft" in route.flags and route.to in _ORDINARY,
    }
    after = {
        "suicide_limitation": needs_suicide_limitation(sentences),
        "fda_status": bool(_EFFECTS.search(said)) and not _FDA_STATUS.search(said),
        "spanish_note": bool(sentences) and route.language == "es",
        "soft_footer": "soft" in route.flags and route.to in _ORDINARY,
        "identifiers_notice": "identifiers" in route.flags and route.to != "identifiers",
        "booking_line": "booking" in route.flags and route.to in _BOOKABLE,
        "cost_line": "cost" in route.flags and route.to in _ORDINARY,
        **_hours_line(shelf, route),
    }
    language = route.language
    return (
        [shelf.text(name, language) for name, wanted in before.items() if wanted],
        [shelf.text(name, language) for name, wanted in after.items() if wanted],
    )


def _hours_line(shelf: Shelf, route: Route) -> dict[str, bool]:
    """Return which text about office hours belongs to a reply that tells people to call; none about danger does."""
    hours = shelf.clinic.hours
    if hours is None or not (route.to == "booking" or ("booking" in route.flags and route.to in _BOOKABLE - ACUTE)):
        return {}
    return {"office_hours" if hours.open_at(shelf.now()) else "after_hours": True}


_ORDINARY = frozenset({"personal_medical", "booking", "cost", "about_bot", "smalltalk", "out_of_scope", "education"})
_BOOKABLE = frozenset({"crisis_self", "crisis_other", "personal_medical", "cost", "education"})
