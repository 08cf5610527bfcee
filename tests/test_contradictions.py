"""Contradictions that are written down are found, and what does not contradict is left alone."""

import re
from functools import cache
from pathlib import Path

import pytest

import corpus
from chatbot.contradictions import Contradiction, contradictory_numbers
from chatbot.denials import contradictory_denials
from chatbot.inspection import examine_passages, gathered
from chatbot.quantities import quantities
from chatbot.statements import Statement, statements
from corpus.article import load_article, load_articles
from corpus.glossary import load_glossary
from index.passages import cut

HERE = Path(__file__).parent
CONTENT = Path(corpus.__file__).parent
GLOSSARY = load_glossary(CONTENT / "glossary.toml")
SEEDED = "seed-"


def statement(article: str, line: str) -> Statement:
    heading, text = (part.strip() for part in line.removeprefix("- ").split("|", 1))
    own = GLOSSARY.treatments_in(text)
    return Statement(article, heading, 0, text, own or GLOSSARY.treatments_in(heading), bool(own))


def contradictions(found: list[Statement]) -> list[Contradiction]:
    return [*contradictory_numbers(found), *contradictory_denials(found)]


def parts(name: str) -> dict[str, str]:
    text = (HERE / name).read_text(encoding="utf-8")
    return dict(part.split("\n", 1) for part in text.split("\n## ")[1:])


def pairs(part: str) -> list[tuple[int, bool]]:
    """The number of each pair, and whether a contradiction was found in it."""
    listed = re.findall(r"^(\d+)\n(- .+)\n(- .+)$", parts("contradictions.md")[part], re.MULTILINE)
    return [
        (int(number), bool(contradictions([statement("one", one), statement("other", other)])))
        for number, one, other in listed
    ]


def test_pairs_that_contradict_are_found() -> None:
    found = pairs("Contradictions")
    assert len(found) >= 50
    assert sum(hit for _, hit in found) >= 0.9 * len(found), [number for number, hit in found if not hit]


def test_pairs_that_do_not_contradict_are_left_alone() -> None:
    found = pairs("Clean pairs")
    assert len(found) >= 60
    assert sum(hit for _, hit in found) <= 0.1 * len(found), [number for number, hit in found if hit]


@cache
def seeded() -> dict[str, tuple[list[str], list[str]]]:
    """Of each part, its sentences and those that were found to contradict a shipped article."""
    shipped = [p for article in load_articles(CONTENT / "articles") for p in cut(article)]
    listed = {name: re.findall(r"^- .+$", text, re.MULTILINE) for name, text in parts("seeded_statements.md").items()}
    added = [statement(f"{SEEDED}{line}", line) for lines in listed.values() for line in lines]
    hit = {
        side.article.removeprefix(SEEDED)
        for pair in contradictions([*statements(shipped, GLOSSARY), *added])
        for side, against in ((pair.one, pair.other), (pair.other, pair.one))
        if side.article.startswith(SEEDED) and not against.article.startswith(SEEDED)
    }
    return {name: (lines, [line for line in lines if line in hit]) for name, lines in listed.items()}


def test_nine_of_ten_sentences_that_contradict_a_shipped_article_are_found() -> None:
    lines, hit = seeded()["Contradict"]
    assert len(lines) >= 50
    assert len(hit) >= 0.9 * len(lines), set(lines) - set(hit)


def test_sentences_that_contradict_no_shipped_article_are_left_alone() -> None:
    lines, hit = seeded()["Do not contradict"]
    assert len(lines) >= 50
    assert len(hit) <= 0.1 * len(lines), hit


def test_the_shipped_articles_contradict_each_other_nowhere() -> None:
    found = examine_passages(load_articles(CONTENT / "articles"), GLOSSARY)
    assert [each for each in found if each.check in {"numbers", "denials", "claims"}] == []


@pytest.mark.parametrize(
    ("sentence", "kind", "low", "high", "bound"),
    [
        ("Wait at least half an hour before it.", "time", 0.5, 0.5, "least"),
        ("Stop no later than four hours before it.", "time", 4, 4, "least"),
        ("It takes up to 90 minutes.", "time", 1.5, 1.5, "most"),
        ("There are six to eight sessions.", "count", 6, 8, "exact"),
        ("Come once a week or every 2 weeks.", "rate", 0.5, 1, "exact"),
        ("About one in five people felt it.", "share", 20, 20, "about"),
        ("It is not approved for anyone under 18.", "age", 18, 18, "least"),
        ("It costs $1,200.", "money", 1200, 1200, "exact"),
    ],
)
def test_numbers_are_read_with_unit_range_and_bound(
    sentence: str, kind: str, low: float, high: float, bound: str
) -> None:
    (only,) = quantities(sentence)
    assert (only.kind, round(only.low, 3), round(only.high, 3), only.bound) == (kind, low, high, bound)


def test_telephone_numbers_measure_nothing() -> None:
    assert quantities("Call or text 988, or call 617-555-0199.") == []


def test_one_sentence_against_many_is_one_thing_to_look_at() -> None:
    right = [statement(f"a{n}", f"- Food | Do not eat for at least 2 hours before Spravato{'!' * n}") for n in range(3)]
    wrong = statement("b", "- Food | Do not eat for at least 4 hours before Spravato.")
    assert [(odd, len(others)) for odd, others in gathered(contradictions([*right, wrong]))] == [(wrong, 3)]


def test_copies_and_sections_without_questions_are_found(tmp_path: Path) -> None:
    text = "Staff greet you at the door, show you to a quiet room, and ask how you slept and ate since then. "
    for name in ("one", "two"):
        body = f"---\nid: {name}\ntitle: {name}\n---\n## At the door\n\n{text}Then they bring a blanket and some tea.\n"
        (tmp_path / f"{name}.md").write_text(body, encoding="utf-8")
    articles = [load_article(tmp_path / "one.md"), load_article(tmp_path / "two.md")]
    found = examine_passages(articles, GLOSSARY.model_copy(update={"terms": ()}))
    assert [(each.check, each.where, each.line) for each in found] == [
        ("duplicate", "article one", 7),
        ("questions", "article one", 7),
        ("questions", "article two", 7),
    ]
