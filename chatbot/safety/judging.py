"""What the classifier's probabilities are taken to mean beside the rules: reasons, doubts, and rules set aside."""

from collections.abc import Sequence
from dataclasses import dataclass

from chatbot.safety.classifier import SOFT, is_long, pieces, shipped_classifier
from chatbot.safety.normalising import plain_letters
from chatbot.safety.rules import Evidence, rule_table

Row = dict[str, float]
"""Label -> probability."""

ACUTE_ROUTES = ("emergency", "crisis_self", "crisis_other", "violence", "abuse")
"""A message is first judged for all of these together: which of them it is matters less than that it is one."""

_STATED, _ASKED, _KNOWN, _EXPLAINED = 0.3, 0.38, 0.45, 0.85
"""Least probability that a message is acute: where rules find nothing asked for; where they do (less than that is shown
help beside an answer); where they know what is asked for; where they know an innocent reading of its words."""
_IDIOM, _HARDLY_MORE = 0.99, 5
"""The same where they know its words for an idiom and it has hardly more: "cut myself a break"."""
_TOGETHER = 0.35
"""With the messages before it."""
_INNOCENT = frozenset({"idiom", "topic", "denial", "past"})
_IN_PART = 0.9
"""For a part of a long message: sentences out of their message sound more dangerous than they are."""
_HIGHER_UP = 0.35
"""So probable, an acute route is taken before a more probable one that stands below it."""
_UNSURE = 0.15
"""From here on it is no crisis yet, but the answer shows the crisis line or asks how the visitor is."""
_HARMLESS = 0.05
_TOO_LITTLE = 3
_LIKELY = {"personal_medical": 0.35, "misuse": 0.4, "injection": 0.7, "booking": 0.5}
_LIKELY_OTHERWISE = 0.45
"""Least probability at which the classifier gives reason for the likeliest route, where that is not acute."""
_MINOR = 0.3
"""Least probability that a minor writes, whatever else is likelier: of what they ask for, booking is the likeliest."""
_GENERAL = 0.7
"""For a personal question that rules know to be a general one."""
_AGAINST_RULES = 0.85
"""For a route other than the harmless ones that rules found."""
_DISTRESS = 0.46
_NOT_DECIDED = frozenset({*ACUTE_ROUTES, "education", "identifiers"})
"""Routes that are decided otherwise: education is what is left, and identifiers have their own finder."""
_CAREFUL = {"personal_medical": 0.5, "misuse": 0.8}
"""Least probability for these where rules found another route that is not acute."""
_SURE, _SURELY_NOT = 0.8, 0.03
_CLEARLY_ANOTHER, _HARDLY_BOOKING = 0.6, 0.25
"""From here on another route, and below that hardly booking: days, times and doors are named in many messages."""
_ANOTHER = 0.8
"""From here on a message is about this danger, and not about the one that a rule names."""
_A_TASK = 0.5
"""From here on a message asks for some other task, rather than to change what this chat does."""
_MAY_BE_SET_ASIDE = frozenset(
    {"misuse", "personal_medical", "booking", "cost", "about_bot", "smalltalk", "out_of_scope"}
)
"""Routes for which a rule's word is not enough where the classifier is sure of another: none is about danger."""


@dataclass(frozen=True)
class Judgement:
    """What the classifier makes of a message."""

    reasons: tuple[Evidence, ...]
    doubted: frozenset[str]
    """Routes that the message surely does not belong to, because it surely belongs to another."""
    harmless: bool
    """Surely not about danger, whole and in every part."""

    def sets_aside(self, ruled: Evidence) -> bool:
        """Say whether what a rule says is not enough here; a rule that is marked sure always is."""
        if ruled.sure:
            return False
        return ruled.says in self.doubted or (self.harmless and ruled.says in ACUTE_ROUTES)


def judge(text: str, before: Sequence[str] = (), ruled: frozenset[str] = frozenset()) -> Judgement:
    """Judge a message, and together with the calm messages `before` it; `ruled` is all that the rules say of it."""
    read, spelling = shipped_classifier(), rule_table().spelling
    text, before = plain_letters(text, spelling), [plain_letters(each, spelling) for each in before]
    texts = [*(["\n".join((*before, text))] if before else []), *pieces(text)]
    rows = [dict(zip(read.labels, row, strict=True)) for row in read.probabilities(texts).tolist()]
    # Of a long text the parts are read as well.
    whole, parts = rows[bool(before)], rows[bool(before) + 1 :]
    words = len(text.split())
    least = _least(ruled, words)
    acute = [
        *_acute([whole], least, "classifier"),
        *_acute(rows[: bool(before)], max(_TOGETHER, least), "classifier_with_earlier"),
        *_acute(parts, _IN_PART, "classifier_in_part"),
    ]
    doubt = not acute and "idiom" not in ruled and (_mass(whole) >= _UNSURE or whole[SOFT] >= _DISTRESS)
    unsure = [Evidence("classifier_unsure", "unsure")] if doubt else []
    # A few words are too little to be sure of anything.
    read_for_it = rows if is_long(text) else rows[: bool(before) + 1]
    harmless = words > _TOO_LITTLE and max(map(_mass, read_for_it)) < _HARMLESS
    doubted = _doubted(whole) if words > _TOO_LITTLE else frozenset()
    return Judgement((*acute, *unsure, *_likely(whole, ruled)), doubted, harmless)


def _least(ruled: frozenset[str], words: int) -> float:
    if ruled & _INNOCENT and not ruled.intersection(ACUTE_ROUTES):
        return _IDIOM if "idiom" in ruled and words <= _HARDLY_MORE else _EXPLAINED
    if ruled & _MAY_BE_SET_ASIDE:
        return _EXPLAINED if words <= _TOO_LITTLE else _KNOWN
    return _ASKED if "question" in ruled else _STATED


def _mass(row: Row) -> float:
    return sum(row[route] for route in ACUTE_ROUTES)


def _acute(rows: Sequence[Row], least: float, source: str) -> list[Evidence]:
    """Give reason for the acute route of the most alarming row: the first of the likely ones, or the likeliest."""
    row = max(rows, key=_mass, default=None)
    if row is None or _mass(row) < least:
        return []
    likely = [route for route in ACUTE_ROUTES if row[route] >= _HIGHER_UP]
    return [Evidence(source, likely[0] if likely else max(ACUTE_ROUTES, key=lambda route: row[route]))]


def _likely(whole: Row, ruled: frozenset[str]) -> list[Evidence]:
    """Give reason for the likeliest route if it is likely enough, but first for a minor."""
    if whole["minor"] >= _MINOR:
        return [] if "adult" in ruled else [Evidence("classifier", "minor")]
    route = _likeliest(whole)
    if route in _NOT_DECIDED:
        return []
    least = _LIKELY.get(route, _LIKELY_OTHERWISE)
    if ruled & _MAY_BE_SET_ASIDE:
        least = _CAREFUL.get(route, _AGAINST_RULES)
    if route == "personal_medical" and "general" in ruled:
        least = max(least, _GENERAL)
    # Benign tasks for an assistant look much like attempts to take it over: to be told so takes a rule.
    says = "out_of_scope" if route == "injection" else route
    return [Evidence("classifier", says)] if whole[route] >= least else []


def _likeliest(whole: Row) -> str:
    return max((label for label in whole if label != SOFT), key=lambda route: whole[route])


def _doubted(whole: Row) -> frozenset[str]:
    likeliest = _likeliest(whole)
    if likeliest in ACUTE_ROUTES and whole[likeliest] >= _ANOTHER:
        return frozenset(route for route in ACUTE_ROUTES if whole[route] < _SURELY_NOT)
    others = frozenset({"injection"} if likeliest == "out_of_scope" and whole[likeliest] >= _A_TASK else ())
    if likeliest in {"injection", "identifiers"}:
        return others
    if whole[likeliest] >= _CLEARLY_ANOTHER and whole["booking"] < _HARDLY_BOOKING:
        others |= {"booking"}
    if whole[likeliest] < _SURE:
        return others
    return others | {route for route in _MAY_BE_SET_ASIDE if route != likeliest and whole[route] < _SURELY_NOT}
