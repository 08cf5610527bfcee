"""What a run of suites found: each case with its checks, the figures, the gates. Reports and comparisons read this."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Status = Literal["passed", "failed", "errored"]
JUDGED = "judge: "
"""How the figures of a model's opinion begin (evals/judge.py)."""
GateStatus = Literal["passed", "failed", "unmeasured"]


@dataclass(frozen=True)
class Checked:
    """What one assertion of a case came to."""

    type: str
    value: Any
    passed: bool | None
    """None where it does not apply."""
    why: str = ""
    """What was found instead."""


@dataclass(frozen=True)
class CaseResult:
    """One case, asked."""

    id: str
    suite: str
    metadata: dict[str, Any]
    turns: tuple[str, ...]
    answer: dict[str, Any]
    """The last turn's answer, in its public JSON shape; empty where asking failed."""
    passages: tuple[dict[str, Any], ...]
    """Retrieved, best first: article, heading, score."""
    checks: tuple[Checked, ...]
    status: Status
    trace: dict[str, Any] = field(default_factory=dict)
    """Why the answer is what it is (chatbot/tracing.py); kept for failed cases."""
    error: str = ""


@dataclass(frozen=True)
class Figure:
    """A measured quantity with its 95 % interval; value None where nothing could be measured."""

    name: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    unit: Literal["share", "score", "ms", "grade"] = "share"


@dataclass(frozen=True)
class GateResult:
    """What a suite demands of a figure, and whether it is kept."""

    suite: str
    figure: str
    wanted: str
    """Such as "at least 0.95"."""
    value: float | None
    status: GateStatus


@dataclass(frozen=True)
class SuiteRead:
    """A suite that was run."""

    name: str
    sha256: str
    cases: int


@dataclass(frozen=True)
class Run:
    """Everything a run found."""

    suites: tuple[SuiteRead, ...]
    corpus_sha256: str
    models: dict[str, str]
    """embedder, classifier, reader -> sha256."""
    cases: tuple[CaseResult, ...]
    figures: dict[str, tuple[Figure, ...]]
    """Suite name -> figures."""
    gates: tuple[GateResult, ...]

    def to_json(self) -> dict[str, Any]:
        """Return everything as JSON."""
        return asdict(self)
