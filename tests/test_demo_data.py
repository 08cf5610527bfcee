from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from conftest import Corpus
from sqlalchemy import func, select, update
from typer.testing import CliRunner
from website import RecordingBot, opened_bot

from chatbot.cli import app
from chatbot.conversation import Question
from chatbot.records.counting import totals
from chatbot.records.database import Records, today
from chatbot.records.recording import Recorder
from chatbot.records.tables import AuditRow, CounterRow, QueueItemRow, ScoreRow, TurnRow, UserRow
from chatbot.staff.accounts import log_in, set_user
from chatbot.staff.demo_data import WEEKS, DemoRefusedError, holds_demo, make_demo


@pytest.fixture(scope="module")
def bot(shared_corpus: Corpus) -> Iterator[RecordingBot]:
    with opened_bot(shared_corpus) as opened:
        yield opened


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    opened = Records.open(f"sqlite:///{tmp_path / 'demo.sqlite3'}")
    yield opened
    opened.close()


def kept(records: Records) -> list[tuple[str, str | None]]:
    with records.reading() as session:
        return [(row.id, row.question) for row in session.scalars(select(TurnRow).order_by(TurnRow.id))]


def test_traffic_is_made_up_reviewed_and_marked_and_old_turns_are_numbers_only(
    records: Records, bot: RecordingBot, tmp_path: Path
) -> None:
    made = make_demo(records, bot, 120)
    turns = kept(records)
    assert made.conversations == 120
    assert made.turns == len(turns)
    assert holds_demo(records)
    with records.reading() as session:
        assert all(session.scalars(select(TurnRow.demo)))
        oldest = session.scalar(select(func.min(TurnRow.day)))
        assert oldest is not None
        assert oldest >= today() - timedelta(days=bot.clinic.retention.keep_days)
        first_counted = session.scalar(select(func.min(CounterRow.day)))
        assert first_counted is not None
        assert first_counted < oldest
        asked = sum(totals(session, "answer", today() - timedelta(weeks=WEEKS), today()).values())
        assert asked > len(turns), "what is older is counted"
        judged = session.scalar(select(func.count()).where(ScoreRow.name == "verdict")) or 0
        logged = session.scalar(select(func.count()).where(AuditRow.action.endswith(" verdict"))) or 0
        assert made.reviews == logged >= judged > 0
        states = set(session.scalars(select(QueueItemRow.state)))
        assert states == {"open", "done", "escalated"}
    assert b"want to live anymore" not in b"".join(file.read_bytes() for file in tmp_path.iterdir())


def test_made_again_it_takes_the_place_of_what_was_made_before(records: Records, bot: RecordingBot) -> None:
    make_demo(records, bot, 30)
    before = kept(records)
    set_user(records, "ann", "admin", "correct horse battery")
    make_demo(records, bot, 30)
    assert kept(records) == before
    with records.reading() as session:
        assert session.get(UserRow, "ann")


def test_records_of_visitors_are_never_replaced(records: Records, bot: RecordingBot) -> None:
    recorder = Recorder(records, bot)
    recorder.asking("page")(Question("How much sleep do adults need?"))
    assert recorder.settle()
    recorder.close()
    before = kept(records)
    with pytest.raises(DemoRefusedError, match="--database"):
        make_demo(records, bot, 5)
    assert kept(records) == before
    with records.writing() as session:
        session.execute(update(CounterRow).values(value=7))
        session.query(TurnRow).delete()
    with pytest.raises(DemoRefusedError, match="real visitors"):
        make_demo(records, bot, 5)


def test_nobody_can_log_in_as_the_made_up_reviewers(records: Records, bot: RecordingBot) -> None:
    make_demo(records, bot, 20)
    for password in ("", "demo", "demo-ana", "password"):
        assert log_in(records, "demo-ana", password) is None


def test_the_command_says_how_to_go_on(shared_corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHATBOT_HOME", str(tmp_path))
    monkeypatch.setenv("CHATBOT_ARTICLES", str(shared_corpus.articles))
    monkeypatch.setenv("CHATBOT_INDEX", str(shared_corpus.index))
    done = CliRunner().invoke(app, ["demo-data", "--conversations", "10"])
    assert done.exit_code == 0, done.output
    assert f"CHATBOT_TRANSCRIPTS=sqlite:///{tmp_path / 'demo.sqlite3'} chatbot serve" in done.output
    assert (tmp_path / "demo.sqlite3").is_file()
