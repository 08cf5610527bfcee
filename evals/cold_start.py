"""Time a cold first answer, process start included, against the tutorial stack; both sides in turn in one run."""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from time import perf_counter

QUESTION = "How many ketamine sessions are there?"
TARGET = 0.30
"""The first answer should take less than this share of the tutorial stack's time."""


def main() -> None:
    """Build both indexes, time both sides, print medians and the ratio; exit 1 if the target is missed."""
    parser = argparse.ArgumentParser(prog="chatbot bench")
    parser.add_argument("--runs", type=int, default=5)
    runs: int = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = _commands(Path(folder))
        pairs = [(_seconds(ours), _seconds(theirs)) for _ in range(runs + 1)][1:]
    ratios = sorted(our / their for our, their in pairs)
    print(f"cold 'chatbot ask':   {median(our for our, _ in pairs):6.2f} s (median of {runs})")
    print(f"cold tutorial stack:  {median(their for _, their in pairs):6.2f} s (median of {runs})")
    print(f"ratio:                {median(ratios):6.2f}   ({ratios[0]:.2f} to {ratios[-1]:.2f}; target below {TARGET})")
    sys.exit(0 if median(ratios) < TARGET else 1)


def _commands(folder: Path) -> tuple[list[str], list[str]]:
    python = [sys.executable, "-m"]
    tutorial = str(folder / "tutorial")
    try:
        _run([*python, "evals.tutorial_stack", "build", tutorial])
    except subprocess.CalledProcessError as error:
        sys.exit(f"error: the tutorial stack did not build: {error.stderr}\nRun: pip install 'clinic-chatbot[bench]'")
    _run([*python, "chatbot.cli", "index"])
    return [*python, "chatbot.cli", "ask", QUESTION], [*python, "evals.tutorial_stack", "ask", tutorial, QUESTION]


def _seconds(command: Sequence[str]) -> float:
    started = perf_counter()
    _run(command)
    return perf_counter() - started


def _run(command: Sequence[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ | {"HF_HUB_OFFLINE": "1"})


if __name__ == "__main__":
    main()
