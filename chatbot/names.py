"""Find names of people in a message: by what stands before or after them, and by lists of names."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from chatbot.identifiers import (
    CAPITALISED_NAME_FOLLOWS,
    EPONYM_FOLLOWS,
    FULL_NAME_FOLLOWS,
    FULL_NAME_PRECEDES,
    LISTED_NAME_FOLLOWS,
    NAME_FOLLOWS,
    NAME_PRECEDES,
    NO_NAMES,
    SIGNATURE_FOLLOWS,
    folded,
)

Span = tuple[int, int, str]
"""Start, end, and what to write there."""
Finder = Callable[[str], Iterator[Span]]

_WORD = r"([^\W\d_]+(?:['’-][^\W\d_]+)*)(?:\.(?=\s))?"
_FIRST_WORD = re.compile(rf"\s*{_WORD}")
_NEXT_WORD = re.compile(rf"\s+(?:(?:de la|de los|de las|del|de|van|von|da|di|bin)\s+)?{_WORD}")
_NEXT_WORD_OR_COMMA = re.compile(rf",?{_NEXT_WORD.pattern}")
_LAST_WORDS = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*\.?(?:,?\s+[^\W\d_]+(?:['’-][^\W\d_]+)*\.?){1,2}\Z")
_SPACED = re.compile(r"(?<![\w'’])[^\W\d_](?:(?:[ ]{1,3}|[-._*])[^\W\d_]){2,40}(?![\w'’])")
_SPELLED_AFTER = re.compile(
    rf"(?:{NAME_FOLLOWS}|\b(?:spelled|spell it|se escribe|se deletrea)\s*:?\s*)\Z", re.IGNORECASE
)
_EPONYM_FOLLOWS = re.compile(EPONYM_FOLLOWS)


@cache
def listed(part: str) -> frozenset[str]:
    """Return one part of `names.txt`: lower case, without accents."""
    text = Path(__file__).with_name("names.txt").read_text(encoding="utf-8")
    return frozenset(text.split(f"## {part}\n")[1].split("\n## ")[0].split())


def _name_end(text: str, start: int, most: int, *, capitals: bool = False, commas: bool = False) -> int:
    """Return where the name that starts at `start` ends, `start` itself if there is none."""
    end = start
    for _ in range(most):
        following = _NEXT_WORD_OR_COMMA if commas else _NEXT_WORD
        match = (following if end > start else _FIRST_WORD).match(text, end)
        if match is None or not _may_be_name(match.group(1), capitals=capitals):
            break
        end = match.end()
    return end


def _may_be_name(word: str, *, capitals: bool) -> bool:
    if word.lower().replace("’", "'") in NO_NAMES and word != "Le":
        return False
    return not capitals or (word[0].isupper() and (len(word) == 1 or not word.isupper()))


def _after(pattern: str, *, capitals: bool, least: int = 1, ends_message: bool = False) -> Finder:
    trigger = re.compile(pattern, re.IGNORECASE)

    def find(text: str) -> Iterator[Span]:
        for match in trigger.finditer(text.replace("’", "'")):
            end = _name_end(text, match.end(), 4, capitals=capitals, commas=not capitals)
            if ends_message and text[end:].strip(" .\n"):
                continue
            if len(text[match.end() : end].split()) >= least:
                yield match.end(), end, "name"

    return find


def _before(pattern: str, *, capitals: bool, listed_only: bool = False) -> Finder:
    trigger = re.compile(pattern, re.IGNORECASE)

    def find(text: str) -> Iterator[Span]:
        for match in trigger.finditer(text):
            opening = max(0, match.start() - 80)
            last = _LAST_WORDS.search(text[opening : match.start()])
            named = [word.strip(".,") for word in last.group().split()] if last else []
            if listed_only:
                named = named[-2:] if len(named) > 1 and _begins_name(named[-2]) else []
            while named and not _may_be_name(named[0], capitals=capitals):
                named = named[1:]
            if len(named) >= 2 and all(_may_be_name(word, capitals=capitals) for word in named):
                yield text.rindex(named[0], opening, match.start()), match.start(), "name"

    return find


def is_listed(word: str) -> bool:
    """Tell whether a word is a name and hardly ever anything else."""
    return folded(word) in listed("given") or folded(word) in listed("surnames")


def _begins_name(word: str) -> bool:
    return is_listed(word) or folded(word) in listed("given, also words")


def _listed_after(text: str) -> Iterator[Span]:
    for match in _LISTED_AFTER.finditer(text):
        word = folded(match.group("v"))
        if any(word in listed(part) for part in ("given, also words", "surnames")):
            yield match.start("v"), _surname_end(text, match.end("v"), capitals=True), "name"


_LISTED_AFTER = re.compile(rf"(?:{LISTED_NAME_FOLLOWS})(?P<v>[^\W\d_]+)(?![\w'’])", re.IGNORECASE)


def _given_names(text: str) -> Iterator[Span]:
    for match in re.finditer(r"(?<![\w@.-])[^\W\d_]+(?![\w@])", text):
        if _EPONYM_FOLLOWS.match(text, match.end()):
            continue
        if folded(match.group()) in listed("given"):
            surname = re.search(r"(?<!\w)[A-Z][\w'’-]{1,30},\s+\Z", text[max(0, match.start() - 40) : match.start()])
            end = _surname_end(text, match.end(), capitals=False)
            start = match.start() - (len(surname.group()) if surname else 0)
            yield start, _surname_end(text, end, capitals=True), "name"
        elif end := _full_name_end(text, match):
            yield match.start(), end, "name"


def _full_name_end(text: str, match: re.Match[str]) -> int:
    """Return where a given name that is also a word ends together with its surname; 0 if none follows."""
    first, following = match.group(), _NEXT_WORD.match(text, match.end())
    if following is None:
        return 0
    last = following.group(1)
    capitals = _may_be_name(first, capitals=True) and _may_be_name(last, capitals=True)
    kinds = [part for part in _GIVEN_WORDS if folded(first) in listed(part)]
    known = is_listed(last) and not (first.islower() and last[0].isupper())
    likely = capitals or ("given, also words" in kinds and last.islower())
    if kinds and (known or (likely and folded(last) in listed("surnames, also words"))):
        return _surname_end(text, following.end(), capitals=True) if capitals else following.end()
    return following.end() if capitals and known else 0


_GIVEN_WORDS = ("given, also words", "given, mostly words")


def _surname_end(text: str, start: int, *, capitals: bool) -> int:
    match = _NEXT_WORD.match(text, start)
    return match.end() if match and _may_be_name(match.group(1), capitals=capitals) else start


def _spaced_names(text: str) -> Iterator[Span]:
    """Find names written letter by letter."""
    for match in _SPACED.finditer(text):
        words = [folded(re.sub(r"[^\w]|_", "", word)) for word in re.split(r"[ ]{2,3}", match.group())]
        if _SPELLED_AFTER.search(text, max(0, match.start() - 60), match.start()) or any(map(_starts_as_name, words)):
            yield *match.span(), "name"


def _starts_as_name(word: str) -> bool:
    """Tell whether a word is a name, or a given name with a surname run together."""
    if len(word) < 3:
        return False
    ends = (end for end in range(3, len(word) + 1) if word[:end] in listed("given"))
    surnames = ("surnames", "surnames, also words", "given")
    return any(end == len(word) or any(word[end:] in listed(part) for part in surnames) for end in ends)


NAMES: tuple[Finder, ...] = (
    _spaced_names,
    _after(NAME_FOLLOWS, capitals=False),
    _before(NAME_PRECEDES, capitals=False),
    _after(FULL_NAME_FOLLOWS, capitals=True, least=2),
    _after(CAPITALISED_NAME_FOLLOWS, capitals=True),
    _after(SIGNATURE_FOLLOWS, capitals=True, ends_message=True),
    _before(FULL_NAME_PRECEDES, capitals=True),
    _before(FULL_NAME_PRECEDES, capitals=False, listed_only=True),
    _listed_after,
    _given_names,
)
"""In the order they are tried."""
