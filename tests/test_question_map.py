"""What is learnt from all listed questions: which section answers, and whether any does."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from conftest import Corpus
from numpy.typing import NDArray

from index import question_map
from index.building import build
from index.contents import read_contents
from index.manifest import IndexUnusable, live_version
from index.question_map import QuestionMap, Scores
from index.searching import Index

SECTIONS = 3
DIMENSIONS = 16
BESIDE = {
    "walking": """questions:
  "Why is walking good for the heart?":
    - "does a stroll do my ticker good"
    - "is going on foot healthy"
  "What do I need to start?":
    - "what should I wear on my feet for walks"
    - "is there any gear I have to buy to begin walking"
unanswered:
  "What do I need to start?": ["Which brand of shoes is best?", "How much do walking shoes cost?"]
""",
    "sleep": """questions:
  "How much sleep do adults need?": ["is six hours a night enough"]
unanswered:
  "How much sleep do adults need?": ["How long do cats sleep?", "Which mattress is best?"]
""",
    "flu": 'unanswered:\n  "Who should be vaccinated?": ["What does the shot cost?", "Who makes the vaccine?"]\n',
}


def around(centre: Scores, count: int, seed: int, spread: float = 0.12) -> Scores:
    """Unit vectors near a centre."""
    near = centre + np.random.default_rng(seed).normal(0, spread, (count, DIMENSIONS))
    unit: Scores = (near / np.linalg.norm(near, axis=1, keepdims=True)).astype(np.float32)
    return unit


CENTRES: Scores = np.eye(DIMENSIONS, dtype=np.float32)
"""Of each section, and after them of what no section answers."""


def questions(count: int = 30) -> tuple[Scores, NDArray[np.int64]]:
    """Questions of three sections and as many that none answers."""
    rows = np.concatenate([around(CENTRES[number], count, number) for number in range(SECTIONS + 1)])
    return rows, np.repeat(np.array([0, 1, 2, -1]), count)


def test_a_new_question_belongs_to_the_section_whose_questions_surround_it() -> None:
    rows, sections = questions()
    learnt = QuestionMap.learn(rows, sections, SECTIONS)
    for number in range(SECTIONS):
        for new in around(CENTRES[number], 10, 50 + number):
            answerable, by_section = learnt.read(rows @ new)
            assert int(by_section.argmax()) == number
            assert answerable > 0.5
    for new in around(CENTRES[SECTIONS], 10, 60):
        answerable, by_section = learnt.read(rows @ new)
        assert answerable < -0.5
        assert by_section.max() < 0.3


def test_one_question_out_of_place_does_not_outvote_those_around_it() -> None:
    rows, sections = questions()
    sections[4] = 1
    learnt = QuestionMap.learn(rows, sections, SECTIONS)
    halfway = rows[4] + CENTRES[0]
    beside = around(halfway / np.linalg.norm(halfway), 20, 70, 0.02)
    nearest = (beside @ rows.T).argmax(axis=1)
    assert (nearest == 4).all(), "the nearest question alone would lead to the wrong section"
    read = [learnt.read(rows @ each)[1] for each in beside]
    assert [int(by_section.argmax()) for by_section in read] == [0] * 20


def test_many_answered_questions_do_not_outweigh_few_that_nothing_answers() -> None:
    rows, sections = questions()
    few = np.concatenate([np.arange(90), np.arange(90, 96)])
    learnt = QuestionMap.learn(rows[few], sections[few], SECTIONS)
    answerable, _ = learnt.read(rows[few] @ CENTRES[SECTIONS])
    assert answerable < -0.5


def test_of_more_questions_than_fit_an_even_share_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(question_map, "_MOST", 40)
    rows, sections = questions()
    learnt = QuestionMap.learn(rows, sections, SECTIONS)
    assert learnt.weights.shape == (40, 1 + SECTIONS)
    assert np.bincount(sections[learnt.chosen] + 1).tolist() == [10, 10, 10, 10]
    for number in range(SECTIONS):
        assert int(learnt.read(rows @ CENTRES[number])[1].argmax()) == number


def test_what_was_saved_reads_the_same(tmp_path: Path) -> None:
    rows, sections = questions()
    learnt = QuestionMap.learn(rows, sections, SECTIONS)
    learnt.save(tmp_path / "map.npz")
    loaded = QuestionMap.load(tmp_path / "map.npz")
    one, other = learnt.read(rows @ CENTRES[0]), loaded.read(rows @ CENTRES[0])
    assert one[0] == other[0]
    assert np.array_equal(one[1], other[1])


@pytest.fixture(scope="module")
def told_folder(tmp_path_factory: pytest.TempPathFactory, shared_corpus: Corpus) -> Path:
    """An index over articles that list enough questions of both kinds."""
    articles = tmp_path_factory.mktemp("articles")
    for path in shared_corpus.articles.glob("*.md"):
        (articles / path.name).write_bytes(path.read_bytes())
    for name, text in BESIDE.items():
        (articles / f"{name}.questions.yaml").write_text(text, encoding="utf-8")
    folder = tmp_path_factory.mktemp("index")
    shutil.copytree(shared_corpus.index, folder, copy_function=os.link, dirs_exist_ok=True)
    build(articles, folder, embedder="")
    return folder


@pytest.fixture(scope="module")
def told(told_folder: Path) -> Iterator[Index]:
    opened = Index.open(told_folder, embedder="")
    yield opened
    opened.close()


def test_rows_of_listed_questions_are_told_with_their_passages(shared_corpus: Corpus) -> None:
    version = live_version(shared_corpus.index)
    contents = read_contents(version / "passages.json")
    rows = np.load(version / "vectors.npy")
    index = Index.open(shared_corpus.index, embedder="")
    listed = contents.listed()
    asked = [text for passage in contents.passages for text in passage.asked_as]
    assert len(listed) == len(asked) > 0
    for (row, number), text in zip(listed, asked, strict=True):
        assert text in contents.passages[number].asked_as
        assert float(rows[row] @ index.embed([text])[0]) == pytest.approx(1, abs=1e-3), text
    index.close()


def test_a_search_tells_how_far_the_listed_questions_speak_for_each_section(told: Index) -> None:
    hits = told.search("do I have to buy anything before I start to walk?")
    assert hits[0].passage.heading == "What do I need to start?"
    assert hits[0].learnt == max(hit.learnt for hit in hits) > 0.2
    assert len({hit.answerable for hit in hits}) == 1
    absent = told.search("What do walking shoes cost?")
    assert absent[0].answerable < 0 < hits[0].answerable


def test_a_question_that_says_little_by_itself_is_placed_by_the_message_it_comes_from(told: Index) -> None:
    story = "My mother wants to begin walking and asks me what she has to buy or wear on her feet. Which is it?"
    alone, within = told.search("Which is it?"), told.search("Which is it?", message=story)
    wanted = "What do I need to start?"
    learnt = [max(hit.learnt for hit in hits if hit.passage.heading == wanted) for hits in (alone, within)]
    assert learnt[1] > learnt[0] + 0.1
    assert within[0].passage.heading == wanted
    assert told.search("Which is it?", message=" ") == alone
    bare = told.without_questions()
    assert bare.search("Which is it?", message=story) == bare.search("Which is it?")


def test_without_unanswered_questions_nothing_is_learnt_and_without_questions_neither(
    told: Index, shared_corpus: Corpus
) -> None:
    index = Index.open(shared_corpus.index, embedder="")
    for each in (index, told.without_questions()):
        assert not each.tells_unanswered
        assert {(hit.learnt, hit.answerable) for hit in each.search("is walking healthy")} == {(0.0, 0.0)}
    assert not (live_version(shared_corpus.index) / "question_map.npz").exists()
    index.close()


@pytest.mark.parametrize("content", [b"PK\x03\x04 cut off", b""])
def test_an_index_with_a_damaged_map_says_so_and_what_to_do(told_folder: Path, tmp_path: Path, content: bytes) -> None:
    folder = tmp_path / "index"
    shutil.copytree(told_folder, folder, symlinks=True)
    damaged = live_version(folder) / "question_map.npz"
    damaged.unlink()
    damaged.write_bytes(content)
    with pytest.raises(IndexUnusable, match=r"damaged.*chatbot index"):
        Index.open(folder, embedder="")
