"""Questions that no article answers: read, searched beside the others, and what they do to the decision."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from conftest import WALKING, Corpus

from chatbot.bot import Bot, IndexOutdated
from chatbot.composing import Gathered, Selection, gather, read, select
from chatbot.config import Settings
from chatbot.conversation import Question
from chatbot.live_bot import staged_articles
from chatbot.retrieval import understand
from chatbot.tracing import trace_json, trace_lines
from corpus.article import load_article, load_articles
from corpus.clinic import load_clinic
from corpus.doctor import examine
from corpus.front_matter import ContentError
from corpus.replies import load_replies
from index.building import build
from index.manifest import live_version, read_live_manifest
from index.searching import Index

SHIPPED = Path(__file__).parents[1] / "corpus"
TODAY = date(2026, 11, 1)
HEADING = "Why is walking good for the heart?"
BESIDE = f"""questions:
  "{HEADING}": ["does a stroll do my ticker good"]
unanswered:
  "{HEADING}":
    - "Does walking cure diabetes?"
    - "How many calories does an hour of walking burn?"
  "What do I need to start?":
    - "Which brand of shoes is best?"
    - "How much do walking shoes cost?"
"""


def write_beside(corpus: Corpus, text: str = BESIDE, name: str = "walking") -> Path:
    path = corpus.articles / f"{name}.questions.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def settings_for(corpus: Corpus) -> Settings:
    return Settings(articles=corpus.articles, index=str(corpus.index), glossary=corpus.articles / "none.toml")


@pytest.fixture
def told(corpus: Corpus) -> Iterator[Bot]:
    """A bot whose articles list a question without an answer for every passage."""
    write_beside(corpus)
    write_beside(corpus, 'unanswered:\n  "How much sleep do adults need?": ["How long do cats sleep?"]\n', "sleep")
    write_beside(corpus, 'unanswered:\n  "Who should be vaccinated?": ["What does the shot cost?"]\n', "flu")
    build(corpus.articles, corpus.index, embedder="")
    opened = Bot.open(settings_for(corpus))
    yield opened
    opened.close()


def test_questions_beside_an_article_are_added_to_those_in_its_front_matter(corpus: Corpus) -> None:
    alone = load_article(corpus.articles / "walking.md")
    write_beside(corpus)
    article = load_article(corpus.articles / "walking.md")
    assert article.questions == {HEADING: ("Does strolling help?", "does a stroll do my ticker good")}
    assert [len(asked) for asked in article.unanswered.values()] == [2, 2]
    assert alone.sha256 == article.sha256 == alone.fingerprint != article.fingerprint


def test_a_front_matter_can_hold_unanswered_questions_too(corpus: Corpus) -> None:
    corpus.write("walking", WALKING, f'unanswered:\n  "{HEADING}": ["Does it cure diabetes?"]\n')
    assert load_article(corpus.articles / "walking.md").unanswered == {HEADING: ("Does it cure diabetes?",)}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("unanswerd: {}\n", "unknown field"),
        ('unanswered:\n  "x": "no list"\n', "one '- …' line each"),
        ("unanswered: [unclosed\n", "not valid YAML"),
        ("- only\n- a list\n", "Write one field a line"),
    ],
)
def test_a_fault_in_the_file_beside_names_that_file(corpus: Corpus, text: str, said: str) -> None:
    path = write_beside(corpus, text)
    with pytest.raises(ContentError, match=said) as caught:
        load_articles(corpus.articles)
    assert str(path) in str(caught.value)


def test_questions_beside_no_article_are_an_error(corpus: Corpus) -> None:
    write_beside(corpus, name="running")
    with pytest.raises(ContentError, match=r"no article running\.md beside it"):
        load_articles(corpus.articles)


def test_the_check_finds_headings_that_are_not_there_and_questions_listed_as_both(corpus: Corpus) -> None:
    wrong = 'unanswered:\n  "No such heading": ["x y"]\n  "What do I need to start?": ["DOES strolling help"]\n'
    path = write_beside(corpus, wrong)
    clinic = load_clinic(SHIPPED / "clinic.toml")
    replies = load_replies(SHIPPED / "replies", clinic)
    found = examine(load_articles(corpus.articles), replies, clinic, TODAY)
    wrongly = {(each.file, each.problem) for each in found if each.check == "unanswered" and each.level == "error"}
    assert {(Path(file).name, problem.split(":")[0]) for file, problem in wrongly} == {
        (path.name, "unanswered"),
        ("walking.md", "unanswered"),
    }
    assert any("listed as answered" in problem for _, problem in wrongly)


def test_the_shipped_articles_list_nothing_as_both_and_name_only_their_headings() -> None:
    clinic = load_clinic(SHIPPED / "clinic.toml")
    articles = load_articles(SHIPPED / "articles")
    found = examine(articles, load_replies(SHIPPED / "replies", clinic), clinic, TODAY)
    assert [each for each in found if each.check in {"questions", "unanswered"}] == []
    assert sum(len(asked) for article in articles for asked in article.unanswered.values()) > 2000


def test_changed_questions_make_an_index_outdated_and_only_they_are_embedded_again(corpus: Corpus) -> None:
    write_beside(corpus)
    with pytest.raises(IndexOutdated):
        Bot.open(settings_for(corpus))
    build(corpus.articles, corpus.index, embedder="")
    first = np.load(live_version(corpus.index) / "unanswered.npy")
    assert len(first) == 4
    write_beside(corpus, 'unanswered:\n  "Who should be vaccinated?": ["What does the shot cost?"]\n', "flu")
    steps: dict[str, int] = {}
    build(corpus.articles, corpus.index, embedder="", progress=lambda step, _, total: steps.update({step: total}))
    assert steps["embedding unanswered questions"] == 1
    second = np.load(live_version(corpus.index) / "unanswered.npy")
    assert np.array_equal(second[1:], first), "the articles stand in the order of their ids, flu before walking"
    assert read_live_manifest(corpus.index).articles["flu"] == load_article(corpus.articles / "flu.md").fingerprint


def test_a_question_is_compared_with_those_near_the_sections_found(told: Bot) -> None:
    hits = told.index.search("How many calories does an hour of walking burn?")
    best = max(hits, key=lambda hit: hit.unanswered)
    assert (best.unanswered_as, best.passage.heading) == ("How many calories does an hour of walking burn?", HEADING)
    assert best.unanswered == pytest.approx(1, abs=1e-3)
    assert told.index.tells_unanswered
    bare = told.index.without_questions()
    assert not bare.tells_unanswered
    assert {hit.unanswered for hit in bare.search("How many calories does an hour of walking burn?")} == {0.0}
    assert told.index.search("How many calories does an hour of walking burn?") == hits


def test_too_few_such_questions_do_not_change_how_it_is_decided(corpus: Corpus) -> None:
    write_beside(corpus, f'unanswered:\n  "{HEADING}": ["Does it cure diabetes?"]\n')
    build(corpus.articles, corpus.index, embedder="")
    index = Index.open(corpus.index, embedder="")
    assert not index.tells_unanswered
    assert index.search("Does it cure diabetes?")[0].unanswered_as == "Does it cure diabetes?"
    index.close()


def test_a_question_listed_as_not_answered_is_not_answered(told: Bot) -> None:
    answer = told.ask(Question("Does walking cure diabetes?"))
    assert answer.outcome == "not_in_articles"
    trace = told.explain(Question("Does walking cure diabetes?"))
    shown = trace_json(trace)
    assert shown["decision"]["confidence"] <= 0.1
    assert shown["decision"]["nearest_unanswered"] > 0.98
    lines = "\n".join(trace_lines(trace))
    assert "not answered: Does walking cure diabetes?" in lines
    assert "nearest not answered 1.000" in lines


def test_a_question_listed_as_answered_is_answered_though_one_like_it_is_not(told: Bot) -> None:
    answer = told.ask(Question("does a stroll do my ticker good"))
    assert answer.outcome == "answered"
    assert "heart stronger" in answer.sentences[0].text


def judged(bot: Bot, text: str) -> Gathered:
    query = understand(text, [], bot._sources.wording)
    return read(query, gather(query, bot.index.search(query.search), bot._sources), bot._reader.scores)


def decided(bot: Bot, gathered: Gathered) -> Selection:
    return select(gathered, bot._sources)


def test_the_nearer_a_question_without_an_answer_the_less_sure_it_is(told: Bot) -> None:
    gathered = judged(told, "Why does the heart like walking?")
    nearness = [0.0, 0.3, 0.5, 0.7, 0.9]
    sure = [decided(told, replace(gathered, asked=0.6, unanswered=value)).confidence for value in nearness]
    assert sure[0] == sure[1], "far from all of them, how far makes no difference"
    assert sure[1:] == sorted(sure[1:], reverse=True)
    assert len(set(sure[1:])) == 4


def test_an_article_put_aside_for_publishing_keeps_the_questions_beside_it(corpus: Corpus) -> None:
    write_beside(corpus)
    content = (corpus.articles / "walking.md").read_bytes()
    with staged_articles(corpus.articles, "walking", content) as staged:
        assert load_article(staged / "walking.md").unanswered == load_article(corpus.articles / "walking.md").unanswered
        assert {path.stem for path in staged.glob("*.md")} == {"sleep", "walking", "flu"}
