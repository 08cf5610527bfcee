import html
import io
import re
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from corpus.article import Article, load_article, load_articles
from corpus.blocks import Block, write_markdown
from corpus.importing import MAX_SIZE, Imported, import_files
from corpus.structuring import is_title, join_pages

CLINIC_ARTICLE = Path(__file__).parents[1] / "../shared/articles/what-is-ketamine-therapy.txt"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def import_one(folder: Path, name: str, content: str | bytes) -> Article:
    """Import one file that must succeed, and load the article as the index would."""
    (result,) = outcome(folder, name, content)
    assert result.problem == ""
    assert result.article is not None
    return load_article(result.article)


def outcome(folder: Path, name: str, content: str | bytes) -> list[Imported]:
    (folder / "in").mkdir(exist_ok=True)
    source = folder / "in" / name
    source.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(import_files([source], folder / "out"))


def problem(folder: Path, name: str, content: str | bytes) -> str:
    """Import one file that must fail without leaving anything behind, and return what is said about it."""
    (result,) = outcome(folder, name, content)
    assert result.article is None
    assert not (folder / "out").exists() or not list((folder / "out").iterdir())
    return result.problem


def body(article: Article) -> str:
    return article.text[article.body_start :].strip("\n")


def imported(folder: Path, name: str, content: str | bytes) -> str:
    return body(import_one(folder, name, content))


def imported_text(folder: Path, text: str) -> str:
    return imported(folder, "page.txt", text)


def shown(markdown: str) -> str:
    """The words a reader sees."""
    return html.unescape(re.sub(r"<[^>]+>", " ", MarkdownIt("commonmark").render(markdown)))


def in_order(words: Iterable[str], text: str) -> bool:
    place = 0
    for word in words:
        place = text.find(word, place)
        if place < 0:
            return False
        place += len(word)
    return True


# --- plain text ---

PASTED = """Getting Ready for a First Visit\u00a0

A first visit can feel like a lot. This page says what to bring — and what you can leave.\u00a0 It takes five minutes.

What Should I Bring?

Bring what tells us about your health. That may include:

  • Your medicines: a list with the amounts
  • A card from your plan
  • The name of someone who can drive you home.

So, what happens on the day? In short, there are two parts:

1. Talking With a Clinician (TWC)

You talk about “what matters” to you. Nobody hurries you.

You can stop at any time.

2. A Quiet Rest

You sit in a quiet room.\u200b Staff look in often

How Rest Helps in Practice

Rest gives the medicine time to settle."""


def test_a_pasted_web_page_gets_its_title_headings_sub_headings_and_list_back(tmp_path: Path) -> None:
    article = import_one(tmp_path, "getting-ready.txt", PASTED)
    assert article.title == "Getting Ready for a First Visit"
    assert body(article) == (
        "A first visit can feel like a lot. This page says what to bring — and what you can leave. It takes"
        " five minutes.\n\n"
        "## What Should I Bring?\n\n"
        "Bring what tells us about your health. That may include:\n\n"
        "- Your medicines: a list with the amounts\n"
        "- A card from your plan\n"
        "- The name of someone who can drive you home.\n\n"
        "So, what happens on the day? In short, there are two parts:\n\n"
        "### 1. Talking With a Clinician (TWC)\n\n"
        "You talk about “what matters” to you. Nobody hurries you.\n\n"
        "You can stop at any time.\n\n"
        "### 2. A Quiet Rest\n\n"
        "You sit in a quiet room. Staff look in often\n\n"
        "## How Rest Helps in Practice\n\n"
        "Rest gives the medicine time to settle."
    )


def test_the_front_matter_says_where_the_text_came_from_and_that_nobody_reviewed_it(tmp_path: Path) -> None:
    article = import_one(tmp_path, "Visit: what's *new*?.txt", PASTED)
    assert article.id == "visit-what-s-new"
    assert [source.name for source in article.sources] == ["Visit: what's *new*?.txt"]
    assert (article.written_on, article.reviewed_by, article.reviewed_on, article.review_due) == (None,) * 4
    assert (article.summary, article.topics, article.language, article.url) == ("", (), "en", None)


@pytest.mark.parametrize("line_end", ["\r\n", "\r", "\n\n\n", "\u2028"])
def test_line_ends_of_other_systems_make_no_difference(tmp_path: Path, line_end: str) -> None:
    expected = imported_text(tmp_path, PASTED)
    shutil.rmtree(tmp_path / "out")
    assert imported_text(tmp_path, PASTED.replace("\n", line_end)) == expected


def test_lines_without_blank_lines_between_them_are_told_apart_by_what_they_say(tmp_path: Path) -> None:
    expected = imported_text(tmp_path, PASTED)
    shutil.rmtree(tmp_path / "out")
    assert imported_text(tmp_path, re.sub(r"\n+", "\n", PASTED)) == expected


def test_paragraphs_broken_at_a_line_width_are_joined_also_inside_list_items(tmp_path: Path) -> None:
    text = (
        "Rest\n\nRest is a part of the treatment, and it takes about two hours. A\nmember of the staff looks in on you"
        " now and then - every half hour or\nso - and takes your blood pressure. Tell the staff about a long-\nlasting"
        " headache.\n\n- Do not drive home yourself after a treatment, also if you feel well\n  and have driven before."
        "\n- Sleep first.\n"
    )
    assert imported_text(tmp_path, text) == (
        "Rest is a part of the treatment, and it takes about two hours. A member of the staff looks in on you now and"
        " then - every half hour or so - and takes your blood pressure. Tell the staff about a long-lasting headache."
        "\n\n- Do not drive home yourself after a treatment, also if you feel well and have driven before.\n"
        "- Sleep first."
    )


@pytest.mark.parametrize("mark", ["• ", "- ", "* ", "– ", "·\t", "▪", "  o  ", "o\t", "•\n"])
def test_bullets_of_all_kinds_become_one_kind(tmp_path: Path, mark: str) -> None:
    text = f"It can cause:\n\n{mark}nausea\n{mark}dizziness\n\nTell us."
    assert imported_text(tmp_path, text) == "It can cause:\n\n- nausea\n- dizziness\n\nTell us."


def test_indented_lists_stay_inside_the_item_above(tmp_path: Path) -> None:
    text = "Bring this.\n\n1. Cards\n   - one\n   - two\n2. A friend\n\n• Food\n\to no eggs\n• Water"
    expected = "Bring this.\n\n1. Cards\n   - one\n   - two\n2. A friend\n- Food\n  - no eggs\n- Water"
    assert imported_text(tmp_path, text) == expected


def test_numbers_in_a_row_and_numbered_sentences_are_a_list_and_keep_their_numbers(tmp_path: Path) -> None:
    text = "Steps come first.\n\n1. Eat Well\n2. Sleep Well\n\nThen wait.\n\n3. Come to the clinic by car.\n\n7. Rest."
    written = imported_text(tmp_path, text)
    assert "#" not in written
    assert re.findall(r'<ol start="(\d+)">|<li>(\w+)', MarkdownIt().render(written)) == [
        ("", "Eat"),
        ("", "Sleep"),
        ("3", ""),
        ("", "Come"),
        ("7", ""),
        ("", "Rest"),
    ]


def test_a_dash_or_number_moved_to_a_line_start_by_line_breaking_is_no_list(tmp_path: Path) -> None:
    text = (
        "The treatment takes place in our rooms, and you should plan to stay here\n"
        "with us for all of it, which comes to an average of about\n"
        "2. 5 hours is what we plan for it in all, with the time for rest in it\n"
        "- so please plan to be with us for most of a morning or an afternoon,\n"
        "and bring something to read.\n"
    )
    assert imported_text(tmp_path, text) == " ".join(text.split())


def test_short_lines_in_a_row_after_a_colon_are_a_list_whose_marks_were_lost(tmp_path: Path) -> None:
    lines = ["Effects", "They include:", "Nausea", "Dizziness", "High blood pressure", "What Helps?", "Rest helps."]
    text = "\n\n".join(lines)
    assert imported_text(tmp_path, text) == (
        "They include:\n\n- Nausea\n- Dizziness\n- High blood pressure\n\n## What Helps?\n\nRest helps."
    )


def test_a_date_or_author_below_the_title_is_no_heading(tmp_path: Path) -> None:
    text = "About Rest\n\nBy Jane Roe\n\nMarch 3, 2026\n\nRest helps.\n\nWhy It Helps\n\nNobody knows."
    expected = "By Jane Roe\n\nMarch 3, 2026\n\nRest helps.\n\n## Why It Helps\n\nNobody knows."
    assert imported_text(tmp_path, text) == expected


def test_a_line_drawn_under_a_title_marks_it(tmp_path: Path) -> None:
    article = import_one(tmp_path, "a.txt", "About Rest\n==========\nRest helps.\nWhy?\n----\nNobody knows.")
    assert (article.title, body(article)) == ("About Rest", "Rest helps.\n\n## Why?\n\nNobody knows.")


@pytest.mark.parametrize(
    "text", ["What to bring", "Is it safe?", "1.2 Side Effects", "¿Qué es la ketamina?", "“Off Label” Use of Medicines"]
)
def test_a_short_line_reads_as_a_heading(text: str) -> None:
    assert is_title(text)


@pytest.mark.parametrize(
    "text",
    [
        "Rest helps.",
        "It can cause:",
        "Welcome!",
        "one, two,",
        "and then rest",
        "Call 617-555-0100",
        "www.example.org",
        "28",
        "Write to front@example.org",
        "Rest helps. So does sleep",
        "This is a sentence whose full stop was lost here",
    ],
)
def test_a_sentence_a_fragment_or_an_address_does_not(text: str) -> None:
    assert not is_title(text)


def test_a_text_without_a_title_is_named_after_its_file(tmp_path: Path) -> None:
    article = import_one(tmp_path, "rest_and-sleep.txt", "Rest helps.\n\nSleep helps too.")
    assert (article.title, body(article)) == ("Rest and sleep", "Rest helps.\n\nSleep helps too.")


@pytest.mark.parametrize(
    "line",
    [
        "# not a heading here.",
        "* * *",
        "---",
        "> is more than",
        "<b>tag</b> and <br>",
        "`code` here",
        "1986) was",
        "*stars* and _lines_",
        "[x](https://example.org)",
        "[x]: https://example.org",
        "a &amp; b",
        "\\* c",
        "~~~",
        "<!-- x",
        "![x](y)",
        "<https://example.org>",
        "## Section #",
        "**bold**",
    ],
)
def test_text_that_would_be_markdown_is_escaped_and_so_shown_as_it_stands(tmp_path: Path, line: str) -> None:
    written = imported_text(tmp_path, f"Rest helps.\n\n{line}\n\nSleep helps.")
    assert "\\" in written.split("\n\n")[1]
    tokens = MarkdownIt("commonmark").parse(written)
    words = [child.content for child in tokens[4].children or []]
    assert (len(tokens), tokens[3].type, "".join(words)) == (9, "paragraph_open", line)


@pytest.mark.parametrize(
    "line",
    [
        "5 * 3 * 2 = 30",
        "snake_case and a_b_c",
        "a < b & c > d",
        "#hashtag",
        "28 mg (84 mg)",
        "[1] and \\ and 3.5",
        "*Not paid.",
        "===",
        "1986 was",
        "3.5 mg",
        "The R&D; AT&T.",
    ],
)
def test_text_that_is_no_markdown_is_not_escaped(tmp_path: Path, line: str) -> None:
    assert imported_text(tmp_path, f"Rest helps.\n\n{line}\n\nSleep helps.").split("\n\n")[1] == line


SIGNS = st.text(alphabet="ab C1é.:?!*_[]()<>#&;`~|=-+\\/\"'•—", min_size=1, max_size=40).map(
    lambda t: " ".join(t.split())
)
BLOCKS = st.builds(
    Block,
    st.sampled_from(["heading", "paragraph", "item"]),
    SIGNS.filter(bool),
    st.just(2),
    st.sampled_from(["-", "3.", "4."]),
)


@given(st.lists(BLOCKS, min_size=1, max_size=4))
def test_markdown_shows_exactly_the_blocks_it_was_written_from(blocks: list[Block]) -> None:
    blocks = [Block(b.kind, b.text, 2 if b.kind == "heading" else 0, b.mark) for b in blocks]
    tokens = MarkdownIt("commonmark").parse(write_markdown(blocks))
    read = []
    for before, token in pairwise(tokens):
        if token.type == "inline":
            kind = "heading" if before.type == "heading_open" else "item" if token.level > 1 else "paragraph"
            read.append((kind, "".join(child.content for child in token.children or [])))
    assert read == [(block.kind, block.text) for block in blocks]


@given(st.lists(st.integers(min_value=1, max_value=4), min_size=1, max_size=6))
def test_markdown_shows_a_lists_own_numbers(numbers: list[int]) -> None:
    rendered = MarkdownIt().render(write_markdown([Block("item", "x", mark=f"{number}.") for number in numbers]))
    counted: list[int] = []
    following = 1
    for tag in re.findall(r"<ol[^>]*>|<li>", rendered):
        if tag.startswith("<ol"):
            following = int((re.search(r"\d+", tag) or [1])[0])
        else:
            counted.append(following)
            following += 1
    assert counted == numbers


WORDS = st.text(alphabet="abcdefgXYZé1234567890.:?!,;*_[]()<>#&`~=-+\\\u2022'\"", min_size=1, max_size=9)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(WORDS, st.sampled_from([" ", " ", " ", "\n", "\n\n", "\n  ", "\t"])), min_size=1, max_size=60)
)
@example([("What", " "), ("A", "\n\n"), ("b", "\n")])
def test_every_word_of_a_text_is_in_its_article_in_order(pieces: list[tuple[str, str]]) -> None:
    text = "".join(word + gap for word, gap in pieces)
    words = re.findall(r"[a-zA-Zé]+", text)
    with tempfile.TemporaryDirectory() as folder:
        (result,) = outcome(Path(folder), "it.txt", text)
        if result.article is None:
            # Its first line is the title.
            assert not re.search(r"\w", text.strip().partition("\n")[2]), result.problem
            return
        article = load_article(result.article)
        title = article.title if article.title != "It" else ""
        assert re.findall(r"[a-zA-Zé]+", title + " " + shown(body(article))) == words


@pytest.mark.skipif(not CLINIC_ARTICLE.exists(), reason="the clinic's raw article lies beside the project, not in it")
def test_the_clinics_own_article_comes_out_whole_and_in_its_true_structure(tmp_path: Path) -> None:
    (result,) = import_files([CLINIC_ARTICLE], tmp_path)
    assert result.article is not None, result.problem
    article = load_article(result.article)
    source = CLINIC_ARTICLE.read_text(encoding="utf-8").split("\n", 1)[1]
    assert article.title == "What Is Ketamine Therapy?"
    assert in_order(source.replace("•", " ").split(), article.text[article.body_start :])
    assert re.findall(r"^#.*", article.text, re.MULTILINE) == [
        "## What is Off-Label Ketamine?",
        "## Ketamine Therapy Origins and Mechanism of Action",
        "## What is Ketamine Therapy Used For?",
        "### 1. Treatment-Resistant Depression (TRD)",
        "### 2. Anxiety and PTSD",
        "### 3. Bipolar Depression",
        "## Outside of Managing Symptoms, What Is Ketamine Therapy Good For?",
        "### 1. Catalyzing Psychological Change",
        "### 2. Supporting Integration",
        "### 3. Restoring Hope",
        "## How Ketamine Therapy Works in Practice",
        "## So How Can You Start Ketamine Therapy at Lumin Health?",
    ]
    assert len(re.findall(r"^- ", article.text[article.body_start :], re.MULTILINE)) == 4
    assert "\\" not in article.text


# --- Markdown ---


def test_markdown_gets_front_matter_and_sections_from_level_two(tmp_path: Path) -> None:
    text = "# About *Rest*\n\nIt helps.\n\nWhy\n===\n\n```\n# no heading\n```\n\n## How #\n\nNobody *knows*.\n"
    article = import_one(tmp_path, "About Rest.md", text)
    assert (article.id, article.title) == ("about-rest", "About Rest")
    assert body(article) == ("It helps.\n\n## Why\n\n\n```\n# no heading\n```\n\n### How\n\nNobody *knows*.")


def test_markdown_without_a_title_keeps_all_its_headings(tmp_path: Path) -> None:
    article = import_one(tmp_path, "rest.md", "It helps.\r\n\r\n### Why\r\n\r\nNobody knows.")
    assert (article.title, body(article)) == ("Rest", "It helps.\n\n## Why\n\nNobody knows.")


ARTICLE = "---\r\nid: rest\r\ntitle: Rest\r\nreviewed_by: Dr. Roe\r\n---\r\n# Odd  \r\n\r\nIt *helps*.\r\n"


def test_a_file_that_is_an_article_already_is_kept_to_the_byte(tmp_path: Path) -> None:
    article = import_one(tmp_path, "Rest.md", ARTICLE)
    assert article.path.read_bytes() == ARTICLE.encode()


def test_an_articles_id_must_be_its_name(tmp_path: Path) -> None:
    said = problem(tmp_path, "sleep.md", ARTICLE)
    assert (
        said
        == "its front matter says id 'rest', but its name makes it 'sleep'. Change one of the two, and import it again."
    )


def test_an_article_that_does_not_load_is_refused_with_field_and_remedy(tmp_path: Path) -> None:
    said = problem(tmp_path, "rest.md", ARTICLE.replace("reviewed_by", "reviewd_by"))
    assert said == "reviewd_by: unknown field. Check its spelling, or remove the line."


def test_front_matter_of_another_system_gives_what_is_known_but_never_a_review(tmp_path: Path) -> None:
    fields = "title: 'Rest: why'\nlayout: post\nurl: https://example.org/rest\nreviewed_by: Web\n"
    text = f"---\n{fields}---\n# Rest\n\nIt helps.\n"
    article = import_one(tmp_path, "rest.md", text)
    assert (article.title, article.url, article.reviewed_by) == ("Rest: why", "https://example.org/rest", None)
    assert body(article) == "## Rest\n\nIt helps."


# --- HTML ---

PAGE = """<!DOCTYPE html><html lang="es-MX"><head><meta charset="utf-8"><title>About Rest | Harbor</title>
<link rel="canonical" href="https://harbor.example/rest"><script>var text = "<p>script</p>";</script></head><body>
<div id="cookie-banner"><p>We use cookies to improve your visit of this website.</p><button>Accept</button></div>
<header><nav><ul><li><a href="/">Home</a></li><li><a href="/about">About us</a></li></ul></nav></header>
<main><h1>About Rest</h1>
<ul class="toc"><li><a href="#why">Why it helps</a></li><li><a href="#how">How to rest</a></li></ul>
<p>Rest is a <b>large</b> part of the treatment, and you
can <em>read</em> more about it <a href="/more">here</a>. Take 10<sup>2</sup>
breaths.<sup><a href="#fn1">1</a></sup></p>
<div class="accordion"><h2><button aria-expanded="false">Why does it help?</button></h2>
<div style="display:none"><div>It helps the body. Bring this:</div>
<ul><li>A pillow<ul><li>a <strong>soft </strong>one</li></ul></li>
<li><p>Socks.</p><p>Warm ones.</p></li></ul></div></div>
<details><summary>How long is it?</summary><p>About two hours.<br>Never less.</p></details>
<aside><p>Tell your clinician if you cannot lie down.</p></aside>
<h2>Effects</h2>
<table><tr><th>Effect</th><th>How often</th><th>What to do</th></tr>
<tr><td rowspan="2">Yawning</td><td>Common.</td><td>Nothing</td></tr>
<tr><td>Long</td><td>Tell us.</td></tr><tr><td colspan="3">All of it passes.</td></tr></table>
<table><tr><td>Spray</td><td>two hours</td></tr><tr><td>Shot</td><td>one hour</td></tr></table>
<ul><li><a href="tel:988">988 Lifeline</a></li><li><a href="https://example.org">Example Helpline</a></li></ul>
<dl><dt>Dose</dt><dd>How much you get.</dd><dt>Is it safe?</dt><dd>Staff watch you.</dd></dl>
<ol start="3"><li>Lie down.</li><li>Close your eyes.</li></ol>
<div class="share-links share"><a href="https://a.example">Share this</a>
<a href="https://b.example">Post this</a></div>
</main><footer><p>© 2026 Harbor. All rights reserved.</p></footer></body></html>"""


def test_a_web_page_keeps_all_of_its_main_part_and_nothing_around_it(tmp_path: Path) -> None:
    article = import_one(tmp_path, "rest.html", PAGE)
    assert (article.title, article.url, article.language) == ("About Rest", "https://harbor.example/rest", "es")
    assert body(article) == (
        "Rest is a **large** part of the treatment, and you can read more about it here. Take 10² breaths.\n\n"
        "## Why does it help?\n\n"
        "It helps the body. Bring this:\n\n"
        "- A pillow\n  - a **soft** one\n- Socks. Warm ones.\n\n"
        "### How long is it?\n\n"
        "About two hours.\n\nNever less.\n\n"
        "Tell your clinician if you cannot lie down.\n\n"
        "## Effects\n\n"
        "- Effect: Yawning; How often: Common; What to do: Nothing\n"
        "- Effect: Yawning; How often: Long; What to do: Tell us.\n"
        "- All of it passes.\n"
        "- Spray: two hours\n- Shot: one hour\n"
        "- 988 Lifeline\n- Example Helpline\n"
        "- Dose: How much you get.\n\n"
        "### Is it safe?\n\n"
        "Staff watch you.\n\n"
        "3. Lie down.\n4. Close your eyes."
    )


def test_a_page_without_a_main_part_is_cut_to_its_text(tmp_path: Path) -> None:
    page = (
        "<html><head><title>Sleep</title></head><body><p><a href='/'>Home</a></p><p>Rest helps most people after a"
        " treatment, and so it should take two hours at least.</p><p><b>How to Rest</b></p><p>Lie down in a quiet room,"
        " close your eyes, and let the staff look in on you from time to time.</p><p>© Harbor</p></body></html>"
    )
    written = imported(tmp_path, "sleep.htm", page)
    assert written.startswith("Rest helps most people") and "Home" not in written
    assert "\n\n## How to Rest\n\nLie down" in written


def test_a_page_in_an_older_encoding_is_read_as_it_says(tmp_path: Path) -> None:
    head, text = "<head><meta charset='iso-8859-1'></head>", "You can have a café “au lait” after your rest here."
    page = f"<html>{head}<body><main><h1>Café</h1><p>{text}</p></main></body></html>"
    assert imported(tmp_path, "a.html", page.encode("cp1252")) == text


@pytest.mark.parametrize(
    "page",
    [
        "<html><body><nav><a href='/'>Home</a> <a href='/a'>About us</a></nav><div id=root></div></body></html>",
        "<html><body><div class=menu><a href=/>Home</a> <a href=/a>About us</a> <a href=/b>Book a visit</a>"
        " <a href=/c>Contact and directions</a></div></body></html>",
        "no page at all",
        "<",
    ],
)
def test_a_page_without_main_text_is_refused(tmp_path: Path, page: str) -> None:
    assert problem(tmp_path, "a.html", page).startswith(
        "no main text was found in the page. Open it in a browser, copy"
    )


# --- Word ---


def word_file(paragraphs: Sequence[str]) -> bytes:
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{name.title().replace(" ", "")}"><w:name w:val="{name}"/></w:style>'
        for name in ("Title", "heading 1", "heading 2")
    )
    levels = [f'<w:lvl w:ilvl="{level}"><w:numFmt w:val="bullet"/></w:lvl>' for level in (0, 1)]
    numbering = (
        f'<w:abstractNum w:abstractNumId="1">{"".join(levels)}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>'
    )
    document = f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="word/document.xml"/>'
    parts = {
        "_rels/.rels": f'<Relationships xmlns="{RELATIONS}">{document}</Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{W}"><w:body>{"".join(paragraphs)}</w:body></w:document>',
        "word/styles.xml": f'<w:styles xmlns:w="{W}">{styles}</w:styles>',
        "word/numbering.xml": f'<w:numbering xmlns:w="{W}">{numbering}</w:numbering>',
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, xml in parts.items():
            file.writestr(name, xml)
    return packed.getvalue()


def paragraph(text: str, style: str = "", depth: int | None = None) -> str:
    """A Word paragraph; words between ** are bold."""
    number = "" if depth is None else f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="1"/></w:numPr>'
    runs = "".join(
        f'<w:r><w:rPr>{"<w:b/>" * (i % 2)}</w:rPr><w:t xml:space="preserve">{html.escape(run)}</w:t></w:r>'
        for i, run in enumerate(text.split("**"))
    )
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{number}</w:pPr>{runs}</w:p>'


def word_table(rows: Sequence[Sequence[str]]) -> str:
    cells = ["".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) for row in rows]
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


def test_a_word_file_keeps_headings_lists_bold_and_tables(tmp_path: Path) -> None:
    content = word_file(
        [
            paragraph("About <Rest>", "Title"),
            paragraph("It **really** helps, a*b*c."),
            paragraph("What to Bring", "Heading1"),
            paragraph("A pillow", depth=0),
            paragraph("a soft one", depth=1),
            paragraph("Socks", depth=0),
            paragraph("Which Ones?", "Heading2"),
            paragraph("Warm ones."),
            word_table([["**Effect**", "**How often**"], ["Yawning", "Common."], ["Sleep", "Rare."]]),
            word_table([["x", "y", "z"]]),
        ]
    )
    article = import_one(tmp_path, "rest.docx", content)
    assert article.title == "About <Rest>"
    assert body(article) == (
        "It **really** helps, a\\*b\\*c.\n\n## What to Bring\n\n- A pillow\n  - a soft one\n- Socks\n\n"
        "### Which Ones?\n\nWarm ones.\n\n"
        "- Effect: Yawning; How often: Common.\n- Effect: Sleep; How often: Rare.\n- x; y; z"
    )


@pytest.mark.parametrize("mark", ["", "**"])
def test_a_word_file_without_styles_is_read_like_plain_text(tmp_path: Path, mark: str) -> None:
    lines = [f"{mark}About Rest{mark}", "It helps.", f"{mark}Why It Helps{mark}", "Nobody knows.", "• yet", "• so far"]
    article = import_one(tmp_path, "it.docx", word_file([paragraph(line) for line in lines]))
    assert body(article).endswith("It helps.\n\n## Why It Helps\n\nNobody knows.\n\n- yet\n- so far")
    assert article.title == "About Rest"


# --- PDF ---


def pdf_file(pages: Sequence[Sequence[str]]) -> bytes:
    kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(len(pages)))
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for i, lines in enumerate(pages):
        shown = " ".join(f"({re.sub(r'([()])', chr(92) + r'1', line)}) Tj T*" for line in lines)
        drawn = f"BT /F1 12 Tf 14 TL 72 720 Td {shown} ET".encode("cp1252")
        font = "/Resources << /Font << /F1 3 0 R >> >>"
        box = "/MediaBox [0 0 612 792]"
        parts.append(f"<< /Type /Page /Parent 2 0 R {box} /Contents {5 + 2 * i} 0 R {font} >>".encode())
        parts.append(b"<< /Length %d >>\nstream\n%b\nendstream" % (len(drawn), drawn))
    content, offsets = b"%PDF-1.4\n", []
    for i, part in enumerate(parts, 1):
        offsets.append(len(content))
        content += b"%d 0 obj\n%b\nendobj\n" % (i, part)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    end = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, len(content))
    return content + b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1) + table + end


PDF_PAGES = [
    [
        "Harbor Leaflets",
        "About Rest",
        "Rest is a part of the treatment, and it takes about two hours in our com-",
        "fortable rooms. Members of the staff look in on you all the time, and they know",
        "1. What to Bring",
        "Please bring these things with you to the visit, as we do not have them here:",
        "• A pillow (soft)",
        "• Warm socks, and a blanket of your own if you like to have one at hand in the",
        "cold months",
        "12 March 2026",
        "Page 1 of 2",
    ],
    [
        "Harbor Leaflets",
        "How Long Is It?",
        "It takes about two hours, as a rule. Some people need more time than that.",
        "12 March 2026",
        "Page 2 of 2",
    ],
]


def test_a_pdf_is_read_as_text_without_what_stands_on_every_page(tmp_path: Path) -> None:
    article = import_one(tmp_path, "rest.pdf", pdf_file(PDF_PAGES))
    assert article.title == "About Rest"
    assert body(article) == (
        "Rest is a part of the treatment, and it takes about two hours in our comfortable rooms. Members of the staff"
        " look in on you all the time, and they know\n\n"
        "## 1. What to Bring\n\n"
        "Please bring these things with you to the visit, as we do not have them here:\n\n"
        "- A pillow (soft)\n"
        "- Warm socks, and a blanket of your own if you like to have one at hand in the cold months\n\n"
        "## How Long Is It?\n\n"
        "It takes about two hours, as a rule. Some people need more time than that."
    )


def test_a_word_broken_at_a_lines_end_loses_its_hyphen_only_where_it_has_none_of_its_own() -> None:
    pages = ["an imme-\ndiate long-\nterm Anti-\nAnxiety plan", "for the long-term, short-\nand else"]
    assert (
        join_pages(pages).replace("\n", " ")
        == "an immediate long-term Anti-Anxiety plan for the long-term, short- and else"
    )


def test_a_pdf_protected_by_a_password_is_refused_unless_it_opens_without(tmp_path: Path) -> None:
    import pypdf

    def encrypted(password: str) -> bytes:
        writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf_file(PDF_PAGES)))
        writer.encrypt(password, "owner", algorithm="RC4-128")
        written = io.BytesIO()
        writer.write(written)
        return written.getvalue()

    assert (
        problem(tmp_path, "a.pdf", encrypted("secret"))
        == "it is protected by a password. Save a copy without one, and import that."
    )
    assert import_one(tmp_path, "b.pdf", encrypted("")).title == "About Rest"


# --- files and folders ---


def test_one_bad_file_does_not_stop_the_others(tmp_path: Path) -> None:
    source = tmp_path / "in"
    (source / "sub" / ".hidden").mkdir(parents=True)
    (source / "a.TXT").write_text("Rest\n\nIt helps.")
    (source / "b.docx").write_bytes(b"PK\x03\x04 and no more")
    (source / "c.pdf").write_bytes(b"%PDF-1.4 and no more")
    (source / "d.txt").write_bytes(b"caf\xe9")
    (source / "e.pdf").write_bytes(pdf_file([[], []]))
    (source / "f.txt").touch()
    with (source / "g.txt").open("wb") as file:
        file.truncate(50 * 1024**2)
    (source / "h.docx").write_bytes(b"\xd0\xcf\x11\xe0 encrypted")
    (source / "i.txt").write_bytes(b"a\0b")
    (source / "j.txt").write_text("Rest")
    (source / "picture.png").write_bytes(b"png")
    (source / "~$b.docx").write_bytes(b"lock")
    (source / "sub" / ".hidden" / "x.txt").write_text("Rest\n\nIt helps.")
    (source / "sub" / "z.md").write_text("# Sleep\n\nIt helps.")
    results = list(import_files([source], tmp_path / "out"))
    problems = {result.source.name: result.problem for result in results if result.problem}
    assert [result.source.name for result in results] == [
        *(f"{n}.{e}" for n, e in zip("abcdefghij", "TXT docx pdf txt pdf txt txt docx txt txt".split(), strict=True)),
        "z.md",
    ]
    assert [article.id for article in load_articles(tmp_path / "out")] == ["a", "j", "z"]
    assert problems.keys() == {"b.docx", "c.pdf", "d.txt", "e.pdf", "f.txt", "g.txt", "h.docx", "i.txt"}
    assert problems["b.docx"].startswith("it is not a whole Word file (BadZipFile")
    assert problems["c.pdf"].startswith("it is not a whole PDF (Pdf")
    assert problems["d.txt"].startswith("it is not UTF-8 text ('utf-8' codec can't decode byte 0xe9 in position 3")
    assert "OCR" in problems["e.pdf"]
    assert problems["f.txt"] == "the file is empty. Check that it was saved, then import it again."
    assert problems["g.txt"].startswith("it has 50 MB, and 20 MB is the most")
    assert "password" in problems["h.docx"]
    assert all(re.search(r"\. [A-Z][^.]+(?:\.docx[^.]+)?\.\Z", said) for said in problems.values()), problems
    assert all(path.suffix == ".md" for path in (tmp_path / "out").iterdir())


def test_the_largest_file_is_refused_by_its_size_alone(tmp_path: Path) -> None:
    with (tmp_path / "a.pdf").open("wb") as file:
        file.truncate(MAX_SIZE + 1)
    (result,) = import_files([tmp_path / "a.pdf"], tmp_path)
    assert "MB is the most" in result.problem


def test_a_word_file_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus.converting.MAX_UNPACKED", 100)
    assert problem(tmp_path, "a.docx", word_file([paragraph("It helps.")])).startswith("its content is too large.")


def test_an_article_is_replaced_only_by_force_and_only_by_a_whole_one(tmp_path: Path) -> None:
    source, target = tmp_path / "rest.txt", tmp_path / "out" / "rest.md"
    source.write_text("Rest\n\nIt helps.")
    assert [result.article for result in import_files([source], target.parent)] == [target]
    before = target.read_bytes()
    source.write_text("Rest\n\nIt helps a lot.")
    (again,) = import_files([source], target.parent)
    assert (again.article, again.problem) == (None, f"{target} exists; use --force to replace it.")
    source.write_bytes(b"\xff")
    (broken,) = import_files([source], target.parent, force=True)
    assert broken.problem and target.read_bytes() == before
    source.write_text("Rest\n\nIt helps a lot.")
    (forced,) = import_files([source], target.parent, force=True)
    assert (forced.problem, body(load_article(target))) == ("", "It helps a lot.")
    assert list(target.parent.iterdir()) == [target]


def test_two_files_with_one_name_make_one_article_and_a_problem_naming_the_first(tmp_path: Path) -> None:
    first, second, third = tmp_path / "Rest!.txt", tmp_path / "rést.md", tmp_path / "rest.pdf"
    third.write_bytes(b"")
    first.write_text("Rest\n\nIt helps.")
    second.write_text("It hurts.")
    results = list(import_files([third, first, second, first], tmp_path / "out", force=True))
    assert [result.source for result in results] == [third, first, second]
    assert results[1].problem == ""
    assert results[2].problem == f"its article would replace the one made from {first}. Rename one of them."
    assert body(load_article(tmp_path / "out" / "rest.md")) == "It helps."


def test_a_path_that_cannot_be_imported_is_a_problem_when_named(tmp_path: Path) -> None:
    (tmp_path / "a.doc").write_bytes(b"x")
    (tmp_path / "empty").mkdir()
    (tmp_path / "Ж.txt").write_text("It helps.")
    (tmp_path / "file").write_text("no folder")
    (tmp_path / "b.txt").write_text("It helps.")
    named = [tmp_path / name for name in ("a.doc", "empty", "none.txt", "Ж.txt")]
    problems = [result.problem for result in import_files(named, tmp_path / "out")]
    assert [said[:25] for said in problems] == [
        "'.doc' files cannot be im",
        "the folder holds no file ",
        "there is no such file. Ch",
        "its name holds no Latin l",
    ]
    (result,) = import_files([tmp_path / "b.txt"], tmp_path / "file")
    assert result.problem.endswith("Check that file or folder and its permissions.")


def test_the_folder_of_articles_can_be_imported_into_itself(tmp_path: Path) -> None:
    (tmp_path / "rest.md").write_text(ARTICLE, newline="")
    (tmp_path / "sleep.txt").write_text("It helps.")
    assert [(r.source.name, r.problem) for r in import_files([tmp_path], tmp_path)] == [("sleep.txt", "")]
    assert [r.source.name for r in import_files([tmp_path], tmp_path, force=True)] == ["sleep.txt"]


@pytest.mark.parametrize(("ending", "library"), [("html", "trafilatura"), ("docx", "mammoth"), ("pdf", "pypdf")])
def test_a_missing_library_is_a_problem_that_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str, library: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    said = problem(tmp_path, f"a.{ending}", "x")
    assert said == f"reading .{ending} files needs: pip install 'clinic-chatbot[import]'"
    assert imported_text(tmp_path, "It helps.") == "It helps."


def test_libraries_print_nothing_of_their_own(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    broken = pdf_file(PDF_PAGES).replace(b"startxref", b"startxxxx").replace(b"/Length", b"/Lxngth")
    outcome(tmp_path, "a.pdf", broken)
    outcome(tmp_path, "a.html", "no page")
    assert caplog.records == []
