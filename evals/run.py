"""`chatbot eval SUITE…`: ask the bot every case of the suites and print figures with counts and intervals."""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from chatbot.bot import Bot
from chatbot.config import Settings
from corpus.front_matter import ContentError
from evals import answers, routing
from index.manifest import IndexUnavailable
from index.onnx_model import TrainedModelError

SUITES = Path(__file__).parent / "suites"
Case = TypeVar("Case")


class SuiteMissingError(Exception):
    """There is no such suite; the message ends with the next step."""


def suite_path(name: str) -> Path:
    """Return the file of a suite, given by its path or by the name of a shipped one."""
    for path in (Path(name), SUITES / f"{name}.jsonl"):
        if path.is_file():
            return path
    shipped = ", ".join(sorted(path.stem for path in SUITES.glob("*.jsonl")))
    raise SuiteMissingError(f"{name}: no such suite. Give a file, or one of: {shipped}")


def measures_routes(path: Path) -> bool:
    """Tell a suite of routes from one of answers by its first line."""
    first = next((line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()), "")
    try:
        return "vars" in json.loads(first)
    except ValueError as error:
        raise routing.SuiteError(f"{path}:1: not JSON ({error}). Write one JSON object a line.") from error


def run(bot: Bot, path: Path, *, misses: bool) -> list[str]:
    """Ask every case of a suite; return the lines to print."""
    if measures_routes(path):
        routed = list(routing.ask(bot, _shown(routing.load_cases(path), path.stem)))
        return [*(routing.misses(routed) if misses else []), *routing.summary(routed)]
    judged = answers.judge(bot, _shown(answers.load_cases(path), path.stem))
    return [*(answers.misses(judged) if misses else []), *answers.summary(judged)]


def _shown(cases: Sequence[Case], name: str) -> Iterator[Case]:
    """Yield the cases, with a bar on stderr."""
    from rich.console import Console
    from rich.progress import track

    shown: Iterable[Case] = track(cases, f"Asking {name}", console=Console(stderr=True))
    yield from shown


def main() -> None:
    """Run the suites; exit with 2 where one cannot be run."""
    parser = argparse.ArgumentParser(prog="chatbot eval", description=__doc__)
    parser.add_argument("suites", nargs="+", metavar="SUITE")
    parser.add_argument("--misses", action="store_true", help="list every case that went wrong")
    options = parser.parse_args()
    try:
        paths = [suite_path(name) for name in options.suites]
        bot = Bot.open(Settings())
        for path in paths:
            print(f"\n{path.name}\n" + "\n".join(run(bot, path, misses=options.misses)))
        bot.close()
    except (SuiteMissingError, routing.SuiteError, ContentError, IndexUnavailable, TrainedModelError) as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
