"""A message as the rules read it: plain lower-case words, spellings and disguises undone. The message itself stays."""

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

ADULT = 18
MANY = 8
"""From so many pills on, a number swallowed is an emergency."""


@dataclass(frozen=True)
class Normalised:
    """The words of a message in order, each with every name it goes by: `("16", "#number", "#minor_age")`."""

    words: tuple[tuple[str, ...], ...]
    sentence_breaks: int
    """Bit n is set where a sentence ends before word n."""
    clause_breaks: int
    """The same for commas, dashes, brackets and quotation marks, and for the ends of sentences."""
    asks: bool
    """Whether a question mark stands anywhere."""


@dataclass(frozen=True)
class Spelling:
    """What may be respelt, and into what (`spelling.toml`)."""

    known: frozenset[str]
    """Words that occur in rules; they are never respelt."""
    meanings: dict[str, str]
    """Short forms, slang and frequent misspellings -> the words meant."""
    one_slip: dict[str, tuple[str, ...]]
    """A safety word, or what is left of it without one letter -> the safety words it may be."""
    repaired: tuple[str, ...]
    """The safety words themselves."""
    glued: frozenset[str]
    """Words taken apart again when written together or letter by letter."""
    signs: dict[int, str]
    """Look-alike letters and emoji -> plain letters and emoji names."""


def read_spelling(path: Path, known: frozenset[str]) -> Spelling:
    """Read `spelling.toml`; `known` are the words the rules are made of."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    signs = {ord(sign): f" {name} " for name, group in table["emoji"].items() for sign in group}
    signs |= {ord(sign): letter for letter, group in table["lookalikes"].items() for sign in group}
    meanings = {word: meant for section in table["meanings"].values() for word, meant in section.items()}
    protected = known | set(table["real_words"]["words"].split())
    return Spelling(
        known=protected | meanings.keys(),
        meanings=meanings,
        one_slip=_by_what_is_left(table["repair"]["words"].split()),
        repaired=tuple(table["repair"]["words"].split()),
        glued=frozenset(table["glued"]["words"].split()),
        signs=signs,
    )


def normalise(text: str, spelling: Spelling, today: date | None = None) -> Normalised:
    """Return the words of `text` for the rules. Nothing is cut off, however long it is."""
    plain, year = plain_letters(text, spelling), (today or date.today()).year
    words: list[tuple[str, ...]] = []
    seen: dict[str, list[tuple[str, ...]]] = {}
    sentence_breaks = clause_breaks = end = 0
    for found in _TOKEN.finditer(plain):
        between = plain[end : found.start()]
        sentence_breaks |= _ends_sentence(between) << len(words)
        clause_breaks |= (_CLAUSE_END.search(between) is not None) << len(words)
        if found.group() not in seen:
            seen[found.group()] = list(_names(found, spelling, year))
        words.extend(seen[found.group()])
        end = found.end()
    rest = plain[end:]
    sentence_breaks |= _ends_sentence(rest) << len(words)
    return Normalised(tuple(words), sentence_breaks, clause_breaks | sentence_breaks, "?" in plain)


_INVISIBLE = frozenset({"Cf", "Cc", "Co", "Cs", "Mn", "Me"})
_LETTER_BY_LETTER = re.compile(r"(?<![\w'])[a-z](?:[ \t\n._*~-]{1,3}[a-z](?![\w']))+")
_SAME_LETTER = re.compile(r"([a-z])\1{2,}")
_CLAUSE_END = re.compile(r"[,:()\[\]\"“”«»—–]|\s-+\s|\.\.")


def plain_letters(text: str, spelling: Spelling) -> str:
    """Return the text in plain lower-case letters, look-alike and invisible ones undone, its marks kept."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text.translate(spelling.signs)))
        text = "".join(sign for sign in text if sign == "\n" or unicodedata.category(sign) not in _INVISIBLE)
        text = text.lower().translate(spelling.signs)
    plain = text.lower().replace("`", "'").replace("\r", "\n")
    return _LETTER_BY_LETTER.sub(lambda found: _joined(found.group(), spelling), plain)


def _joined(spaced: str, spelling: Spelling) -> str:
    letters = re.sub(r"[^a-z]", "", spaced)
    if len(letters) < 3:
        return spaced
    return _taken_apart(letters, spelling) or (letters if letters in spelling.known else spaced)


def _ends_sentence(between: str) -> bool:
    return any(sign in between for sign in "!?;\n¿¡") or between.strip(" \t\"')]") == "."


_TOKEN = re.compile(
    r"""(?P<email>[\w.+-]{1,64}@[\w-]{1,63}\.\w[\w.]{0,60})
    |(?P<link>(?:https?://|www\.)\S+|[a-z][\w-]{1,40}\.(?:com|org|net|gov|edu)\b(?:/\S*)?)
    |(?P<secret_number>(?<!\d)(?:\d{3}[- ]\d{2}[- ]\d{4}|(?:\d{4}[- ]?){3}\d{1,4})(?!\d))
    |(?P<phone>(?<!\d)(?:\+?1[-. ]?)?\(?\d{3}\)?[-. ]?\d{3}[-. ]\d{4}(?!\d))
    |(?P<member_number>\b[1-9][a-z][a-z0-9]\d-?[a-z][a-z0-9]\d-?[a-z]{2}\d{2}\b|\b[a-z]{1,5}-?\d{6,12}\b|(?<!\d)\d{7,12}(?!\d))
    |(?P<full_date>(?<!\d)(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[/-]\d{1,2}[/-]\d{2,4})(?!\d))
    |(?P<pair>(?<!\d)\d{1,3}/\d{1,3}(?!\d))
    |(?P<clock>\d{1,2}:\d{2}(?:\s?[ap]m\b)?|\d{1,2}\s?[ap]m\b)
    |(?P<money>\$\s?\d[\d,.]*)
    |(?P<emoji>\#\w+_emoji)
    |(?P<word>[^\W\d_]+(?:'[^\W\d_]+)*(?:[\d@$!*+|]{1,3}[^\W\d_]+)+[\d$*]*|[^\W\d_][\d@$!*|]{1,3}[^\W\d_]+
        |[^\W\d_]+(?:'[^\W\d_]+)*\d*)
    |(?P<number>\d+(?:[.,]\d+)?)""",
    re.VERBOSE,
)


def _names(found: re.Match[str], spelling: Spelling, year: int) -> Iterator[tuple[str, ...]]:
    text, kind = found.group(), found.lastgroup or "word"
    if kind == "word":
        for word in _respelt(text, spelling):
            yield _number_names(word, year) if word.isdigit() else (word,)
    elif kind == "number":
        yield _number_names(text, year)
    elif kind == "pair":
        yield text, _pair_name(text)
    elif kind == "link":
        yield ("#risky_link",) if re.search(r"suicid|self-?harm|overdos", text) else ("#link",)
    elif kind == "phone":
        yield text, "#public_phone" if re.match(r"\+?1?[-. ]?\(?8(?:00|33|44|55|66|77|88)", text) else "#phone"
    elif kind == "emoji":
        yield ("lol",) if text == "#laugh_emoji" else (text,)
    else:
        yield text, f"#{kind}"


def _number_names(text: str, year: int) -> tuple[str, ...]:
    names: tuple[str, ...] = (text, "#number")
    if not text.isdigit() or len(text) > 4:
        return names
    number = int(text)
    if number >= MANY:
        names += ("#many",)
    if number < ADULT:
        names += ("#minor_age",)
    elif number < 100:
        names += ("#adult_age",)
    elif year - ADULT <= number <= year:
        names += ("#minor_year",)
    if 1950 <= number < year - 1:
        names += ("#past_year",)
    return names


def _pair_name(text: str) -> str:
    first, second = (int(part) for part in text.split("/"))
    if first <= 12 and second <= 31:
        return "#date"
    if first >= 180 or second >= 120:
        return "#very_high_pressure"
    return "#pressure" if first >= 60 else "#number"


def _respelt(word: str, spelling: Spelling) -> list[str]:
    for attempt in _attempts(word, spelling):
        if attempt in spelling.meanings:
            return spelling.meanings[attempt].split()
        if attempt in spelling.known or " " in attempt:
            return attempt.split()
    return re.findall(r"[^\W\d_]+|\d+", word) or [word]


def _attempts(word: str, spelling: Spelling) -> Iterator[str]:
    yield word
    if "'" in word:
        yield _without_ending(word)
        yield word.replace("'", "")
    if _SAME_LETTER.search(word):
        yield _SAME_LETTER.sub(r"\1\1", word)
        yield _SAME_LETTER.sub(r"\1", word)
    if not word.isalpha():
        yield from _unmasked(word, spelling)
    word = re.sub(r"[^a-z]", "", word)
    if word.endswith("in") and f"{word}g" in spelling.known:
        yield f"{word}g"
    yield _taken_apart(word, spelling)
    yield _one_slip_undone(word, spelling)


_ENDINGS = {"m": "am", "re": "are", "ve": "have", "ll": "will", "d": "would", "s": ""}


def _without_ending(word: str) -> str:
    stem, _, ending = word.rpartition("'")
    return f"{stem} {_ENDINGS[ending]}" if stem and ending in _ENDINGS else stem + ending


_MASKS = str.maketrans("1!|304@5$7", "iiieoaasst")


def _unmasked(word: str, spelling: Spelling) -> Iterator[str]:
    plain = word.translate(_MASKS)
    yield plain
    yield word.translate(_MASKS | {ord("1"): "l"})
    if "*" in plain and len(plain) > 3:
        shape = re.compile(plain.replace("*", "[a-z]?"))
        yield from (known for known in (*spelling.repaired, *sorted(spelling.glued)) if shape.fullmatch(known))


def _taken_apart(letters: str, spelling: Spelling) -> str:
    if not 6 < len(letters) < 60:
        return ""
    best: dict[int, str] = {0: ""}
    for end in range(1, len(letters) + 1):
        for start in range(max(0, end - 9), end):
            if start in best and letters[start:end] in spelling.glued:
                best[end] = f"{best[start]} {letters[start:end]}"
                break
    words = best.get(len(letters), "").split()
    return " ".join(words) if len(words) > 2 or "myself" in words else ""


def _by_what_is_left(words: list[str]) -> dict[str, tuple[str, ...]]:
    lefts: dict[str, tuple[str, ...]] = {}
    for word in words:
        for left in {word, *_shortened(word)}:
            lefts[left] = (*lefts.get(left, ()), word)
    return lefts


def _one_slip_undone(word: str, spelling: Spelling) -> str:
    if not 3 < len(word) < 16:
        return ""
    candidates = {meant for left in _shortened(word) for meant in spelling.one_slip.get(left, ())}
    meant = [candidate for candidate in sorted(candidates) if candidate[0] == word[0] and _one_slip(word, candidate)]
    return meant[0] if meant else ""


def _shortened(word: str) -> list[str]:
    return [word, *(word[:place] + word[place + 1 :] for place in range(len(word)))]


def _one_slip(word: str, meant: str) -> bool:
    if abs(len(word) - len(meant)) == 1:
        return True
    differing = [place for place, (one, other) in enumerate(zip(word, meant, strict=True)) if one != other]
    if len(differing) == 2:
        first, second = differing
        return second == first + 1 and word[first] == meant[second] and word[second] == meant[first]
    return len(differing) == 1
