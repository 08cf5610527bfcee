"""A small corpus with its index, and a Chroma server: built once, shared by all tests that need one."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from browsing import ARGUMENTS, CHROMIUM

from index.building import build

SLEEP = """## How much sleep do adults need?
Most adults need seven to nine hours of sleep a night. Teenagers need a little more than that.

## What helps with falling asleep?
A dark and quiet room helps the body to settle. Coffee in the afternoon can keep people awake for hours.
A short walk after supper calms many people.
"""
WALKING = """## Why is walking good for the heart?
Walking briskly for half an hour makes the heart stronger. It also lowers blood pressure over some weeks.

## What do I need to start?
Comfortable shoes are enough to begin with. A friend who joins makes it easier to keep going.
"""
FLU = """## What are the signs of the flu?
The flu comes on suddenly with fever, chills and aching muscles. A cough may last for two weeks.

## Who should be vaccinated?
Nearly everyone over six months old can have the yearly flu vaccine. Ask a pharmacist where it is given.
"""


@dataclass(frozen=True)
class Corpus:
    """Articles and where their index is."""

    articles: Path
    index: Path

    def write(self, name: str, body: str, questions: str = "") -> None:
        """Write the article `name`, or replace it."""
        path = self.articles / f"{name}.md"
        path.unlink(missing_ok=True)
        title = name.replace("-", " ").capitalize()
        path.write_text(f"---\nid: {name}\ntitle: {title}\n{questions}---\n\n{body}", encoding="utf-8")

    def versions(self) -> list[str]:
        """Return the names of all versions on disk, oldest first."""
        return sorted(path.name for path in (self.index / "versions").iterdir())


@pytest.fixture(scope="session")
def shared_corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Three short articles and their index; only to be read."""
    folder = tmp_path_factory.mktemp("corpus")
    corpus = Corpus(folder / "articles", folder / "index")
    corpus.articles.mkdir()
    corpus.write("sleep", SLEEP)
    corpus.write("walking", WALKING, 'questions:\n  "Why is walking good for the heart?": ["Does strolling help?"]\n')
    corpus.write("flu", FLU)
    # Built once for all processes that run tests: to export the model takes most of a first build.
    together = folder.parents[1 if "PYTEST_XDIST_WORKER" in os.environ else 0] / "index"
    build(corpus.articles, together, embedder="")
    shutil.copytree(together, corpus.index, copy_function=os.link, ignore=shutil.ignore_patterns("LOCK"))
    return corpus


@pytest.fixture
def corpus(shared_corpus: Corpus, tmp_path: Path) -> Corpus:
    """The same, to be changed: its files are links, so replace a file, never write into one."""
    own = Corpus(tmp_path / "articles", tmp_path / "index")
    shutil.copytree(shared_corpus.articles, own.articles)
    shutil.copytree(shared_corpus.index, own.index, copy_function=os.link)
    return own


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A running Chromium."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    with playwright.sync_playwright() as started:
        found = started.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield found
        found.close()


@pytest.fixture(scope="session")
def chroma_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running Chroma server."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    folder = tmp_path_factory.mktemp("chroma")
    chroma = Path(sys.executable).with_name("chroma")
    command = [chroma, "run", "--path", folder, "--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            _wait_for(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.kill()


def _wait_for(port: int) -> None:
    deadline = monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert monotonic() < deadline, "the Chroma server did not start"
            sleep(0.1)
        else:
            return
