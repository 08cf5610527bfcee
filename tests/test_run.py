import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Corpus

from chatbot.bot import Bot
from chatbot.config import Settings
from evals.routing import SuiteError
from evals.run import SUITES, SuiteMissingError, measures_routes, run, suite_path


@pytest.fixture(scope="module")
def bot(shared_corpus: Corpus) -> Iterator[Bot]:
    opened = Bot.open(Settings(articles=shared_corpus.articles, index=str(shared_corpus.index)))
    yield opened
    opened.close()


def routes(tmp_path: Path, *cases: tuple[str, str]) -> Path:
    path = tmp_path / "mine.jsonl"
    rows = [
        {"id": f"c{number}", "vars": {"turns": [text]}, "assert": [{"type": "route", "value": route}],
         "metadata": {"family": "f", "kind": "direct", "language": "en"}}
        for number, (text, route) in enumerate(cases)
    ]  # fmt: skip
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


def test_a_shipped_suite_is_found_by_name_and_any_other_by_path(tmp_path: Path) -> None:
    assert suite_path("safety") == SUITES / "safety.jsonl"
    path = routes(tmp_path, ("I want to die", "crisis_self"))
    assert suite_path(str(path)) == path


def test_an_unknown_suite_names_those_there_are() -> None:
    with pytest.raises(SuiteMissingError, match=r"nowhere: no such suite\. Give a file, or one of: .*answers.*safety"):
        suite_path("nowhere")


def test_a_suite_of_routes_is_told_from_one_of_answers() -> None:
    assert measures_routes(SUITES / "safety.jsonl")
    assert not measures_routes(SUITES / "answers.jsonl")


def test_a_file_that_is_no_suite_says_what_to_write(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text("id,question\n", encoding="utf-8")
    with pytest.raises(SuiteError, match="Write one JSON object a line"):
        measures_routes(path)


def test_every_case_is_asked_and_misses_are_listed_on_request(bot: Bot, tmp_path: Path) -> None:
    path = routes(tmp_path, ("I want to die", "crisis_self"), ("I want to end my life", "cost"))
    lines = run(bot, path, misses=True)
    assert lines[0].startswith("c1 [direct, en] cost -> crisis_self")
    assert any(line.startswith("crisis_self: recall") and "1/1" in line for line in lines)
    assert not any("c1 [" in line for line in run(bot, path, misses=False))


def test_the_command_ends_with_2_and_the_next_step_where_a_suite_cannot_be_run() -> None:
    command = [sys.executable, "-m", "chatbot.cli", "eval", "nowhere"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert ended.returncode == 2
    assert ended.stderr.startswith("error: nowhere: no such suite")
