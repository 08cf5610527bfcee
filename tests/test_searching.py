import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from conftest import Corpus

from index.manifest import IndexMissing, IndexUnavailable, IndexUnusable, live_version, read_live_manifest
from index.passages import QUOTABLE, keys
from index.searching import Index, fuse

QUESTIONS = {
    "How many hours should an adult sleep?": "sleep",
    "coffee keeps me awake": "sleep",
    "Is going for a walk good for my heart?": "walking",
    "What shoes do I need?": "walking",
    "Does strolling help?": "walking",
    "How do I know that I have influenza?": "flu",
    "Can babies get the vaccine?": "flu",
}


@pytest.fixture(scope="module")
def index(shared_corpus: Corpus) -> Iterator[Index]:
    opened = Index.open(shared_corpus.index, embedder="")
    yield opened
    opened.close()


@pytest.mark.parametrize(("question", "article"), QUESTIONS.items())
def test_the_article_that_answers_comes_first(index: Index, question: str, article: str) -> None:
    assert index.search(question)[0].passage.article == article


def test_hits_come_best_first_and_no_more_than_asked_for(index: Index) -> None:
    hits = index.search("What helps against a bad night?")
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len({hit.passage.id for hit in hits}) == len(hits) > 2
    assert index.search("What helps against a bad night?", top_k=2) == hits[:2]


def test_all_scores_lie_between_0_and_1_and_come_from_each_other(index: Index) -> None:
    for question in QUESTIONS:
        for hit in index.search(question):
            assert 0 <= hit.score <= 1
            assert 0 <= hit.lexical < 1
            assert -1 <= hit.dense <= 1.0001
            fused = fuse(np.float32([hit.dense]), np.float32([hit.lexical]))
            assert hit.score == pytest.approx(float(fused[0]), abs=1e-6)


def test_each_quotable_sentence_has_its_own_cosine(index: Index) -> None:
    (hit,) = [hit for hit in index.search("Does coffee keep people awake?") if "Coffee" in hit.passage.text]
    assert len(hit.sentence_scores) == len(hit.passage.sentences)
    best = hit.passage.sentences[int(np.argmax(hit.sentence_scores))]
    assert best.text.startswith("Coffee in the afternoon")
    assert hit.dense >= max(hit.sentence_scores)
    for sentence, score in zip(hit.passage.sentences, hit.sentence_scores, strict=True):
        assert (score != 0) == (sentence.kind in QUOTABLE)


def test_a_key_finds_itself(index: Index) -> None:
    for passage in index.passages:
        for key in keys(passage):
            hit = index.search(key.text, top_k=1)[0]
            assert hit.passage.id == passage.id
            assert hit.dense == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("question", ["", "   ", "\n\t"])
def test_an_empty_question_finds_nothing(index: Index, question: str) -> None:
    assert index.search(question) == []


@pytest.mark.parametrize("question", ["what is it?", "?!", "抑郁", "\x00", "sleep " * 5000, "a" * 20000])
def test_odd_questions_are_searched_without_error(index: Index, question: str) -> None:
    assert all(np.isfinite(hit.score) for hit in index.search(question))


def test_a_question_about_something_else_scores_low(index: Index) -> None:
    related = min(index.search(question)[0].score for question in QUESTIONS)
    assert index.search("How is a violin string made?")[0].score < related


def test_threads_get_the_same_hits(index: Index) -> None:
    questions = list(QUESTIONS) * 8
    alone = [index.search(question) for question in questions]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(index.search, questions)) == alone


def test_the_index_is_a_langchain_retriever(index: Index) -> None:
    found = index.retriever(top_k=2).invoke("How many hours should an adult sleep?")
    assert len(found) == 2
    hit = index.search("How many hours should an adult sleep?")[0]
    assert found[0].page_content == hit.passage.text
    assert found[0].metadata == {
        "article": "sleep",
        "title": "Sleep",
        "section": "How much sleep do adults need?",
        "start": hit.passage.start,
        "end": hit.passage.end,
        "score": pytest.approx(hit.score),
    }


def test_without_an_index_the_remedy_is_to_build_it(tmp_path: Path) -> None:
    (tmp_path / "index").mkdir()
    for folder in (tmp_path / "none", tmp_path / "index"):
        with pytest.raises(IndexMissing, match=r"Run 'chatbot index'\.\Z"):
            Index.open(folder, embedder="")
    (tmp_path / "index" / "CURRENT").write_text("gone")
    with pytest.raises(IndexMissing):
        Index.open(tmp_path / "index", embedder="")


def change_manifest(corpus: Corpus, **fields: object) -> None:
    path = live_version(corpus.index) / "manifest.json"
    stored = json.loads(path.read_text())
    path.unlink()
    path.write_text(json.dumps(stored | fields))


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"format": 0}, "built in format 0"),
        ({"model": "another/model"}, "built with the model another/model .* asks for all-MiniLM-L6-v2"),
        ({"weights_sha256": "0" * 64}, r"\(000000000000\)"),
        ({"chunker_version": "0"}, "cut by version 0"),
        ({"server": "http://elsewhere:8000"}, "vectors are on http://elsewhere:8000"),
        ({"surprise": 1}, "damaged manifest"),
    ],
)
def test_an_index_that_does_not_fit_is_refused_with_the_remedy(
    fields: dict[str, object], problem: str, corpus: Corpus
) -> None:
    change_manifest(corpus, **fields)
    with pytest.raises(IndexUnusable, match=rf"{problem}.*Run 'chatbot index --rebuild'\.\Z"):
        Index.open(corpus.index, embedder="")


@pytest.mark.parametrize("name", ["passages.json", "vectors.npy", "lexical/stems.json", "chroma/chroma.sqlite3"])
def test_a_damaged_file_is_refused_with_the_remedy(name: str, corpus: Corpus) -> None:
    path = live_version(corpus.index) / name
    path.unlink()
    path.write_bytes(b"{")
    with pytest.raises(IndexUnavailable, match=r"Run 'chatbot index --rebuild'\.\Z"):
        Index.open(corpus.index, embedder="")
    path.unlink()
    with pytest.raises(IndexUnavailable, match=r"Run 'chatbot index --rebuild'\.\Z"):
        Index.open(corpus.index, embedder="")


def test_searching_in_a_fresh_process_needs_no_torch(shared_corpus: Corpus) -> None:
    code = (
        "import sys; from pathlib import Path; from index.searching import Index;"
        f"index = Index.open(Path({str(shared_corpus.index)!r}), embedder=''); index.search('sleep'); index.close();"
        "print({'torch', 'sentence_transformers', 'transformers', 'langchain_core'} & set(sys.modules))"
    )
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[1])
    assert (done.stdout, done.stderr) == ("set()\n", "")


def test_an_open_index_outlives_its_version(corpus: Corpus) -> None:
    import shutil

    opened = Index.open(corpus.index, embedder="")
    shutil.rmtree(corpus.index / "versions" / read_live_manifest(corpus.index).version)
    assert opened.search("signs of the flu")[0].passage.article == "flu"
    opened.close()
