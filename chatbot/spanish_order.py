"""English words in Spanish order -> a plain English question."""

import re
from collections.abc import Callable, Iterator, Sequence

from chatbot.spanish_words import Word

_ASKS = re.compile(r"^(?:what|how|when|where|who|why|which|at what|since when|until when|for how long|of what)\b")
_OPENS = frozenset({"if", "because", "but", "although", "while", "and", "or", "that"})
_UNASKING = frozenset({"if", "because", "although", "while", "that", "when"})
_ENDS_WITH_CLAUSE = re.compile(r"(?:\bif|(?<!until )(?<!since )\bwhen|\bwhile|so that|\bas|\bthat|\bunless)$")
_DETERMINERS = frozenset("the a an my your our this that these those some any another other each all no both".split())
_NOUNS = frozenset({"noun", "name", "unknown"})
_BE = {"I": "am", "you": "are", "he": "is", "we": "are", "they": "are"}
_WAS = {"I": "was", "you": "were", "he": "was", "we": "were", "they": "were"}
_MODALS = {"can": "could", "should": "should", "must": "must", "will": "would"}
_BEFORE_ING = frozenset({"before", "after", "without", "stop", "stops", "stopped", "keep", "while"})
_TO = {"for": "to", "of": "to", "in": "to", "to": "to", "at": "to"}
_REACHING = frozenset("go come give send travel arrive take return tell talk move sign say".split())
_SPOKEN = {"I": "I", "you": "you", "we": "we"}

Past = Callable[[str], tuple[str, str]]
"""An English verb -> its past and its participle."""


def in_order(words: Sequence[Word], past: Past) -> str:
    """Return the words as an English question."""
    clauses = (_clause(clause, past) for clause in _clauses(words))
    text = " ".join(" ".join(filter(None, clause)) for clause in clauses)
    text = re.sub(r"\s+", " ", re.sub(r"\ba (?=[aeiou])", "an ", text)).strip(" ,;:.")
    return f"{text[0].upper()}{text[1:]}?" if text else ""


def _clauses(words: Sequence[Word]) -> Iterator[list[Word]]:
    """Yield the parts with a verb of their own at most: marks end one, "if" and what asks begins one."""
    clause: list[Word] = []
    for word in words:
        opens = word.english in _OPENS or (clause and clause[-1].english in _OPENS and _ASKS.match(word.english))
        whole = word.english in _UNASKING - {"that", "when"} or any(each.person for each in clause)
        if word.kind == "mark" or (opens and whole):
            yield clause
            clause = []
        if word.kind != "mark":
            clause.append(word)
        if word.kind == "phrase" and _ENDS_WITH_CLAUSE.search(word.english):
            yield clause
            clause = [Word("", "word", tense="told")]
    yield clause


def _clause(words: list[Word], past: Past) -> list[str]:
    words = _mended(words)
    place = next((n for n, word in enumerate(words) if word.kind == "verb" and word.person), None)
    if place is None:
        return _plain(words, past)
    verb, after = words[place], words[place + 1 :]
    before, clitics = _without_clitics(words[:place])
    negated = bool(before) and before[-1].english == "not"
    before = before[:-1] if negated else before
    told = any(word.tense == "told" or word.english in _UNASKING for word in before[:1] if word.tense != "asks")
    if before and before[0].tense == "told":
        before = before[1:]
    asking = 1 if before and _ASKS.match(before[0].english) else 0
    while asking and asking < len(before) and before[asking].kind in {"noun", "adjective", "verb"}:
        asking += 1
    front, subject = before[:asking], before[asking:]
    if not asking and any(word.english in _OPENS for word in before[:1]):
        front, subject = before[:1], before[1:]
    relative = bool(front) and front[-1].english in {"who", "that"}
    if subject and not _is_subject(subject):
        front, subject = before, []
    counted = bool(asking) and front[-1].kind == "noun" and "~se" in clitics
    if not subject and verb.person in {"he", "they"} and not relative and not counted:
        subject, after = _subject_after(verb, after, asks=bool(asking) and "~se" not in clitics)
    return [
        *_plain(front, past),
        *_said(verb, _plain(subject, past), _plain(after, past), past, (negated, told, clitics, front)),
    ]


def _subject_after(verb: Word, after: list[Word], *, asks: bool) -> tuple[list[Word], list[Word]]:
    """Take out what follows a verb and does it: "es segura la ketamina", "cómo puede ayudar mi familia"."""
    if verb.english.endswith((" with", " for", " to", " of")):
        return [], after
    start = 0
    if verb.english == "be":
        while start < len(after) and (after[start].kind == "adjective" or after[start].tense == "done"):
            start += 1
    elif asks and verb.english in _MODALS and after and after[0].kind == "verb":
        start = 1
    end = start + _noun_phrase_end(after[start:])
    if start and end == start:
        start, end = 0, _noun_phrase_end(after)
    nouns = [word for word in after[start:end] if word.kind in _NOUNS]
    joined = any(word.english == "and" for word in after[end : end + 1])
    if nouns and nouns[0].plural is not (verb.person == "they") and not joined and nouns[0].kind == "noun":
        return [], after  # it does not agree with the verb: something is done to it
    return list(after[start:end]), [*after[:start], *after[end:]]


def _said(
    verb: Word, subject: list[str], after: list[str], past: Past, manner: tuple[bool, bool, list[str], list[Word]]
) -> list[str]:
    """Return verb and subject in the order of a question, or, where it is `told`, of a statement."""
    negated, told, clitics, front = manner
    who = front[-1].english if front else ""
    noun = subject or ([_SPOKEN[verb.person]] if verb.person in _SPOKEN else [])
    counted = bool(front) and front[-1].kind == "noun" and "~se" in clitics
    helper, rest = _verb_parts(verb, clitics, past, has_subject=bool(noun) or counted)
    told = told or who == "that"
    if not noun and who not in {"who", "that"} and not counted:
        noun = _unnamed(verb, clitics, front)
    objects = [word for clitic, word in (("~lo", "it"), ("~la", "it"), ("~los", "them"), ("~las", "them"))
               if clitic in clitics]  # fmt: skip
    no = ["not"] if negated else []
    if helper in {"do", "does", "did"} and not negated and (told or who == "who"):
        return [*noun, *([rest[0] if helper == "do" else _ended(rest[0], helper, past)] if rest else []), *rest[1:],
                *objects, *after]  # fmt: skip
    if told or who == "who":
        return [*noun, helper, *no, *rest, *objects, *after]
    return [helper, *noun, *no, *rest, *objects, *after]


def _unnamed(verb: Word, clitics: list[str], front: Sequence[Word]) -> list[str]:
    if verb.infinitive in {"ser", "estar"}:
        if front and front[0].english == "how many":
            return ["there"]
        return ["it"] if verb.person == "he" else ["they"]
    if "~se" in clitics or verb.english in _MODALS:
        return ["you"]
    return ["it"] if verb.person == "he" else ["they"]


def _verb_parts(verb: Word, clitics: list[str], past: Past, *, has_subject: bool) -> tuple[str, list[str]]:
    """Return the helping verb that an English question needs, and the rest of the verb."""
    many = verb.person != "he"
    gone = verb.tense in {"past", "once"}
    if verb.english == "be" or verb.english.startswith("be "):
        be = (_WAS if gone else _BE)[verb.person]
        rest = verb.english.split()[1:]
        return ("will", ["be", *rest]) if verb.tense == "future" else (be, rest)
    if verb.english in _MODALS:
        return (_MODALS[verb.english] if verb.tense == "would" and verb.english != "can" else verb.english), []
    if verb.infinitive == "haber":
        return ("have" if many else "has"), []
    if verb.infinitive == "ir" and verb.english == "go":
        return ("do" if many else "does"), ["go"]
    if verb.tense in {"future", "would"}:
        return ("will" if verb.tense == "future" else "would"), verb.english.split()
    if "~se" in clitics and has_subject and not verb.infinitive.endswith("se"):
        first, *more = verb.english.split()
        return (_WAS if gone else _BE)["they" if many else "he"], [past(first)[1], *more]
    return ("did" if gone else "do" if many else "does"), verb.english.split()


def _ended(verb: str, helper: str, past: Past) -> str:
    """Return a verb as a statement has it: "works", "worked"."""
    if helper == "did":
        return past(verb)[0]
    if verb == "have":
        return "has"
    if verb.endswith("y") and verb[-2:-1] not in "aeiou":
        return f"{verb[:-1]}ies"
    return f"{verb}es" if verb.endswith(("s", "sh", "ch", "x", "o")) else f"{verb}s"


def _without_clitics(words: Sequence[Word]) -> tuple[list[Word], list[str]]:
    return [w for w in words if w.kind != "clitic"], [w.english for w in words if w.kind == "clitic"]


def _is_subject(words: Sequence[Word]) -> bool:
    """Tell whether words before a verb are who or what does it: a noun with no preposition before it."""
    return words[_noun_phrase_end(words) :] == words[len(words) :] and any(w.kind in _NOUNS for w in words)


def _noun_phrase_end(words: Sequence[Word]) -> int:
    """Return where the noun phrase ends that `words` begin with; 0 if they begin with none."""
    place, has_noun = 0, False
    while place < len(words):
        word = words[place]
        if word.kind in _NOUNS:
            if has_noun and words[place - 1].kind in _NOUNS and word.kind == "name":
                break
            has_noun = True
        elif not _goes_before_noun(words, place, has_noun=has_noun) and not (word.english == "of" and has_noun):
            break
        place += 1
    return place if has_noun else 0


def _goes_before_noun(words: Sequence[Word], place: int, *, has_noun: bool) -> bool:
    if words[place].kind == "adjective":
        return not has_noun and place + 1 < len(words) and words[place + 1].kind in _NOUNS
    return words[place].english in _DETERMINERS and (not has_noun or words[place - 1].english == "of")


def _mended(words: Sequence[Word]) -> list[Word]:
    """Put adjectives before their nouns, and leave out the articles that English has not."""
    mended: list[Word] = []
    for place, word in enumerate(words):
        following = words[place + 1] if place + 1 < len(words) else None
        if word.english == "the" and following and following.kind == "name":
            continue
        if word.english == "to" and following and _is_object(mended, following):
            continue
        if word.kind == "adjective" and mended and mended[-1].kind == "noun":
            mended.insert(len(mended) - 1, word)
        else:
            mended.append(word)
    return mended


def _is_object(before: Sequence[Word], following: Word) -> bool:
    """Tell whether "a" only marks a person: "cuidar a mis hijos", but not "ir a la clínica"."""
    verb = before[-1] if before else None
    reaches = verb is None or verb.kind != "verb" or verb.english.split()[0] in _REACHING
    return not reaches and (following.kind == "noun" or following.english in _DETERMINERS)


def _plain(words: Sequence[Word], past: Past) -> list[str]:
    """Return words with no finite verb that matters: infinitives, gerunds and nouns in their English forms."""
    said: list[str] = []
    kept, _ = _without_clitics(words)
    for place, word in enumerate(kept):
        last = kept[place - 1] if place else None
        english = word.english
        if word.kind == "noun" and word.plural:
            english = plural(english)
        elif word.kind == "verb":
            english = _infinitive(word, last, said, past)
        said.append(english)
    return said


def _infinitive(word: Word, last: Word | None, said: list[str], past: Past) -> str:
    first, *more = word.english.split()
    said_last = " ".join(said).split()[-1:]
    if word.tense == "ing" or (word.tense == "to" and not _BEFORE_ING.isdisjoint(said_last)):
        return " ".join([_ing(first), *more])
    if word.tense == "done":
        return " ".join([past(first)[1], *more])
    if word.person:
        subject = _SPOKEN.get(word.person, "they" if word.person == "they" and not _names(last) else "")
        done = first if subject or word.person == "they" else _ended(first, "does", past)
        be = _BE[word.person] if first == "be" else done
        return " ".join(filter(None, [subject, be, *more]))
    if last is None:
        return word.english
    if last.english in _TO:
        said[-1] = "to"
        return word.english
    follows_verb = last.kind == "verb" and last.english not in _MODALS and not last.english.endswith("to")
    return f"to {word.english}" if follows_verb or _ASKS.match(last.english) else word.english


def _names(word: Word | None) -> bool:
    return word is not None and (word.kind in _NOUNS or word.english in {"that", "who", "and"})


def _ing(verb: str) -> str:
    return f"{verb[:-1]}ing" if verb.endswith("e") and verb != "be" and not verb.endswith("ee") else f"{verb}ing"


def plural(noun: str) -> str:
    """Return an English noun in the plural."""
    first, space, rest = noun.partition(" of ")
    if first in _PLURALS:
        return _PLURALS[first] + space + rest
    if first in _UNCOUNTED or first.endswith("s"):
        return noun
    if first.endswith("y") and first[-2:-1] not in "aeiou":
        first = f"{first[:-1]}ies"
    else:
        first += "es" if first.endswith(("s", "sh", "ch", "x")) else "s"
    return first + space + rest


_PLURALS = {
    "child": "children", "man": "men", "woman": "women", "person": "people", "young person": "young people",
    "older person": "older people", "foot": "feet", "tooth": "teeth", "life": "lives", "baby": "babies",
}  # fmt: skip
_UNCOUNTED = frozenset(
    "help food alcohol weed nausea staff information money clothes people vomiting advice care".split()
)
