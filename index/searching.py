"""Search the index by meaning and by words, and fuse both."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.contents import Contents, read_contents, search_texts
from index.embedding import known_words, open_embedder
from index.lexical import Lexical
from index.manifest import IndexUnusable, Manifest, live_version, read_manifest, same_model
from index.models import find_model
from index.passages import CHUNKER_VERSION, Passage
from index.question_map import QuestionMap, Scores
from index.retriever import make_retriever
from index.vectors import Vectors, collection_name, open_folder, open_server

if TYPE_CHECKING:
    from langchain_core.retrievers import BaseRetriever

DENSE_WEIGHT = 0.5
_NEAREST_ROWS = 80
_NEAREST_BY_WORDS = 40
_LEARNT_WEIGHT = 0.5
_LIKELIEST_LEARNT = 6
_OF_MESSAGE = 0.6
"""Weight of a whole message against the question it is condensed to."""


@dataclass(frozen=True)
class Hit:
    """A passage found for a question, with what speaks for it. All scores: higher is better."""

    passage: Passage
    score: float
    """Fused, 0 to 1; comparable between questions."""
    dense: float
    """Best cosine of the question to any key of the passage."""
    lexical: float
    """BM25 score as a share of the most this question could get, 0 to 1."""
    sentence_scores: tuple[float, ...]
    """Cosine of the question to each of `passage.sentences` with its heading; 0 for those never quoted."""
    asked: float = 0.0
    """Best cosine of the question to one of `passage.asked_as`; 0 if there are none."""
    asked_as: str = ""
    """That question."""
    unanswered: float = 0.0
    """Best cosine of the question to one of `passage.unanswered`; 0 if there are none."""
    unanswered_as: str = ""
    """That question."""
    learnt: float = 0.0
    """How far all listed questions speak for this passage, 0 to 1, more or less; 0 if nothing was learnt from them."""
    answerable: float = 0.0
    """How far they speak for any passage, 1 to -1; the same for all hits of a search."""


def fuse(dense: Scores, lexical: Scores) -> Scores:
    """Return the weighted mean of both scores, 0 to 1."""
    return DENSE_WEIGHT * np.clip(dense, 0, 1) + (1 - DENSE_WEIGHT) * np.clip(lexical, 0, 1)


class Index:
    """The index in use, open for searching; several threads may search at once."""

    def __init__(self, version: Path, manifest: Manifest) -> None:
        self.manifest = manifest
        with ThreadPoolExecutor(1) as pool:
            # Most of a cold start is Chroma's import and the model's file, and they do not wait for each other.
            opening = pool.submit(_open_vectors, version, manifest)
            self._embedder = open_embedder(version / "model")
            self.ordinary_words = known_words(version / "model")
            contents = read_contents(version / "passages.json")
            self.passages = list(contents.passages)
            self.lexical = Lexical.load(version / "lexical")
            self._keyed = contents.keyed
            self._first_rows = np.array(contents.first_rows())
            self._first_unanswered = contents.first_unanswered()
            self._rows: Scores = np.load(version / "vectors.npy", mmap_mode="r")
            self._unanswered: Scores = np.load(version / "unanswered.npy", mmap_mode="r")
            self._listed = np.array([row for row, _ in contents.listed()], dtype=np.int64)
            learnt = version / "question_map.npz"
            self._map = QuestionMap.load(learnt) if learnt.exists() else None
            self._vectors = opening.result()

    @classmethod
    def open(cls, folder: Path, *, embedder: str, server: str | None = None) -> "Index":
        """Open the version in use; raise `IndexMissing` or `IndexUnusable` if it is not there or does not fit."""
        version = live_version(folder)
        manifest = read_manifest(version)
        _require_fit(version, manifest, embedder, server)
        try:
            return cls(version, manifest)
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise IndexUnusable(version, f"damaged ({error})") from error

    def search(self, query: str, top_k: int = 8, message: str = "") -> list[Hit]:
        """Return the best passages, best first; none for a question without words.

        Where the question is taken from a longer message, what is learnt from listed questions, which are as long as
        people make them, is asked of both.
        """
        if not query.strip():
            return []
        vector = self._embedder.query(query)
        lexical = self.lexical.shares(query)
        # All rows at once take less time than picking out those of the candidates.
        cosines, unanswered = self._rows @ vector, self._unanswered @ vector
        answerable, learnt = self._learnt(cosines, unanswered)
        if message.strip() and self._map is not None:
            whole = self._embedder.query(message)
            also_answerable, also_learnt = self._learnt(self._rows @ whole, self._unanswered @ whole)
            answerable += _OF_MESSAGE * (also_answerable - answerable)
            learnt = learnt + _OF_MESSAGE * (also_learnt - learnt)
        numbers = self._candidates(vector, lexical, learnt)
        # Each passage's rows follow each other; its best key speaks for it.
        dense: Scores = np.maximum.reduceat(cosines, self._first_rows[:-1])
        fused = fuse(dense, lexical)
        promise = fused + _LEARNT_WEIGHT * np.clip(learnt, 0, 1)
        best = numbers[np.argsort(-promise[numbers], kind="stable")[:top_k]].tolist()
        hits = [self._hit(number, cosines, float(fused[number]), float(lexical[number])) for number in best]
        found = zip(hits, best, strict=True)
        told = [replace(hit, learnt=float(learnt[number]), answerable=answerable) for hit, number in found]
        return [self._beside_unanswered(hit, number, unanswered) for hit, number in zip(told, best, strict=True)]

    def embed(self, questions: Sequence[str]) -> Scores:
        """Embed many questions as they are for a search, as unit rows."""
        return self._embedder.queries(questions)

    @property
    def rows(self) -> Scores:
        """The vectors that are searched, as unit rows."""
        return self._rows

    def retriever(self, top_k: int = 8) -> "BaseRetriever":
        """Return the index as a LangChain retriever."""
        return make_retriever(lambda query: [(hit.passage, hit.score) for hit in self.search(query, top_k)])

    def without_questions(self) -> "Index":
        """Return a view that searches as if no article's front matter held questions; close only the original.

        It shows what those questions are worth, and lets them be asked as if nobody had written them down.
        """
        view = copy(self)
        view.passages = [replace(passage, questions=(), unanswered=()) for passage in self.passages]
        view.lexical = Lexical.build(search_texts(Contents(tuple(view.passages), self._keyed)))
        rows = np.array(self._rows)
        for after, passage in zip(self._first_rows[1:], self.passages, strict=True):
            # A passage's last row is the passage itself; before that its questions stand, the heading's last.
            first = after - 1 - len(passage.asked_as)
            rows[first : first + len(passage.questions)] = 0
        view._rows = rows
        view._first_unanswered = [0] * len(self._first_unanswered)
        view._map = None
        return view

    @property
    def tells_unanswered(self) -> bool:
        """Whether enough questions without an answer are listed for it to be learnt what is answered."""
        return self._map is not None

    def close(self) -> None:
        """Release the vectors; the index cannot be searched afterwards."""
        self._vectors.close()

    def _learnt(self, cosines: Scores, unanswered: Scores) -> tuple[float, Scores]:
        if self._map is None:
            return 0.0, np.zeros(len(self.passages), dtype=np.float32)
        return self._map.read(np.concatenate([cosines[self._listed], unanswered]))

    def _candidates(self, vector: Scores, lexical: Scores, learnt: Scores) -> NDArray[np.int64]:
        """Return the numbers of passages worth a closer look, ascending."""
        nearest = [row for row, _ in self._vectors.query(vector, min(_NEAREST_ROWS, self.manifest.rows))]
        by_meaning = np.searchsorted(self._first_rows, nearest, side="right") - 1
        by_words = np.argsort(-lexical, kind="stable")[:_NEAREST_BY_WORDS]
        by_questions = np.argsort(-learnt, kind="stable")[:_LIKELIEST_LEARNT]
        found = [by_meaning, by_words[lexical[by_words] > 0], by_questions[learnt[by_questions] > 0]]
        return np.unique(np.concatenate(found))

    def _hit(self, number: int, cosines: Scores, score: float, lexical: float) -> Hit:
        passage = self.passages[number]
        cosines = cosines[self._first_rows[number] : self._first_rows[number + 1]]
        sentence_scores = [0.0] * len(passage.sentences)
        for sentence, cosine in zip(self._keyed[number], cosines, strict=True):
            if sentence is not None:
                sentence_scores[sentence] = float(cosine)
        # The passage's own row is the last, and its questions stand before that.
        listed = cosines[-1 - len(passage.asked_as) : -1]
        asked = int(listed.argmax()) if len(listed) else None
        return Hit(
            passage,
            score,
            float(cosines.max()),
            lexical,
            tuple(sentence_scores),
            0.0 if asked is None else float(listed[asked]),
            "" if asked is None else passage.asked_as[asked],
        )

    def _beside_unanswered(self, hit: Hit, number: int, cosines: Scores) -> Hit:
        cosines = cosines[self._first_unanswered[number] : self._first_unanswered[number + 1]]
        if not len(cosines):
            return hit
        nearest = int(cosines.argmax())
        return replace(hit, unanswered=float(cosines[nearest]), unanswered_as=hit.passage.unanswered[nearest])


def _require_fit(version: Path, manifest: Manifest, embedder: str, server: str | None) -> None:
    source = find_model(embedder)
    if not same_model(manifest, source):
        built = f"{manifest.model} ({manifest.weights_sha256[:12]})"
        raise IndexUnusable(version, f"built with the model {built}, CHATBOT_EMBEDDER asks for {source.name}")
    if manifest.chunker_version != CHUNKER_VERSION:
        cut = f"articles were cut by version {manifest.chunker_version}, this program has {CHUNKER_VERSION}"
        raise IndexUnusable(version, cut)
    if manifest.server != server:
        places = f"vectors are {_place(manifest.server)}, CHATBOT_INDEX asks for {_place(server)}"
        raise IndexUnusable(version, places)


def _place(server: str | None) -> str:
    return f"on {server}" if server else "in a local folder"


def _open_vectors(version: Path, manifest: Manifest) -> Vectors:
    if manifest.server:
        return open_server(manifest.server, collection_name(version.name))
    return open_folder(version / "chroma")
