"""The table of rules: read once from `rules.toml`, then asked which of them a message matches."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, reduce
from itertools import groupby
from operator import or_
from pathlib import Path
from typing import Any, get_args

from chatbot.conversation import RouteName
from chatbot.safety.matching import OneOf, Part, WordSets
from chatbot.safety.normalising import Normalised, Spelling, normalise, read_spelling
from chatbot.safety.patterns import Pattern, PatternError, read_pattern

SIGNS = frozenset(
    "topic despair denial past loss general idiom question self on_topic "
    "answers_yes answers_no answers_someone_else unsure adult".split()
)
"""What a rule can say beside a route: how the rest of the message is to be read."""
SAYINGS = frozenset(get_args(RouteName)) | SIGNS


@dataclass(frozen=True)
class Rule:
    """One entry of `rules.toml`; the fields are explained at its top."""

    name: str
    says: str
    reply: str
    hides: bool
    sure: bool
    beside: frozenset[str]
    patterns: tuple[Pattern, ...]


@dataclass(frozen=True)
class Evidence:
    """One reason to think a message is of some kind. Rules give it; a classifier can give it as well."""

    source: str
    """Name of the rule."""
    says: str
    reply: str = ""
    """The reply this reason asks for, where a route has several."""
    sure: bool = True
    """Whether it stands even where the classifier finds nothing in the message."""


@dataclass(frozen=True)
class RuleTable:
    """The rules in order, with the spelling that fits their words."""

    rules: tuple[Rule, ...]
    spelling: Spelling
    beginnings: frozenset[str]
    """Beginnings of words that rules ask for."""
    by_word: dict[str, list[tuple[int, int]]]
    """Word -> the rules and lines that are worth a look where it occurs."""


class RuleError(ValueError):
    """A rule that cannot be used."""


@cache
def rule_table(folder: Path = Path(__file__).parent) -> RuleTable:
    """Return the rules of `folder`, read at the first call."""
    groups, vocabulary = _read_groups(_read(folder / "words.toml")["words"])
    rules = tuple(_rule(entry, vocabulary) for entry in _read(folder / "rules.toml")["rule"])
    _refuse_twins([rule.name for rule in rules])
    written = {word for pattern in groups for word in pattern.words}
    written |= {word for rule in rules for pattern in rule.patterns for word in pattern.words}
    known = frozenset(word for word in written if not word.endswith("*"))
    spelling = read_spelling(folder / "spelling.toml", known)
    _refuse_short_forms(known, spelling)
    beginnings = frozenset(word[:-1] for word in written - known)
    return RuleTable(rules, spelling, beginnings, _by_word(rules))


def _read_groups(words: dict[str, str]) -> tuple[list[Pattern], dict[str, Part]]:
    vocabulary: dict[str, Part] = {}
    groups: list[Pattern] = []
    for name, source in words.items():
        groups.append(read_pattern(source, vocabulary))
        vocabulary[name] = groups[-1].whole
    return groups, vocabulary


def matching_rules(text: str, earlier: frozenset[str] = frozenset()) -> list[Evidence]:
    """Return what the rules say about `text`, in the table's order; `earlier` is what they said of earlier messages."""
    table = rule_table()
    normalised = normalise(text, table.spelling)
    matched = list(_matches(_word_sets(normalised, table.beginnings), table))
    said = earlier | {rule.says for rule in matched if not rule.beside}
    found = [
        Evidence(rule.name, rule.says, rule.reply, rule.sure)
        for rule in matched
        if not rule.beside or rule.beside & said
    ]
    if normalised.asks:
        found.append(Evidence("question_mark", "question"))
    if not normalised.words:
        found.append(Evidence("no_words", "smalltalk"))
    return found


def _matches(words: WordSets, table: RuleTable) -> Iterator[Rule]:
    """Give the rules that match, from the top, each seeing what those above it have not hidden."""
    possible = {place for word in words.places for place in table.by_word.get(word, ())}
    for number, group in groupby(sorted(possible), key=lambda place: place[0]):
        rule = table.rules[number]
        found = [pattern for pattern in (rule.patterns[line] for _, line in group) if pattern.found(words)]
        if found:
            yield rule
        if found and rule.hides:
            taken = reduce(or_, (pattern.taken(words) for pattern in found))
            words = replace(words, hidden=words.hidden | taken)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise RuleError(f"{path.name}: {error}. Check the quotation marks around that line.") from error


def _rule(entry: dict[str, Any], vocabulary: dict[str, Part]) -> Rule:
    name = entry.get("name", "without a name")
    unknown = entry.keys() - {"name", "says", "reply", "hides", "sure", "beside", "apart", "match"}
    said = {entry.get("says"), *entry.get("beside", ())}
    if unknown or not said <= SAYINGS or not entry.get("match", "").strip():
        wrong = unknown or said - SAYINGS or {"match"}
        raise RuleError(f"Rule {name}: {', '.join(map(str, wrong))} is missing or unknown. See the top of rules.toml.")
    apart = vocabulary.get(entry["apart"]) if "apart" in entry else OneOf(frozenset())
    if not isinstance(apart, OneOf):
        raise RuleError(f"Rule {name}: apart must be a group of single words. See words.toml.")
    lines = [line for line in entry["match"].splitlines() if line.strip()]
    try:
        patterns = tuple(read_pattern(line, vocabulary, apart.single_words) for line in lines)
    except PatternError as error:
        raise RuleError(f"Rule {name}: {error}") from error
    beside = frozenset(entry.get("beside", ()))
    hides, sure = entry.get("hides", False), entry.get("sure", False)
    return Rule(name, entry["says"], entry.get("reply", ""), hides, sure, beside, patterns)


def _refuse_short_forms(known: frozenset[str], spelling: Spelling) -> None:
    for word in sorted(known):
        meant = spelling.meanings.get(word, word)
        if meant != word:
            raise RuleError(f"'{word}' can never match: messages are read as '{meant}' there. Write that instead.")


def _refuse_twins(names: list[str]) -> None:
    twins = {name for name in names if names.count(name) > 1}
    if twins:
        raise RuleError(f"Two rules are called {', '.join(sorted(twins))}. Rename one of them.")


def _by_word(rules: tuple[Rule, ...]) -> dict[str, list[tuple[int, int]]]:
    places: dict[str, list[tuple[int, int]]] = {}
    for number, rule in enumerate(rules):
        for line, pattern in enumerate(rule.patterns):
            for word in pattern.needs:
                places.setdefault(word, []).append((number, line))
    return places


def _word_sets(message: Normalised, beginnings: frozenset[str]) -> WordSets:
    places: dict[str, int] = {}
    for place, names in enumerate(message.words):
        for name in names:
            places[name] = places.get(name, 0) | 1 << place
    for word in list(places):
        for end in range(3, len(word) + 1):
            if word[:end] in beginnings:
                places[f"{word[:end]}*"] = places.get(f"{word[:end]}*", 0) | places[word]
    return WordSets(len(message.words), places, message.sentence_breaks, message.clause_breaks)
