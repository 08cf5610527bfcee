"""Settings of an installation: environment variables `CHATBOT_…`, all with defaults that work."""

import os
from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict

import corpus

_CONTENT = Path(corpus.__file__).parent


class Settings(BaseSettings):
    """One installation. `Settings()` reads the environment."""

    model_config = SettingsConfigDict(env_prefix="CHATBOT_", frozen=True, extra="ignore")

    home: Path = Path(".chatbot")
    """Everything written goes here."""
    articles: Path = _CONTENT / "articles"
    replies: Path = _CONTENT / "replies"
    glossary: Path = _CONTENT / "glossary.toml"
    spanish: Path = _CONTENT / "spanish.toml"
    clinic: Path = _CONTENT / "clinic.toml"
    index: str = ""
    """Folder of the index (default `<home>/index`), or the address of a Chroma server: `http://host:port`."""
    embedder: str = ""
    """Empty for the packaged MiniLM; else a folder or a hub id sentence-transformers can load."""
    llm: str = ""
    """`provider:model` for LangChain's `init_chat_model`; empty for none."""

    transcripts: str = ""
    """Database of the records, as SQLAlchemy writes it: `postgresql+psycopg://…`; empty for a SQLite file in `home`."""
    staff_password_hash: str = ""
    """Argon2 hash of the password of the staff user `admin`, for an installation without a terminal."""

    regressions: Path | None = None
    """Suite that staff's regression cases are added to; see `regression_suite`."""

    hosts: str = ""
    """Names the server answers to besides its own address and localhost, separated by commas; `*` for any."""
    questions_per_minute: int = 60
    """From one address; 0 for no limit. Programs on the server's own machine are not limited."""

    @property
    def host_names(self) -> tuple[str, ...]:
        """`hosts` as a list."""
        return tuple(name for name in (part.strip() for part in self.hosts.split(",")) if name)

    @property
    def records(self) -> str:
        """The address of the records' database."""
        return self.transcripts or f"sqlite:///{(self.home / 'records.sqlite3').absolute()}"

    @property
    def regression_suite(self) -> Path:
        """`regressions`; else `evals/suites/regressions.jsonl` of a checkout that can be written, else in `home`."""
        root = _CONTENT.parent
        checkout = (root / "pyproject.toml").is_file() and os.access(root / "evals" / "suites", os.W_OK)
        return self.regressions or (root / "evals" / "suites" if checkout else self.home) / "regressions.jsonl"

    @property
    def index_folder(self) -> Path:
        """The folder that holds the index, also where the vectors are on a Chroma server."""
        return self.home / "index" if not self.index or self.index_server else Path(self.index)

    @property
    def index_server(self) -> str | None:
        """The Chroma server's address, if the vectors are on one."""
        return self.index if self.index.startswith(("http://", "https://")) else None
