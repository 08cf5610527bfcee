"""Questions a visitor can ask with one tap: to begin with, by topic, and after an answer; headings of articles."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from threading import Lock

from chatbot.bot import Bot
from chatbot.conversation import Answer, Language, Question, RouteName
from chatbot.safety.router import route
from corpus.article import Article

SUGGESTIONS = 4
_LONGEST = 60
"""Characters of a question that still fits on a button."""
_TOPICS = 8
_QUESTIONS = 4
"""In one topic."""
_FOLLOW_UPS = 3
_FOR_ARTICLES: frozenset[RouteName] = frozenset({"education", "cost"})


@dataclass(frozen=True)
class Topic:
    """An article's title and questions it answers."""

    title: str
    questions: tuple[str, ...]


@dataclass(frozen=True)
class Starters:
    """Questions to begin with, in one language."""

    first: Sequence[str] = ()
    topics: Sequence[Topic] = ()


StartersIn = Callable[[Language], Starters]
"""Returns what to offer at this moment, in a language."""


@dataclass(frozen=True)
class _Worked:
    """Starters, and what they were worked out from."""

    articles: Mapping[str, Article]
    articles_off: frozenset[str]
    starters: Starters


class LiveStarters:
    """What to offer before the first question, worked out anew once articles or switches have changed."""

    def __init__(self, bot: Bot, languages: Sequence[Language] = ("en", "es")) -> None:
        self._bot = bot
        self._lock = Lock()
        self._worked: dict[Language, _Worked] = {}
        for language in languages:  # now, so that no visitor waits for it
            self(language)

    def __call__(self, language: Language) -> Starters:
        """Return what to offer now; nothing while answers are off."""
        if self._bot.switches().answers_off:
            return Starters()
        with self._lock:
            # Taken before the work: what changes meanwhile is seen at the next call.
            articles, off = self._bot.articles, self._bot.switches().articles_off
            worked = self._worked.get(language)
            if worked is None or worked.articles is not articles or worked.articles_off != off:
                worked = self._worked[language] = _Worked(articles, off, find_starters(self._bot, language))
            return worked.starters


def find_starters(bot: Bot, language: Language) -> Starters:
    """Return what to offer before the first question."""
    return Starters(tuple(suggestions(bot, language)), topics(bot, language))


def suggestions(bot: Bot, language: Language) -> list[str]:
    """Return questions to begin with: the opening's own, then headings of different articles; only those answered."""
    opening = bot.replies.get(("opening", language))
    found = [action.label for action in opening.actions if action.kind == "say"] if opening else []
    seen: set[str] = set()
    for article, heading in _headings(bot, language):
        if article not in seen:
            seen.add(article)
            found.append(heading)
    answered = (text for text in dict.fromkeys(found) if bot.ask(Question(text, (), language)).outcome == "answered")
    return list(islice(answered, SUGGESTIONS))


def topics(bot: Bot, language: Language) -> tuple[Topic, ...]:
    """Return articles with questions they answer, the articles in the clinic's own order."""
    asked: dict[str, list[str]] = {}
    for article, heading in _headings(bot, language):
        asked.setdefault(article, []).append(heading)
    articles = bot.articles
    found = (
        Topic(articles[name].title, tuple(_to_articles(texts, _QUESTIONS)))
        for name, texts in asked.items()
        if name in articles  # another bot may have come into use since
    )
    return tuple(islice((topic for topic in found if len(topic.questions) > 1), _TOPICS))


def follow_ups(bot: Bot, answer: Answer, asked: Sequence[str]) -> list[str]:
    """Return further questions of the article that was cited first: not what was just read, nor asked before."""
    if answer.outcome != "answered" or not answer.citations:
        return []
    main = answer.citations[0].article
    read = {heading for citation in answer.citations for heading in citation.section.split(" › ")}
    known = {text.strip().casefold() for text in asked} | {heading.casefold() for heading in read}
    headings = [heading for article, heading in _headings(bot, answer.language) if article == main]
    return _to_articles([heading for heading in headings if heading.casefold() not in known], _FOLLOW_UPS)


def _headings(bot: Bot, language: Language) -> Iterator[tuple[str, str]]:
    """Yield each article's headings that are short questions, once, in order; none of an article that is off."""
    off = bot.switches().articles_off
    pairs = dict.fromkeys(
        (passage.article, passage.heading_path[-1] if passage.heading_path else passage.title)
        for passage in bot.passages
        if passage.language == language and passage.article not in off
    )
    yield from ((article, text) for article, text in pairs if text.endswith("?") and len(text) <= _LONGEST)


def _to_articles(texts: Sequence[str], most: int) -> list[str]:
    """Return the first questions that go to the articles: a heading on overdose, say, gets the emergency reply."""
    return list(islice((text for text in texts if route(Question(text)).to in _FOR_ARTICLES), most))
