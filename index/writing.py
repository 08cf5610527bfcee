"""Write one version of the index and verify it, each in a process of its own: a crash there stops nothing else.

`python -m index.writing write|verify` reads a `Job` as JSON from stdin and writes JSON lines to stdout: steps done,
then the result or the error. `index/building.py` starts it.
"""

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.article import Article, load_articles
from corpus.front_matter import ContentError
from index.contents import (
    Contents,
    gather,
    read_contents,
    row_texts,
    search_texts,
    unanswered_texts,
    write_contents,
)
from index.embedding import Embedder, EmbedderError, open_embedder, prepare_model
from index.lexical import Lexical
from index.manifest import IndexUnavailable, read_manifest
from index.models import find_model
from index.question_map import QuestionMap
from index.vectors import Vectors, collection_name, open_folder, open_server, write_folder, write_server

Progress = Callable[[str, int, int], None]
"""Called with the step, how much of it is done, and of how much."""

_AT_ONCE = 128
_PROBES = 200
_SAME = 0.999
"""Least cosine of vectors that should be one; Chroma and onnxruntime round differently."""


@dataclass(frozen=True)
class Job:
    """What a child process is to do; paths as text, for JSON."""

    articles: str
    version: str
    """Folder to fill, or to verify."""
    embedder: str
    server: str | None
    model_from: str | None = None
    """Version whose exported model is still right."""
    vectors_from: str | None = None
    """Version whose vectors are still right for articles that have not changed."""


@dataclass(frozen=True)
class Written:
    """What was written."""

    articles: dict[str, str]
    """Article id -> its fingerprint."""
    rows: int
    model: str
    dimensions: int
    weights_sha256: str


def write(job: Job, progress: Progress) -> Written:
    """Fill a new version folder, all but its manifest."""
    version = Path(job.version)
    articles = load_articles(Path(job.articles))
    contents = gather(articles)
    if not any(row_texts(contents)):
        raise ContentError(Path(job.articles), "articles", "no sentence in any of them", "Write text below a heading.")
    embedder = _model(job, progress)
    known = _known_vectors(job.vectors_from, articles)
    rows = contents.article_rows(contents.first_rows())
    vectors = _vectors(row_texts(contents), rows, known[0], embedder, partial(progress, "embedding"))
    near = contents.article_rows(contents.first_unanswered())
    step = partial(progress, "embedding unanswered questions")
    unanswered = _vectors(unanswered_texts(contents), near, known[1], embedder, step)
    progress("writing", 0, 1)
    np.save(version / "vectors.npy", vectors)
    np.save(version / "unanswered.npy", unanswered)
    if contents.tells_unanswered():
        _learn(contents, vectors, unanswered).save(version / "question_map.npz")
    write_contents(version / "passages.json", contents)
    (version / "lexical").mkdir()
    Lexical.build(search_texts(contents)).save(version / "lexical")
    if job.server:
        write_server(job.server, collection_name(version.name), vectors)
    else:
        write_folder(version / "chroma", vectors)
    progress("writing", 1, 1)
    card = embedder.card
    sums = {article.id: article.fingerprint for article in articles}
    return Written(sums, len(vectors), card.name, card.dimensions, card.weights_sha256)


def verify(job: Job, progress: Progress) -> float:
    """Search a written version for what is in it; return the least similarity of a vector to itself."""
    version = Path(job.version)
    contents = read_contents(version / "passages.json")
    vectors: NDArray[np.float32] = np.load(version / "vectors.npy", mmap_mode="r")
    _verify_words(Lexical.load(version / "lexical"), contents)
    _verify_embedder(open_embedder(version / "model"), contents, vectors)
    store = open_server(job.server, collection_name(version.name)) if job.server else open_folder(version / "chroma")
    try:
        return _verify_vectors(store, vectors, progress)
    finally:
        store.close()


def _model(job: Job, progress: Progress) -> Embedder:
    folder = Path(job.version) / "model"
    if job.model_from:
        shutil.copytree(Path(job.model_from) / "model", folder, copy_function=_link_or_copy)
    else:
        progress("preparing the embedding model", 0, 1)
        folder.mkdir()
        prepare_model(find_model(job.embedder), folder)
        progress("preparing the embedding model", 1, 1)
    return open_embedder(folder, threads=os.cpu_count() or 1)


def _learn(contents: Contents, vectors: NDArray[np.float32], unanswered: NDArray[np.float32]) -> QuestionMap:
    listed = np.array(contents.listed())
    sections = np.concatenate([listed[:, 1], np.full(len(unanswered), -1)])
    return QuestionMap.learn(np.concatenate([vectors[listed[:, 0]], unanswered]), sections, len(contents.passages))


def _link_or_copy(source: str, target: str) -> None:
    """Link, since nothing ever writes into a finished version; copy where the file system has no links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _vectors(
    texts: Sequence[str],
    article_rows: dict[str, range],
    known: dict[str, NDArray[np.float32]],
    embedder: Embedder,
    progress: Callable[[int, int], None],
) -> NDArray[np.float32]:
    """Take over what has not changed, embed the rest."""
    vectors = np.empty((len(texts), embedder.card.dimensions), dtype=np.float32)
    missing: list[int] = []
    for article, rows in article_rows.items():
        if article in known and len(known[article]) == len(rows):
            vectors[rows.start : rows.stop] = known[article]
        else:
            missing.extend(rows)
    # Texts of like length together: less is computed for padding.
    missing.sort(key=lambda row: len(texts[row]))
    for start in range(0, len(missing), _AT_ONCE):
        progress(start, len(missing))
        rows_now = missing[start : start + _AT_ONCE]
        vectors[rows_now] = embedder.documents([texts[row] for row in rows_now])
    if texts:
        progress(len(missing), len(missing))
    return vectors


def _known_vectors(
    version: str | None, articles: Sequence[Article]
) -> tuple[dict[str, NDArray[np.float32]], dict[str, NDArray[np.float32]]]:
    """Return the vectors of articles that have not changed, and those of their unanswered questions."""
    if version is None:
        return {}, {}
    folder = Path(version)
    sums = read_manifest(folder).articles
    same = [article.id for article in articles if sums.get(article.id) == article.fingerprint]
    contents = read_contents(folder / "passages.json")
    return (
        _of_articles(folder / "vectors.npy", contents.article_rows(contents.first_rows()), same),
        _of_articles(folder / "unanswered.npy", contents.article_rows(contents.first_unanswered()), same),
    )


def _of_articles(file: Path, rows: dict[str, range], articles: Sequence[str]) -> dict[str, NDArray[np.float32]]:
    vectors: NDArray[np.float32] = np.load(file, mmap_mode="r")
    return {article: vectors[rows[article].start : rows[article].stop] for article in articles if article in rows}


def _verify_words(lexical: Lexical, contents: Contents) -> None:
    for number, text in enumerate(search_texts(contents)[:_PROBES]):
        _require(lexical.scores(text)[number] > 0 or not lexical.stems(text), "a passage is not found by its words")


def _verify_embedder(embedder: Embedder, contents: Contents, vectors: NDArray[np.float32]) -> None:
    """Vectors that were taken over must be what the model of this version makes of the text."""
    texts = row_texts(contents)
    rows = _spread(len(texts), 8)
    again = embedder.documents([texts[row] for row in rows])
    _require(float((again * vectors[rows]).sum(axis=1).min()) >= _SAME, "the vectors are not the model's")


def _verify_vectors(store: Vectors, vectors: NDArray[np.float32], progress: Progress) -> float:
    least = 1.0
    rows = _spread(len(vectors), _PROBES)
    for done, row in enumerate(rows):
        found = store.query(vectors[row], 5)
        exact = [float(vectors[row] @ vectors[other]) for other, _ in found]
        true = all(abs(claimed - known) < 1 - _SAME for (_, claimed), known in zip(found, exact, strict=True))
        # Two texts can be the same: what counts is that the best hit has the vector asked for.
        _require(bool(found) and true and exact[0] >= _SAME, f"row {row} is not found by its own vector")
        least = min(least, found[0][1])
        if done % 50 == 0:
            progress("verifying", done, len(rows))
    progress("verifying", len(rows), len(rows))
    return least


def _spread(count: int, probes: int) -> list[int]:
    return sorted({int(row) for row in np.linspace(0, count - 1, min(count, probes))})


def _require(holds: bool, problem: str) -> None:
    if not holds:
        raise IndexUnavailable(f"The new index failed its check: {problem}. Run 'chatbot index --rebuild'.")


def main() -> None:
    """Run one job for `index/building.py`."""
    job = Job(**json.load(sys.stdin))
    with _answers() as answer:
        try:
            _run(sys.argv[1], job, answer)
        except BrokenPipeError:
            # Whoever started this is gone, and with it the wish for an index.
            os._exit(1)


def _run(task: str, job: Job, answer: Callable[[dict[str, Any]], None]) -> None:
    def progress(step: str, done: int, total: int) -> None:
        answer({"step": step, "done": done, "total": total})

    try:
        result = asdict(write(job, progress)) if task == "write" else {"self_similarity": verify(job, progress)}
    except (ContentError, EmbedderError, IndexUnavailable) as error:
        answer({"error": str(error), "kind": type(error).__name__})
    else:
        answer({"result": result})


@contextmanager
def _answers() -> Iterator[Callable[[dict[str, Any]], None]]:
    """Keep stdout to ourselves: what libraries print goes to stderr."""
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as out:
        os.dup2(2, 1)

        def answer(message: dict[str, Any]) -> None:
            out.write(json.dumps(message) + "\n")
            out.flush()

        yield answer


if __name__ == "__main__":
    main()
