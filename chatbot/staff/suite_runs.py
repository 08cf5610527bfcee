"""What staff wait for and visitors must not, in a child process; suites too, as evals stand above this package."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from chatbot.config import Settings
from chatbot.staff.written import FixRefusedError

_LONGEST = 900.0
"""Seconds."""
_NOT_FOR_CHILDREN = {"staff_password_hash", "transcripts"}


def require_readable(suite: Path) -> None:
    """Raise `FixRefusedError` with what is wrong with a suite's file."""
    done = run_politely(None, "evals.check_suite", str(suite))
    if done.returncode:
        raise FixRefusedError(f"{last_line(done.stderr)} Correct the case.")


def run_suite(settings: Settings, suite: Path) -> dict[str, str]:
    """Ask every case; return case id -> `passed`, `failed` or `errored`."""
    with TemporaryDirectory(prefix="run-") as folder:
        done = run_politely(settings, "evals.run", str(suite), "--report", folder)
        results = Path(folder) / "results.json"
        if not results.is_file():
            raise FixRefusedError(f"The cases could not be run: {last_line(done.stderr)} Then run them again.")
        cases = json.loads(results.read_text(encoding="utf-8"))["cases"]
    return {case["id"]: case["status"] for case in cases}


def run_politely(settings: Settings | None, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one of our modules after all that is more urgent, for an installation, and return what it printed."""
    politely = ["nice", "-n", "10"] if shutil.which("nice") else []
    command = [*politely, sys.executable, "-m", *arguments]
    environment = os.environ | (_environment(settings) if settings else {})
    root = str(Path(__file__).parents[2])
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [root, environment.get("PYTHONPATH", "")]))
    try:
        return subprocess.run(
            command, env=environment, check=False, capture_output=True, text=True, timeout=_LONGEST
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise FixRefusedError("This took too long. Run it on the server's own terminal.") from error


def _environment(settings: Settings) -> dict[str, str]:
    """Return an installation's settings as its environment."""
    fields = {name: getattr(settings, name) for name in type(settings).model_fields if name not in _NOT_FOR_CHILDREN}
    return {f"CHATBOT_{name.upper()}": str(value) for name, value in fields.items() if value not in {None, ""}}


def last_line(text: str) -> str:
    """Return the last line a program printed, as a sentence: what went wrong."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return (lines[-1].removeprefix("error: ") if lines else "no message").rstrip(".") + "."
