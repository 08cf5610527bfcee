"""A Spanish question -> its words in English, in their Spanish order: phrases first, then word by word."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from chatbot.spanish_words import CLITICS, Forms, Word, by_sound, cognate, folded, parts_of, singulars, sound_of
from corpus.spanish import Spanish

_TOKEN = re.compile(r"[^\W_]+(?:['’/%.-][^\W_]+)*%?|[¿?¡!,;:.()]")
_MARK = re.compile(r"\W+")
_ASKING = {
    "que": "what", "como": "how", "cual": "which", "cuales": "which", "cuando": "when", "donde": "where",
    "quien": "who", "quienes": "who", "cuanto": "how much", "cuanta": "how much", "cuantos": "how many",
    "cuantas": "how many", "q": "what", "k": "what", "ke": "what",
}  # fmt: skip
"""Words that ask where they begin a question, written without their accent."""
_BEFORE_NOUN = frozenset(
    "the a an my your our this that these those some any all no each of with without for in by on from every both"
    " several many much more two three four five six seven eight nine ten first next to there".split()
)
_GOING = frozenset({"ir", "irse"})
_LASTING = frozenset("durar tardar tardarse demorar aguantar llevar llevarse".split())
_DESCRIBES = re.compile(r"(?:ic|iv|os|ari)[oa]s?$|(?:al|[ai]ble)(?:es|s)?$")
_ARTICLES = frozenset({"la", "los", "las"})
_LONGEST = 6
"""Words of a phrase at most."""
_SMALL_KINDS = frozenset({"mark", "word"})


@dataclass(frozen=True)
class Read:
    """A Spanish question with each word in English, and the words that are not known."""

    words: tuple[Word, ...]
    unknown: tuple[str, ...]
    content: int
    """How many of its words say what it is about."""


@dataclass(frozen=True)
class Lexicon:
    """All that is known of Spanish, ready to be looked up."""

    spanish: Spanish
    names: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Words that are kept: treatments, in any spelling, with the name to search for."""
    english: Callable[[str], bool] = lambda _: False
    """Tells whether a word is English."""
    mended: Callable[[str], str] = str
    """Mends a misspelt word by those of the articles."""

    @cached_property
    def exact(self) -> Forms:
        """Words as they are spelt, accents aside."""
        return Forms(self.spanish, folded)

    @cached_property
    def heard(self) -> Forms:
        """Words as they sound."""
        return Forms(self.spanish, sound_of)

    @cached_property
    def accented(self) -> Mapping[str, str]:
        """Words with the accents they are listed with."""
        return {word.casefold(): english for word, english in self.spanish.words.items()}

    @cached_property
    def phrases(self) -> Mapping[tuple[str, ...], Word]:
        """Phrases and nouns of several words, in both numbers; a verb stands as its infinitive behind a star."""
        found: dict[tuple[str, ...], Word] = {}
        for noun, english in self.spanish.nouns.items():
            parts = folded(noun).split()
            if len(parts) > 1:
                found[tuple(parts)] = Word(english, "noun")
                found.setdefault(_plural(parts), Word(english, "noun", plural=True))
        for phrase, english in self.spanish.phrases.items():
            found[tuple(folded(phrase).split())] = Word(english, "phrase")
        return found


def _plural(parts: list[str]) -> tuple[str, ...]:
    """Return a noun of several words in the plural: all words up to the first small one."""
    small = {"de", "del", "a", "al", "para", "en"}
    end = next((place for place, part in enumerate(parts) if part in small), len(parts))
    return tuple(f"{part}{'s' if part[-1] in 'aeiou' else 'es'}" if n < end else part for n, part in enumerate(parts))


def read_spanish(text: str, lexicon: Lexicon) -> Read:
    """Put each word of `text` in English."""
    tokens = _TOKEN.findall(text)
    words: list[Word] = []
    unknown: list[str] = []
    place = 0
    while place < len(tokens):
        found, length = _phrase(tokens, place, lexicon) or (None, 1)
        if found is None:
            found = _single(tokens, place, words, lexicon)
        if found.kind == "unknown":
            unknown.append(found.english)
        words.append(found)
        place += length
    words = list(_together(words))
    content = sum(word.kind not in _SMALL_KINDS for word in words)
    return Read(tuple(words), tuple(unknown), content)


def _together(words: list[Word]) -> Iterator[Word]:
    """Yield words with those mended that mean something else beside the next: "va a doler", "cuánto dura"."""
    for place, word in enumerate(words):
        following = words[place + 1 : place + 3]
        if word.infinitive in _GOING and word.person and [each.kind for each in following] == ["word", "verb"]:
            yield replace(word, english="will", infinitive="")
        elif word.english == "to" and place and words[place - 1].infinitive in _GOING and following[:1]:
            if following[0].kind != "verb" or following[0].person:
                yield word
        elif word.english == "how much" and any(each.infinitive in _LASTING for each in following):
            yield replace(word, english="how long")
        else:
            yield word


def _phrase(tokens: list[str], place: int, lexicon: Lexicon) -> tuple[Word, int] | None:
    """Return the longest phrase that begins at `place`, and of how many tokens it is."""
    plain = tuple(folded(token) for token in tokens[place : place + _LONGEST])
    skipped = 1 if plain[0] in {"me", "te", "se", "nos"} and len(plain) > 1 else 0
    verb = None
    verb_token = tokens[place + skipped]
    if plain[skipped] not in lexicon.exact.words or skipped:
        cut, leaning, _ = parts_of(verb_token)
        verb = _any_verb(cut, plain[0] if skipped else leaning, lexicon)
    for length in range(len(plain), 1, -1):
        if found := lexicon.phrases.get(plain[:length]):
            return found, length
        rest = plain[skipped + 1 : length]
        if verb and rest and (found := _verb_phrase(verb, rest, lexicon)):
            return found, length
    return None


def _any_verb(token: str, leaning: str, lexicon: Lexicon) -> Word | None:
    """Return the verb that a token is as it is spelt; by its sound only where its spelling is no word's."""
    exact = lexicon.exact
    if found := exact.verb(token, leaning=leaning):
        return found
    spelt = folded(token) in exact.words or exact.noun(token) or exact.adjective(token)
    return None if spelt or not by_sound(token) else lexicon.heard.verb(token, leaning=leaning)


def _verb_phrase(verb: Word, rest: tuple[str, ...], lexicon: Lexicon) -> Word | None:
    starred = ((f"*{infinitive}", *rest) for infinitive in (verb.infinitive, verb.infinitive.removesuffix("se")))
    found = next((lexicon.phrases[each] for each in starred if each in lexicon.phrases), None)
    return replace(verb, english=found.english) if found else None


def _single(tokens: list[str], place: int, before: list[Word], lexicon: Lexicon) -> Word:
    token = tokens[place]
    if _MARK.fullmatch(token):
        return Word(token, "mark")
    plain = folded(token)
    if name := lexicon.names.get(plain):
        return Word(name, "name")
    if token[0].isdigit():
        return Word(token, "word")
    following = tokens[place + 1] if place + 1 < len(tokens) else ""
    small = _small(token, plain, following, before, lexicon)
    return small or _known(token, folded(following), before, lexicon)


def _small(token: str, plain: str, following: str, before: list[Word], lexicon: Lexicon) -> Word | None:
    """Return a small word: one that asks, a pronoun that leans on a verb, any other under `words`."""
    if plain in _ASKING and (token != plain or _begins(before)):
        return Word(_ASKING[plain], "word", tense="asks")
    leans = folded(following) in CLITICS or _is_verb(following, lexicon)
    if plain in CLITICS and leans and not (plain in _ARTICLES and lexicon.heard.noun(following)):
        return Word(f"~{plain}", "clitic")
    if plain in CLITICS - lexicon.exact.words.keys():
        return Word("", "word")
    if plain in {"esta", "estas"} and (lexicon.exact.adjective(following) or not lexicon.heard.noun(following)):
        return None
    if english := lexicon.accented.get(token.casefold()):
        return Word(english, "word")
    if token != plain and lexicon.exact.verb(token):
        return None
    english = lexicon.exact.words.get(plain, "")
    return Word(english, "word") if english else None


def _is_verb(token: str, lexicon: Lexicon) -> bool:
    if not token or folded(token) in lexicon.names:
        return False
    found = _any_verb(token, "", lexicon)
    if found is None or not found.person:
        return False
    return not (lexicon.exact.noun(token) and folded(token).endswith(("a", "as", "os", "es")) and found.tense == "wish")


def _begins(before: list[Word]) -> bool:
    """Tell whether a question begins here: at the start, after a mark, after "and" and after "for", "to", "with"."""
    last = before[-1].english if before else "?"
    return last in {"?", "¿", ".", ",", "and", "but", ":", ";", "for", "with", "in", "(", "about"}


def _known(token: str, following: str, before: list[Word], lexicon: Lexicon) -> Word:
    plain = folded(token)
    cut, turned, on_thing = parts_of(token)
    leaning = turned or (before[-1].english[1:] if before and before[-1].kind == "clitic" else "")
    for forms in (lexicon.exact, lexicon.heard):
        if forms is lexicon.heard and not by_sound(plain):
            break
        noun, adjective, verb = forms.noun(token), forms.adjective(token), forms.verb(token, leaning=leaning)
        if verb is None and cut != token and (verb := forms.verb(cut, leaning=leaning)) and on_thing:
            verb = replace(verb, english=f"{verb.english} it")
        if noun and following in {"de", "del"}:
            return noun
        if found := _likeliest(noun, adjective, verb, before):
            return found
        if forms is lexicon.heard and (english := forms.words.get(sound_of(token))):
            return Word(english, "word")
    english = next((made for each in singulars(plain) if (made := cognate(each, lexicon.english))), "")
    if english:
        kind = "word" if plain.endswith("mente") else "adjective" if _DESCRIBES.search(plain) else "noun"
        return Word(english, kind)
    mended = lexicon.mended(token)
    return Word(lexicon.names.get(folded(mended), mended), "unknown" if mended == token else "name")


def _likeliest(noun: Word | None, adjective: Word | None, verb: Word | None, before: list[Word]) -> Word | None:
    """Choose by the word before: a noun after an article or a preposition, an adjective after a noun or "is"."""
    last = before[-1] if before else Word("?", "mark")
    if noun and verb and verb.person and not adjective:
        return noun if last.english in _BEFORE_NOUN else verb
    if noun and adjective:
        described = last.kind in {"noun", "name"} or last.infinitive in {"ser", "estar"}
        return adjective if described else noun
    if adjective and verb and verb.person and last.kind == "clitic":
        return verb
    return noun or adjective or verb

