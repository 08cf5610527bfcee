"""An article that cannot be used says which file, which field, and what to do."""

from datetime import date
from pathlib import Path

import pytest

from corpus.article import load_article, load_articles
from corpus.front_matter import ContentError

GOOD = """---
id: sample
title: "A title: with a colon"
summary: One line.
topics: [ketamine, dose]
url: https://example.org/sample
sources:
  - name: A label
    date: 2025-01-21
  - A plain name
written_on: 2026-01-02
reviewed_by: null
review_due: 2026-07-02
questions:
  What is it?: [what is it, tell me]
---
## What is it?

Words.
"""


def written(tmp_path: Path, text: str, name: str = "sample.md") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode())
    return path


def test_an_article_is_loaded_with_its_fields_and_its_exact_text(tmp_path: Path) -> None:
    article = load_article(written(tmp_path, GOOD))
    assert (article.id, article.title, article.topics) == ("sample", "A title: with a colon", ("ketamine", "dose"))
    sources = [(source.name, source.date) for source in article.sources]
    assert sources == [("A label", "2025-01-21"), ("A plain name", None)]
    assert article.written_on == date(2026, 1, 2)
    assert article.reviewed_by is None
    assert article.text[article.body_start :].startswith("## What is it?")
    assert article.questions == {"What is it?": ("what is it", "tell me")}


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_the_body_starts_after_the_front_matter_whatever_the_line_ends(tmp_path: Path, line_end: str) -> None:
    article = load_article(written(tmp_path, GOOD.replace("\n", line_end)))
    assert article.text[article.body_start :].startswith(f"## What is it?{line_end}")


def test_a_byte_order_mark_counts_as_a_character(tmp_path: Path) -> None:
    plain, marked = load_article(written(tmp_path, GOOD)), load_article(written(tmp_path, "\ufeff" + GOOD))
    assert marked.body_start == plain.body_start + 1


@pytest.mark.parametrize(
    ("change", "field", "remedy"),
    [
        (("title: ", "titel: "), "title", "Add a line"),
        (("topics:", "topic:"), "topic", "spelling"),
        (("id: sample", "id: Sample One"), "id", "lower-case"),
        (("id: sample", "id: other"), "id", "Name the file"),
        (("https://example.org/sample", "example.org"), "url", "https://"),
        (("2026-01-02", "someday"), "written_on", "a date like"),
        (("topics: [ketamine, dose]", "topics: ketamine"), "topics", "a list"),
        (("  - A plain name", "  - date: 2020"), "sources", "name:"),
        (("[what is it, tell me]", "what is it"), "questions", "line each"),
        (("summary: One line.", "summary: [unclosed"), "front matter", "Quote values"),
        (("---\nid", "id"), "front matter", "between two lines"),
        (("## What is it?\n\nWords.", "   "), "body", "Write the article"),
    ],
)
def test_an_error_names_the_file_the_field_and_the_remedy(
    tmp_path: Path, change: tuple[str, str], field: str, remedy: str
) -> None:
    path = written(tmp_path, GOOD.replace(*change))
    with pytest.raises(ContentError) as raised:
        load_article(path)
    assert raised.value.field == field
    assert str(path) in str(raised.value)
    assert remedy in str(raised.value)


def test_a_file_that_is_not_utf8_says_so(tmp_path: Path) -> None:
    path = tmp_path / "sample.md"
    path.write_bytes(GOOD.encode().replace(b"Words", b"W\xf6rter"))
    with pytest.raises(ContentError, match="Save the file as UTF-8"):
        load_article(path)


def test_a_folder_without_articles_says_how_to_get_some(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="chatbot import"):
        load_articles(tmp_path)
    with pytest.raises(ContentError, match="CHATBOT_ARTICLES"):
        load_articles(tmp_path / "missing")


def test_articles_come_in_order_of_id(tmp_path: Path) -> None:
    for name in ("b", "a"):
        written(tmp_path, GOOD.replace("id: sample", f"id: {name}"), f"{name}.md")
    assert [article.id for article in load_articles(tmp_path)] == ["a", "b"]
