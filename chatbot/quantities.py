"""The numbers of a sentence: value or range, unit, bound, and the words that say what each one counts.

English only: numbers in words are read too. A day is 24 hours, a month 30.4 days, a year 365.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from chatbot.number_words import in_digits

Kind = Literal["time", "rate", "phase", "share", "year", "money", "pressure", "dose", "age", "count"]
"""`rate`: so often a week. `phase`: which weeks or months of a course. `share`: percent of people."""
Bound = Literal["exact", "about", "least", "most"]


@dataclass(frozen=True)
class Quantity:
    """One number of a sentence, in the base unit of its kind: hours, times a week, weeks, percent, dollars, mg."""

    kind: Kind
    low: float
    high: float
    bound: Bound
    unit: str
    """What is counted, for `count` and `dose`; empty otherwise."""
    relation: str
    """`before` or `after` where the words beside it say so."""
    written: str
    """As the sentence has it, numbers in digits."""
    context: str
    """The words of the sentence that belong to this number, without any number."""


_N = r"(?:\d+(?:,\d{3})+|\d+(?:\.\d+)?)"
_RANGE = rf"(?:between )?(?P<low>{_N})(?:\s?%)?(?:\s?(?:-|–|—|to|or|and)\s?\$?(?P<high>{_N}))?"
_HOURS = {"minute": 1 / 60, "min": 1 / 60, "hour": 1.0, "day": 24.0, "week": 168.0, "month": 730.0, "year": 8760.0}
_UNIT = r"(?P<unit>minute|min|hour|day|week|month|year)s?\b"
_PER_WEEK = {"day": 7.0, "week": 1.0, "month": 12 / 52, "year": 1 / 52}
_LY = {"daily": "day", "weekly": "week", "monthly": "month", "yearly": "year"}
_WEEKS = {"day": 1 / 7, "week": 1.0, "month": 52 / 12}
_MASS = {"mg": 1.0, "milligram": 1.0, "mcg": 0.001, "microgram": 0.001, "g": 1000.0, "gram": 1000.0, "ml": 1.0}

_LEAST_BEFORE = re.compile(
    r"(?:at least|minimum of|no less than|not less than|more than|over|above|longer than|no fewer than|no earlier than"
    r"|older than|once you have missed more than)\s*(?:about |aged? |the age of )?\W*\Z"
)
_MOST_BEFORE = re.compile(
    r"(?:up to|at most|no more than|not more than|within|less than|fewer than|under|below|maximum of|younger than"
    r"|no longer than|no later than|oldest age [\w ]+is)\s*(?:about |aged? |the age of |the first )?\W*\Z"
)
_ABOUT_BEFORE = re.compile(r"(?:about|around|roughly|nearly|almost|approximately|some|typically|usually)\s*\W*\Z")
_LEAST_AFTER = re.compile(
    r"\W*(?:\w+ ){0,2}?\b(?:or (?:more|longer|older|over|above)|and (?:older|over|up|above)|at the earliest|at least)\b"
)
_MOST_AFTER = re.compile(
    r"\W*(?:\w+ ){0,2}?\b(?:or (?:less|fewer|younger|under|sooner)|and (?:younger|under)|at (?:the latest|most))\b"
)
_LEAST_IN = re.compile(r"older|over|up\b|or more")
_MOST_IN = re.compile(r"younger|under\b|or less|or fewer")
_BEFORE = re.compile(r"\W*(?:or (?:more|longer) |\w+ )?(?:before|prior to|ahead|in advance|beforehand|earlier)\b")
_AFTER = re.compile(r"\W*(?:or (?:more|longer) |\w+ )?(?:after|following|afterwards|later|from (?:the|your))\b")
_CLAUSE = re.compile(r"[,;:()]| but | while | whereas | and (?=[^,;:]*\0)")
_REASON = re.compile(r",? (?:because|so that|although|even though)\b")
_SEQUEL = re.compile(r",? (?:followed by|and then)\b[^\0]*\Z")
_GAP = "\0"


def quantities(sentence: str) -> list[Quantity]:
    """Return every number of a sentence that measures something, in order; telephone numbers and bare ones are none."""
    text = in_digits(sentence)
    found: list[tuple[int, int, Quantity]] = []
    for pattern, read in _READERS:
        for match in pattern.finditer(text):
            quantity = read(match)
            if quantity is not None:
                found.append((match.start(), match.end(), _beside(text, match, quantity)))
        for start, end, _ in found:
            text = text[:start] + _GAP * (end - start) + text[end:]
    found = _joined(sorted(found, key=lambda place: place[0]), text)
    return [replace(quantity, context=_context(text, number, found)) for number, (*_, quantity) in enumerate(found)]


def _value(text: str) -> float:
    return float(text.replace(",", ""))


def _span(match: re.Match[str], factor: float = 1.0) -> tuple[float, float]:
    low = _value(match["low"])
    high = _value(match["high"]) if match["high"] else low
    return (min(low, high) * factor, max(low, high) * factor)


def _plain(kind: Kind, low: float, high: float, written: str, unit: str = "") -> Quantity:
    return Quantity(kind, low, high, "exact", unit, "", " ".join(written.split()), "")


def _time(match: re.Match[str]) -> Quantity:
    return _plain("time", *_span(match, _HOURS[match["unit"]]), match.group())


def _rate(match: re.Match[str]) -> Quantity:
    low, high = _span(match, _PER_WEEK[_LY.get(match["per"], match["per"])])
    return _plain("rate", low / _value(match["every"] or "1"), high / _value(match["every"] or "1"), match.group())


def _every(match: re.Match[str]) -> Quantity:
    if match["ly"]:
        return _plain("rate", *(_PER_WEEK[_LY[match["ly"]]],) * 2, match.group())
    low = 2.0 if match["other"] else _value(match["low"] or "1")
    high = _value(match["high"]) if match["high"] else low
    per = _PER_WEEK[match["unit"]]
    return _plain("rate", per / high, per / low, match.group())


def _phase(match: re.Match[str]) -> Quantity:
    weeks = _WEEKS[match["unit"]]
    low, high = _span(match, weeks)
    return _plain("phase", low, high, match.group(), "open" if match["open"] else "end" if match["end"] else "")


def _opening(match: re.Match[str]) -> Quantity:
    if match["low"] is None:
        return _plain("phase", min(1.0, _WEEKS[match["unit"]]), _WEEKS[match["unit"]], match.group())
    high = _value(match["low"]) * _WEEKS[match["unit"]]
    return _plain("phase", 1.0 if match["which"] == "first" else -1.0, high, match.group())


def _share(match: re.Match[str]) -> Quantity:
    return _plain("share", *_span(match), match.group())


def _ratio(match: re.Match[str]) -> Quantity | None:
    of = _value(match["of"])
    return _plain("share", *_span(match, 100 / of), match.group()) if 1 < of <= 10_000 else None


def _year(match: re.Match[str]) -> Quantity:
    return _plain("year", *(float(match["year"]),) * 2, match.group())


def _money(match: re.Match[str]) -> Quantity:
    return _plain("money", *_span(match), match.group())


def _pressure(match: re.Match[str]) -> Quantity:
    return _plain("pressure", *(_value(match["top"]) + _value(match["bottom"]) / 1000,) * 2, match.group())


def _dose(match: re.Match[str]) -> Quantity:
    unit = "volume" if match["mass"] == "ml" else "per kg" if match["per"] else "mass"
    return _plain("dose", *_span(match, _MASS[match["mass"]]), match.group(), unit)


def _age(match: re.Match[str]) -> Quantity:
    low = next(_value(value) for value in match.groups() if value)
    return _plain("age", low, low, match.group())


def _count(match: re.Match[str]) -> Quantity | None:
    noun = _head(match["words"].split())
    low, high = _span(match)
    if not noun or (low == high == 1 and noun not in _COUNTED_SINGLY):
        return None
    return _plain("count", low, high, f"{match.group()}{match['words'].replace(_GAP, '')}", noun)


_COUNTED_SINGLY = frozenset({"session", "spray", "device"})
_SESSION = re.compile(r"(?:session|treatment|visit|infusion|shot|injection|appointment|dose)s?\Z")
_NO_NOUN = re.compile(
    r"(?:a|an|the|of|in|on|to|at|by|for|from|with|and|or|but|is|are|was|were|has|have|if|as|it|you|we|they|he|she|"
    r"times?|percent|than|not|no|can|may|will|be|who|that|which|this|after|before|until|when|while|so|because|more|[\0_]+)\Z"
)


def _head(words: list[str]) -> str:
    """Return what is counted: the first plural, else the first word; every kind of session is one."""
    run: list[str] = []
    for word in words:
        if _NO_NOUN.match(word):
            break
        run.append(word)
    noun = next((word for word in run if re.search(r"[^su]s\Z|people\Z|children\Z", word)), run[0] if run else "")
    return "session" if _SESSION.match(noun) else noun.removesuffix("s")


def _beside(text: str, match: re.Match[str], quantity: Quantity) -> Quantity:
    """Add the bound and the relation that the words before and after it state."""
    before, after = text[: match.start()], text[match.end() :]
    relation = "before" if _BEFORE.match(after) else "after" if _AFTER.match(after) else ""
    bound: Bound = "exact"
    if quantity.kind == "time" and re.search(r"\bover \Z", before):
        bound = "exact"  # "spread over 3 weeks": how long, not how long at least
    elif _LEAST_BEFORE.search(before) or _LEAST_AFTER.match(after) or _LEAST_IN.search(match.group()):
        bound = "least"
    elif _MOST_BEFORE.search(before) or _MOST_AFTER.match(after) or _MOST_IN.search(match.group()):
        bound = "most"
    elif _ABOUT_BEFORE.search(before):
        bound = "about"
    # "No later than four hours before" leaves at least four; "not approved under 18" means from 18 on.
    turned = relation == "before" or (quantity.kind == "age" and re.search(r"\bnot\b|n't\b", before))
    return replace(quantity, bound="least" if bound == "most" and turned else bound, relation=relation)


Place = tuple[int, int, Quantity]


def _joined(found: list[Place], text: str) -> list[Place]:
    """Make one range of rates joined by "or": "once a week or every 2 weeks"."""
    merged: list[Place] = []
    for start, end, quantity in found:
        last = merged[-1] if merged else None
        if last and last[2].kind == quantity.kind == "rate" and re.fullmatch(r" or ", text[last[1] : start]):
            low, high = min(last[2].low, quantity.low), max(last[2].high, quantity.high)
            written = f"{last[2].written} or {quantity.written}"
            merged[-1] = (last[0], end, replace(last[2], low=low, high=high, written=written))
        else:
            merged.append((start, end, quantity))
    return merged


def _context(text: str, number: int, found: list[Place]) -> str:
    """Leave out clauses of other numbers of the kind, what this gives a reason for, and what comes next."""
    start, _, own = found[number]
    others = [place for place, _, quantity in found if quantity.kind == own.kind and place != start]
    first = max((match.start() for match in _REASON.finditer(text) if match.start() <= start), default=0)
    last = next((match.start() for match in _SEQUEL.finditer(text, start)), len(text))
    bounds = [first, *(match.start() for match in _CLAUSE.finditer(text, first, last)), last]
    kept = [
        text[left:right]
        for left, right in pairwise(bounds)
        if left <= start < right or not any(left <= other < right for other in others)
    ]
    return " ".join("".join(kept).replace(_GAP, " ").split())


Reader = Callable[[re.Match[str]], "Quantity | None"]


def _readers() -> Iterator[tuple[re.Pattern[str], Reader]]:
    times = r"(?:times|visits|sessions|treatments|doses|days|infusions|shots|nights)"
    listed: tuple[tuple[str, Reader], ...] = (
        (r"(?<![\w-])(?:1-)?\d{3}-\d{3}-\d{4}\b|\b(?:911|988|741741|838255)\b|\b\d{4}s\b", lambda match: None),
        (r"\b(?P<top>\d{2,3})(?:/| over )(?P<bottom>\d{2,3})\b", _pressure),
        (rf"\$\s?{_RANGE}|\b{_RANGE.replace('low', 'low2').replace('high', 'high2')}\s?dollars\b", _dollars),
        (r"\b(?:\d{1,2} )?(?:(?:january|february|march|april|may|june|july|august|september|october|november|december)"
         r"(?: \d{1,2},)? )?(?P<year>(?:19|20)\d\d)\b(?!\s?(?:%|mg|people))", _year),
        (rf"\b{_RANGE}\s?(?:%|percent\b|per cent\b)", _share),
        (rf"\b{_RANGE} (?:in|out of)(?: every)? (?P<of>\d+)\b(?! (?:minute|hour|day|week|month|year)s?)", _ratio),
        (rf"\b{_RANGE}\s?(?P<mass>mg|mcg|milligram|microgram|gram|g|ml)s?\b"
         r"(?P<per>(?:/| per )(?:kg|kilogram))?", _dose),
        (rf"\b{_RANGE} (?:\w+ )?{times} (?:an?|per|each|every) "
         r"(?:(?P<every>\d+) )?(?P<per>day|week|month|year)s?\b", _rate),
        (rf"\b{_RANGE} times (?:every (?P<every>\d+) )?"
         r"(?P<per>day|week|month|year|daily|weekly|monthly|yearly)s?\b", _rate),
        (rf"\b(?:every|each) (?:(?P<other>other) )?(?:{_RANGE} )?(?P<unit>day|week|month|year)s?\b(?! of)"
         r"|\b(?P<ly>daily|weekly|monthly|yearly)\b", _every),
        (rf"\b(?P<open>from |after )?(?P<end>(?:the )?end of )?(?P<unit>week|month|day)s? {_RANGE}\b"
         r"(?: on(?:wards?)?\b)?",
         _phase),
        (rf"\b(?:the|your) (?P<which>first|next|following) (?P<low>{_N})[ -](?P<unit>week|month|day)s?\b",
         _opening),
        (r"\b(?:the|your) (?P<which>first) (?P<low>(?!))?(?P<unit>week|month|day)\b", _opening),
        (rf"\baged? (?:of )?({_N})(?: years)?(?: old)?\b(?: (?:and|or) (?:older|over|up|younger|under)\b)?"
         rf"|\b({_N})(?: years old)? (?:and|or) (?:older|over|younger|under)\b"
         rf"|\b(?:oldest age for [\w ]{{1,30}} is|the age of) ({_N})\b|\b({_N}) years old\b"
         rf"|(?<=\bunder )({_N})\b(?! ?\w+s\b)|(?<=\bpeople over )({_N})\b", _age),
        (rf"\b{_RANGE}[- ](?:(?:full|whole|working|business) )?{_UNIT}", _time),
        (rf"\b{_RANGE}(?: or (?:more|less|fewer))? (?=(?P<words>[a-z\0_-]+(?: [a-z\0_-]+){{0,2}}))", _count),
    )  # fmt: skip
    return ((re.compile(pattern), read) for pattern, read in listed)


def _dollars(match: re.Match[str]) -> Quantity:
    low = match["low"] or match["low2"]
    high = match["high"] or match["high2"] or low
    return _plain("money", _value(low), _value(high), match.group())


_READERS = tuple(_readers())
