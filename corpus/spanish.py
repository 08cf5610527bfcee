"""`spanish.toml`: what Spanish words are in English, so that a Spanish question finds sentences of English articles."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from corpus.front_matter import ContentError

PERSONS = ("I", "you", "he", "we", "they")
"""Whom the five forms of a tense are said of, in this order."""
_INFINITIVES = ("ar", "er", "ir", "ír", "se")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Irregular(_Strict):
    """Forms of a verb that no rule gives: five words for each tense that has such."""

    present: str = ""
    past: str = ""
    once: str = ""
    """How it used to be: "tenía"."""
    future: str = ""
    would: str = ""
    wish: str = ""
    """The subjunctive."""
    forms: str = ""
    """Gerund and participle: "haciendo hecho"."""

    def tenses(self) -> dict[str, list[str]]:
        """Return the forms of every tense that has any."""
        fields = ("present", "past", "once", "future", "would", "wish")
        return {name: getattr(self, name).split() for name in fields if getattr(self, name)}


class Spanish(_Strict):
    """All that `spanish.toml` says, as it stands there."""

    phrases: dict[str, str] = {}
    words: dict[str, str] = {}
    nouns: dict[str, str] = {}
    adjectives: dict[str, str] = {}
    verbs: dict[str, str] = {}
    irregular: dict[str, Irregular] = {}


def load_spanish(path: Path) -> Spanish:
    """Read and validate `spanish.toml`; without the file nothing is known. Raises `ContentError`."""
    if not path.is_file():
        return Spanish()
    try:
        spanish = Spanish.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        remedy = "Mend that line: \"palabra\" = \"word\", each word once under its heading."
        raise ContentError(path, "file", f"not valid TOML ({error})", remedy) from error
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise ContentError(path, field, first["msg"], "Write \"palabra\" = \"word\", as the others do.") from error
    for field, problem, remedy in _mistakes(spanish):
        raise ContentError(path, field, problem, remedy)
    return spanish


def _mistakes(spanish: Spanish) -> Iterator[tuple[str, str, str]]:
    """Yield field, problem and remedy of whatever is written wrongly."""
    yield from _empty(spanish)
    yield from _phrase_mistakes(spanish)
    yield from _verb_mistakes(spanish)
    yield from _irregular_mistakes(spanish)


def _empty(spanish: Spanish) -> Iterator[tuple[str, str, str]]:
    for name in ("phrases", "words", "nouns", "adjectives", "verbs"):
        for word, english in getattr(spanish, name).items():
            if not word.strip() or not english.strip():
                yield f"{name}.{word}", "one side is empty", "Write what it is in English, or remove the line."


def _phrase_mistakes(spanish: Spanish) -> Iterator[tuple[str, str, str]]:
    for phrase in spanish.phrases:
        verb = phrase.split()[0]
        if " " not in phrase.strip():
            yield f"phrases.{phrase}", "is a single word", "Put it under words, nouns, adjectives or verbs."
        elif verb.startswith("*") and verb[1:] not in spanish.verbs:
            yield f"phrases.{phrase}", f"'{verb[1:]}' is not under verbs", "Add the verb there, or remove the star."


def _verb_mistakes(spanish: Spanish) -> Iterator[tuple[str, str, str]]:
    for verb, english in spanish.verbs.items():
        if " " in verb or not verb.endswith(_INFINITIVES):
            yield f"verbs.{verb}", "is not a verb as in a dictionary", "Write it as in 'tomar' or 'dormirse'."
        if len(english.split(",")) not in {1, 3}:
            problem = f"'{english}' is neither one form nor three"
            yield f"verbs.{verb}", problem, "Write it as 'use' or 'take, took, taken'."


def _irregular_mistakes(spanish: Spanish) -> Iterator[tuple[str, str, str]]:
    for verb, irregular in spanish.irregular.items():
        if verb not in spanish.verbs:
            yield f"irregular.{verb}", "is not under verbs", "Add what it is in English there."
        for tense, forms in irregular.tenses().items():
            if len(forms) != len(PERSONS):
                remedy = "Write five: yo, tú, él, nosotros, ellos."
                yield f"irregular.{verb}.{tense}", f"{len(forms)} forms", remedy
        if irregular.forms and len(irregular.forms.split()) != 2:
            yield f"irregular.{verb}.forms", "not two words", "Write gerund and participle: 'haciendo hecho'."
