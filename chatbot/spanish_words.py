"""What one Spanish word is in English: looked up, or found by its ending, or by its sound where it is misspelt."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from corpus.spanish import PERSONS, Spanish

CLITICS = frozenset("me te se nos lo la los las le les".split())
"""Pronouns that lean on a verb."""
_TURNED_BY = {"me": ("I",), "te": ("you",), "se": ("he", "they"), "nos": ("we",)}
_LIKELIER = ("he", "I", "you", "we", "they")
"""Of persons whose forms are alike, the first is meant."""
_AR = {
    "present": "o as a amos an",
    "wish": "e es e emos en",
    "past": "e aste o amos aron",
    "once": "aba abas aba abamos aban",
    "would": "ara aras ara aramos aran",
}
_ER = {
    "present": "o es e emos en",
    "wish": "a as a amos an",
    "past": "i iste io imos ieron",
    "once": "ia ias ia iamos ian",
    "would": "iera ieras iera ieramos ieran",
}
_FROM_INFINITIVE = {"future": "e as a emos an", "would": "ia ias ia iamos ian"}
_GERUNDS = {"ar": ("ando",), "er": ("iendo", "yendo"), "ir": ("iendo", "yendo")}
_PARTICIPLES = {"ar": "ad", "er": "id", "ir": "id"}
_CHANGED = (("ie", "e"), ("ue", "o"), ("i", "e"), ("u", "o"))
"""Vowels of a stem that are others in the infinitive: "duermo", "pido"."""
_SPELT = (("qu", "c"), ("gu", "g"), ("zc", "c"), ("c", "z"), ("j", "g"), ("g", "j"))
"""Ends of a stem that are written otherwise before another vowel: "busque"."""
_ENCLITIC = re.compile(r"^(?P<verb>\w+(?:[aeií]r|ndo))(?P<leaning>(?:me|te|se|nos|les?|l[oa]s?){1,2})$")
_COGNATES = tuple(
    (re.compile(rf"(?<=\w\w){spanish}$"), english)
    for spanish, english in (
        ("ciones", "tions"), ("cion", "tion"), ("siones", "sions"), ("sion", "sion"), ("dades", "ties"), ("dad", "ty"),
        ("amente", "ly"), ("mente", "ly"), ("icos?", "ic"), ("icas?", "ic"), ("os[oa]s?", "ous"), ("istas?", "ist"),
        ("logias?", "logy"), ("ismos?", "ism"), ("iv[oa]s?", "ive"), ("encias?", "ence"), ("ancias?", "ance"),
        ("entes?", "ent"), ("antes?", "ant"), ("ari[oa]s?", "ary"), ("ori[oa]s?", "ory"), ("ias?", "y"), ("ina", "ine"),
        ("itis", "itis"), ("ores", "or"), ("ad[oa]s?", "ated"), ("[oa]s?", ""), ("es", ""), ("[oae]", "e"),
    )
)  # fmt: skip
_SOUNDS = tuple(
    (re.compile(spelt), sound)
    for spelt, sound in (
        ("h", ""), ("v", "b"), ("ll", "y"), ("qu(?=[ei])", "k"), ("cc", "s"), ("g(?=[ei])", "j"), ("z", "s"),
        ("c(?=[ei])", "s"), ("c", "k"), ("x", "s"), ("ps(?=i)", "s"), ("n(?=[bp])", "m"), (r"(\w)\1", r"\1"),
    )
)  # fmt: skip
_ACCENTS = str.maketrans("áéíóúüñàèìòù", "aeiouunaeiou")
_LEAST = 4
"""Letters of a word that may be taken for another of its sound."""


@dataclass(frozen=True)
class Word:
    """A word of a question, in English."""

    english: str
    kind: str
    """`noun`, `adjective`, `verb`, `name`, `word`, `phrase`, `mark` or `unknown`."""
    plural: bool = False
    infinitive: str = ""
    person: str = ""
    """Of a verb: who does it, one of `PERSONS`; empty for an infinitive, a gerund and a participle."""
    tense: str = ""


def folded(text: str) -> str:
    """Return `text` in small letters without accents."""
    return text.casefold().translate(_ACCENTS)


def sound_of(text: str) -> str:
    """Return one spelling for what sounds alike: "sirbe" and "sirve"."""
    said = folded(text)
    for spelt, sound in _SOUNDS:
        said = spelt.sub(sound, said)
    return said


def singulars(word: str) -> Iterator[str]:
    """Yield what a noun or adjective may be in the singular."""
    yield word
    if word.endswith("ces"):
        yield f"{word[:-3]}z"
    if word.endswith("es"):
        yield word[:-2]
    if word.endswith("s"):
        yield word[:-1]


class Forms:
    """The words of `spanish.toml`, found in any of their forms; `key` says which spellings count as one."""

    def __init__(self, spanish: Spanish, key: Callable[[str], str]) -> None:
        self._key = key
        self.words = _keyed(spanish.words, key)
        self._nouns = _keyed(spanish.nouns, key)
        self._adjectives = _keyed(spanish.adjectives, key)
        self._verbs = {key(verb): (folded(verb), english) for verb, english in reversed(list(spanish.verbs.items()))}
        self._irregular = dict(_irregular(spanish, key))

    def noun(self, word: str) -> Word | None:
        """Return the noun that `word` is a form of."""
        for single in singulars(word):
            if english := self._nouns.get(self._key(single)):
                return Word(english, "noun", plural=single != word)
        return None

    def adjective(self, word: str) -> Word | None:
        """Return the adjective that `word` is a form of."""
        for single in singulars(word):
            male = f"{single[:-1]}o" if single.endswith("a") else single
            if english := self._adjectives.get(self._key(single)) or self._adjectives.get(self._key(male)):
                return Word(english, "adjective")
        return None

    def verb(self, word: str, *, leaning: str = "") -> Word | None:
        """Return the verb that `word` is a form of; `leaning` is the pronoun at it, which may turn it: "me duermo"."""
        if known := self._irregular.get(self._key(word)):
            return self._word(*known, leaning=leaning)
        plain = folded(word)
        if whole := self._as_listed(plain, leaning=leaning):
            return whole
        readings = _readings(plain, word)
        # "cubre" is "cubrir" before it is "cobrar"
        for infinitives in (_regular, _changed):
            for stem, ending, person, tense in readings:
                found = next(filter(None, map(self._listed, infinitives(stem, ending))), "")
                if found:
                    return self._word(found, person, tense, leaning=leaning)
        return None

    def _listed(self, infinitive: str) -> str:
        """Return an infinitive that is listed, or listed with -se alone; else nothing."""
        both = (infinitive, f"{infinitive}se")
        return next((each for each in both if self._key(each) in self._verbs), "")

    def _as_listed(self, plain: str, *, leaning: str) -> Word | None:
        listed = plain.endswith(("r", "rse")) and self._listed(plain)
        return self._word(plain, "", "to", leaning=leaning) if listed else None

    def _word(self, infinitive: str, person: str, tense: str, *, leaning: str = "") -> Word:
        key, with_se = self._key(infinitive), self._key(f"{infinitive}se")
        turned = leaning and (not person or person in _TURNED_BY.get(leaning, ()))
        found = self._verbs.get(with_se) if turned or key not in self._verbs else None
        if found and key in self._verbs and found[1] == self._verbs[key][1]:
            found = None  # -se adds nothing: "tomarse" is "tomar", so "se toman" is "are taken"
        listed, english = found or self._verbs[key]
        return Word(english.split(",")[0], "verb", False, listed, person, tense)


def parts_of(word: str) -> tuple[str, str, bool]:
    """Cut off the pronouns at a verb's end: the verb, the pronoun that may turn it back, whether one is for a thing."""
    match = _ENCLITIC.match(folded(word))
    if match is None:
        return word, "", False
    leaning = match["leaning"]
    turned = re.match("me|te|se|nos", leaning)
    return match["verb"], turned.group() if turned else "", bool(re.search("l[oa]s?$", leaning))


def cognate(word: str, known: Callable[[str], bool]) -> str:
    """Return the English word that a Spanish one only ends otherwise than; empty if no `known` word comes of it."""
    plain = folded(word)
    made = (ending.sub(english, plain) for ending, english in _COGNATES if ending.search(plain))
    return next((each for each in [plain, *made] if len(each) >= _LEAST and known(each)), "")


def by_sound(word: str) -> bool:
    """Tell whether a word is long enough to be taken for another of its sound."""
    return len(word) >= _LEAST


def _keyed(listed: Mapping[str, str], key: Callable[[str], str]) -> dict[str, str]:
    return {key(word): english for word, english in reversed(list(listed.items()))}


def _irregular(spanish: Spanish, key: Callable[[str], str]) -> Iterator[tuple[str, tuple[str, str, str]]]:
    """Yield each irregular form with what it is; of forms that are alike the first counts."""
    for infinitive, irregular in reversed(list(spanish.irregular.items())):
        verb = folded(infinitive)
        for gerund_or_participle, tense in zip(irregular.forms.split(), ("ing", "done"), strict=False):
            yield key(gerund_or_participle), (verb, "", tense)
        for tense, forms in reversed(list(irregular.tenses().items())):
            said = dict(zip(PERSONS, forms, strict=True))
            for person in reversed(_LIKELIER):
                yield key(said[person]), (verb, person, tense)


def _readings(plain: str, word: str) -> list[tuple[str, str, str, str]]:
    """Return (stem, end of the infinitive, person, tense) of all that a form may be, the likelier first."""
    listed = _READINGS_PAST if word[-1:] in "éóí" else _READINGS
    found = [
        (rank, plain[:-length], infinitive, person, tense)
        for length in range(1, min(_LONGEST_ENDING, len(plain) - 2) + 1)
        for rank, infinitive, person, tense in listed.get(plain[-length:], ())
    ]
    return [each[1:] for each in sorted(found)]


def _endings(*, past_first: bool) -> dict[str, list[tuple[int, str, str, str]]]:
    """Return every ending with what it may be, and how likely: its rank."""
    found: dict[str, list[tuple[int, str, str, str]]] = {}
    for rank, (ending, *what) in enumerate(_all_endings(past_first=past_first)):
        infinitive, person, tense = what
        found.setdefault(ending, []).append((rank, infinitive, person, tense))
    return found


def _all_endings(*, past_first: bool) -> Iterator[tuple[str, str, str, str]]:
    for infinitive, tenses in (("ar", _AR), ("er", _ER), ("ir", _ER)):
        for tense, listed in _FROM_INFINITIVE.items():
            yield from _by_person([f"{infinitive}{form}" for form in listed.split()], infinitive, tense)
        yield from ((gerund, infinitive, "", "ing") for gerund in _GERUNDS[infinitive])
        yield from ((f"{_PARTICIPLES[infinitive]}{sex}", infinitive, "", "done") for sex in ("o", "a", "os", "as"))
        for tense in sorted(tenses, key=lambda each: (each == "past") is not past_first):
            yield from _by_person(tenses[tense].split(), infinitive, tense)


def _by_person(endings: list[str], infinitive: str, tense: str) -> Iterator[tuple[str, str, str, str]]:
    said = dict(zip(PERSONS, endings, strict=True))
    return ((said[person], infinitive, person, tense) for person in _LIKELIER)


_READINGS, _READINGS_PAST = _endings(past_first=False), _endings(past_first=True)
_LONGEST_ENDING = max(map(len, _READINGS))


def _stems(stem: str) -> list[str]:
    return [stem, *(f"{stem[: -len(end)]}{other}" for end, other in _SPELT if stem.endswith(end))]


def _regular(stem: str, ending: str) -> Iterator[str]:
    """Yield the infinitives that a form with this stem belongs to where nothing changes but the spelling."""
    return (each + ending for each in _stems(stem))


def _changed(stem: str, ending: str) -> Iterator[str]:
    """Yield those it belongs to where the stem's vowel changes: "duermo" is of "dormir"."""
    for each in _stems(stem):
        for vowels, other in _CHANGED:
            place = each.rfind(vowels)
            if place >= 0:
                yield f"{each[:place]}{other}{each[place + len(vowels) :]}{ending}"
