import html
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

import corpus
from chatbot.conversation import Answer, Citation
from chatbot.rendering import answer_html, article_html, is_safe_link, plain, quote_link, reply_html
from corpus.article import Article, load_article, load_articles
from corpus.replies import Action
from index.passages import cut

PUBLIC_PAYLOADS = Path(__file__).parents[2] / "shared" / "data" / "xss" / "payloads.jsonl"
ALLOWED_TAGS = {
    "div", "p", "ul", "ol", "li", "strong", "em", "a", "blockquote", "code", "br", "span", "mark", "pre", "hr",
    "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
ALLOWED_ATTRIBUTES = {"class", "href", "rel", "target", "lang", "id", "aria-label", "start"}
PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe src='https://evil.example'></iframe>",
    "<form action='https://evil.example'><input name=ssn><button>Send</button></form>",
    "<style>body{display:none}</style>",
    "<a href='javascript:alert(1)'>tap</a>",
    "[tap](javascript:alert(1))",
    "[tap](JaVaScRiPt:alert(1))",
    "[tap](  javascript:alert(1)  )",
    "[tap](data:text/html;base64,PHNjcmlwdD4=)",
    "[tap](//evil.example/x)",
    "[tap](https://evil.example/phish)",
    "[tap](http://evil.example)",
    "[tap](tel:javascript:alert(1))",
    "[tap](/articles/../../etc/passwd)",
    "![x](https://evil.example/pixel.png)",
    "![x](javascript:alert(1))",
    '![x](https://evil.example/p.png "\\"onload=alert(1)")',
    "<https://evil.example/auto>",
    "<javascript:alert(1)>",
    "[1]: https://evil.example\n\n[1]",
    "[x]: javascript:alert(1)\n\n[x]",
    "```\n<script>alert(1)</script>\n```",
    "`<img src=x onerror=alert(1)>`",
    "<!-- --><b onmouseover=alert(1)>x</b>",
    "<math><mtext></p><style><img src=x onerror=alert(1)></style></mtext></math>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#x6A;avascript:alert(1)",
    "\ue010999\ue011 \ue000 \ue001 \U00010100",
    "<div lang=en class=urgent role=alert>fake</div>",
    "x\x00<scr\x00ipt>alert(1)</script>",
    "\u202egnp.exe\u202c \u2066hidden\u2069",
]


class Outline(HTMLParser):
    """Collects the tags and attributes a browser would see."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.text += data


def assert_harmless(rendered: str, source: str) -> None:
    for tag, attributes in Outline(rendered).tags:
        assert tag in ALLOWED_TAGS, f"<{tag}> from {source!r}"
        assert set(attributes) <= ALLOWED_ATTRIBUTES, f"{attributes} from {source!r}"
        address = attributes.get("href", "#x")
        assert re.match(r"https://|tel:\+?\d+$|sms:\d+$|/articles/[a-z0-9-]+\?|/chat-safety|#", address), address
        assert "evil.example" not in address, f"{address} from {source!r}"
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", rendered)


CITATION = Citation(
    number=1,
    article="what-is-spravato",
    title="What is Spravato?",
    section="How is it given?",
    url="/articles/what-is-spravato?start=5&end=9#quote",
    quote="x",
    start=5,
    end=9,
    sha256="ab" * 32,
    reviewed_on=None,
)
ANSWER = Answer(
    id="a1b2",
    route="education",
    flags=(),
    rule="r",
    outcome="answered",
    language="en",
    text="You spray it yourself. [1]",
    sentences=(),
    citations=(CITATION,),
    disclaimer="General information, not medical advice.",
    actions=(Action("call", "Call 617-555-0100", "tel:+16175550100"), Action("say", "Yes", "")),
    confidence=1.0,
)


def article(tmp_path: Path, body: str, title: str = "Title") -> Article:
    path = tmp_path / "a.md"
    path.write_text(f'---\nid: a\ntitle: "{title}"\n---\n{body}', encoding="utf-8")
    return load_article(path)


def marked_text(rendered: str) -> str:
    return " ".join(html.unescape(part) for part in re.findall(r"<mark[^>]*>(.*?)</mark>", rendered, re.DOTALL))


def span(found: Article, text: str) -> tuple[int, int]:
    start = found.text.index(text)
    return start, start + len(text)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_executable_or_remote_survives_anywhere_in_an_answer(payload: str) -> None:
    citation = replace(CITATION, title=payload, section=payload, url=payload, quote=payload)
    actions = (Action(payload, payload, payload), Action("call", payload, "tel:911"))
    rendered = answer_html(replace(ANSWER, text=payload, citations=(citation,), actions=actions, disclaimer=payload))
    assert_harmless(rendered, payload)
    assert "\n" not in rendered


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_executable_or_remote_survives_in_an_article_or_a_fixed_text(payload: str, tmp_path: Path) -> None:
    found = article(tmp_path, f"{payload}\n\nA plain sentence.\n".replace("evil.example", "allowed.example"))
    assert_harmless(article_html(found, *span(found, "plain"))[0], payload)
    assert_harmless(reply_html(payload.replace("evil.example", "allowed.example")), payload)


def test_public_payloads_leave_nothing_executable(tmp_path: Path) -> None:
    if not PUBLIC_PAYLOADS.exists():
        pytest.skip("the public payload list is not beside this checkout")
    rows = [json.loads(line)["text"] for line in PUBLIC_PAYLOADS.read_text(encoding="utf-8").splitlines()]
    for row in rows:
        assert_harmless(answer_html(replace(ANSWER, text=row)), row)
    for start in range(0, len(rows), 50):
        body = "\n\n".join(rows[start : start + 50])
        assert_harmless(article_html(article(tmp_path, body))[0].replace("evil", ""), body)


def test_a_marker_links_to_its_source_and_a_number_without_a_source_does_not() -> None:
    rendered = answer_html(replace(ANSWER, text=r"One. [1] Two. [2] And \[1] as written."))
    assert rendered.count('href="#source-a1b2-1"') == 1
    assert 'id="source-a1b2-1"' in rendered
    assert "[2]" in rendered
    assert "And [1] as written." in rendered


def test_sources_name_the_article_the_section_and_the_missing_review() -> None:
    rendered = answer_html(ANSWER)
    assert html.escape(quote_link(CITATION)) in rendered
    text = Outline(rendered).text
    assert "What is Spravato?" in text
    assert "How is it given?" in text
    assert "not yet reviewed by a clinician" in text


def test_a_reviewed_source_shows_the_date_and_a_public_page_gets_its_own_link() -> None:
    citation = replace(CITATION, reviewed_on="2026-10-01", url="https://clinic.example/x#:~:text=You%20spray")
    rendered = answer_html(replace(ANSWER, citations=(citation,)))
    assert "reviewed by a clinician on 2026-10-01" in rendered
    assert 'href="https://clinic.example/x#:~:text=You%20spray"' in rendered


def test_several_sentences_of_one_section_share_one_entry_but_keep_their_own_links() -> None:
    second = replace(CITATION, number=2, start=20, end=30)
    rendered = answer_html(replace(ANSWER, text="One. [1] Two. [2]", citations=(CITATION, second)))
    assert rendered.count("<li>") == 1
    assert "start=20&amp;end=30" in rendered


def test_what_can_be_called_is_a_link_and_what_can_be_said_is_not() -> None:
    rendered = answer_html(ANSWER)
    assert '<a href="tel:+16175550100" class="action action-call">Call 617-555-0100</a>' in rendered
    assert "Yes" not in rendered


def test_an_answer_about_danger_shows_the_short_numbers_before_its_second_paragraph() -> None:
    actions = (Action("call", "Call 988", "tel:988"), Action("call", "Call 617-555-0100", "tel:+16175550100"))
    answer = replace(ANSWER, route="crisis_self", outcome="fixed", text="First.\n\nSecond.", actions=actions)
    rendered = answer_html(answer)
    assert rendered.index("First.") < rendered.index("tel:988") < rendered.index("Second.")
    assert rendered.index("Second.") < rendered.index("tel:+16175550100")


def test_a_number_in_the_text_can_be_tapped_if_the_answer_offers_to_call_it() -> None:
    text = "Call **617-555-0100**, not 617-555-0199. [988](/chat-safety) 988lifeline 1-617-555-0100-2"
    rendered = answer_html(replace(ANSWER, text=text, actions=(*ANSWER.actions, Action("call", "Call 988", "tel:988"))))
    shown = rendered[: rendered.index('<p class="actions">')]
    assert '<strong><a href="tel:+16175550100">617-555-0100</a></strong>' in shown
    assert shown.count("tel:") == 1


def test_links_of_an_answer_lead_only_where_its_actions_and_sources_lead() -> None:
    chat = Action("chat", "Chat", "https://988lifeline.org")
    text = "[a](https://988lifeline.org/es) [b](https://other.example) [c](tel:988) [d](/chat-safety)"
    rendered = answer_html(replace(ANSWER, text=text, actions=(chat,)))
    addresses = [attributes.get("href", "") for _, attributes in Outline(rendered).tags]
    assert {"https://988lifeline.org/es", "tel:988", "/chat-safety"} <= set(addresses)
    assert "https://other.example" not in addresses


def test_spanish_answers_are_marked_as_spanish_and_labelled_in_spanish() -> None:
    rendered = answer_html(replace(ANSWER, language="es"))
    assert rendered.startswith('<div class="answer" lang="es">')
    assert "De dónde viene esto" in rendered


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("https://example.org/a", True),
        ("tel:+16175550100", True),
        ("sms:988", True),
        ("/articles/a-b", True),
        ("/chat-safety", True),
        ("http://example.org", False),
        ("javascript:alert(1)", False),
        ("//example.org", False),
        ("/gradio_api/upload", False),
        ("https:/evil", False),
        ("https://user@evil.example", False),
        ("tel:1;javascript:x", False),
    ],
)
def test_only_https_phone_numbers_and_own_pages_are_links(address: str, safe: bool) -> None:
    assert is_safe_link(address) is safe


def test_escaping_drops_marks_that_reorder_text() -> None:
    assert plain("a\u202e<b>\u2066") == "a&lt;b&gt;"


@pytest.mark.parametrize(
    ("body", "quote", "shown"),
    [
        ("One. Two here. Three.", "Two here.", "Two here."),
        ("A **bold** word.", "A **bold** word.", "A bold word."),
        ("A **bold. Start** here.", "**bold. Start** here.", "bold. Start here."),
        ("_All of it._ Rest.", "_All of it._", "All of it."),
        ("*One.* Two.", "*One.*", "One."),
        ("- one item\n- two items\n", "- one item\n- two items", "one item two items"),
        ("1. first\n2. second\n", "first\n2. second", "first second"),
        ("## A heading?\n\nText.", "## A heading?\n\nText.", "A heading? Text."),
        ("See [the *page*](https://example.org/a) now.", "[the *page*](https://example.org/a) now.", "the page now."),
        ("Line one\ngoes on. Next.", "Line one\ngoes on.", "Line one\ngoes on."),
        ("Salt & pepper &amp; more. Rest.", "Salt & pepper &amp; more.", "Salt & pepper & more."),
        ("> A quote. More.\n> And more.", "A quote.", "A quote."),
        ("| a | b |\n|---|---|\n| one | two |\n", "one", "one"),
        ("Ends **with bold.**\n\nNext.", "Ends **with bold.**", "Ends with bold."),
        ("Uses `code here` inside.", "Uses `code here` inside.", "Uses code here inside."),
        ("First part  \nafter a break.", "First part  \nafter a break.", "First part after a break."),
        ("Windows\r\nlines. Here.", "Windows\r\nlines.", "Windows\nlines."),
    ],
)
def test_a_quote_is_marked_exactly_whatever_markdown_is_in_it(
    body: str, quote: str, shown: str, tmp_path: Path
) -> None:
    found = article(tmp_path, body)
    path = tmp_path / "a.md"
    path.write_bytes(path.read_bytes().replace(b"\r\r\n", b"\r\n"))
    rendered, marked = article_html(found, *span(found, quote))
    assert marked
    assert " ".join(marked_text(rendered).split()) == " ".join(shown.split())
    assert rendered.count('id="quote"') == 1
    unmarked = re.sub(r"</?mark[^>]*>", "", rendered)
    assert unmarked == article_html(found)[0]


def test_every_sentence_of_every_article_is_found_and_marked_as_it_is_shown() -> None:
    for found in load_articles(Path(corpus.__file__).parent / "articles"):
        for sentence in (one for passage in cut(found) for one in passage.sentences):
            rendered, marked = article_html(found, sentence.start, sentence.end)
            assert marked, f"{found.id}: {sentence.text}"
            shown = re.sub(r"[\s•]", "", sentence.text)
            assert re.sub(r"\s", "", marked_text(rendered)) == shown, f"{found.id}: {sentence.text}"


@pytest.mark.parametrize(("start", "end"), [(0, 5), (-3, 400), (10, 10), (50, 20), (30, 10**9), (10**12, 10**12 + 1)])
def test_a_slice_outside_the_body_marks_nothing(start: int, end: int, tmp_path: Path) -> None:
    found = article(tmp_path, "One sentence.\n")
    rendered, marked = article_html(found, start, end)
    assert not marked
    assert rendered == article_html(found)[0]


def test_a_slice_inside_a_links_address_marks_nothing(tmp_path: Path) -> None:
    found = article(tmp_path, "See [a](https://example.org/some/long/path/indeed/it/is/very/long) now.\n")
    assert article_html(found, *span(found, "long/path/indeed/it/is"))[1] is False


def test_headings_start_below_the_title_and_can_be_linked_to(tmp_path: Path) -> None:
    rendered, _ = article_html(article(tmp_path, "# Title\n\n## Is it *safe*?\n\nx\n\n## Is it safe?\n\n### Why\n"))
    assert "<h1" not in rendered
    assert '<h2 id="section-is-it-safe">Is it <em>safe</em>?</h2>' in rendered
    assert '<h2 id="section-is-it-safe-2">' in rendered
    assert '<h3 id="section-why">' in rendered


def test_an_image_in_an_article_becomes_its_description(tmp_path: Path) -> None:
    rendered, _ = article_html(article(tmp_path, "Before ![a nasal spray](https://example.org/x.png) after.\n"))
    assert rendered.strip() == "<p>Before a nasal spray after.</p>"
