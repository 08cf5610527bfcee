"""The benchmarks' own parts: what is counted, and that sides are compared question by question."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from conftest import Corpus

from chatbot.bot import Bot
from chatbot.config import Settings
from evals.own_questions import decide_all, measure, section_questions
from evals.question_sets import SUITE, QuestionSet, public_sets, shipped_set, thinned, write_pages
from evals.retrieval_bench import METRICS, TUTORIAL, _compared, _rankings, report, scores
from evals.run import run_suites
from evals.section_questions import bare_bot, held_out
from evals.section_questions import report as report_difference
from evals.suite import Suite, read_suite
from evals.warm import Timed, time_both
from evals.warm import report as report_times
from index.searching import Index

STROLLING = "Does strolling help?"
"""Stands only among the questions in the front matter of the article on walking."""


@pytest.fixture(scope="module")
def bot(shared_corpus: Corpus) -> Iterator[Bot]:
    opened = Bot.open(settings_for(shared_corpus))
    yield opened
    opened.close()


def settings_for(corpus: Corpus) -> Settings:
    return Settings(articles=corpus.articles, index=str(corpus.index), glossary=corpus.articles / "none.toml")


def test_a_view_without_questions_forgets_them_and_leaves_the_index_as_it_was(shared_corpus: Corpus) -> None:
    index = Index.open(shared_corpus.index, embedder="")
    before = index.search(STROLLING)
    bare = index.without_questions().search(STROLLING)
    assert before[0].dense > 0.99
    assert max(hit.dense for hit in bare) < 0.9
    assert max(hit.lexical for hit in bare) < before[0].lexical
    assert not any(hit.passage.questions for hit in bare)
    assert index.search(STROLLING) == before
    asked = "How much sleep do adults need?"
    assert index.search(asked)[0].dense == index.without_questions().search(asked)[0].dense
    index.close()


@pytest.mark.parametrize(
    ("ranking", "gold", "expected"),
    [
        (["a", "b"], {"a"}, (1, 1, 1, 1)),
        (["b", "a"], {"a"}, (0, 1, 1 / 2, 1 / np.log2(3))),
        (["b", "c", "d", "e", "f", "a"], {"a"}, (0, 0, 1 / 6, 1 / np.log2(7))),
        (["a", "b", "c"], {"a", "c"}, (1, 1, 1, 1.5 / (1 + 1 / np.log2(3)))),
        ([*"bcdefghijk", "a"], {"a"}, (0, 0, 0, 0)),
        ([], {"a"}, (0, 0, 0, 0)),
    ],
)
def test_a_ranking_is_scored_by_the_place_of_what_answers(
    ranking: list[str], gold: set[str], expected: tuple[float, ...]
) -> None:
    assert scores(ranking, frozenset(gold)) == pytest.approx(expected)


def test_every_side_ranks_each_article_once_from_the_same_question(shared_corpus: Corpus) -> None:
    index = Index.open(shared_corpus.index, embedder="")
    bare = index.without_questions()
    sides = dict(_rankings(STROLLING, index, bare, lambda question, count: ["flu", "walking", "flu"]))
    index.close()
    assert len(sides) == 5
    assert sides["hybrid (in use)"][0] == sides["vectors alone"][0] == sides["BM25 alone"][0] == "walking"
    assert sides[TUTORIAL] == ["flu", "walking"]
    assert all(len(set(ranking)) == len(ranking) for ranking in sides.values())


def test_the_difference_is_taken_question_by_question() -> None:
    # The same mean on both sides and no question alike: the difference is 0 with an interval around it.
    ours, theirs = np.array([[1.0] * 4, [0.0] * 4] * 20), np.array([[0.0] * 4, [1.0] * 4] * 20)
    compared = _compared(QuestionSet("own", {"a": ""}, []), {"hybrid": ours, "as theirs": theirs, TUTORIAL: theirs})
    different, same = compared.ahead["hybrid"][0], compared.ahead["as theirs"][0]
    assert (different.mean, same.mean, same.low, same.high) == (0, 0, 0, 0)
    assert different.low < 0 < different.high
    lines = report(compared)
    assert all(metric in lines[1] for metric in METRICS)
    assert len(lines) == 2 + 3 + 1 + 2 + 1


def test_public_sets_are_read_where_they_lie_and_those_that_are_missing_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "squad2").mkdir()
    passage = {"id": "P_1", "title": 'The "Normans"', "text": "The Normans came to Normandy."}
    asked = [
        {"question": "Who came?", "passage_id": "P_1", "is_impossible": False},
        {"question": "Who left?", "passage_id": "P_1", "is_impossible": True},
    ]
    (tmp_path / "squad2" / "passages.jsonl").write_text(json.dumps(passage), encoding="utf-8")
    (tmp_path / "squad2" / "questions.jsonl").write_text("\n".join(map(json.dumps, asked)), encoding="utf-8")
    (found,) = public_sets(tmp_path)
    assert found.questions == [("Who came?", frozenset({"text-p-1"}))]
    write_pages(found, tmp_path / "articles")
    assert "Normandy" in (tmp_path / "articles" / "text-p-1.md").read_text(encoding="utf-8")
    assert list(public_sets(tmp_path / "nowhere")) == []


def test_our_suite_names_only_articles_that_are_shipped() -> None:
    found = shipped_set()
    assert len(found.questions) > 250
    assert all(gold and gold <= found.pages.keys() for _, gold in found.questions)
    assert thinned(list(range(100)), 3) == [0, 49, 99]


def test_both_sides_are_timed_on_the_same_questions_and_fixed_replies_are_left_out(bot: Bot) -> None:
    asked: list[str] = []

    def nearest(question: str, count: int) -> list[str]:
        asked.append(question)
        return ["sleep"] * count

    questions = ["How much sleep do adults need?", "I want to die", "Is walking good for the heart?"]
    timed = time_both(bot, nearest, questions)
    assert asked == questions
    assert len(timed) == 2
    assert all(0 < each.finding < each.answer for each in timed)


def test_times_are_reported_with_the_ratio_of_medians() -> None:
    lines = report_times([Timed(1.0, 30.0, 10.0), Timed(2.0, 40.0, 10.0), Timed(3.0, 50.0, 10.0)])
    assert lines[0].startswith("3 questions")
    assert "load" in lines[0]
    finding, whole = (line for line in lines if line.startswith("ratio"))
    assert ": 0.200 [0.100, 0.300]" in finding
    assert ": 4.000 [3.000, 5.000]" in whole


def test_section_questions_are_worth_what_they_change_case_by_case(
    bot: Bot, shared_corpus: Corpus, tmp_path: Path
) -> None:
    heading = "Why is walking good for the heart?"
    path = tmp_path / "mine.yaml"
    path.write_text(
        f"""cases:
- id: a
  vars: {{question: "{STROLLING}"}}
  assert: [{{type: quotes, value: ["makes the heart stronger"]}}]
  metadata: {{answerable: true, gold_passages: [[walking, "{heading}"]]}}
- id: b
  vars: {{question: "How much sleep do adults need?"}}
  assert: [{{type: quotes, value: ["seven to nine"]}}]
  metadata: {{answerable: true, gold_passages: [[sleep, "How much sleep do adults need?"]]}}
""",
        encoding="utf-8",
    )
    suite = read_suite(path)
    bare = bare_bot(bot, settings_for(shared_corpus))
    lines = report_difference(run_suites(bot, [suite]), run_suites(bare, [suite]))
    assert lines[0].startswith("2 cases, without the questions -> with them")
    assert any(line.startswith("mine: MRR") and "+0." in line for line in lines)
    same = report_difference(run_suites(bot, [suite]), run_suites(bot, [suite]))
    assert not any("MRR" in line for line in same)


def test_only_the_half_that_nothing_was_fitted_to_is_asked_with_and_without() -> None:
    whole = read_suite(SUITE)
    kept: Suite = held_out(whole)
    assert 0.4 < len(kept.cases) / len(whole.cases) < 0.6


def test_a_clinics_own_questions_are_asked_with_their_section_and_without(bot: Bot) -> None:
    asked = section_questions(bot.passages)
    assert [each.question for each in asked] == [STROLLING]
    read: list[str] = []

    def reader(question: str, texts: list[str]) -> list[float]:
        read.extend(texts)
        return [3.0 if "heart" in text else -3.0 for text in texts]

    with_it, without = decide_all(asked, bot.index.without_questions(), bot._sources, reader)
    assert with_it.confidence > without.confidence
    assert not without.right
    assert len(read) == len(set(read)), "a sentence is read once for both"


def test_curves_are_written_beside_the_index_once_and_only_of_enough_questions(
    bot: Bot, shared_corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "calibration.json"
    assert "1 section questions" in measure(settings_for(shared_corpus), out)[0]
    assert not out.exists()
    monkeypatch.setattr("evals.own_questions.TOO_FEW", 1)
    assert measure(settings_for(shared_corpus), out)[-1] == f"written to {out}"
    stored = json.loads(out.read_text(encoding="utf-8"))
    assert (stored["version"], stored["asked"], stored["n"]) == (bot.index.manifest.version, 1, 2)
    assert stored["curve"]
    assert "already" in measure(settings_for(shared_corpus), out)[0]
    out.write_text("broken", encoding="utf-8")
    assert measure(settings_for(shared_corpus), out)[-1] == f"written to {out}"
