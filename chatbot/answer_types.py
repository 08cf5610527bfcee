"""What sort of thing a question asks for, and whether a sentence holds one: "how long" wants a time, "who" a person.

English only. A reader judges by meaning and is easily content with the right subject; that the number, the year or the
name asked for is not there at all is seen by form. Where a pattern is in doubt it matches: nothing is held against a
sentence by mistake.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from chatbot.number_words import in_digits
from index.lexical import stems

_UNIT = r"(?:seconds?|minutes?|mins?|hours?|hrs?|days?|nights?|weeks?|months?|years?|mornings?|evenings?)"
_N = r"\d[\d,.]*"


def _any(*parts: str) -> re.Pattern[str]:
    return re.compile("|".join(parts), re.IGNORECASE)


@dataclass(frozen=True)
class AnswerType:
    """A sort of answer: how it is asked for, and what a sentence that gives it holds."""

    name: str
    asked: re.Pattern[str]
    """In a question with its numbers in digits, lower case."""
    held: re.Pattern[str]
    """In a sentence with its numbers in digits."""


_VAGUE = r"\b(?:depends?|var(?:y|ies)|differs?|different|no (?:set|fixed|one) \w+|no limit)\b"
_TIME = (
    rf"\b{_N}[ -](?:\w+ )?{_UNIT}\b",
    rf"\b(?:an?|few|couple of|several|half|same|next|whole|full|rest of the|each|every|within|following|that|first"
    rf"|last) (?:\w+ )?{_UNIT}\b",
    rf"\b(?:within|in|for|after|over|some|many) {_UNIT}\b|\b{_UNIT} (?:later|after|before|to|or|ahead|on)\b",
    r"\b(?:right away|at once|immediate(?:ly)?|quick(?:ly)?|slow(?:ly)?|fast|soon|long[- ]term|overnight|tomorrow)\b",
    r"\b(?:as long as|until|for life|over time|once|brief(?:ly)?|short|longer|lasts?|lasting|indefinite\w*"
    r"|gradual\w*)\b",
    _VAGUE,
)
_RATE = (
    r"\b(?:once|twice|\d+ times?|daily|weekly|monthly|yearly|every|each|per|often|regular(?:ly)?|sometimes|rarely|never"
    r"|always|seldom|as needed)\b",
    rf"\b(?:an?|1) {_UNIT}\b",
    _VAGUE,
)
_SHARE = (
    rf"%|\bpercent\b|\b{_N} (?:in|out of|of(?: every)?) {_N}\b",
    r"\b(?:half|third|quarter|most|majority|nearly all|almost all)\b",
)
_OFTEN = (
    *_SHARE,
    r"\b(?:common(?:ly)?|uncommon|rare(?:ly)?|often|usual(?:ly)?|few|many|some|sometimes|likely|unlikely|frequent(?:ly)?"
    r"|all|everyone|nobody|no one)\b",
)
_PERSON = (
    r"\b(?:clinicians?|doctors?|physicians?|nurses?|staff|team|providers?|prescribers?|pharmacists?|therapists?|persons?"
    r"|people|adults?|someone|somebody|anyone|anybody|everyone|no one|nobody|friends?|family|parents?|partners?"
    r"|spouses?|relatives?|drivers?|clinics?|centers?|hospitals?|pharmac(?:y|ies)|insurers?|plans?|you|patients?|women|men"
    r"|makers?|manufacturers?|compan(?:y|ies)|programs?|specialists?|psychiatrists?|caregivers?|researchers?|children|teens?"
    r"|teenagers|FDA|experts?)\b",
)
_MONEY = (
    r"\$|\bdollars?\b|\b(?:cost\w*|pric\w*|pays?|paying|paid|copay\w*|fees?|free|insurance|insurers?|cover\w*|bill\w*"
    r"|charg\w*|savings?|discounts?|prior authorization|plans?|deductibles?|out of pocket)\b",
)
_NAMED = (
    r"(?:compan(?:y|ies)|firms?|manufacturers?|makers?|pharmac(?:y|ies)|chemists?|scientists?|inventors?|researchers?"
    r"|brands?|insurers?|countr(?:y|ies)|states?|cit(?:y|ies)|towns?|universit(?:y|ies)|laborator(?:y|ies)|labs?"
    r"|agenc(?:y|ies)|websites?|apps?|journals?|books?|actors?|celebrit(?:y|ies)|questionnaires?|scales?)"
)
_SPELT_NAME = re.compile(
    r"(?<![.!?•] )(?<!\A)\b[A-Z][\w&-]+"
    r"|\b[A-Z][\w&-]+(?= (?:makes?|made|sells?|sold|owns?|owned|founded|invented|discovered|developed|created)\b)"
)
"""A capital letter within a sentence, or where somebody does something to begin with."""
_TYPES = (
    AnswerType(
        "time",
        _any(
            r"\bhow many (?:\w+ )?(?:seconds?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?)\b",
            r"\bhow (?:long|soon|fast|quick(?:ly)?|early|late)\b(?! (?:have|has) )|\bhow much (?:time|longer)\b",
            r"\bhow far (?:ahead|in advance|before)\b|\b(?:length of time|duration)\b",
        ),
        _any(*_TIME),
    ),
    AnswerType(
        "rate",
        _any(r"\bhow many times (?:an?|per|each|every)\b|\bhow (?:often|frequent(?:ly)?|regularly)\b"),
        _any(*_RATE),
    ),
    AnswerType(
        "telephone number",
        _any(
            r"\b(?:phone|telephone|call(?:ing)?|text) (?:\w+ )?number\b",
            r"\bwhat number (?:can|do|should|is|to)\b",
            r"\bnumber (?:of|for) (?:the |a )?(?:\w+ ){0,5}(?:line|helpline|hotline)\b",
        ),
        _any(r"\d{3}[-. ]\d{3,4}|\b(?:911|988|741741)\b"),
    ),
    AnswerType(
        "count",
        _any(r"\bhow (?:many|few)\b|\b(?:the|what|which) (?:\w+ ){0,2}number of\b"),
        _any(r"\d", r"\b(?:both|single|several|dozens?|hundreds?|thousands?|once|none|neither|another|no)\b", _VAGUE),
    ),
    AnswerType(
        "year",
        _any(
            r"\b(?:what|which) (?:year|decade|month|date)\b|\bwhat(?:'s| is| was) the (?:year|date)\b",
            r"\bwhen (?:did|was|were) (?!i\b|my\b|we\b|you\b|it\b|they\b)",
        ),
        _any(r"\b(?:19|20)\d\d"),
    ),
    AnswerType(
        "share",
        _any(
            r"\b(?:what|which) (?:\w+ )?(?:percent(?:age)?|proportion|fraction|portion|share|rate)\b",
            r"\bwhat(?:'s| is| are| was| were)(?: the)? (?:\w+ ){0,2}"
            r"(?:percent(?:age)?|proportion|rates?|odds|chances?)\b",
        ),
        _any(*_SHARE),
    ),
    AnswerType("frequency", _any(r"\bhow (?:common|likely|rare|usual|unusual)\b"), _any(*_OFTEN)),
    AnswerType(
        "name",
        _any(
            rf"\b(?:which|what|whose) (?:\w+ )?{_NAMED}\b",
            r"\bwho(?:'s| is| was)? (?:founded|owns?|owned|invented|discovered|developed|created|manufactures?"
            r"|sells?)\b",
            r"\bwhat (?:is|are|was|were) the names? of\b",
        ),
        _SPELT_NAME,
    ),
    AnswerType(
        "price",
        _any(
            r"\bhow much (?:does|do|is|are|would|will|did)\b.*\b(?:cost|pay|charge|run me|set me back)\b",
            r"\bhow much (?:is|are) (?:it|an?|the|each|1|one)\b",
            r"\bwhat(?:'s| is| does| do| are)(?: \w+){0,4} (?:cost|price|fee)s?\b",
        ),
        _any(*_MONEY),
    ),
    AnswerType("person", _any(r"\A(?:\w+ ){0,2}who\b(?!se)"), _any(*_PERSON)),
)  # fmt: skip
_DENIES = re.compile(r"\b(?:not|no|never|none|nobody|cannot|without|few)\b|n[’']t\b", re.IGNORECASE)
_COUNTED = re.compile(r"\b(?:how (?:many|few)|number of) (?:more |other |different )?(?P<thing>[\w-]+(?: [\w-]+)?)")
_ALIKE = (
    frozenset(stems("visits sessions appointments treatments times doses shots infusions injections jabs goes rounds")),
    frozenset(stems("people patients persons adults participants volunteers veterans women men children folks")),
    frozenset(stems("medicines drugs pills antidepressants medications meds trials tablets")),
    frozenset(stems("devices sprays inhalers puffs squirts")),
)
"""Things that are counted under several names."""


def asked_for(question: str) -> AnswerType | None:
    """Return what sort of answer an English question wants; None where its form does not say."""
    text = in_digits(question.strip())
    return next((each for each in _TYPES if each.asked.search(text)), None)


def lacking(question: str) -> Callable[[str], float]:
    """Return what tells how plainly a text lacks what a question asks for: 0 it may hold it, 1 it does not.

    A text that denies something is given 0.5: it may be the answer to a question that takes the untrue for granted.
    """
    wanted = asked_for(question)

    def misfit(text: str) -> float:
        if wanted is None or _holds(wanted, question, text):
            return 0.0
        return 0.5 if _DENIES.search(text) else 1.0

    return misfit


def _holds(wanted: AnswerType, question: str, text: str) -> bool:
    if wanted.name == "name":
        # Names that the question itself has are no answer to it.
        known = question.casefold()
        return any(match.group().casefold() not in known for match in wanted.held.finditer(text))
    held = bool(wanted.held.search(in_digits(text) if wanted.name != "person" else text))
    return held and (wanted.name != "count" or _speaks_of_counted(question, text))


def _speaks_of_counted(question: str, text: str) -> bool:
    counted = _COUNTED.search(question.casefold())
    if counted is None:
        return True
    things = set(stems(counted["thing"]))
    things |= {stem for group in _ALIKE if things & group for stem in group}
    return not things or bool(things & set(stems(text)))
