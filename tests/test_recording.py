"""What is kept of conversations, and that nothing else is; real bot, real SQLite files."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from conftest import Corpus
from fastapi.testclient import TestClient
from sqlalchemy import delete, func, select
from test_identifiers_kept_nowhere import CASES, EVERY, found_in
from website import QUESTION, RecordingBot, opened_bot, wait_until

from chatbot.api import ServerOptions, create_app
from chatbot.chat_routes import LINES
from chatbot.conversation import Question
from chatbot.records.counting import totals
from chatbot.records.database import Records, today
from chatbot.records.keeping import Keeper
from chatbot.records.migrating import RecordsUnusableError
from chatbot.records.purging import purge
from chatbot.records.recording import WAITING, Recorder
from chatbot.records.switching import SwitchBoard
from chatbot.records.tables import (
    Base,
    ConversationRow,
    CounterRow,
    QueueItemRow,
    ScoreRow,
    TurnRow,
)
from chatbot.staff.desk import Desk
from chatbot.switches import Switches

CRISIS = "I want to kill myself."
FLU = "What are the signs of the flu?"
PLACE = {"content-type": "application/x-www-form-urlencoded", "accept": LINES}


@pytest.fixture(scope="module")
def bot(shared_corpus: Corpus) -> Iterator[RecordingBot]:
    with opened_bot(shared_corpus) as opened:
        yield opened


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    opened = Records.open(f"sqlite:///{tmp_path / 'records.sqlite3'}")
    yield opened
    opened.close()


@pytest.fixture
def recorder(records: Records, bot: RecordingBot) -> Iterator[Recorder]:
    made = Recorder(records, bot, Keeper(bot, chance=lambda: 1.0))
    yield made
    made.close()


@pytest.fixture
def site(bot: RecordingBot, recorder: Recorder) -> Iterator[TestClient]:
    options = ServerOptions(hosts=("testserver",), questions_per_minute=0)
    board = SwitchBoard(recorder.records)
    desk = Desk(bot, recorder.records, recorder, board)
    with TestClient(create_app(bot, options=options, desk=desk)) as client:
        yield client
    board.close()


def counted(recorder: Recorder, name: str) -> dict[str, int]:
    assert recorder.settle(60)
    with recorder.records.reading() as session:
        return totals(session, name, today(), today())


def turns(recorder: Recorder) -> list[TurnRow]:
    assert recorder.settle(60)
    with recorder.records.reading() as session:
        return list(session.scalars(select(TurnRow).order_by(TurnRow.conversation_id, TurnRow.number)))


def written(folder: Path) -> str:
    return "\n".join(path.read_bytes().decode("utf-8", "replace") for path in folder.iterdir() if path.is_file())


def test_a_turn_is_kept_with_its_answer_passages_and_trace_and_its_day_but_no_time(recorder: Recorder) -> None:
    answer = recorder.asking("page")(Question(f"My name is Jane Holland. {QUESTION}", conversation="a" * 16))
    assert recorder.settle()
    with recorder.records.reading() as session:
        turn = session.get_one(TurnRow, answer.id)
        assert (turn.route, turn.outcome, turn.language, turn.number) == ("education", "answered", "en", 1)
        assert turn.question == f"My name is [name] {QUESTION}"
        assert turn.answer is not None
        assert turn.answer["text"] == answer.text
        assert turn.passages is not None
        assert turn.passages[0]["article"] == "sleep"
        assert turn.trace is not None
        assert turn.trace["decision"]["outcome"] == "answered"
        assert (turn.day, turn.conversation_id) == (today(), "a" * 16)
    visitors = [Base.metadata.tables[name] for name in ("conversation", "turn", "score", "counter", "queue_item")]
    assert {column.type.python_type for table in visitors for column in table.columns if "day" in column.name} == {date}


def test_two_visitors_who_ask_the_same_get_turns_of_their_own_and_ratings_go_to_the_right_one(
    recorder: Recorder,
) -> None:
    ask = recorder.asking("page")
    first, second = ask(Question(QUESTION, conversation="a" * 16)), ask(Question(QUESTION, conversation="b" * 16))
    assert first.id[:16] == second.id[:16]
    recorder.rated(f"{second.id}-0", False, None)
    recorder.rated(f"{second.id}-0", False, "beside")
    assert len(turns(recorder)) == 2
    with recorder.records.reading() as session:
        score = session.scalars(select(ScoreRow)).one()
        assert (score.turn_id, score.value, score.reason, score.source) == (second.id, 0.0, "beside", "visitor")
        item = session.scalars(select(QueueItemRow)).one()
        assert (item.turn_id, item.reason, item.state) == (second.id, "thumbs_down", "open")
    assert counted(recorder, "rating") == {"no": 1}
    assert counted(recorder, "reason") == {"beside": 1}


def test_the_pages_and_the_api_are_recorded_and_the_api_keeps_its_stable_ids(
    site: TestClient, recorder: Recorder, bot: RecordingBot
) -> None:
    given = site.post("/api/ask", json={"question": QUESTION}).json()
    assert given["id"] == bot.answer_id(Question(QUESTION))
    follow = site.post("/api/ask", json={"question": FLU, "history": [QUESTION]}).json()
    site.post("/api/feedback", json={"answer": follow["id"], "helpful": True})
    body = f"question={QUESTION}&conversation={'c' * 16}&turns=0"
    html = json.loads(site.post("/chat", content=body, headers=PLACE).text.splitlines()[-1])["html"]
    kept = turns(recorder)
    assert [(turn.number, (turn.question or "")[:8]) for turn in kept if turn.conversation_id != "c" * 16] == [
        (1, QUESTION[:8]), (2, FLU[:8]),
    ]  # fmt: skip
    assert f'data-answer="{next(turn.id for turn in kept if turn.conversation_id == "c" * 16)}-0"' in html
    assert counted(recorder, "source") == {"api": 2, "chat": 1}
    assert counted(recorder, "rating") == {"yes": 1}


def test_a_tapped_number_is_counted_by_kind(site: TestClient, recorder: Recorder) -> None:
    for what in ("clinic", "clinic", "crisis"):
        assert site.post("/api/tap", json={"what": what}).json() == {"counted": True}
    assert site.post("/api/tap", json={"what": "anything"}).status_code == 422
    assert counted(recorder, "tap") == {"clinic": 2, "crisis": 1}


def test_a_command_line_question_is_not_recorded(recorder: Recorder, bot: RecordingBot) -> None:
    bot.ask(Question(QUESTION))
    assert turns(recorder) == []


@pytest.mark.parametrize("message", [CRISIS, "I am 15, is this for me?", "My name is Jane Holland, 617-555-0123."])
def test_after_an_acute_turn_nothing_of_the_conversation_is_kept_or_will_be(
    recorder: Recorder, tmp_path: Path, message: str
) -> None:
    ask = recorder.asking("chat")
    ask(Question(QUESTION, conversation="a" * 16))
    ask(Question(FLU, conversation="b" * 16))
    assert len(turns(recorder)) == 2
    assert "seven to nine hours" in written(tmp_path)
    ask(Question(message, (QUESTION,), conversation="a" * 16))
    ask(Question("Why is walking good for the heart?", (QUESTION, message), conversation="a" * 16))
    assert [turn.conversation_id for turn in turns(recorder)] == ["b" * 16]
    with recorder.records.reading() as session:
        assert session.get_one(ConversationRow, "a" * 16).keeps_text is False
    assert sum(counted(recorder, "answer").values()) == 4
    wait_until(lambda: "adults need" not in written(tmp_path))


def test_without_a_name_a_conversation_is_known_by_its_history_and_deleted_all_the_same(recorder: Recorder) -> None:
    ask = recorder.asking("api")
    ask(Question(QUESTION))
    ask(Question(FLU, (QUESTION,)))
    assert [turn.number for turn in turns(recorder)] == [1, 2]
    ask(Question(CRISIS, (QUESTION, FLU)))
    ask(Question("Who should be vaccinated?", (QUESTION, FLU, CRISIS)))
    assert turns(recorder) == []


def test_a_conversation_is_known_by_its_history_also_after_the_index_was_built_again(
    recorder: Recorder, bot: RecordingBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = recorder.asking("api")
    ask(Question(QUESTION))
    ask(Question(FLU, (QUESTION,)))
    before = bot.answer_id(Question(QUESTION))
    monkeypatch.setattr(bot.index, "manifest", replace(bot.index.manifest, built_at="2031-01-01T00:00:00+00:00"))
    assert bot.answer_id(Question(QUESTION)) != before
    ask(Question(CRISIS, (QUESTION, FLU)))
    assert turns(recorder) == []


def test_a_history_with_danger_in_it_is_not_kept_even_if_its_conversation_is_unknown(recorder: Recorder) -> None:
    recorder.asking("chat")(Question(QUESTION, (CRISIS,), conversation="d" * 16))
    assert turns(recorder) == []


def test_with_text_off_only_what_it_was_about_is_kept(
    bot: RecordingBot, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    off = bot.clinic.retention.model_copy(update={"keep_text": "off"})
    monkeypatch.setattr(bot, "clinic", bot.clinic.model_copy(update={"retention": off}))
    recorder = Recorder(records, bot)
    recorder.asking("page")(Question(QUESTION))
    turn = turns(recorder)[0]
    with records.reading() as session:
        kept = session.get_one(TurnRow, turn.id)
        assert (kept.question, kept.answer, kept.trace) == (None, None, None)
        assert kept.passages is not None
        assert kept.passages[0] == {"article": "sleep", "heading": "How much sleep do adults need?"}
        nulls = session.scalar(select(func.count()).where(TurnRow.answer.is_(None)))
    recorder.close()
    assert nulls == 1


@pytest.mark.parametrize(
    ("question", "chance", "reason"),
    [
        ("should I stop my own medicine?", 1.0, "personal_medical"),
        (QUESTION, 0.04, "random"),
        (QUESTION, 0.06, None),
    ],
)
def test_rules_put_turns_in_the_queue(
    records: Records, bot: RecordingBot, question: str, chance: float, reason: str | None
) -> None:
    recorder = Recorder(records, bot, Keeper(bot, chance=lambda: chance))
    recorder.asking("page")(Question(question))
    assert len(turns(recorder)) == 1
    with records.reading() as session:
        item = session.scalars(select(QueueItemRow)).one_or_none()
        assert (item.reason if item else None) == reason
    recorder.close()


def test_a_question_that_the_articles_do_not_answer_is_put_in_the_queue(
    recorder: Recorder, bot: RecordingBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot, "switches", lambda: Switches(articles_off=frozenset({"sleep"})))
    answer = recorder.asking("page")(Question(QUESTION))
    assert answer.outcome == "not_in_articles"
    assert len(turns(recorder)) == 1
    with recorder.records.reading() as session:
        assert session.scalars(select(QueueItemRow.reason)).all() == ["not_in_articles"]


def test_what_is_old_is_deleted_at_the_start_and_leaves_no_byte(
    records: Records, bot: RecordingBot, tmp_path: Path
) -> None:
    old = today() - timedelta(days=31)
    recorder = Recorder(records, bot, Keeper(bot, chance=lambda: 0.0, day=lambda: old))
    answer = recorder.asking("page")(Question(QUESTION))
    recorder.rated(answer.id, True, None)
    assert len(turns(recorder)) == 1
    recorder.close()
    assert "seven to nine hours" in written(tmp_path)
    Recorder(records, bot).close()
    with records.reading() as session:
        for table in (TurnRow, ConversationRow, ScoreRow, QueueItemRow):
            assert session.scalar(select(func.count()).select_from(table)) == 0
        assert session.scalar(select(func.count()).select_from(CounterRow)), "counters are kept for thirteen months"
    wait_until(lambda: "seven to nine hours" not in written(tmp_path))


def test_counters_are_deleted_after_thirteen_months(records: Records) -> None:
    with records.writing() as session:
        for age in (395, 400):
            session.add(CounterRow(day=today() - timedelta(days=age), name="tap", label="clinic", value=1))
    purge(records, 30, today())
    with records.reading() as session:
        assert session.scalars(select(CounterRow.day)).all() == [today() - timedelta(days=395)]


def test_answers_are_given_and_losses_counted_when_the_records_cannot_be_written(
    recorder: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    recorder.settle()
    with recorder.records.engine.execution_options(immediate=True).begin() as blocked:
        blocked.execute(delete(CounterRow))
        ask, started = recorder.asking("page"), time.perf_counter()
        assert ask(Question(QUESTION)).outcome == "answered"
        assert time.perf_counter() - started < 8, "an answer waited for the records"
        for _ in range(WAITING + 100):
            recorder.tapped("clinic")
        assert recorder.dropped >= 1
    recorder.settle(60)
    recorder.tapped("clinic")
    assert counted(recorder, "dropped") == {"record": recorder.dropped}
    assert QUESTION not in caplog.text


def test_no_byte_of_the_records_holds_one_of_two_hundred_identifiers(
    site: TestClient, recorder: Recorder, tmp_path: Path
) -> None:
    for number, (message, _) in enumerate(CASES):
        name = f"{number // 2:016x}"
        earlier = CASES[number - 1][0] if number % 2 else ""
        recorder.asking("chat")(Question(message, (earlier,) if earlier else (), conversation=name))
    assert recorder.settle(60)
    recorder.close()
    kept = written(tmp_path)
    assert len(turns_of(recorder.records)) > 40
    assert "How much sleep do adults need?" in kept
    assert found_in(kept, EVERY) == []


def turns_of(records: Records) -> list[str]:
    with records.reading() as session:
        return list(session.scalars(select(TurnRow.id)))


WRITER = """
import sys
from chatbot.records.counting import Counts, add_counts
from chatbot.records.database import Records, today
from chatbot.records.tables import ConversationRow
records = Records.open(sys.argv[1])
name = sys.argv[2]
for number in range(int(sys.argv[3])):
    with records.writing() as session:
        row = ConversationRow(id=f"{name}-{number}", day=today(), language="en", keeps_text=True, source="api")
        session.add(row)
        add_counts(session, today(), Counts({("tap", "clinic"): 1}))
    print(number, flush=True)
"""


def started(url: str, name: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, url, name, str(count)]
    surroundings = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=surroundings)


def test_several_processes_make_the_tables_and_write_at_once_and_nothing_is_lost(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'records.sqlite3'}"
    running = [started(url, name, 40) for name in ("a", "b", "c")]
    for each in running:
        _, errors = each.communicate(timeout=120)
        assert each.returncode == 0, errors
    records = Records.open(url)
    with records.reading() as session:
        assert session.scalar(select(func.count()).select_from(ConversationRow)) == 120
        assert totals(session, "tap", today(), today()) == {"clinic": 120}
    records.close()


def test_a_process_killed_while_it_writes_loses_nothing_it_had_written(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'records.sqlite3'}"
    writer = started(url, "a", 100_000)
    assert writer.stdout is not None
    told = [writer.stdout.readline() for _ in range(60)]
    os.kill(writer.pid, signal.SIGKILL)
    told += writer.stdout.readlines()
    writer.communicate(timeout=30)
    committed = len([line for line in told if line.endswith("\n")])
    records = Records.open(url)
    with records.reading() as session:
        rows = session.scalar(select(func.count()).select_from(ConversationRow)) or 0
        # The last one may have been written and not told.
        assert committed <= rows <= committed + 1
        assert totals(session, "tap", today(), today()) == {"clinic": rows}
    records.close()


def test_the_migrations_make_exactly_the_tables_of_the_code(records: Records) -> None:
    with records.engine.connect() as connection:
        compared = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(compared, Base.metadata)
    assert differences == []


@pytest.mark.parametrize("url", ["mysql://x/y", "nonsense", "sqlite://", "postgresql+psycopg://a:secret@127.0.0.1:1/x"])
def test_records_that_cannot_be_opened_say_what_to_do_and_no_password(url: str) -> None:
    # Without its driver, PostgreSQL says how to install that.
    with pytest.raises(RecordsUnusableError, match=r"CHATBOT_TRANSCRIPTS|pip install .*\[postgres\]") as raised:
        Records.open(url)
    assert "secret" not in str(raised.value)


def test_records_of_a_newer_version_are_not_touched(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'records.sqlite3'}"
    records = Records.open(url)
    with records.engine.execution_options(immediate=True).begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'of_tomorrow'")
    records.close()
    with pytest.raises(RecordsUnusableError, match="update it"):
        Records.open(url)


def test_only_the_owner_may_read_the_file(records: Records, tmp_path: Path) -> None:
    assert (tmp_path / "records.sqlite3").stat().st_mode & 0o077 == 0
