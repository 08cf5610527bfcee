"""What a message asks of the articles: nothing, one question or several, in the light of the conversation before it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from chatbot.bridging import Bridge
from chatbot.conversation import Question, Route, RouteName
from chatbot.following import is_follow_up
from chatbot.phrases import content_words, is_general, names_nothing
from chatbot.redaction import Redactor
from chatbot.retrieval import Query, Wording, understand_each
from chatbot.safety.deadline import settle_in_time
from chatbot.safety.language import guess_language
from chatbot.safety.router import Decided, Turn
from corpus.glossary import Glossary
from index.lexical import without_accents
from index.searching import Hit

Look = Callable[[str, str], Sequence[Hit]]
"""(search text, the message it is taken from, or nothing) -> what is found."""
IsSure = Callable[[Query, Sequence[Hit]], bool]
"""Tells whether what was found for a query answers it."""

MAX_CHARACTERS = 20_000
"""A longer message is not answered; every shorter one is read whole before anything else."""
_ADDED_TO: frozenset[RouteName] = frozenset({"personal_medical", "booking", "cost"})
"""Routes whose fixed reply may be followed by general sentences, if the message also asks something."""
_ADDED_TO_REPLY = "misuse_at_home"
"""The articles say why treatment at home is not offered; what else is misuse gets nothing but its reply."""
_ASKED_OF_ARTICLES: frozenset[RouteName] = _ADDED_TO | {"education"}
_IDLE: frozenset[RouteName] = frozenset({"smalltalk", "out_of_scope"})
_LEANING = re.compile(r"\b(?:it|its|they|their|them|that|those|eso|lo)\b", re.IGNORECASE)
_OF_THIS_CHAT = re.compile(
    r"\b(?:you|your|yours|u|ur|bot|chatbot|robot|human|person|people|ai|machine|computer|program|app|site|page"
    r"|website|chat|this|model|tú|tu|te|usted|ustedes|eres|programa|persona|humano|máquina|página|esto)\b"
    r"|\b(?:doctor|nurse|therapist|médico|enfermera)\b",
    re.IGNORECASE,
)
"""Who asks about the program itself uses one of these."""
_NEVER_ADDED_TO = frozenset({"location"})
"""Replies that say all there is to say."""
_TOPICS = 3
_ROOT = 5
"""Letters by which forms of a Spanish word are taken for one: "sesión", "sesiones"."""
_WORD = re.compile(r"\w+")
_ARTICLES = frozenset({"el", "la", "los", "las", "un", "una"})
_LIGHT = frozenset(
    "uso usa usar usan usarse tomar tomo toma tomarse da dan dar dio doy pone ponen poner recibe recibir hace hacer"
    " pasa pasar quiero querer necesito poder podría ser estar tener tengo haber ir voy venir".split()
)
"""Spanish verbs that say little of what is asked: people "use", "take" or "receive" the same thing."""
_LABEL = re.compile(r"\[[a-z]+(?: [\w*]+)?\]")
"""What redaction leaves in place of a personal detail."""


def asked_of_articles(settled: Decided, asked: str, redactor: Redactor, wording: Wording) -> tuple[Query, ...]:
    """Return a query for each question that the message `asked`, routed so, puts to the articles."""
    if settled.route.to != "education" and not _may_be_added_to(settled.route):
        return ()
    # Earlier messages that were questions to the articles: a follow-up may refer to them.
    told = tuple(enumerate(settled.earlier))
    earlier = [
        turn.text
        for place, turn in told
        if _put_to_articles(turn) or _goes_on(turn.text, turn.to, settled.earlier[:place], wording.glossary)
    ]
    return understand_each(_LABEL.sub(" ", redactor.redact(asked)), earlier, wording)


def going_on(settled: Decided, asked: str, glossary: Glossary) -> Decided:
    """Send to the articles what sounds like small talk by itself, but goes on with a question: "oops, I meant OCD".

    Small talk and what is out of scope is sent on, and a question on the program that names nothing of it: "who runs
    it?". Every other route, and every flag, stays as it is.
    """
    decided, earlier = settled.route, settled.earlier
    leans = decided.to == "about_bot" or (decided.to == "out_of_scope" and bool(_LEANING.search(asked)))
    asks = "education" in decided.flags and bool(earlier) and _put_to_articles(earlier[-1])
    of_this_chat = bool(_OF_THIS_CHAT.search(asked))
    if not (leans and asks and not of_this_chat) and not _goes_on(asked, decided.to, earlier, glossary):
        return settled
    return _with_route(settled, to="education", reply="not_in_articles", rule="goes on with a question")


def _goes_on(text: str, to: RouteName, earlier: Sequence[Turn], glossary: Glossary) -> bool:
    if to not in _IDLE or not earlier or not (_put_to_articles(earlier[-1]) or earlier[-1].to in _IDLE):
        return False
    return any(map(_put_to_articles, earlier)) and is_follow_up(text, glossary)


def _put_to_articles(turn: Turn) -> bool:
    return turn.to in _ASKED_OF_ARTICLES or turn.reply == _ADDED_TO_REPLY


def leaves_open(query: Query | None, *others: Query) -> bool:
    """Tell whether a message's one question names nothing, and nothing before it did."""
    return query is not None and not others and not query.treatments and names_nothing(query.resolved)


def look_up(query: Query, look: Look, is_sure: IsSure, bridge: Bridge) -> tuple[Query, tuple[Hit, ...]]:
    """Return what `look` finds, and the query it was found by.

    A Spanish question is put in English unless it `is_sure` already that sections which list it, or all its words,
    answer it. Where such sections were found, only they are looked at in English too.
    """
    hits = readable(look(query.search, query.message), query, bridge.names)
    english = bridge.in_english(query)
    if english is None or (hits and is_sure(query, hits)):
        return query, hits
    listed = {hit.passage.id for hit in hits}
    in_english = tuple(hit for hit in look(english.search, "") if not listed or hit.passage.id in listed)
    return (english, in_english) if in_english else (query, hits)


def nearest_topics(hits: Sequence[Hit]) -> list[str]:
    """Return the headings of the nearest passages that are questions a visitor could ask next."""
    headings = dict.fromkeys(hit.passage.heading for hit in hits if hit.passage.heading.endswith("?"))
    return list(headings)[:_TOPICS]


def readable(hits: Sequence[Hit], query: Query, names: frozenset[str]) -> tuple[Hit, ...]:
    """Keep what can be judged: for a question in another language than a passage, only where its section lists it.

    Neither vectors nor reader know enough Spanish to tell which English sentence answers, so all words of the question
    but the treatments' `names` must stand in one of the section's own questions; where there are no others, as in "what
    is Spravato?", one of those must be the same question.
    """
    language = guess_language(query.resolved)
    whole = _every_word(query.resolved)
    said_of = names | _LIGHT
    wanted = {_root(word) for word in content_words(query.resolved) if word not in said_of and not is_general(word)}

    def is_listed(listed: str) -> bool:
        return wanted <= {_root(word) for word in content_words(listed)} if wanted else whole == _every_word(listed)

    return tuple(
        hit
        for hit in hits
        if language in {None, hit.passage.language} or any(map(is_listed, hit.passage.questions))
    )


def _every_word(text: str) -> set[str]:
    return set(_WORD.findall(without_accents(text).casefold())) - _ARTICLES


def _root(word: str) -> str:
    return without_accents(word)[:_ROOT]


def settle(question: Question, redactor: Redactor) -> Decided:
    """Decide the conversation; a message that is empty or cannot be read keeps what those before it call for."""
    if len(question.text) > MAX_CHARACTERS:
        settled = settle_in_time(replace(question, text=""))
        return _with_route(settled, to="smalltalk", reply="too_long", rule="message too long")
    settled = settle_in_time(question)
    if not question.text.strip():
        return _with_route(settled, to="smalltalk", reply="empty", rule="empty message")
    flags = settled.route.flags
    if "identifiers" not in flags and redactor.has_identifiers(question.text):
        return _with_route(settled, flags=(*flags, "identifiers"))
    return settled


def _with_route(settled: Decided, **changes: Any) -> Decided:
    return replace(settled, route=replace(settled.route, **changes))


def _may_be_added_to(decided: Route) -> bool:
    asks = decided.to != "booking" or "education" in decided.flags
    added_to = decided.to in _ADDED_TO and decided.reply not in _NEVER_ADDED_TO and asks
    return added_to or decided.reply == _ADDED_TO_REPLY
