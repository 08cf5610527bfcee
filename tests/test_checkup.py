"""What staff are told about the health of the content."""

import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from time import sleep

import pytest
from conftest import SLEEP, Corpus

from chatbot.config import Settings
from chatbot.conversation import Question
from chatbot.inspection import Health
from chatbot.live_bot import LiveBot, opened_live
from chatbot.records.counting import add_counts
from chatbot.records.database import Records, today
from chatbot.staff.accounts import Member
from chatbot.staff.audit_log import last_changes
from chatbot.staff.checkup import Checkup, Look, cited_articles, health_of, read_again
from chatbot.staff.health_views import look_html
from chatbot.staff.written import FixRefusedError
from corpus.findings import Finding

NOTHING = Health((), ())


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    opened = Records.open(f"sqlite:///{tmp_path / 'records.sqlite3'}")
    yield opened
    opened.close()


@pytest.fixture
def live(corpus: Corpus, tmp_path: Path) -> Iterator[LiveBot]:
    settings = Settings(
        home=tmp_path, articles=corpus.articles, index=str(corpus.index), glossary=corpus.articles / "none.toml"
    )
    opened = opened_live(settings)
    yield opened
    opened.close()


def cite(records: Records, **articles: int) -> None:
    with records.writing() as session:
        add_counts(session, today(), Counter({("article", name): count for name, count in articles.items()}))


def test_a_look_finds_what_is_wrong_in_files_index_counters_and_the_running_chat(
    live: LiveBot, records: Records, corpus: Corpus
) -> None:
    cite(records, sleep=60, flu=40)
    corpus.write("sleep", SLEEP, "reviewed_by: Dr. Ada\nreviewed_on: 2020-01-01\n")
    found = health_of(live, records)
    assert found.unmeasured == ()
    told = {(each.check, each.where, each.level) for each in found.findings}
    assert {
        ("review", "article sleep", "warning"), ("index", "index", "error"), ("served", "article sleep", "error"),
        ("cited", "article walking", "warning"),
    } <= told  # fmt: skip
    assert ("cited", "article flu", "warning") not in told
    assert ("served", "article flu", "error") not in told
    shown = look_html(Checkup(lambda: found).look("ann"))
    assert shown.index("Must be corrected: 2") < shown.index("Should be looked at")
    assert shown.index("Reviews overdue") < shown.index("Not reviewed by a clinician")
    assert 'href="/staff/?fix=sleep" aria-label="Fix sleep"' in shown


def test_content_that_cannot_be_read_says_where_and_keeps_the_last_look(
    live: LiveBot, records: Records, corpus: Corpus
) -> None:
    (corpus.articles / "flu.md").unlink()
    (corpus.articles / "flu.md").write_text("no front matter", encoding="utf-8")
    with pytest.raises(FixRefusedError, match=r"flu\.md"):
        health_of(live, records)


def test_few_citations_tell_nothing_about_what_is_never_cited(records: Records) -> None:
    cite(records, sleep=99)
    assert cited_articles(records) is None
    cite(records, flu=1)
    assert cited_articles(records) == {"sleep", "flu"}


def test_only_one_look_is_made_at_a_time_and_all_who_asked_get_it() -> None:
    going, asking, may_end, looks = Event(), Event(), Event(), []

    def look() -> Health:
        looks.append(1)
        going.set()
        assert may_end.wait(10)
        return NOTHING

    checkup = Checkup(look)

    def ask_too() -> Look:
        asking.set()
        return checkup.look("bob")

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(checkup.look, "ann")
        assert going.wait(10)
        second = pool.submit(ask_too)
        assert asking.wait(10)
        sleep(0.3)
        may_end.set()
        assert first.result(10) is second.result(10) is checkup.last
    assert looks == [1]
    assert checkup.look("bob").by == "bob", "a later look is a new one"


def test_a_look_that_fails_leaves_the_last_result_and_the_way_free() -> None:
    answers = iter([NOTHING, FixRefusedError("The content cannot be read: x."), NOTHING])

    def look() -> Health:
        found = next(answers)
        if isinstance(found, FixRefusedError):
            raise found
        return found

    checkup = Checkup(look)
    kept = checkup.look("ann")
    with pytest.raises(FixRefusedError):
        checkup.look("bob")
    assert checkup.last is kept
    assert checkup.look("cy").by == "cy"


def test_what_was_found_is_shown_as_text_in_whole_sentences_without_empty_lines() -> None:
    odd = Finding("error", "claims", "article sleep", "never shown, because of <b>cure</b>", "Reword the sentence.")
    shown = look_html(Checkup(lambda: Health((odd,), ("links: <none>",))).look("ann"))
    assert "Never shown, because of &lt;b&gt;cure&lt;/b&gt;" in shown
    assert "Should be looked at: nothing" in shown
    assert "Not measured: links: &lt;none&gt;." in shown
    assert not re.search(r"\n\s*\n", shown), "it would end the HTML where Gradio reads Markdown"
    assert "Nobody has looked" in look_html(None)


def test_articles_changed_by_hand_are_read_again_without_a_restart(
    live: LiveBot, records: Records, corpus: Corpus
) -> None:
    ann = Member("ann", "editor")
    corpus.write("sleep", SLEEP.replace("seven to nine", "eight to ten"))
    read_again(live, records, ann)
    assert "eight to ten" in live.ask(Question("How much sleep do adults need?")).text
    assert not {"index", "served"} & {each.check for each in health_of(live, records).findings}
    (corpus.articles / "flu.md").unlink()
    (corpus.articles / "flu.md").write_text("no front matter", encoding="utf-8")
    with pytest.raises(FixRefusedError, match=r"Nothing has changed; .*flu\.md"):
        read_again(live, records, ann)
    assert "eight to ten" in live.ask(Question("How much sleep do adults need?")).text
    with records.reading() as session:
        assert [change.what for change in last_changes(session)] == ["had all articles read again"]
