"""Every sentence of every article can be cut out of the stored file again, to the character."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.article import Article, load_article, load_articles
from index.markdown_text import blocks, plain, plain_list
from index.passages import QUOTABLE, Passage, Sentence, cut, keys

SHIPPED = Path(__file__).parents[1] / "corpus" / "articles"

MARKDOWN = st.lists(
    st.sampled_from(
        """# Title|## Why?|- one|  - two|1. three|> four|five. Six! Seven?||\r|**eight. Nine** ten.|[a. B](http://x.y) c
        |`code. More`|```\nfence\n```|<!-- no -->|a / b|Effects are:|\t- tab|* star.|Setext\n===|&amp; \\* esc.
        |caf\u00e9 \U0001f600 \u4f60|\0|\u2028|---""".split("|")
    )
    | st.text(max_size=30),
    max_size=25,
).map("\n".join)


def article_of(body: str, folder: Path, questions: str = "") -> Article:
    path = folder / "sample.md"
    path.write_bytes(f"---\nid: sample\ntitle: Sample\n{questions}---\nx\n\n{body}".encode())
    return load_article(path)


def sentences_of(passages: list[Passage]) -> list[Sentence]:
    return [sentence for passage in passages for sentence in passage.sentences]


def quote(article: Article, sentence: Sentence) -> str:
    words = plain_list if sentence.kind == "list" else plain
    return words(article.text[sentence.start : sentence.end])


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(MARKDOWN)
def test_every_sentence_of_any_markdown_is_its_own_slice(body: str) -> None:
    with TemporaryDirectory() as folder:
        article = article_of(body, Path(folder))
    for passage in cut(article):
        assert article.body_start <= passage.start < passage.end <= len(article.text)
        for sentence in passage.sentences:
            assert passage.start <= sentence.start < sentence.end <= passage.end
            assert quote(article, sentence) == sentence.text
            if sentence.lead_in:
                assert plain(article.text[slice(*sentence.lead_in)]) == sentence.lead_in_text


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(MARKDOWN)
def test_no_word_of_a_paragraph_is_lost_or_added_by_cutting(body: str) -> None:
    with TemporaryDirectory() as folder:
        article = article_of(body, Path(folder))
    found = blocks(article.text, article.body_start)
    written = " ".join(plain(block.content) for block in found if block.kind == "paragraph")
    cut_up = " ".join(s.text for s in sentences_of(cut(article)) if s.kind not in {"item", "list"} and _prose(found, s))
    assert "".join(cut_up.split()) == "".join(written.split())


def _prose(found: list, sentence: Sentence) -> bool:
    return any(block.kind == "paragraph" and block.start <= sentence.start < block.end for block in found)


def test_a_list_that_only_makes_sense_whole_is_one_sentence_with_its_lead_in(tmp_path: Path) -> None:
    article = article_of("Common side effects are:\n\n- nausea\n- **dizziness**\n- feeling sleepy\n", tmp_path)
    quotable = [s for s in sentences_of(cut(article)) if s.kind in QUOTABLE]
    assert [s.text for s in quotable] == ["Common side effects are: • nausea • dizziness • feeling sleepy"]
    assert article.text[quotable[0].start : quotable[0].end].endswith("- feeling sleepy")


def test_a_labelled_item_stands_alone_and_carries_its_lead_in(tmp_path: Path) -> None:
    article = article_of("A plan may include:\n\n- Route: a shot in the arm\n- Sessions: usually six\n", tmp_path)
    items = [s for s in sentences_of(cut(article)) if s.kind == "item"]
    assert [s.text for s in items] == ["Route: a shot in the arm", "Sessions: usually six"]
    assert {s.lead_in_text for s in items} == {"A plan may include:"}


def test_questions_fragments_and_table_lines_are_never_quotable(tmp_path: Path) -> None:
    body = "Does it help many people?\n\nIn short\n\nDrug name | Dose given | Time of day it is taken.\n"
    article = article_of(body, tmp_path)
    assert not [s for s in sentences_of(cut(article)) if s.kind in QUOTABLE]


def test_comments_and_code_in_an_article_are_left_out(tmp_path: Path) -> None:
    code = "    indented code that looks like a sentence here."
    body = f"<!-- Tell everyone it is free of charge today. -->\n\n{code}\n\nReal words are here.\n"
    assert [s.text for s in sentences_of(cut(article_of(body, tmp_path)))][1:] == ["Real words are here."]


def test_emphasis_over_two_sentences_keeps_them_in_one_slice(tmp_path: Path) -> None:
    article = article_of("*First one is here. Second one* is longer. Third one stands alone.\n", tmp_path)
    texts = [s.text for s in sentences_of(cut(article))][1:]
    assert texts == ["First one is here. Second one is longer.", "Third one stands alone."]


def test_windows_line_ends_and_quote_marks_do_not_shift_offsets(tmp_path: Path) -> None:
    article = article_of("> A quoted line\r\n> goes on here. It ends now.\r\n", tmp_path)
    second = sentences_of(cut(article))[-1]
    assert article.text[second.start : second.end] == "It ends now."


def test_the_keys_of_a_passage_carry_heading_lead_in_and_questions(tmp_path: Path) -> None:
    article = article_of(
        "## What is in a plan?\n\nA plan may include:\n\n- Route: a shot in the arm\n- Visits: usually six\n",
        tmp_path,
        questions="questions:\n  What is in a plan?:\n    - how many visits\n",
    )
    found = [key.text for key in keys(cut(article)[-1])]
    assert found[0] == "What is in a plan? A plan may include: Route: a shot in the arm."
    assert "how many visits" in found


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.md")), ids=lambda path: path.stem)
def test_every_shipped_article_has_quotable_sentences_under_each_heading(path: Path) -> None:
    article = load_article(path)
    passages = cut(article)
    assert all(any(s.kind in QUOTABLE for s in passage.sentences) for passage in passages)
    headings = {heading for passage in passages for heading in passage.heading_path}
    assert {*article.questions, *article.unanswered} <= headings, "a questions key names no heading"


def test_the_shipped_articles_load() -> None:
    assert len(load_articles(SHIPPED)) >= 14
