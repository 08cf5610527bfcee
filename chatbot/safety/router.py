"""Decide what kind of message this is. Safety first: a doubt goes to the more careful route, and nothing cancels it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chatbot.conversation import Question, Route, RouteName
from chatbot.safety.judging import ACUTE_ROUTES, Judgement, judge
from chatbot.safety.language import answer_language
from chatbot.safety.rules import Evidence, matching_rules

PRIORITY: tuple[RouteName, ...] = (
    "emergency", "crisis_self", "crisis_other", "violence", "abuse", "minor", "misuse", "personal_medical", "injection",
    "identifiers", "booking", "cost", "about_bot", "smalltalk", "out_of_scope", "education",
)  # fmt: skip
"""Of the routes a message gives reason for, the first of these is taken."""

ENDANGERED: frozenset[str] = frozenset({"emergency", "crisis_self", "crisis_other", "violence"})
"""After one of these the crisis line stays in sight for the rest of the session."""

_DISTRESS = frozenset({"despair", "denial", "past"})
_SOFT = _DISTRESS | {"topic", "unsure"}
_SOMEONE_ELSE = frozenset({"crisis_other", "violence", "abuse"})
_REQUESTS = frozenset({"question", "booking", "cost", "about_bot", "minor", "misuse", "injection"})
_ADDABLE = ("personal_medical", "booking", "cost", "about_bot", "education")
_CRISIS_WORDINGS = 3
_READ_TOGETHER = 3
"""Messages that are read together with the next."""


@dataclass(frozen=True)
class Turn:
    """One of the visitor's messages, decided. It lives in memory while a question is answered, and nowhere else."""

    text: str
    to: RouteName
    reply: str
    rule: str
    said: frozenset[str]
    """Everything the evidence said of it."""


@dataclass(frozen=True)
class Decided:
    """A conversation, decided to its last message."""

    route: Route
    earlier: tuple[Turn, ...]


def settle(question: Question) -> Decided:
    """Decide every message of the conversation in its turn, and route the last in the light of those before it."""
    turns: tuple[Turn, ...] = ()
    for message in question.history:
        turns += (decide(message, turns),)
    turn = decide(question.text, turns)
    language = answer_language(question.text, question.language, question.history)
    return Decided(Route(turn.to, turn.reply, turn.rule, _flags(turn, turns), language), turns)


def route(question: Question) -> Route:
    """Route the question in the light of the visitor's earlier messages."""
    return settle(question).route


def decide(text: str, earlier: tuple[Turn, ...] = ()) -> Turn:
    """Decide one message: gather every reason there is for any route, then take the most careful one."""
    ruled = matching_rules(text, frozenset().union(*(turn.said for turn in earlier)))
    judged = judge(text, _calm_before(earlier), frozenset(reason.says for reason in ruled))
    answered = any(reason.says.startswith("answers_") for reason in ruled) and _was_asked(earlier)
    in_danger = any(turn.to in ENDANGERED for turn in earlier)
    evidence = [r for r in ruled if (in_danger and r.says in ACUTE_ROUTES) or not judged.sets_aside(r)]
    evidence += [] if answered else [reason for reason in judged.reasons if not _known_better(reason, evidence)]
    said = frozenset(reason.says for reason in evidence)
    reasons = [*_answers_to_crisis(evidence, earlier), *evidence, *_signs_together(said, earlier, judged)]
    for to in PRIORITY:
        for reason in reasons:
            if reason.says == to and not _outweighed(to, said):
                reply = _not_twice(reason.reply or _default_reply(to, earlier), to, earlier)
                return Turn(text, to, reply, reason.source, said | {to})
    if not _is_unclear(said):
        return Turn(text, "education", "not_in_articles", "nothing_else", said | {"education"})
    # Where no article answers it, the visitor is asked once how they are, rather than told that nothing was found.
    asked = bool(earlier) and earlier[-1].reply == "check_in"
    reply = "not_in_articles" if asked else "check_in"
    return Turn(text, "education", reply, "personal_statement", said | {"education", "unclear"})


def _answers_to_crisis(evidence: Sequence[Evidence], earlier: tuple[Turn, ...]) -> Iterator[Evidence]:
    """Read a short message as the answer to "are you in danger right now?", if that was asked just before."""
    if not _was_asked(earlier):
        return
    said = {reason.says for reason in evidence}
    if "answers_someone_else" in said:
        yield Evidence("answers_someone_else", "crisis_other", "crisis_someone_else")
    elif "answers_yes" in said:
        yield Evidence("answers_yes", "crisis_self", "crisis_yes")
    elif "answers_no" in said:
        yield Evidence("answers_not_right_now", "crisis_self", "crisis_not_now")
    elif earlier[-1].to != "education" and not any(_turns_away(reason) for reason in evidence):
        yield Evidence("still_in_crisis", "crisis_self")


def _known_better(judged: Evidence, ruled: Sequence[Evidence]) -> bool:
    """Say whether rules know which danger it is where the classifier sees one; for its doubts there is no need then."""
    danger = any(reason.says in ACUTE_ROUTES for reason in ruled)
    return danger and (judged.says in ACUTE_ROUTES or judged.says == "unsure")


def _was_asked(earlier: tuple[Turn, ...]) -> bool:
    return bool(earlier) and (earlier[-1].to in {"crisis_self", "crisis_other"} or earlier[-1].reply == "check_in")


def _turns_away(reason: Evidence) -> bool:
    """Say whether this is something else than the crisis; that a message sounds like small talk is not enough."""
    sounds = reason.source == "classifier" and reason.says in {"smalltalk", "out_of_scope", "about_bot"}
    return reason.says in {*PRIORITY, "question"} and not sounds


def _calm_before(earlier: tuple[Turn, ...]) -> tuple[str, ...]:
    """Return the messages since the last one about danger: with it, every later message would sound dangerous."""
    calm: list[str] = []
    for turn in reversed(earlier[-_READ_TOGETHER:]):
        if turn.to in ACUTE_ROUTES or turn.reply == "check_in":
            break
        calm.append(turn.text)
    return tuple(reversed(calm))


def _signs_together(said: frozenset[str], earlier: tuple[Turn, ...], judged: Judgement) -> Iterator[Evidence]:
    """Give the reasons that lie in several signs, or several messages, together."""
    if not said & _SOFT or said & _SOMEONE_ELSE or judged.harmless:
        return
    if not said & _REQUESTS and (said & _DISTRESS or {"topic", "self"} <= said):
        yield Evidence("distress_and_no_question", "crisis_self")
    if earlier and earlier[-1].said & _SOFT:
        yield Evidence("distress_twice", "crisis_self")
    if {"denial", "despair"} <= said:
        yield Evidence("denial_with_distress", "crisis_self")


def _is_unclear(said: frozenset[str]) -> bool:
    """Say whether someone tells of themselves, asks nothing, and no rule knows what it is about."""
    return "unsure" in said or ("self" in said and not said & {*PRIORITY, "question", "on_topic", "idiom"})


def _outweighed(to: RouteName, said: frozenset[str]) -> bool:
    """Say whether a route that concerns only part of the message gives way to the rest of it."""
    if to == "identifiers":
        return "question" in said
    return to == "out_of_scope" and "on_topic" in said


def _not_twice(reply: str, to: RouteName, earlier: tuple[Turn, ...]) -> str:
    """Give a crisis reply other words where it would repeat the one before it."""
    if not earlier or earlier[-1].reply != reply:
        return reply
    if to == "crisis_other":
        return "crisis_other" if reply == "crisis_someone_else" else "crisis_someone_else"
    return _default_reply(to, earlier) if to == "crisis_self" else reply


def _default_reply(to: RouteName, earlier: tuple[Turn, ...]) -> str:
    if to == "crisis_self":
        given = sum(turn.reply.startswith("crisis_self_") for turn in earlier)
        return f"crisis_self_{given % _CRISIS_WORDINGS + 1}"
    return {"misuse": "misuse_illicit", "education": "not_in_articles"}.get(to, to)


def _flags(turn: Turn, earlier: tuple[Turn, ...]) -> tuple[str, ...]:
    flags = ["soft"] if turn.said & (_SOFT | {"unclear"}) else []
    if "identifiers" in turn.said:
        flags.append("identifiers")
    present = turn.said | ({"education"} if "question" in turn.said and turn.to != "smalltalk" else frozenset())
    lower = PRIORITY[PRIORITY.index(turn.to) + 1 :]
    flags += [name for name in _ADDABLE if name in present and name in lower]
    if any(before.to in ENDANGERED for before in earlier):
        flags.append("crisis_session")
    return tuple(flags)
