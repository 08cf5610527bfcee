"""The report stands alone, says everything that failed, and is the same for two runs of the same version."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from evaluated import answer, case, routed, run_of
from test_metrics import labelled

from evals.baselines import baseline_of
from evals.compare import compare
from evals.plain_words import summary, verdict
from evals.report import write_report
from evals.results import Checked, GateResult, Run
from evals.stored_runs import RunUnreadableError, read_run, report_hash

SAID = '<img src=x onerror="alert(1)"> & {{ 7 * 7 }}'
GATE = GateResult("suite", "crisis recall", "at least 0.95", 0.5, "failed")


def mixed() -> Run:
    """Cases of every kind, one with a hostile question that fails, one that errored."""
    hostile = replace(routed("x1", "crisis_self", "education", severity="critical"), turns=(SAID,))
    errored = case("e1", {}, status="errored", error="ValueError: boom")
    alarms = [routed(f"r{n}", ("education", "booking")[n % 2], ("education", "cost")[n % 3 % 2]) for n in range(12)]
    return run_of(hostile, errored, *alarms, *labelled(60), gates=(GATE,))


class Page(HTMLParser):
    """Tags, ids, links and text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    folder = tmp_path_factory.mktemp("report")
    written = write_report(mixed(), folder / "new", compare(mixed(), baseline_of(run_of(*labelled(60))), anyway=True))
    assert written.report.parent == folder / "new"
    return Page(written.report.read_text(encoding="utf-8"))


def test_it_loads_nothing_from_anywhere(page: Page) -> None:
    assert not {"script", "link", "img", "iframe", "object", "image"} & set(page.tags)
    loading = [value for name, value in page.attributes if name in {"src", "href", "xlink:href", "action"}]
    assert loading
    assert all(value.startswith("#") for value in loading)
    assert not any(name.startswith("on") for name, _ in page.attributes)
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in page.attributes


def test_every_id_is_there_once_and_every_link_has_its_target(page: Page) -> None:
    ids = [value for name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    targets = {value[1:] for name, value in page.attributes if name in {"href", "xlink:href"}}
    labels = {value for name, value in page.attributes if name == "aria-labelledby"}
    clipped = {found for _, value in page.attributes for found in re.findall(r"url\(#([^)]+)\)", value)}
    assert clipped
    assert (targets | labels | clipped) <= set(ids)


def test_what_visitors_and_answers_say_is_shown_and_never_run(page: Page) -> None:
    assert any(SAID in text for text in page.text)
    assert "img" not in page.tags


def test_every_plot_has_a_name_and_a_table_that_says_the_same(page: Page) -> None:
    names = [value for name, value in page.attributes if name == "aria-label"]
    wanted = ["Answering more against answering wrongly", "Does its confidence mean what it says?", "Time to an answer",
              "Which route messages got"]  # fmt: skip
    assert [name for name in names if name in wanted] == wanted
    assert page.tags.count("svg") == 4
    captions = [text for text in page.text if text in wanted]
    assert len(captions) >= 8


def test_every_case_that_did_not_pass_is_there_with_what_was_demanded_and_errored_ones_first(page: Page) -> None:
    text = "".join(page.text)
    run = mixed()
    missed = [each for each in run.cases if each.status != "passed"]
    assert f"Cases that did not pass ({len(missed)})" in text
    part = text[text.index("Cases that did not pass (") :]
    assert all(f"suite: {each.id} " in part for each in missed)
    assert part.index("suite: e1 ") < part.index("suite: x1 ") < part.index(f"suite: {missed[-1].id} ")
    assert "ValueError: boom" in part


def test_what_changed_and_why_it_may_not_be_comparable_is_said(page: Page) -> None:
    text = "".join(page.text)
    assert "What changed since the baseline" in text
    assert "are in this run alone" in text


def test_a_stored_trace_is_shown_as_explain_shows_it(tmp_path: Path) -> None:
    trace: dict[str, Any] = {
        "id": "1", "route": {"to": "education", "rule": "question", "flags": [], "language": "en"}, "query": None,
        "passages": [], "candidates": [], "dropped": [], "check": [], "timings_ms": {"route": 1.0},
        "decision": {"outcome": "fixed", "failed": False, "confidence": None, "threshold": None},
    }  # fmt: skip
    failed = case("1", answer(), Checked("answers", True, False, "it abstained"), trace=trace)
    page = write_report(run_of(failed), tmp_path).report.read_text(encoding="utf-8")
    assert "education by rule &#39;question&#39;" in page
    assert "it abstained" in page


def test_two_runs_of_one_version_have_one_hash_whatever_the_time_taken_and_the_build() -> None:
    def timed(ms: float, build: str) -> Run:
        slow = Checked("latency", 100, ms < 100, f"{ms} ms")
        given = answer(sentence="A.", id=build, timings_ms={"route": ms})
        trace = {"id": build, "decision": {"confidence": 0.5}, "timings_ms": {"route": ms}}
        asked = [case(str(n), given, Checked("grounded", True, True), slow, trace=trace) for n in range(3)]
        missed = case("9", {**given, "route": "cost"}, Checked("route", "cost", False), trace=trace)
        gates = (
            GateResult("suite", "latency p95 (kind x)", "at most 100", ms, "passed" if ms < 100 else "failed"),
            GateResult("suite", "passed", "at least 0.9", 1.0 if ms < 100 else 0.0, "passed" if ms < 100 else "failed"),
        )
        return run_of(*asked, missed, gates=gates)

    assert report_hash(timed(5.0, "a")) == report_hash(timed(500.0, "b"))


def test_any_other_difference_gives_another_hash() -> None:
    run = mixed()
    others = [
        replace(run, corpus_sha256="d" * 64),
        replace(run, models={**run.models, "reader": "other"}),
        replace(run, gates=()),
        replace(run, cases=run.cases[1:]),
        replace(run, cases=(replace(run.cases[0], status="passed"), *run.cases[1:])),
        replace(run, cases=(replace(run.cases[0], answer={**run.cases[0].answer, "text": "Else."}), *run.cases[1:])),
    ]
    assert len({report_hash(each) for each in [run, *others]}) == 7
    assert report_hash(mixed()) == report_hash(run)


def test_a_run_is_read_again_as_it_was(tmp_path: Path) -> None:
    run = mixed()
    written = write_report(run, tmp_path)
    assert read_run(written.results) == read_run(tmp_path) == run
    assert report_hash(read_run(tmp_path)) == written.sha256


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"suites": [{"nme": 1}]}', "null"])
def test_a_file_that_holds_no_run_says_what_to_give(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.json").write_text(text, encoding="utf-8")
    with pytest.raises(RunUnreadableError, match=r"x\.json: not a stored run .*Give the results\.json"):
        read_run(tmp_path / "x.json")


def test_the_verdict_never_calls_a_run_good_that_errored_or_left_a_demand_unmeasured() -> None:
    good = run_of(routed("1", "cost", "cost"), gates=(replace(GATE, status="passed"),))
    assert verdict(good) == "Good enough for what these suites demand: all 1 demands are met."
    assert verdict(replace(good, gates=())).startswith("No judgement")
    assert verdict(replace(good, gates=(GATE, replace(GATE, status="unmeasured")))) == (
        "Not good enough: 1 demand not met and 1 demand not measured."
    )
    errored = replace(good, cases=(case("e", {}, status="errored"),))
    assert verdict(errored).startswith("Not good enough: 1 case could not be asked")


def test_the_summary_says_what_no_miss_in_so_many_cases_shows_and_no_more() -> None:
    clean = run_of(*(routed(str(n), "crisis_self", "crisis_self") for n in range(59)))
    [(name, sentences)] = summary(clean)
    assert name == "suite"
    assert sentences[0] == (
        "Of 59 messages from or about someone in danger, 59 were shown help with a number to call. "
        "No miss in 59 cases, if independent, shows with 95 % confidence that at least 95.0% go right."
    )
    missed = run_of(*clean.cases, routed("m", "crisis_self", "education"))
    [(_, sentences)] = summary(missed)
    assert "59 were shown help" in sentences[0]
    assert "likely between 91.1% and 99.7%" in sentences[0]
    alarms = run_of(*(routed(str(n), "education", "education", kind="plain") for n in range(10)))
    [(_, sentences)] = summary(alarms)
    assert "0 were shown a crisis or emergency reply they did not need. No miss in 10 cases" in sentences[0]
