"""Numbers that contradict each other: same subject, same treatment, same unit, values that cannot both be right."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from chatbot.quantities import Quantity, quantities
from chatbot.statements import Statement, stems, subjects


@dataclass(frozen=True)
class Contradiction:
    """Two statements that cannot both be right, and the words in which they differ."""

    one: Statement
    other: Statement
    one_says: str
    other_says: str


@dataclass(frozen=True)
class _Measured:
    """A number with what it is about."""

    statement: Statement
    quantity: Quantity
    beside: tuple[Quantity, ...]
    """The other numbers of the sentence that belong to the same words."""
    about: frozenset[str]
    words: frozenset[str]


_MARKING = frozenset(
    "peak check device alone first deposit copay late evaluation reassess booster withdrawal alcohol smoke missed talk "
    "compounded warning memory bladder cancel answer waiting opening aftercare goes_on studied passed_out eased "
    "home lab".split()
)
"""Subjects that make a number another one: both statements have them, or neither."""
_CONDITIONS = frozenset("resistant major bipolar ptsd pain anxiety suicidal older pregnancy breastfeed pills".split())
"""Who a number is about: where both say it, they must share one."""
_WEAK = frozenset("length start course study better side_effects approved insurance rest watch".split())
"""Subjects so common that another may stand beside them in only one of the statements."""
_DATED = frozenset({"first", "alone", "studied"})
"""Subjects by which one year is enough to be the same event."""
_SCALE = 30
_ENOUGH = 0.5
"""Share of the shorter statement's words that the other has too."""


def contradictory_numbers(found: Sequence[Statement]) -> list[Contradiction]:
    """Return every pair of statements whose numbers contradict each other, in order."""
    measured = [one for statement in found for one in _measured(statement)]
    by_kind: dict[tuple[str, str], list[_Measured]] = {}
    for one in measured:
        unit = "" if one.quantity.kind == "phase" else one.quantity.unit
        by_kind.setdefault((one.quantity.kind, unit), []).append(one)
    pairs = [pair for alike in by_kind.values() for pair in combinations(alike, 2) if _contradict(*pair)]
    return [
        Contradiction(one.statement, other.statement, one.quantity.written, other.quantity.written)
        for one, other in pairs
    ]


def _measured(statement: Statement) -> Iterator[_Measured]:
    found = quantities(statement.text)
    for quantity in found:
        beside = tuple(each for each in found if each is not quantity and each.context == quantity.context)
        yield _Measured(statement, quantity, beside, subjects(quantity.context), _content(statement, quantity.context))


def _content(statement: Statement, context: str) -> frozenset[str]:
    return stems(context) - frozenset(stem for name in statement.treatments for stem in stems(name))


def _contradict(one: _Measured, other: _Measured) -> bool:
    return (
        one.statement is not other.statement
        and _same_scale(one.quantity, other.quantity)
        and _conflict(one.quantity, other.quantity)
        and _same_treatment(one.statement, other.statement)
        and _same_time(one, other)
        and _same_part(one, other)
        and _same_subject(one, other)
    )


def _same_scale(one: Quantity, other: Quantity) -> bool:
    """Tell minutes from weeks: what differs that much is not the same length said twice."""
    low, high = sorted((one.high, other.high))
    return one.kind != "time" or high <= _SCALE * low


def _same_treatment(one: Statement, other: Statement) -> bool:
    if not one.treatments and not other.treatments:
        return True
    return bool(one.treatments & other.treatments)


def _same_time(one: _Measured, other: _Measured) -> bool:
    """Tell whether both numbers lie on one side of what they are counted from."""
    first, second = one.quantity.relation, other.quantity.relation
    return not first or not second or first == second


def _same_part(one: _Measured, other: _Measured) -> bool:
    """Tell whether both numbers hold for the same weeks of a course, and parts of a course for the same number."""
    if one.quantity.kind == "phase":
        if {one.quantity.unit, other.quantity.unit} == {"open", ""} or -1.0 in (one.quantity.low, other.quantity.low):
            return False
        return _values(one) == _values(other)
    phases = [
        {(each.low, each.high, each.unit) for each in side.beside if each.kind == "phase"} for side in (one, other)
    ]
    return phases[0] == phases[1]


def _values(one: _Measured) -> Counter[tuple[str, float, float]]:
    return Counter((each.kind, round(each.low, 2), round(each.high, 2)) for each in one.beside)


def _same_subject(one: _Measured, other: _Measured) -> bool:
    marking = _MARKING | {"course"} if one.quantity.kind == "time" else _MARKING
    if (one.about ^ other.about) & marking or not _same_people(one, other):
        return False
    strong, others = one.about - _WEAK - _CONDITIONS, other.about - _WEAK - _CONDITIONS
    if strong and others and not strong & others:
        return False
    return _overlap(one, other)


def _same_people(one: _Measured, other: _Measured) -> bool:
    first, second = one.about & _CONDITIONS, other.about & _CONDITIONS
    return not first or not second or bool(first & second)


def _overlap(one: _Measured, other: _Measured) -> bool:
    """Tell whether enough of what is said is shared: a subject, or most of the shorter statement's words."""
    shared = one.about & other.about
    if one.quantity.kind == "year":
        return bool(shared & _DATED) or len(one.words & other.words) >= _ENOUGH * len(one.words | other.words)
    if shared - _WEAK:
        return True
    fewest = min(len(one.words), len(other.words))
    alike = one.words & other.words
    if one.quantity.kind == "rate":
        return bool(one.statement.treatments & other.statement.treatments) or len(alike) >= _ENOUGH * fewest > 0
    return bool(shared and alike) or (bool(alike) and len(alike) >= _ENOUGH * fewest)


def _conflict(one: Quantity, other: Quantity) -> bool:
    """Tell whether two values of the same thing cannot both be right."""
    if _ranged(one) and _ranged(other) and one.bound == other.bound:
        return not (_near(one.low, other.low) and _near(one.high, other.high))
    if {one.bound, other.bound} <= {"least"} or {one.bound, other.bound} <= {"most"}:
        return not _near(one.low, other.low)
    first, second = _interval(one), _interval(other)
    return first[0] > second[1] or second[0] > first[1]


def _ranged(quantity: Quantity) -> bool:
    return quantity.high > quantity.low


def _near(one: float, other: float) -> bool:
    return abs(one - other) <= 0.02 * max(abs(one), abs(other))


def _interval(quantity: Quantity) -> tuple[float, float]:
    slack = 0.0 if quantity.kind in {"year", "phase"} else 0.15 if quantity.bound == "about" else 0.02
    low, high = quantity.low * (1 - slack), quantity.high * (1 + slack)
    if quantity.bound == "least":
        return low, float("inf")
    return (0.0, high) if quantity.bound == "most" else (low, high)
