"""Bring the tables up to date, one process at a time."""

from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from alembic.script.revision import ResolutionError
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, text

_FOLDER = Path(__file__).parent / "migrations"
_LOCK = 7_202_611
"""Any number, the same in every process."""


class RecordsUnusableError(Exception):
    """The database of the records cannot be used; the message ends with the next step."""


def migrate(engine: Engine) -> None:
    """Run every migration that the database has not had, in one transaction that other processes wait for."""
    script = ScriptDirectory(str(_FOLDER), version_locations=[str(_FOLDER)])
    with engine.execution_options(immediate=True).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        try:
            _upgrade(connection, script)
        except (CommandError, ResolutionError) as error:
            step = "They were made by a newer version of this project: update it, or set CHATBOT_TRANSCRIPTS to others"
            raise RecordsUnusableError(f"the records cannot be read ({error}). {step}") from error


def _upgrade(connection: Connection, script: ScriptDirectory) -> None:
    def upgrade(revision: Any, _context: object) -> Any:
        return script._upgrade_revs("head", revision)

    with EnvironmentContext(Config(), script, fn=upgrade, destination_rev="head") as environment:
        # One transaction, ours: SQLite takes table definitions back, too.
        environment.configure(connection=connection, transactional_ddl=False)
        environment.run_migrations()
