"""A Spanish question in plain English, for finding and choosing sentences alone; nothing where too little is known."""

import re
from dataclasses import replace
from functools import cached_property

from chatbot.retrieval import Query, Wording, mend_spelling
from chatbot.safety.language import guess_language
from chatbot.spanish_order import in_order
from chatbot.spanish_reading import Lexicon, Read, read_spanish
from chatbot.spanish_words import folded
from corpus.spanish import Spanish

MOST_UNKNOWN = 0.25
"""Share of the words that say what a question is about of which no more may be unknown."""
_WORD = re.compile(r"[^\W\d_]+")


class Bridge:
    """From Spanish questions to the English articles."""

    def __init__(self, spanish: Spanish, wording: Wording) -> None:
        self._spanish = spanish
        self.wording = wording

    @property
    def names(self) -> frozenset[str]:
        """The treatments' names."""
        return self.wording.names

    @cached_property
    def _lexicon(self) -> Lexicon:
        names = {folded(word): word for word in self.wording.names}
        for treatment in self.wording.glossary.treatments:
            right = {folded(name): treatment.name for name in (treatment.name, treatment.spanish) if name}
            for word in treatment.words:
                mended = mend_spelling(word, self.wording)
                names[folded(word)] = right.get(folded(mended), mended)
            names |= {folded(name): treatment.name for name in (treatment.name, treatment.spanish) if name}
        return Lexicon(self._spanish, names, self._is_english, lambda word: mend_spelling(word, self.wording))

    @cached_property
    def _past(self) -> dict[str, tuple[str, str]]:
        forms = [english.split(", ") for english in self._spanish.verbs.values() if ", " in english]
        split = [[form.split()[0] for form in each] for each in forms]
        return {base: (past, done) for base, past, done in split}

    def render(self, text: str) -> str:
        """Return a Spanish text in English, empty where too much of it is unknown."""
        read = read_spanish(text, self._lexicon)
        return in_order(read.words, self._past_of) if _is_known(read) else ""

    def in_english(self, query: Query) -> Query | None:
        """Return what to search for instead of a Spanish query; None if it is none, or not understood."""
        if not self._spanish.words or not self._is_spanish(query.resolved):
            return None
        # Mending knows English words alone: of what stands by itself, the words are taken as they were typed.
        alone = mend_spelling(query.asked, self.wording) == query.resolved
        spanish = query.asked if alone else query.resolved
        english = self.render(spanish)
        if not english:
            return None
        glossary = self.wording.glossary
        added = [term.term for term in glossary.terms_in(english) if term.term.casefold() not in english.casefold()]
        search = " ".join([english, *added])
        treatments = query.treatments or glossary.treatments_in(search)
        return replace(query, resolved=english, search=search, treatments=treatments, spanish=spanish)

    def _is_spanish(self, text: str) -> bool:
        """Tell whether a text is Spanish; of one that shows neither language, by the words that are only Spanish."""
        if language := guess_language(text):
            return language == "es"
        words = [word for word in _WORD.findall(text.casefold()) if folded(word) not in self._lexicon.names]
        foreign = [word for word in words if not self._is_english(word)]
        read = read_spanish(" ".join(foreign), self._lexicon)
        return bool(foreign) and not read.unknown and 2 * len(foreign) >= len(words)

    def _is_english(self, word: str) -> bool:
        return word in self.wording.vocabulary or word in self.wording.ordinary

    def _past_of(self, verb: str) -> tuple[str, str]:
        regular = f"{verb[:-1]}ied" if verb.endswith("y") and verb[-2:-1] not in "aeiou" else f"{verb}ed"
        regular = f"{verb}d" if verb.endswith("e") else regular
        return self._past.get(verb, (regular, regular))


def _is_known(read: Read) -> bool:
    return bool(read.content) and len(read.unknown) <= MOST_UNKNOWN * read.content
