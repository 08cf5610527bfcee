import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from conftest import Corpus
from fastapi.testclient import TestClient
from website import QUESTION, RecordingBot, opened_bot

from chatbot.api import ServerOptions, create_app
from chatbot.article_page import article_page
from chatbot.chat_page import read_form
from chatbot.chat_routes import LINES, chat_policy
from chatbot.conversation import Question
from chatbot.page_parts import linked_reply
from chatbot.suggesting import follow_ups, topics
from chatbot.theming import theme_css
from corpus.article import load_article
from corpus.clinic import Site, Theme
from corpus.keeping import privacy_sentence

UNLIMITED = ServerOptions(hosts=("testserver",), questions_per_minute=0)


@pytest.fixture(scope="module")
def bot(shared_corpus: Corpus) -> Iterator[RecordingBot]:
    with opened_bot(shared_corpus) as opened:
        yield opened


@pytest.fixture(scope="module")
def site(bot: RecordingBot) -> Iterator[TestClient]:
    with TestClient(create_app(bot, options=UNLIMITED), client=("203.0.113.9", 5000)) as client:
        yield client


def post(site: TestClient, *pairs: tuple[str, str], lines: bool = False) -> Any:
    headers = {"content-type": "application/x-www-form-urlencoded"} | ({"accept": LINES} if lines else {})
    return site.post("/chat", content=urlencode(pairs), headers=headers)


def turn(site: TestClient, *pairs: tuple[str, str]) -> Any:
    return json.loads(post(site, *pairs, lines=True).text.splitlines()[-1])


def fields(page: str, name: str) -> list[str]:
    return [html.unescape(value) for value in re.findall(f'<input type="hidden" name="{name}" value="(.*?)">', page)]


def draft(page: str) -> str:
    return html.unescape(page.partition('id="question"')[2].partition(">")[2].partition("</textarea>")[0])


def test_the_page_has_the_opening_the_numbers_and_questions_to_begin_with(site: TestClient, bot: RecordingBot) -> None:
    page = site.get("/chat").text
    assert "automated guide, not a person" in page
    for link in ("tel:911", "tel:988", "sms:988", "tel:+16178638810"):
        assert f'href="{link}"' in page
    assert page.count("<h1") == 1
    assert 'name="say" value="How much sleep do adults need?"' in page
    assert privacy_sentence(bot.clinic.retention, "en") in html.unescape(page)
    assert "<h2>Sleep</h2>" in page
    assert "set-cookie" not in site.get("/chat").headers


def test_the_policy_of_the_chat_allows_its_own_files_only_and_no_framing_by_strangers(site: TestClient) -> None:
    headers = site.get("/chat").headers
    policy = headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'self';" in policy
    assert headers["x-frame-options"] == "SAMEORIGIN"
    assert headers["cache-control"] == "no-store"
    page = site.get("/chat").text
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert not re.search(r"\sstyle=|\son[a-z]+=", page)


def test_the_sites_of_clinic_toml_may_frame_the_chat(bot: RecordingBot) -> None:
    sites = Site(frame_ancestors=("https://www.clinic.example", "https://clinic.example:8443"))
    policy = chat_policy(bot.clinic.model_copy(update={"site": sites}))
    assert "frame-ancestors 'self' https://www.clinic.example https://clinic.example:8443;" in policy


def test_a_plain_form_gets_the_whole_page_with_the_answer(site: TestClient, bot: RecordingBot) -> None:
    page = post(site, ("question", QUESTION)).text
    assert page.startswith("<!doctype html>")
    assert 'id="latest"' in page
    assert 'class="answer-text"' in page
    assert fields(page, "earlier") == [QUESTION]
    assert draft(page) == ""
    post(site, *(("earlier", text) for text in fields(page, "earlier")), ("question", "and teenagers?"))
    assert bot.asked[-1] == Question("and teenagers?", (QUESTION,))


def test_the_script_is_told_at_once_that_the_message_arrived_then_gets_the_answer(site: TestClient) -> None:
    response = post(site, ("question", QUESTION), lines=True)
    first, second = map(json.loads, response.text.splitlines())
    assert first == {"state": "looking"}
    assert 'class="answer-text"' in second["html"]
    assert second["kept"] is True
    assert second["crisis"] is False
    assert response.headers["content-type"] == LINES
    assert response.headers["cache-control"] == "no-store"


def test_a_tapped_choice_is_the_message_and_what_is_typed_stays(site: TestClient, bot: RecordingBot) -> None:
    page = post(site, ("question", "half a thought"), ("say", "Not right now"), ("earlier", "i want to die")).text
    assert bot.asked[-1] == Question("Not right now", ("i want to die",))
    assert draft(page) == "half a thought"
    assert fields(page, "earlier") == ["i want to die", "Not right now"]


def test_after_danger_the_help_line_stays_pinned_until_the_chat_is_cleared(site: TestClient) -> None:
    assert '<div id="strip" hidden>' in post(site, ("question", QUESTION)).text
    page = post(site, ("question", "i want to die")).text
    assert '<div id="strip">' in page
    assert fields(page, "crisis") == ["1"]
    assert 'role="group" aria-label="Are you in danger right now?"' in page
    assert '<div id="strip">' in post(site, ("question", QUESTION), ("crisis", "1")).text
    # What was said carries the danger too: no server needs to remember it.
    assert turn(site, ("question", QUESTION), ("earlier", "i want to die"))["crisis"] is True
    assert '<div id="strip" hidden>' in post(site, ("clear", "1"), ("crisis", "1"), ("earlier", "i want to die")).text


def test_clearing_forgets_everything_but_the_language(site: TestClient) -> None:
    said = (("earlier", "secret-text"), ("question", "secret-draft"))
    page = post(site, ("clear", "1"), *said, ("language", "es"), ("chosen", "1")).text
    assert "secret" not in page
    assert '<html lang="es"' in page
    assert fields(page, "chosen") == ["1"]


def test_switching_the_language_keeps_the_conversation_and_the_draft(site: TestClient, bot: RecordingBot) -> None:
    asked = len(bot.asked)
    page = post(site, ("switch", "es"), ("earlier", QUESTION), ("question", "half a thought")).text
    assert '<html lang="es"' in page
    assert fields(page, "earlier") == [QUESTION]
    assert draft(page) == "half a thought"
    assert len(bot.asked) == asked
    post(site, ("language", "es"), ("chosen", "1"), ("question", "Hola"))
    assert bot.asked[-1].language == "es"


@pytest.mark.parametrize("text", ["x" * 20_001, "  "])
def test_a_message_that_is_not_read_stays_in_the_box_and_out_of_the_history(site: TestClient, text: str) -> None:
    page = post(site, ("question", text)).text
    assert draft(page) == text
    assert fields(page, "earlier") == []
    assert turn(site, ("question", text))["kept"] is False


def test_a_failure_shows_the_help_lines_and_keeps_the_message(
    site: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    page = post(site, ("question", "please fail with secret-text"), ("earlier", QUESTION)).text
    shown = page.partition('id="latest"')[2]
    assert "I can't answer right now" in html.unescape(shown)
    assert 'role="alert"' in shown
    assert 'href="tel:988"' in shown
    assert draft(page) == "please fail with secret-text"
    assert fields(page, "earlier") == [QUESTION]
    assert turn(site, ("question", "please fail"))["kept"] is False
    assert "secret-text" not in caplog.text


def test_no_more_of_a_long_conversation_is_carried_than_is_read(site: TestClient, bot: RecordingBot) -> None:
    earlier = [("earlier", str(number)) for number in range(500)]
    page = post(site, *earlier, ("question", QUESTION)).text
    assert bot.asked[-1].history == tuple(str(number) for number in range(480, 500))
    assert len(fields(page, "earlier")) == 20


@pytest.mark.parametrize(
    "body",
    [b"", b"question", b"&&&=", b"\xff\xfe", b"question=%ff%fe", b"turns=99999&language=fr&chosen=yes", b"turns=-1"],
)
def test_a_form_that_no_browser_sends_is_read_as_an_empty_one(body: bytes) -> None:
    sent = read_form(body)
    assert (sent.language, sent.chosen, sent.turns, sent.earlier) == ("en", False, 0, ())


def test_what_a_visitor_wrote_comes_back_as_text_only(site: TestClient) -> None:
    typed = '"><script>alert(1)</script><img src=x onerror=alert(1)></textarea>$title ${bar}'
    for page in (
        post(site, ("question", typed)).text,
        post(site, ("earlier", typed), ("question", QUESTION)).text,
        post(site, ("switch", "es"), ("question", typed)).text,
    ):
        assert "<script>alert" not in page
        assert "<img" not in page
        assert page.count("</textarea>") == 1
        assert "$title ${bar}" in page


def test_the_numbers_a_fixed_text_offers_to_call_are_links_in_it(bot: RecordingBot) -> None:
    shown = linked_reply(bot.replies["opening", "en"])
    assert shown.count('<a href="tel:911"') == 1
    assert shown.count('<a href="tel:988"') == 1
    assert '<a href="tel:+16178638810" rel="noopener noreferrer nofollow">617-863-8810</a>' in shown


def test_questions_of_the_articles_are_offered_by_topic_and_lead_to_the_articles(bot: RecordingBot) -> None:
    found = {topic.title: topic.questions for topic in topics(bot, "en")}
    assert found["Sleep"] == ("How much sleep do adults need?", "What helps with falling asleep?")
    assert topics(bot, "es") == ()


def test_after_an_answer_other_questions_of_its_article_are_offered_once(bot: RecordingBot) -> None:
    answer = bot.ask(Question(QUESTION))
    assert follow_ups(bot, answer, [QUESTION]) == ["What helps with falling asleep?"]
    assert follow_ups(bot, answer, [QUESTION, "what helps with falling asleep?"]) == []
    assert follow_ups(bot, bot.ask(Question("i want to die")), []) == []


def test_an_answer_can_be_rated_and_only_a_number_is_kept(bot: RecordingBot) -> None:
    with TestClient(create_app(bot, options=UNLIMITED), client=("127.0.0.1", 5000)) as site:
        name = re.search(r'data-answer="([0-9a-f]{16}-0)"', turn(site, ("question", QUESTION))["html"])
        assert name
        for more in ({"helpful": True}, {"helpful": False}, {"helpful": False, "reason": "unclear"}):
            assert site.post("/api/feedback", json={"answer": name[1], **more}).json() == {"counted": True}
        counted = site.get("/metrics").text
    assert 'chatbot_feedback_total{helpful="yes"} 1.0' in counted
    assert 'chatbot_feedback_total{helpful="no"} 1.0' in counted
    assert 'chatbot_feedback_reasons_total{reason="unclear"} 1.0' in counted
    assert name[1] not in counted


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"answer": "0123456789abcdef"},
        {"answer": "my name is secret-text", "helpful": True},
        {"answer": "0123456789abcdef", "helpful": False, "reason": "secret-text"},
        {"answer": "0123456789abcdef", "helpful": False, "comment": "secret-text"},
    ],
)
def test_a_rating_with_anything_else_in_it_is_refused(site: TestClient, body: dict[str, Any]) -> None:
    response = site.post("/api/feedback", json=body)
    assert response.status_code == 422
    assert "helpful" in response.json()["error"]["next_step"]
    assert "secret-text" not in response.text


def test_an_answer_about_danger_is_not_rated(site: TestClient) -> None:
    assert "data-do" not in turn(site, ("question", "i want to die"))["html"]


def test_other_sites_may_load_the_widget_and_nothing_else(site: TestClient) -> None:
    widget = site.get("/widget.js")
    assert widget.headers["cross-origin-resource-policy"] == "cross-origin"
    assert widget.headers["content-type"].startswith("text/javascript")
    assert "__SETTINGS__" not in widget.text
    assert '"launcher": "Ask a question"' in widget.text
    assert site.get("/ui/chat.js").headers["cross-origin-resource-policy"] == "same-origin"
    assert site.get("/ui/widget.js").status_code == 404


def test_the_demo_page_is_for_this_machine_only(site: TestClient, bot: RecordingBot) -> None:
    assert site.get("/chat-demo").status_code == 404
    with TestClient(create_app(bot, options=UNLIMITED), client=("127.0.0.1", 5000)) as local:
        assert 'src="/widget.js"' in local.get("/chat-demo").text


def test_too_many_turns_from_one_address_are_refused(bot: RecordingBot) -> None:
    limited = ServerOptions(hosts=("testserver",), questions_per_minute=2)
    with TestClient(create_app(bot, options=limited), client=("203.0.113.9", 5000)) as site:
        assert [post(site, ("question", QUESTION)).status_code for _ in range(3)] == [200, 200, 429]


def test_the_clinics_colour_is_on_every_page(site: TestClient) -> None:
    for path in ("/", "/chat", "/articles", "/chat-safety"):
        assert "/ui/theme.css" in site.get(path).text
    assert "--accent: #0b5a63;" in site.get("/ui/theme.css").text
    assert "--accent: #5a2a82;" in theme_css(Theme(accent="#5a2a82"))


def test_the_page_of_an_article_names_the_section_and_links_to_the_public_page_at_the_quote(
    bot: RecordingBot, tmp_path: Path
) -> None:
    path = tmp_path / "nap.md"
    head = "---\nid: nap\ntitle: Naps\nurl: https://clinic.example/naps\n---\n\n"
    path.write_text(f"{head}## Are *short* naps good?\n\nMany like naps. A short nap is enough.\n\n## Else\n\nEnd.\n")
    article = load_article(path)
    start = article.text.index("A short")
    page = article_page(bot.clinic, article, (start, start + len("A short nap is enough.")))
    assert "Section: Are short naps good?" in page
    assert 'href="https://clinic.example/naps#:~:text=A%20short%20nap%20is%20enough."' in page
    assert 'href="https://clinic.example/naps"' in article_page(bot.clinic, article, None)
