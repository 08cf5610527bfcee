"""`python -m evals.check_suite FILE`: read a suite as strictly as a run does; exit 2 and say what is wrong."""

import argparse
import sys
from pathlib import Path

from evals.gates import KEPT, NOT_RUN
from evals.located import SuiteError
from evals.suite import read_suite


def main() -> None:
    """Read the suite."""
    parser = argparse.ArgumentParser(prog="python -m evals.check_suite", description=__doc__)
    parser.add_argument("suite", type=Path, metavar="FILE")
    try:
        read_suite(parser.parse_args().suite)
    except (SuiteError, OSError) as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(NOT_RUN)
    sys.exit(KEPT)


if __name__ == "__main__":
    main()
