"""Open the database of the records: SQLite by default, PostgreSQL by address."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.orm import Session

from chatbot.records.migrating import RecordsUnusableError, migrate

_WAIT = 10
"""Seconds that a process waits for another's write to end."""


def now() -> datetime:
    """Return the time in UTC, as the tables hold it."""
    return datetime.now(UTC).replace(tzinfo=None)


def today() -> date:
    """Return the day in UTC."""
    return now().date()


class Records:
    """An open database with up-to-date tables. Safe to use from several threads and processes."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        # Whoever is going to write says so first: two readers that both turn writers would wait for each other.
        self._writer = engine.execution_options(immediate=True)

    @classmethod
    def open(cls, url: str) -> Self:
        """Connect and bring the tables up to date; raise `RecordsUnusableError` with the next step."""
        try:
            engine = _engine(url)
            migrate(engine)
        except (SQLAlchemyError, ImportError, OSError) as error:
            raise RecordsUnusableError(f"{_shown(url)}: {_reason(error)}. {_next_step(error)}") from error
        return cls(engine)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that only reads."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Give a session in one transaction: all of it is kept, or after an exception nothing."""
        with Session(self._writer, expire_on_commit=False) as session, session.begin():
            yield session

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a file of our own."""
        return self.engine.dialect.name == "sqlite"

    def wipe(self) -> bool:
        """Take what was deleted out of SQLite's log too; False while somebody reads it: it must be tried again."""
        if not self.is_sqlite:
            return True
        with self._outside_transactions() as cursor:
            busy, *_ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    def vacuum(self) -> None:
        """Give deleted space back, so that nothing of it is left in the files."""
        if self.is_sqlite:
            with self._outside_transactions() as cursor:
                cursor.execute("VACUUM")
            return
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM"))

    @contextmanager
    def _outside_transactions(self) -> Iterator[Any]:
        with closing(self.engine.raw_connection()) as connection, closing(connection.cursor()) as cursor:
            yield cursor

    def close(self) -> None:
        """Release every connection."""
        self.engine.dispose()


def _engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() not in {"sqlite", "postgresql"}:
        raise ArgumentError(f"no such kind of database: {parsed.get_backend_name()}")
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, json_serializer=_json, pool_pre_ping=True, pool_size=4)
    if not parsed.database:
        raise ArgumentError("records in memory would be lost")
    file = Path(parsed.database)
    file.parent.mkdir(parents=True, exist_ok=True)
    # Nobody else on the machine has to read them.
    file.touch(mode=0o600)
    # Python's driver must not begin transactions by itself: see `_begin`.
    engine = create_engine(parsed, json_serializer=_json, connect_args={"timeout": _WAIT, "isolation_level": None})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _record: object) -> None:
    for setting in (
        f"busy_timeout = {_WAIT * 1000}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "secure_delete = ON",
        "temp_store = MEMORY",
        # Lists of a hundred thousand turns look up each in another table: in KB, enough for both.
        "cache_size = -32768",
    ):
        connection.execute(f"PRAGMA {setting}").close()


def _begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("immediate")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _shown(url: str) -> str:
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return "CHATBOT_TRANSCRIPTS"


def _reason(error: Exception) -> str:
    lines = str(getattr(error, "orig", None) or error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__


def _next_step(error: Exception) -> str:
    if isinstance(error, NoSuchModuleError | ArgumentError):
        return "Set CHATBOT_TRANSCRIPTS to sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/DATABASE"
    if isinstance(error, ImportError):
        return "Run: pip install 'clinic-chatbot[postgres]'"
    return "Check that the database can be reached and written, or set CHATBOT_TRANSCRIPTS to another"
