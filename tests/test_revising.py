"""Articles changed by staff: real files, real index, real records."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest
from conftest import FLU, SLEEP, Corpus
from sqlalchemy import select

from chatbot.config import Settings
from chatbot.conversation import Question
from chatbot.live_bot import opened_live
from chatbot.records.database import Records
from chatbot.records.tables import AuditRow, RevisionRow
from chatbot.staff import revising
from chatbot.staff.accounts import Member
from chatbot.staff.article_checks import preview
from chatbot.staff.desk import NotAllowedError
from chatbot.staff.merging import without_change
from chatbot.staff.question_lists import Listing, with_question
from chatbot.staff.revising import Content, open_article
from chatbot.staff.written import FixRefusedError
from index.manifest import read_live_manifest

EDITOR, REVIEWER = Member("eva", "editor"), Member("rob", "reviewer")
HEART = ("walking", "Why is walking good for the heart?")
OLD = "Most adults need seven to nine hours of sleep a night. Teenagers need a little more than that."
NEW = OLD.replace("seven to nine", "eight to ten")


def settings_of(corpus: Corpus) -> Settings:
    none = corpus.articles / "none.toml"
    return Settings(home=corpus.articles.parent, articles=corpus.articles, index=str(corpus.index), glossary=none)


@pytest.fixture
def content(corpus: Corpus) -> Iterator[Content]:
    settings = settings_of(corpus)
    records = Records.open(settings.records)
    live = opened_live(settings)
    yield Content(live, records)
    live.close()
    records.close()


def edited(content: Content, article: str, old: str, new: str) -> int:
    opened = open_article(content, article)
    assert old in opened.text
    return revising.save(content, EDITOR, opened, opened.text.replace(old, new), "checked")


FORMS = {
    "block": 'questions:\n  "Why": # why\n    - "one"  # first\n  # the end\nlanguage: en\n',
    "indentless": "questions:\n  Why:\n  - one\n",
    "flow list": 'questions:\n  Why: ["one", ]\n',
    "flow map": 'questions: {"Why": ["one"]}\n',
    "other section": 'questions:\n  "How":\n      - |\n        one\n',
    "none": "language: en\n",
    "empty": "questions:\nlanguage: en\n",
    "windows": 'questions:\r\n  Why:\r\n    - one\r\nlanguage: en\r\n',
}


@pytest.mark.parametrize("listing", ["questions", "unanswered"])
@pytest.mark.parametrize("form", FORMS)
def test_a_question_is_put_in_and_no_other_byte_moves(form: str, listing: Listing) -> None:
    text = f"---\nid: a\n{FORMS[form]}---\n\n## Why\nBody: ünd so on.\n"
    changed = with_question(text, "Why", 'is "this" it: #1?', listing)
    start = next(at for at, (old, new) in enumerate(zip(text, changed, strict=False)) if old != new)
    size = len(changed) - len(text)
    # Taking one run of characters out again gives the same file back.
    assert any(changed[:at] + changed[at + size :] == text for at in range(max(0, start - size), start + 1))
    assert changed.split("---", 2)[2] == text.split("---", 2)[2]


def test_a_list_that_cannot_be_added_to_is_refused() -> None:
    for lists in ("questions: null\n", "questions:\n  Why: null\n", "questions: [\n", 'questions:\n  Why: ["IT"]\n'):
        with pytest.raises((FixRefusedError, Exception), match=r"editor|already|YAML"):
            with_question(f"---\nid: a\n{lists}---\nx", "Why", "it")


def test_a_question_that_no_article_answers_is_not_answered_from_then_on(content: Content) -> None:
    asked = "What does walking do for blood pressure?"
    assert content.live.ask(Question(asked)).outcome == "answered"
    number = revising.add_question(content, EDITOR, HEART, asked, "unanswered")
    assert content.live.ask(Question(asked)).outcome == "not_in_articles"
    assert content.live.ask(Question("Why is walking good for the heart?")).outcome == "answered"
    assert revising.history(content, "walking")[0].why == f'"{asked}" is not answered, though near to "{HEART[1]}"'
    with pytest.raises(FixRefusedError, match=r"listed as not answered under .* in walking\.md"):
        revising.add_question(content, EDITOR, HEART, "what does walking do for blood pressure")
    with pytest.raises(FixRefusedError, match=r"listed as answered under .* Remove it there first"):
        revising.add_question(content, EDITOR, HEART, "Does STROLLING help", "unanswered")
    revising.undo(content, EDITOR, number)
    assert content.live.ask(Question(asked)).outcome == "answered"


def test_a_question_given_to_a_section_is_found_there_at_once(content: Content) -> None:
    asked = Question("does strutting about my street do any good")
    before = content.live.explain(asked).composed
    file = content.file("walking")
    stored = file.read_bytes()
    revising.add_question(content, EDITOR, HEART, asked.text + ", I am Peter Miller, 212-555-0147")
    after = content.live.explain(asked).composed
    assert before is not None
    assert after is not None
    assert after.found.hits[0].asked > before.found.hits[0].asked + 0.1
    assert after.found.hits[0].passage.heading == HEART[1]
    assert b"Miller" not in file.read_bytes()
    assert b"0147" not in file.read_bytes()
    assert set(stored.splitlines()[1:3]) <= set(file.read_bytes().splitlines())
    [revision] = revising.history(content, "walking")
    assert (revision.by, revision.undone_by, revision.from_outside) == ("eva", None, False)
    with pytest.raises(FixRefusedError, match="already"):
        revising.add_question(content, EDITOR, HEART, "Does strolling help?")
    with pytest.raises(FixRefusedError, match="no section"):
        revising.add_question(content, EDITOR, ("walking", "No such heading"), "Why?")
    revising.undo(content, EDITOR, revision.id)
    assert file.read_bytes() == stored


def test_an_edit_is_answered_from_at_once_and_can_be_undone_and_redone(content: Content) -> None:
    asked = Question("How much sleep do adults need?")
    first = edited(content, "sleep", OLD, NEW)
    assert "eight to ten" in content.live.ask(asked).text
    second = revising.undo(content, EDITOR, first)
    assert "eight to ten" not in content.live.ask(asked).text
    assert [each.undone_by for each in revising.history(content, "sleep")] == [None, second]
    with pytest.raises(FixRefusedError, match="undone already"):
        revising.undo(content, EDITOR, first)
    third = revising.undo(content, EDITOR, second)
    assert "eight to ten" in content.live.ask(asked).text
    assert [each.undone_by for each in revising.history(content, "sleep")] == [None, third, None]
    assert [line.text for line in revising.changes_of(content, first) if line.kind == "new"] == [NEW]
    with content.records.reading() as session:
        assert [row.user for row in session.scalars(select(AuditRow))] == ["eva"] * 3


def test_an_older_change_is_undone_without_the_later_ones() -> None:
    before, after = "one\ntwo\nthree\nfour\n", "one\nTWO\nthree\nfour\n"
    assert without_change(before, after, "one\nTWO\nthree\nFOUR\n") == "one\ntwo\nthree\nFOUR\n"
    with pytest.raises(FixRefusedError, match="same place"):
        without_change(before, after, "one\nTWO!\nthree\nfour\n")


def test_a_file_that_changed_since_it_was_opened_is_not_overwritten_and_the_text_given_back(
    content: Content, corpus: Corpus
) -> None:
    opened = open_article(content, "sleep")
    corpus.write("sleep", SLEEP.replace("quiet", "silent"))
    mine = opened.text.replace(OLD, NEW)
    with pytest.raises(FixRefusedError, match="changed since") as refused:
        revising.save(content, EDITOR, opened, mine)
    assert refused.value.text == mine
    assert "silent" in refused.value.current
    assert "silent" in content.file("sleep").read_text(encoding="utf-8")
    assert revising.history(content, "sleep") == []


def test_what_is_wrong_is_shown_with_its_line_and_not_published(content: Content) -> None:
    opened = open_article(content, "flu")
    bad = opened.text.replace("last for two weeks.", "last. Call 212-555-0147.")
    [found] = [each for each in preview(content.live, "flu", bad).problems if each.level == "error"]
    assert (found.line, "212-555-0147" in found.text) == (7, True)
    with pytest.raises(FixRefusedError, match="Line 7") as refused:
        revising.save(content, EDITOR, opened, bad)
    assert refused.value.text == bad
    yaml = preview(content.live, "flu", opened.text.replace("title: Flu", 'title: "Flu'))
    assert yaml.html == ""
    assert yaml.problems[0].line in {3, 4}
    field = preview(content.live, "flu", opened.text.replace("title: Flu", "title: Flu\nulr: x"))
    assert field.problems[0].line == 4
    assert "<h2" in preview(content.live, "flu", opened.text).html
    assert "<script" not in preview(content.live, "flu", opened.text + "\n<script>x</script>\n").html


def test_a_reviewer_may_not_change_content_and_no_path_is_an_article(content: Content) -> None:
    opened = open_article(content, "sleep")
    for change in (
        lambda: revising.save(content, REVIEWER, opened, "x"),
        lambda: revising.add_question(content, REVIEWER, HEART, "Why?"),
        lambda: revising.undo(content, REVIEWER, 1),
    ):
        with pytest.raises(NotAllowedError, match="Ask an admin"):
            change()
    with pytest.raises(FixRefusedError):
        open_article(content, "../secret")


def test_a_build_that_fails_leaves_the_old_article_and_bot_in_use(content: Content, corpus: Corpus) -> None:
    (corpus.articles / "broken.md").write_text("no front matter", encoding="utf-8")
    stored = content.file("sleep").read_bytes()
    with pytest.raises(FixRefusedError, match=r"broken.md.*still in use") as refused:
        edited(content, "sleep", OLD, NEW)
    assert "eight to ten" in refused.value.text
    assert content.file("sleep").read_bytes() == stored
    assert revising.history(content, "sleep") == []
    assert content.live.ask(Question("How much sleep do adults need?")).outcome == "answered"


def test_questions_are_answered_without_a_gap_while_an_article_is_changed(content: Content) -> None:
    done, outcomes = Event(), []

    def visitor() -> None:
        while not done.is_set():
            outcomes.append(content.live.ask(Question("How much sleep do adults need?")).outcome)

    threads = [Thread(target=visitor) for _ in range(2)]
    for thread in threads:
        thread.start()
    first = edited(content, "sleep", OLD, NEW)
    revising.undo(content, EDITOR, first)
    done.set()
    for thread in threads:
        thread.join()
    assert len(outcomes) > 4
    assert set(outcomes) == {"answered"}


def test_the_bot_before_is_closed_when_its_last_request_has_ended(content: Content) -> None:
    before = content.live._held.bot
    closed: list[bool] = []
    close = before.close
    before.close = lambda: (closed.append(True), close())  # type: ignore[assignment,method-assign,func-returns-value]
    with content.live._using() as held:
        edited(content, "sleep", OLD, NEW)
        assert held.bot is before
        assert not closed
        assert held.bot.ask(Question("Why is walking good for the heart?")).outcome == "answered"
    assert closed == [True]


CHILD = """
import sys
from chatbot.config import Settings
from chatbot.live_bot import opened_live
from chatbot.records.database import Records
from chatbot.staff import revising
from chatbot.staff.accounts import Member
settings = Settings()
content = revising.Content(opened_live(settings), Records.open(settings.records))
opened = revising.open_article(content, "sleep")
print("ready", flush=True)
revising.save(content, Member("eva", "editor"), opened, opened.text.replace("quiet", "silent"), "killed")
print("saved", flush=True)
"""


@pytest.mark.parametrize("moment", ["recorded", "written"])
def test_a_kill_loses_no_change(corpus: Corpus, moment: str) -> None:
    settings = settings_of(corpus)
    environment = os.environ | {
        "CHATBOT_HOME": str(settings.home), "CHATBOT_ARTICLES": str(corpus.articles),
        "CHATBOT_INDEX": str(corpus.index), "CHATBOT_GLOSSARY": str(settings.glossary),
    }  # fmt: skip
    file = corpus.articles / "sleep.md"
    records = Records.open(settings.records)
    with subprocess.Popen([sys.executable, "-c", CHILD], env=environment, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        while child.poll() is None and not _reached(records, file, moment):
            time.sleep(0.002)
        child.send_signal(signal.SIGKILL)
    assert file.read_text(encoding="utf-8").count("---") == 2
    revising_after = Content(_rebuilt(settings), records)
    revising.finish_interrupted(revising_after)
    assert "silent" in file.read_text(encoding="utf-8")
    assert "silent" in revising_after.live.articles["sleep"].text
    assert [each.why for each in revising.history(revising_after, "sleep")] == ["killed"]
    assert revising.finish_interrupted(revising_after) == []
    assert read_live_manifest(corpus.index).articles["sleep"] == revising_after.live.articles["sleep"].sha256
    revising_after.live.close()
    records.close()


def _reached(records: Records, file: Path, moment: str) -> bool:
    if moment == "written":
        return "silent" in file.read_text(encoding="utf-8")
    with records.reading() as session:
        return session.scalars(select(RevisionRow.id)).first() is not None


def _rebuilt(settings: Settings):  # type: ignore[no-untyped-def]
    """Open the bot as `chatbot serve` does."""
    from index.building import build

    build(settings.articles, settings.index_folder, embedder="")
    return opened_live(settings)


def test_a_new_article_is_a_revision_too(content: Content) -> None:
    text = f"---\nid: grippe\ntitle: Grippe\n---\n\n{FLU.replace('flu', 'grippe')}"
    made = revising.save(content, EDITOR, open_article(content, "grippe"), text)
    assert "grippe" in content.live.articles
    with pytest.raises(FixRefusedError, match="Switch the article off"):
        revising.undo(content, EDITOR, made)
