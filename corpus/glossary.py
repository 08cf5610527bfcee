"""The clinic's words (`glossary.toml`): clinical terms, what people call them, and which treatments are which."""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from corpus.front_matter import ContentError


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Term(_Strict):
    """A clinical word as the articles use it, and the words people type for it."""

    term: str
    says: str
    """One plain sentence."""
    article: str
    """Id of the article that explains it."""
    lay: tuple[str, ...] = ()


class Treatment(_Strict):
    """A treatment whose sentences must never be offered for another's."""

    name: str
    words: tuple[str, ...]
    """Every word that names it, lower case."""
    called: tuple[str, ...] = ()
    """What an article may call it once it is named: too common a word to tell what a visitor asks about."""
    other: str = ""
    """Name of the treatment that "the other one" means beside this one."""
    spanish: str = ""
    """Its name in Spanish, if that is another."""


class Glossary(_Strict):
    """All terms and treatments of a clinic."""

    terms: tuple[Term, ...] = ()
    treatments: tuple[Treatment, ...] = ()

    def terms_in(self, text: str) -> list[Term]:
        """Return the terms whose lay words occur in `text`, whole words only."""
        return [term for term in self.terms if term.lay and _whole_words(term.lay).search(text)]

    def treatments_in(self, text: str) -> frozenset[str]:
        """Return the names of the treatments `text` names."""
        return frozenset(t.name for t in self.treatments if _whole_words(t.words).search(text))

    def treatments_meant(self, text: str) -> frozenset[str]:
        """Return the names of the treatments a sentence of an article speaks of, by whatever word."""
        return frozenset(t.name for t in self.treatments if _whole_words((*t.words, *t.called)).search(text))


def load_glossary(path: Path) -> Glossary:
    """Read and validate `glossary.toml`; without the file the glossary is empty. Raises `ContentError`."""
    if not path.is_file():
        return Glossary()
    try:
        glossary = Glossary.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ContentError(path, "file", f"not valid TOML ({error})", "Mend that line.") from error
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise ContentError(path, field, first["msg"], "Write term, says, article and lay, as the others do.") from error
    _refuse_shared_words(path, glossary)
    return glossary


def _refuse_shared_words(path: Path, glossary: Glossary) -> None:
    owner: dict[str, str] = {}
    for term in glossary.terms:
        for word in term.lay:
            if owner.setdefault(word.casefold(), term.term) != term.term:
                problem = f"'{word}' stands under '{owner[word.casefold()]}' and '{term.term}'"
                raise ContentError(path, "lay", problem, "Keep it under one.")


@cache
def _whole_words(words: Iterable[str]) -> re.Pattern[str]:
    listed = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{listed})(?!\w)", re.IGNORECASE)
