"""Search by words: BM25 over English stems, and how much each word of a question says."""

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import log
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from Stemmer import Stemmer

STOP_WORDS = frozenset(
    """
    a an the this that these those some any each every either neither both all such same other another
    i me my mine myself you your yours yourself he him his she her hers it its itself we us our ours they them their
    theirs one ones someone somebody anyone anybody everyone everything something anything there here
    who whom whose which what when where why how whether
    am is are was were be been being do does did done doing have has had having can could will would shall should may
    might must ought let get gets getting got
    of in on at to from by with for about as into onto than then so if or and but because while although though until
    upon per via also just too very really quite only even still again already ever please tell know want need like
    much many more most
    """.split()
)
"""Words that say how something is asked, not what about. Negations and time words are left in: they say something."""

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_CONTRACTED = re.compile(r"['’](?:s|re|ve|ll|d|m)\Z|.*n['’]t\Z")
"""What is cut off: the verb of "it's", and all of "don't"."""


@dataclass(frozen=True)
class Matrix:
    """BM25 scores of texts (rows) for stems (columns), without the zeros."""

    starts: NDArray[np.int32]
    """Column `c` is `rows[starts[c]:starts[c + 1]]`, and the same of `values`."""
    rows: NDArray[np.int32]
    values: NDArray[np.float32]
    texts: int


class Lexical:
    """Texts searchable by their words."""

    def __init__(self, columns: dict[str, int], matrix: Matrix) -> None:
        self._columns = columns
        self._matrix = matrix

    @classmethod
    def build(cls, texts: Sequence[str]) -> "Lexical":
        """Index texts; their positions are the rows."""
        from bm25s import BM25

        terms = [stems(text) for text in texts]
        columns = {stem: number for number, stem in enumerate(sorted({stem for row in terms for stem in row}))}
        if not columns:
            raise ValueError("no text has a word to search for")
        ranking = BM25(method="lucene")
        numbered = [[columns[stem] for stem in row] for row in terms]
        ranking.index((numbered, columns), create_empty_token=False, show_progress=False)
        scores = ranking.scores
        return cls(columns, Matrix(scores["indptr"], scores["indices"], scores["data"], len(texts)))

    @classmethod
    def load(cls, folder: Path) -> "Lexical":
        """Open what `save` wrote, without bm25s: importing it takes longer than all the rest of this."""
        stored = json.loads((folder / "stems.json").read_text(encoding="utf-8"))
        starts, rows, values = (np.load(folder / f"{name}.npy") for name in ("starts", "rows", "values"))
        columns = {stem: number for number, stem in enumerate(stored["stems"])}
        return cls(columns, Matrix(starts, rows, values, stored["texts"]))

    def save(self, folder: Path) -> None:
        """Write everything into `folder`."""
        stored = {"texts": self._matrix.texts, "stems": list(self._columns)}
        (folder / "stems.json").write_text(json.dumps(stored, ensure_ascii=False), encoding="utf-8")
        for name in ("starts", "rows", "values"):
            np.save(folder / f"{name}.npy", getattr(self._matrix, name))

    def scores(self, query: str) -> NDArray[np.float32]:
        """Return each row's BM25 score for the query's terms; 0 where a text has none of them."""
        scores = np.zeros(self._matrix.texts, dtype=np.float32)
        for stem in dict.fromkeys(stems(query)):
            column = self._column(stem)
            scores[self._matrix.rows[column]] += self._matrix.values[column]
        return scores

    def shares(self, query: str) -> NDArray[np.float32]:
        """Return the scores as shares of the most any text could get for this query, 0 to 1."""
        most = sum(self.weights(query).values())
        scores = self.scores(query)
        # A term's part of the score nears its weight as a text repeats it.
        return scores / np.float32(most) if most else scores

    def weights(self, query: str) -> dict[str, float]:
        """Return the inverse document frequency of each of the query's terms; one no text has weighs most."""
        return {stem: self._rarity(stem) for stem in stems(query)}

    def stems(self, text: str) -> list[str]:
        """Return the terms of a text, as they are counted here."""
        return stems(text)

    def _column(self, stem: str) -> slice:
        number = self._columns.get(stem)
        starts = self._matrix.starts
        return slice(0, 0) if number is None else slice(int(starts[number]), int(starts[number + 1]))

    def _rarity(self, stem: str) -> float:
        column = self._column(stem)
        found_in = column.stop - column.start
        return log(1 + (self._matrix.texts - found_in + 0.5) / (found_in + 0.5))


def stems(text: str) -> list[str]:
    """Return the stems of a text's content words, in order, repeats included."""
    words = (_CONTRACTED.sub("", word) for word in _WORD.findall(without_accents(text).casefold()))
    stemmed: list[str] = _stemmer().stemWords([word for word in words if word and word not in STOP_WORDS])
    return stemmed


def without_accents(text: str) -> str:
    """Return the text's compatibility letters (NFKD) without their accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


@cache
def _stemmer() -> "Stemmer":
    from Stemmer import Stemmer

    return Stemmer("english")
