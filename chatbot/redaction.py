"""Take out of a copy of a message what could identify someone, and leave what it asks.

Nothing that is stored, logged or sent anywhere may come from a text that has not passed here. What is in doubt goes: a
lost word costs little. Years stay, months and weekdays on their own too, and doctors' names.
"""

import re
from collections.abc import Iterable, Iterator

from chatbot.identifiers import (
    ACCOUNTS,
    BILLING_CODES,
    DATES,
    NUMBERS_OF_A_PERSON,
    SPOKEN_DIGIT,
    UNIT,
    WHEN,
)
from chatbot.names import NAMES, Finder, Span, is_listed
from chatbot.places import PLACES, STREETS_IN_CAPITALS
from corpus.clinic import Clinic

_BLANK = "\0"
_PASSES = 5
"""What one pass leaves may read as an identifier beside its placeholders; two have always been enough."""
_PLACEHOLDER = r"\[(?:name|date|phone|email|id|card|address|url|ip|handle|password|age 90\+|zip(?: \d{3}\*\*)?)\]"
_DOSES = r"(?<![\w/.-])(?:28|56|84)(?:\s?[/,-]\s?(?:28|56|84))+(?![-/.\w])"
_DOCTORS = r"(?i:\bdra?\b)\.?\s+[^\W\d_]{2,}|\b(?i:doctora?)\s+[A-Z][a-z]+"
_SAINTS = r"(?i:\b(?:st|saint|san|santa)\b\.?)\s+[^\W\d_]+(?:['’]?s)?|(?i:\bmatthew perry\b|\bmary jane\b)"
# Three-digit ZIP areas of 20,000 people or fewer: of these not even the first digits may stay (45 CFR 164.514).
_SMALL_AREAS = frozenset("036 059 063 102 203 556 692 790 821 823 830 831 878 879 884 890 893".split())

# Patterns with optional blanks at either end of a word would be quadratic in long runs of blanks.
_LONG_GAP = re.compile(r"(\s{3})\s+")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
"""Characters that nobody sees, which would keep a number or a name from being read as one."""
_MONTH_DAY = re.compile(
    r"(?<![\d/.$-])(0?[1-9]|[12]\d|3[01])/(0?[1-9]|[12]\d|3[01])"
    rf"(?![\d/%]|\.\d|\s?(?:{UNIT}|of\b|de\b))",
    re.IGNORECASE,
)
_NAMED_STREET = re.compile(
    rf"(?<![\d$#.,/-])(?!(?:19|20)\d\d\b)\d{{2,6}}(?=\s\0)|\b\d{{1,6}}\s+(?:[nsew]\.?\s+)?(?P<name>[^\W\d_]+)"
    rf"\s+(?:{STREETS_IN_CAPITALS})\b",
    re.IGNORECASE,
)
_DATED = re.compile(rf"{WHEN}(?:\s+\d{{1,2}}/\d{{1,2}},?(?:\s+(?:and|y|to|or|a|&))?)*\s*:?\s*\Z", re.IGNORECASE)
_ZIP = re.compile(r"(?<![\d$.,#/-])\d{5}(?:-\d{4})?(?![\d%/]|[.,-]\d)", re.ASCII)
_NOT_ZIP_BEFORE = re.compile(
    r"(?<!zip )(?<!postal )\b(?:codes?|cpt|hcpcs|procedure|billing|c[oó]digo)\W{0,3}\Z", re.IGNORECASE
)
_NOT_ZIP_AFTER = re.compile(rf"\s?(?:{UNIT}|feet|veterans|cases|studies|adults|participants|usd|k\b)", re.IGNORECASE)
_CLUSTER = re.compile(r"\+?\(?\d(?:[ \t().\u2010-\u2015-]{0,3}\d)+")
_LETTERS_FOR_DIGITS = re.compile(r"(?<![\w-])\(?[\dOolI]{3}\)?[-. ]{0,2}[\dOolI]{3}[-. ]?[\dOolI]{4}(?![\w-])")
_ONE_BY_ONE = re.compile(r"(?<!\w)[A-Za-z0-9](?:[ ._*-]{1,3}[A-Za-z0-9]){5,40}(?!\w)", re.ASCII)
_SPOKEN = re.compile(rf"\b{SPOKEN_DIGIT}(?:[\s,.-]{{1,3}}{SPOKEN_DIGIT}){{4,40}}\b", re.IGNORECASE)


class Redactor:
    """Redacts for one clinic: its own phone, the help lines and the `keep` phrases (article titles, staff) survive."""

    def __init__(self, clinic: Clinic, keep: Iterable[str] = ()) -> None:
        lines = clinic.help_lines.values()
        numbers = {clinic.phone, *(number for line in lines for number in (line.call, line.text) if number)}
        self._short = {number for number in numbers if len(number) <= 6}
        self._protected = re.compile(
            "|".join([_PLACEHOLDER, *_phrases(keep), *_dialled(numbers), _DOSES, BILLING_CODES, _DOCTORS, _SAINTS])
        )
        self._finders: tuple[Finder, ...] = (
            *_matching(ACCOUNTS), _cards, _disguised, *_matching(NUMBERS_OF_A_PERSON), *_matching(PLACES), *NAMES,
            _named_streets,
            *_matching(DATES), _month_days, _zips, _phones, self._digit_runs, _spoken_digits,
        )  # fmt: skip

    def redact(self, text: str) -> str:
        """Return the text with a placeholder, such as [name] or [date], for each identifier, and no long gaps."""
        text = _LONG_GAP.sub(r"\1", _UNSEEN.sub("", text))
        for _ in range(_PASSES):
            again = self._redact_once(text)
            if again == text:
                break
            text = again
        return text

    def has_identifiers(self, text: str) -> bool:
        """Tell whether there is anything to take out."""
        text = _LONG_GAP.sub(r"\1", _UNSEEN.sub("", text))
        return self._redact_once(text) != text

    def _redact_once(self, text: str) -> str:
        left = self._protected.sub(lambda match: _BLANK * len(match.group()), text)
        found: list[Span] = []
        for finder in self._finders:
            spans = list(_apart(finder(left)))
            found += spans
            left = _rewritten(left, [(start, end, _BLANK * (end - start)) for start, end, _ in spans])
        return _rewritten(text, sorted((start, end, f"[{label}]") for start, end, label in found))

    def _digit_runs(self, text: str) -> Iterator[Span]:
        for match in _CLUSTER.finditer(text):
            groups = re.findall(r"\d+", match.group())
            if set(groups) <= self._short or _are_years(groups):
                continue
            digits = "".join(groups)
            spaced = all(gap.isspace() for gap in re.findall(r"\D+", match.group().strip("+(")))
            one_by_one = max(map(len, groups)) == 1
            if len(digits) >= (7 if spaced and len(groups) > 1 and not one_by_one else 6):
                grouped_as_phone = [len(group) for group in groups][-2:] == [3, 4]
                phone = grouped_as_phone or (len(digits) in {10, 11} and len(groups) > 1)
                yield *match.span(), "phone" if phone else "id"


def _are_years(groups: list[str]) -> bool:
    return len(groups) <= 3 and all(re.fullmatch("(?:19|20)[0-9]{2}", group) for group in groups)


def _cards(text: str) -> Iterator[Span]:
    for match in _CLUSTER.finditer(text):
        digits = "".join(re.findall(r"\d+", match.group()))
        if 13 <= len(digits) <= 19 and _luhn(digits):
            yield *match.span(), "card"


def _disguised(text: str) -> Iterator[Span]:
    """Find numbers with letters for digits, and those written character by character."""
    for match in _LETTERS_FOR_DIGITS.finditer(text):
        if sum(character.isdigit() for character in match.group()) >= 7 and re.search("[^\\W\\d_]", match.group()):
            yield *match.span(), "phone"
    for match in _ONE_BY_ONE.finditer(text):
        characters = re.findall("[A-Za-z0-9]", match.group())
        if sum(character.isdigit() for character in characters) >= 3 and not all(map(str.isdigit, characters)):
            yield *match.span(), "id"


def _luhn(digits: str) -> bool:
    values = [int(digit) for digit in reversed(digits)]
    return sum(values[::2]) % 10 == -sum(sum(divmod(2 * value, 10)) for value in values[1::2]) % 10


def _phrases(keep: Iterable[str]) -> list[str]:
    phrases = sorted({phrase.strip() for phrase in keep if phrase.strip()}, key=len, reverse=True)
    return [rf"(?i:(?<!\w){re.escape(phrase)}(?!\w))" for phrase in phrases]


def _dialled(numbers: Iterable[str]) -> list[str]:
    found = []
    for number in numbers:
        digits = number.replace("-", "")[-10:]
        if len(digits) == 10:
            gap = r"[\s.()-]{0,2}"
            found.append(rf"(?<!\d)(?:\+?1{gap})?\(?{digits[:3]}{gap}{digits[3:6]}{gap}{digits[6:]}(?!\d)")
    return found


def _matching(rows: Iterable[tuple[str, str]]) -> Iterator[Finder]:
    for label, pattern in rows:
        yield _finder(label, re.compile(pattern))


def _finder(label: str, pattern: re.Pattern[str]) -> Finder:
    part = "v" if "v" in pattern.groupindex else 0

    def find(text: str) -> Iterator[Span]:
        return ((*match.span(part), label) for match in pattern.finditer(text))

    return find


def _apart(spans: Iterable[Span]) -> Iterator[Span]:
    reached = 0
    for start, end, written in spans:
        if start >= reached and end > start:
            yield start, end, written
            reached = end


def _rewritten(text: str, spans: list[Span]) -> str:
    pieces, reached = [], 0
    for start, end, written in spans:
        pieces += [text[reached:start], written]
        reached = end
    return "".join([*pieces, text[reached:]])


def _named_streets(text: str) -> Iterator[Span]:
    for match in _NAMED_STREET.finditer(text):
        if match.group("name") is None or is_listed(match.group("name")):
            yield *match.span(), "address"


def _month_days(text: str) -> Iterator[Span]:
    for match in _MONTH_DAY.finditer(text):
        month, day = int(match.group(1)), int(match.group(2))
        plain = "0" not in {match.group(1)[0], match.group(2)[0]}
        dated = _DATED.search(text, max(0, match.start() - 60), match.start()) is not None
        # 3/10 is more often a score, 1/2 a fraction and 24/7 a saying.
        spoken = plain and (day == 10 or (month, day) in {(1, 2), (1, 3), (2, 3), (1, 4), (3, 4), (24, 7)})
        if min(month, day) <= 12 and (dated or not spoken):
            yield *match.span(), "date"


def _zips(text: str) -> Iterator[Span]:
    for match in _ZIP.finditer(text):
        before = text[max(0, match.start() - 20) : match.start()]
        if _NOT_ZIP_BEFORE.search(before) or _NOT_ZIP_AFTER.match(text, match.end()):
            continue
        area = match.group()[:3]
        yield *match.span(), "zip" if area in _SMALL_AREAS else f"zip {area}**"


def _phones(text: str) -> Iterator[Span]:
    if sum(character.isdigit() for character in text) < 7:
        return
    from phonenumbers import PhoneNumberMatcher  # 40 ms to import, and few messages need it

    for match in PhoneNumberMatcher(text, "US"):
        yield match.start, match.end, "phone"


def _spoken_digits(text: str) -> Iterator[Span]:
    for match in _SPOKEN.finditer(text):
        said = re.findall(r"\d+|[^\W\d_]+", match.group())
        words = [token for token in said if not token.isdigit()]
        if len(words) >= 3 and sum(len(token) if token.isdigit() else 1 for token in said) >= 6:
            yield *match.span(), "phone"
