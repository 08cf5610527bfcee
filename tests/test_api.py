import base64
import hashlib
import html
import json
import logging
import re
import socket
import time
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from conftest import Corpus
from fastapi.testclient import TestClient
from website import QUESTION, RecordingBot, opened_bot

from chatbot.api import LARGEST_BODY, ServerOptions, create_app
from chatbot.metering import DailyHash
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


def ask(site: TestClient, question: str, **more: Any) -> Any:
    return site.post("/api/ask", json={"question": question, **more})


def test_a_question_gets_the_answer_as_json(site: TestClient, bot: RecordingBot) -> None:
    answer = ask(site, QUESTION).json()
    assert answer["outcome"] == "answered"
    citation = answer["citations"][0]
    stored = bot.articles[citation["article"]].text
    assert stored[citation["start"] : citation["end"]] == citation["quote"]


def test_earlier_questions_reach_the_bot_in_order(site: TestClient, bot: RecordingBot) -> None:
    ask(site, "and after?", history=["What is Spravato?", "Is it safe?"])
    assert bot.asked[-1].history == ("What is Spravato?", "Is it safe?")


def test_of_a_long_history_the_last_messages_are_read(site: TestClient, bot: RecordingBot) -> None:
    ask(site, "and after?", history=[str(number) for number in range(500)])
    assert bot.asked[-1].history == tuple(str(number) for number in range(480, 500))
    ask(site, "and after?", history=["a" * 9_000, "b" * 6_000, "c" * 3_000])
    assert bot.asked[-1].history == ("b" * 6_000, "c" * 3_000)
    ask(site, "and after?", history=["a", "b" * 20_000])
    assert bot.asked[-1].history == ("b" * 20_000,)


def test_a_message_of_twenty_thousand_characters_is_read_whole(site: TestClient) -> None:
    text = "x" * 19_980 + " i want to die"
    assert ask(site, text).json()["route"] == "crisis_self"
    # The longest form JSON has for a character is twelve bytes, and the limit on the body leaves room for it.
    assert ask(site, "\U0001f600" * 20_000).status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"question": "x" * 20_001}, 413, "too_long"),
        ({"question": "x" * LARGEST_BODY}, 413, "too_long"),
        ({"question": "x", "role": "secret-text"}, 422, "wrong_shape"),
        ({"question": 5}, 422, "wrong_shape"),
        ({"question": ["secret-text"]}, 422, "wrong_shape"),
        ({"history": ["secret-text"]}, 422, "wrong_shape"),
        ({}, 422, "wrong_shape"),
    ],
)
def test_a_body_that_does_not_fit_is_refused_with_the_next_step(
    site: TestClient, body: dict[str, Any], status: int, code: str
) -> None:
    response = site.post("/api/ask", json=body)
    assert response.status_code == status
    assert response.json()["error"]["code"] == code
    assert response.json()["error"]["next_step"]
    assert "secret-text" not in response.text
    assert [action["href"] for action in response.json()["actions"]] == ["tel:911", "tel:988", "tel:+16178638810"]


def test_a_body_that_is_no_json_is_refused_without_repeating_it(site: TestClient) -> None:
    response = site.post("/api/ask", content=b"{secret-text", headers={"content-type": "application/json"})
    assert response.status_code == 422
    assert "secret-text" not in response.text


def test_a_body_sent_in_pieces_is_counted_too(site: TestClient) -> None:
    pieces = (b"x" * 65_536 for _ in range(LARGEST_BODY // 65_536 + 2))
    response = site.post("/api/ask", content=pieces, headers={"content-type": "application/json"})
    assert response.status_code == 413


def test_a_failure_is_the_fixed_reply_with_the_help_lines_and_no_trace(
    site: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        response = ask(site, "please fail with secret-text")
    assert response.status_code == 500
    assert "988" in response.json()["error"]["message"]
    assert response.json()["actions"][0]["href"] == "tel:911"
    assert "Traceback" not in response.text
    assert "secret-text" not in response.text + caplog.text
    assert "RuntimeError" in caplog.text


def test_the_site_looks_up_no_other_machine_when_it_starts(bot: RecordingBot, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up: list[Any] = []
    real = socket.getaddrinfo

    def spying(host: Any, *rest: Any, **more: Any) -> Any:
        looked_up.append(host)
        return real(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", spying)
    with TestClient(create_app(bot, options=UNLIMITED)) as client:
        ask(client, QUESTION)
        client.get("/")
        time.sleep(1)
    assert looked_up == []


def test_health_says_what_is_served(site: TestClient, bot: RecordingBot) -> None:
    assert site.get("/api/health").json()["articles"] == len(bot.articles)


def test_metrics_count_answers_by_route_and_outcome_without_a_word_of_them(bot: RecordingBot) -> None:
    with TestClient(create_app(bot, options=UNLIMITED), client=("127.0.0.1", 5000)) as local:
        ask(local, "i want to die, secret-text")
        ask(local, "How does melatonin work?")
        ask(local, "x" * 20_001)
        text = local.get("/metrics").text
    assert 'chatbot_answers_total{outcome="fixed",route="crisis_self"} 1.0' in text
    assert 'chatbot_answers_total{outcome="not_in_articles",route="education"} 1.0' in text
    assert "chatbot_answer_seconds_count 2.0" in text
    assert "secret" not in text


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("203.0.113.9", {}, 404),
        ("127.0.0.1", {"x-forwarded-for": "127.0.0.1"}, 404),
        ("127.0.0.1", {"forwarded": "for=203.0.113.9"}, 404),
        ("testclient", {}, 404),
    ],
)
def test_metrics_are_for_this_machine_only(
    address: str, headers: dict[str, str], status: int, bot: RecordingBot
) -> None:
    with TestClient(create_app(bot, options=UNLIMITED), client=(address, 5000)) as client:
        assert client.get("/metrics", headers=headers).status_code == status


def test_too_many_questions_from_one_address_are_refused_with_the_help_lines(bot: RecordingBot) -> None:
    limited = ServerOptions(hosts=("testserver",), questions_per_minute=3)
    with TestClient(create_app(bot, options=limited), client=("203.0.113.9", 5000)) as client:
        statuses = [ask(client, QUESTION).status_code for _ in range(4)]
        refused = ask(client, "again")
        page = client.post("/gradio_api/queue/join", json={})
        assert client.get("/chat-safety").status_code == 200
    assert statuses == [200, 200, 200, 429]
    assert page.status_code == 429
    assert refused.headers["retry-after"] == "60"
    assert refused.json()["actions"][1]["href"] == "tel:988"


def test_an_address_is_known_by_a_key_that_changes_every_day_and_every_start() -> None:
    days = [date(2026, 1, 1)]
    key = DailyHash(today=lambda: days[-1])
    first = key("203.0.113.9")
    assert key("203.0.113.9") == first
    assert key("203.0.113.10") != first
    days.append(date(2026, 1, 2))
    assert key("203.0.113.9") != first
    assert DailyHash(today=lambda: days[0])("203.0.113.9") != first


def test_addresses_of_one_ipv6_network_share_a_key() -> None:
    key = DailyHash()
    assert key("2001:db8:1:2::1") == key("2001:db8:1:2:ffff::9")
    assert key("2001:db8:1:2::1") != key("2001:db8:1:3::1")


@pytest.mark.parametrize("name", ["evil.example", "testserver.evil.example", "evil.example:80", ""])
def test_a_request_for_another_host_is_refused(site: TestClient, name: str) -> None:
    assert site.get("/", headers={"host": name}).status_code == 400
    assert site.get("/", headers={"x-forwarded-host": name or "evil.example"}).status_code == 400


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/openapi.json"),
        ("GET", "/docs"),
        ("GET", "/redoc"),
        ("GET", "/gradio_api/info"),
        ("GET", "/gradio_api/openapi.json"),
        ("GET", "/gradio_api/runs"),
        ("GET", "/gradio_api/file=/etc/passwd"),
        ("GET", "/gradio_api/proxy=https://evil.example"),
        ("GET", "/gradio_api/deep_link"),
        ("GET", "/gradio_api/upload_progress"),
        ("GET", "/monitoring"),
        ("GET", "/login_check"),
        ("GET", "/articles/../../etc/passwd"),
        ("GET", "/ui/chat-safety.en.md"),
        ("GET", "/ui/..%2fapi.py"),
        ("GET", "/ui/missing.css"),
        ("POST", "/gradio_api/upload"),
        ("POST", "/gradio_api/call/turn"),
        ("POST", "/gradio_api/run/turn"),
        ("POST", "/gradio_api/api/turn"),
        ("POST", "/gradio_api/component_server"),
        ("POST", "/gradio_api/process_recording"),
        ("POST", "/login"),
    ],
)
def test_what_the_pages_do_not_use_is_closed(site: TestClient, method: str, path: str) -> None:
    response = site.request(method, path)
    assert response.status_code == 404
    assert response.json()["error"]["next_step"]


@pytest.mark.parametrize(("method", "path"), [("GET", "/api/ask"), ("POST", "/"), ("DELETE", "/articles")])
def test_another_method_is_refused_by_name(site: TestClient, method: str, path: str) -> None:
    assert site.request(method, path).status_code == 405


@pytest.mark.parametrize("path", ["/", "/articles", "/chat-safety", "/api/health", "/nothing", "/config"])
def test_every_response_has_the_security_headers_and_none_is_stored(site: TestClient, path: str) -> None:
    headers = site.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "DENY"
    assert "geolocation=()" in headers["permissions-policy"]
    assert headers["cache-control"] == "no-store"
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "script-src 'self' 'unsafe-inline'" not in policy
    assert "set-cookie" not in headers


def test_plain_pages_allow_no_script_at_all(site: TestClient) -> None:
    for path in ("/articles", "/chat-safety", "/articles/sleep"):
        response = site.get(path)
        assert "script-src" not in response.headers["content-security-policy"]
        assert "<script" not in response.text


def test_browsers_are_told_to_stay_on_https_once_they_are_there(bot: RecordingBot) -> None:
    with TestClient(create_app(bot, options=UNLIMITED), base_url="https://testserver") as client:
        assert "max-age" in client.get("/articles").headers["strict-transport-security"]


def test_the_policy_of_the_chat_names_each_of_its_inline_scripts(site: TestClient) -> None:
    page = site.get("/")
    inline = re.findall(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", page.text, re.DOTALL)
    assert inline
    for script in inline:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in page.headers["content-security-policy"]


def test_the_chat_page_shows_the_bar_and_a_way_on_before_any_script_runs(site: TestClient) -> None:
    page = site.get("/").text
    before = page[: page.index("<gradio-app")]
    for link in ("tel:911", "tel:988", "sms:988", "tel:+16178638810"):
        assert f'href="{link}"' in before
    assert "not a person" in before
    assert "<noscript>" in before
    assert 'href="/articles"' in before


def test_the_chat_page_names_nothing_of_its_frameworks_maker(site: TestClient, bot: RecordingBot) -> None:
    page = site.get("/").text
    head = re.sub(r"<script.*?</script>", "", page[: page.index("</head>")], flags=re.DOTALL)
    assert "githubusercontent" not in page
    assert "og:" not in head
    assert "manifest" not in head
    assert f"<title>{bot.clinic.name}" in head
    config = json.loads(re.search(r"window\.gradio_config = (.*?);</script>", page)[1])  # type: ignore[index]
    assert config["analytics_enabled"] is False
    assert config["run_history"] is False
    assert config["footer_links"] == []
    assert config["show_error"] is False
    assert all(event["api_visibility"] == "private" for event in config["dependencies"])


@pytest.mark.parametrize(
    ("address", "headers", "language"),
    [
        ("/", {}, "en"),
        ("/?lang=es", {}, "es"),
        ("/", {"accept-language": "es-MX,es;q=0.9"}, "es"),
        ("/?lang=en", {"accept-language": "es"}, "en"),
        ("/", {"accept-language": "fr,es"}, "en"),
        ("/?lang=%22%3E%3Cscript", {}, "en"),
    ],
)
def test_the_chat_page_is_in_the_language_asked_for(
    site: TestClient, address: str, headers: dict[str, str], language: str
) -> None:
    assert f'<html lang="{language}"' in site.get(address, headers=headers).text


def test_the_list_names_every_article_with_its_review_state(site: TestClient, bot: RecordingBot) -> None:
    page = site.get("/articles").text
    for found in bot.articles.values():
        assert f'href="/articles/{found.id}"' in page
    assert page.count("Not yet reviewed by a clinician") == len(bot.articles)


def test_an_article_highlights_the_quote_of_the_version_it_was_taken_from(site: TestClient) -> None:
    citation = ask(site, QUESTION).json()["citations"][0]
    where = {"start": citation["start"], "end": citation["end"], "version": citation["sha256"][:12]}
    page = site.get(f"/articles/{citation['article']}", params=where).text
    assert '<mark id="quote">' in page
    assert 'href="#quote"' in page
    stale = site.get(f"/articles/{citation['article']}", params={**where, "version": "0" * 12}).text
    assert "<mark" not in stale
    assert "has changed since" in stale


@pytest.mark.parametrize("query", ["start=a&end=b", "start=-1&end=5", "start=1e5&end=2", "start=5", "end=²", "x=1"])
def test_an_article_opens_whatever_stands_in_its_address(site: TestClient, query: str) -> None:
    page = site.get(f"/articles/sleep?{query}")
    assert page.status_code == 200
    assert "<mark" not in page.text


def test_an_unknown_article_is_a_page_with_the_way_back_and_the_numbers(site: TestClient) -> None:
    page = site.get("/articles/no-such-article")
    assert page.status_code == 404
    assert 'href="/articles"' in page.text
    assert 'href="tel:988"' in page.text


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_safety_page_says_what_is_kept_and_lists_every_help_line(
    site: TestClient, language: str, bot: RecordingBot
) -> None:
    page = site.get(f"/chat-safety?lang={language}").text
    assert f'<html lang="{language}">' in page
    assert privacy_sentence(bot.clinic.retention, language) in html.unescape(page)
    assert "{" not in page
    for line in bot.clinic.help_lines.values():
        for number in filter(None, (line.call, line.text, line.chat)):
            assert number in page


def test_every_page_carries_the_bar_and_one_main_heading(site: TestClient) -> None:
    for path in ("/articles", "/chat-safety", "/chat-safety?lang=es", "/articles/sleep"):
        page = site.get(path).text
        assert page.count("<h1") == 1
        assert 'href="tel:911"' in page
        assert 'class="skip" href="#main"' in page
