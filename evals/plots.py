"""The plots of a report, as SVG to put into a page; each with the numbers it shows, for who cannot see it."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING, Any

import numpy as np

from evals import facts
from evals.intervals import Measured, Values
from evals.metrics import RISK, Cases, judged, shown_curve
from evals.metrics import reliability as reliability_of
from evals.results import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SIZE = (6.4, 3.9)
_LINES = ("-", "--", "-.", ":")
"""Suites differ by line as well as by colour."""
_COLOURS = ("#0b5cad", "#b3450b", "#3d7a1f", "#6b3fa0", "#8a6d00", "#444444")
_LEAST = 5
"""Fewer cases are not drawn."""


@dataclass(frozen=True)
class Plot:
    """A plot and the table that says the same."""

    title: str
    says: str
    """How to read it."""
    svg: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class PlotsMissingError(Exception):
    """The plot library is not installed; the message ends with the next step."""


def plots(run: Run) -> list[Plot]:
    """Draw what the run's cases can tell of."""
    asked: dict[str, Cases] = {
        suite.name: [case for case in run.cases if case.suite == suite.name and case.status != "errored"]
        for suite in run.suites
    }
    drawn = (draw(asked) for draw in (coverage_risk, reliability, latency, confusion))
    return [plot for plot in drawn if plot]


def coverage_risk(suites: dict[str, Cases]) -> Plot | None:
    """Plot the share of wrong answers over the share of questions answered, as the threshold falls."""
    curves = {}
    for name, cases in suites.items():
        labelled, sure, right = judged(cases)
        _, coverage, risk = shown_curve(sure, right)
        if len(labelled) >= _LEAST and len(coverage):
            curves[name] = coverage, risk

    def draw(axes: "Axes") -> None:
        for (name, (coverage, risk)), style in zip(curves.items(), _styles(), strict=False):
            axes.plot(coverage, risk, drawstyle="steps-post", label=name, **style)
            axes.plot(coverage[-1], risk[-1], "o", color=style["color"])
        axes.axhline(RISK, color="#777777", linewidth=0.8)
        axes.set(xlabel="share of questions answered", ylabel="share of answers wrong", xlim=(0, 1), ylim=(0, None))
        axes.legend(frameon=False)

    rows = [(name, f"{c[-1]:.1%}", f"{r[-1]:.1%}") for name, (c, r) in curves.items()]
    says = (
        "If only the surest answers were shown, how many would be wrong? The dot is the bot as it is; to the left of "
        f"it, it would answer less. The grey line is a risk of {RISK:.0%}. Lower is better."
    )
    title = "Answering more against answering wrongly"
    return _plot(title, says, draw, (("suite", "answered now", "of them wrong"), rows)) if rows else None


def reliability(suites: dict[str, Cases]) -> Plot | None:
    """Plot the share of right answers over the stated confidence."""
    measured = {name: reliability_of(cases) for name, cases in suites.items()}
    found = {name: bins for name, bins in measured.items() if sum(part.n for part in bins) >= _LEAST}

    def draw(axes: "Axes") -> None:
        axes.plot((0, 1), (0, 1), color="#777777", linewidth=0.8)
        for (name, bins), style in zip(found.items(), _styles(), strict=False):
            at = [part.confidence for part in bins]
            shares = np.array([(part.right.mean, part.right.low, part.right.high) for part in bins]).T
            reach = np.abs(shares[1:] - shares[0])
            axes.errorbar(at, shares[0], yerr=reach, marker="o", label=name, capsize=2, **style)
        axes.set(xlabel="stated confidence", ylabel="share of answers right", xlim=(0, 1), ylim=(0, 1.02))
        axes.legend(frameon=False)

    rows = [
        (name, str(part.n), f"{part.confidence:.2f}", _with_interval(part.right))
        for name, bins in found.items()
        for part in bins
    ]
    says = (
        "Answers shown, in groups of like confidence. On the grey line, confidence means what it says; below it, the "
        "bot is surer than it should be."
    )
    columns = ("suite", "answers", "confidence", "share right (95 % interval)")
    return _plot("Does its confidence mean what it says?", says, draw, (columns, rows)) if rows else None


def latency(suites: dict[str, Cases]) -> Plot | None:
    """Plot the share of answers that were ready after a time."""
    timed = {name: [facts.latency_ms(case) for case in cases] for name, cases in suites.items()}
    sorted_times = {name: np.sort([ms for ms in times if ms is not None]) for name, times in timed.items()}
    taken = {name: times for name, times in sorted_times.items() if len(times) >= _LEAST}

    def draw(axes: "Axes") -> None:
        for (name, times), style in zip(taken.items(), _styles(), strict=False):
            axes.plot(times, np.arange(1, len(times) + 1) / len(times), drawstyle="steps-post", label=name, **style)
        axes.set(xlabel="milliseconds", ylabel="share of answers ready", ylim=(0, 1.02), xscale="log")
        axes.legend(frameon=False)

    rows = [(name, str(len(times)), *(_nearest_rank(times, q) for q in (50, 95, 99))) for name, times in taken.items()]
    columns = ("suite", "answers", "p50, ms", "p95, ms", "p99, ms")
    says = "How long visitors wait, on the machine of this run."
    return _plot("Time to an answer", says, draw, (columns, rows)) if rows else None


def confusion(suites: dict[str, Cases]) -> Plot | None:
    """Plot which route messages got that demand each route."""
    pairs = [(wanted, facts.given_route(case)) for cases in suites.values() for case in cases
             if (wanted := facts.wanted_route(case))]  # fmt: skip
    names = sorted({name for pair in pairs for name in pair})
    counts = np.zeros((len(names), len(names)), dtype=np.int64)
    for wanted, given in pairs:
        counts[names.index(wanted), names.index(given)] += 1

    def draw(axes: "Axes") -> None:
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        axes.pcolormesh(shares, cmap="Blues", vmin=0, vmax=1)
        middles = np.arange(len(names)) + 0.5
        axes.set_xticks(middles, names, rotation=60, ha="right")
        axes.set_yticks(middles, names)
        axes.set(xlabel="route given", ylabel="route demanded", ylim=(len(names), 0))
        for row, column in np.argwhere(counts):
            colour = "#ffffff" if shares[row, column] > 0.55 else "#000000"
            text = str(counts[row, column])
            axes.text(column + 0.5, row + 0.5, text, ha="center", va="center", color=colour, fontsize=8)

    rows = [(names[a], names[b], str(counts[a, b])) for a, b in np.argwhere(counts) if a != b]
    says = "Each row is what messages demand, each column what they got. The table lists the mistakes."
    table = ("demanded", "given", "cases"), rows
    return _plot("Which route messages got", says, draw, table, (7.6, 5.6)) if pairs else None


def _nearest_rank(times: Values, q: float) -> str:
    return f"{np.percentile(times, q, method='inverted_cdf'):.1f}"


def _with_interval(measured: Measured) -> str:
    return f"{measured.mean:.2f} ({measured.low:.2f} to {measured.high:.2f})"


def _styles() -> Iterator[dict[str, Any]]:
    for number in range(len(_COLOURS) * len(_LINES)):
        yield {"color": _COLOURS[number % len(_COLOURS)], "linestyle": _LINES[number % len(_LINES)]}


def _plot(
    title: str,
    says: str,
    draw: Callable[["Axes"], None],
    table: tuple[tuple[str, ...], Sequence[tuple[str, ...]]],
    size: tuple[float, float] = _SIZE,
) -> Plot:
    columns, rows = table
    return Plot(title, says, _svg(title, draw, size), columns, tuple(rows))


def _svg(title: str, draw: Callable[["Axes"], None], size: tuple[float, float]) -> str:
    """Draw without a display; the same plot gives the same bytes, and letters stay letters."""
    try:
        import matplotlib as mpl
        from matplotlib.figure import Figure
    except ImportError as error:
        raise PlotsMissingError("Plots need matplotlib. Run: pip install 'clinic-chatbot[evals]'") from error

    name = re.sub(r"\W+", "-", title.lower()).strip("-")
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": name, "font.family": "sans-serif", "font.size": 9}):
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.add_subplot()
        draw(axes)
        axes.spines[["top", "right"]].set_visible(False)
        written = StringIO()
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    return _for_a_page(written.getvalue(), name, title)


def _for_a_page(svg: str, name: str, title: str) -> str:
    """Keep the picture alone, its ids apart from those of other pictures on the page, and give it a name."""
    picture = svg[svg.index("<svg") :]
    picture = re.sub(r"<metadata>.*?</metadata>\s*", "", picture, flags=re.DOTALL)
    picture = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', picture)
    picture = re.sub(r'(url\(#|href="#)', rf"\1{name}-", picture)
    return picture.replace("<svg ", f'<svg role="img" aria-label="{title}" ', 1)
