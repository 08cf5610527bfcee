"""A stored run for other programs: TREC's qrels and run files, JUnit XML, a table."""

import json
import re
from urllib.parse import quote
from xml.etree import ElementTree as ET

from chatbot.csv_text import csv_text
from evals import facts
from evals.foreign import Told
from evals.results import CaseResult, Run

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML 1.0 document may hold."""
_STEP = 1e-6
_HEAD = (
    "suite", "id", "status", "earlier turns", "question", "route", "outcome", "flags", "confidence", "answer",
    "citations", "failed assertions", "error", "latency ms",
)  # fmt: skip
_METADATA = ("severity", "family", "kind", "language", "risk", "answerable", "source", "note")


# ---- TREC ----


def qrels(run: Run, told: Told) -> str:
    """Return which sections answer which case: `query 0 section 1` a line, as trec_eval reads it."""
    lines = [
        f"{_query(run, case)} 0 {_section(*place)} 1"
        for case in _searched(run, told)
        for place in sorted(facts.gold(case))
    ]
    return _lines(lines)


def trec_run(run: Run, told: Told) -> str:
    """Return what search found for each case: `query Q0 section rank score tag` a line.

    A section found in several passages stands where the first did. Programs that read this sort by score, so equal
    scores are parted by as little as keeps the order.
    """
    lines = []
    for case in _searched(run, told):
        scores = {(str(hit["article"]), str(hit["heading"])): hit["score"] for hit in reversed(case.passages)}
        last = float("inf")
        for rank, place in enumerate(facts.ranking(case), 1):
            last = min(float(scores[place]), last - _STEP)
            lines.append(f"{_query(run, case)} Q0 {_section(*place)} {rank} {last:.6f} chatbot")
    return _lines(lines)


def _searched(run: Run, told: Told) -> list[CaseResult]:
    for case in run.cases:
        if case.status == "errored":
            told.tell("a case that errored left out: nothing was searched")
        elif not facts.gold(case):
            told.tell("a case without gold_passages left out: nothing says what should be found")
    return [case for case in run.cases if case.status != "errored" and facts.gold(case)]


def _query(run: Run, case: CaseResult) -> str:
    """Return a name without white space, its suite before it where several were run."""
    name = quote(case.id, safe=":#+")
    return f"{quote(case.suite, safe='')}/{name}" if len(run.suites) > 1 else name


def _section(article: str, heading: str) -> str:
    return f"{quote(article, safe='')}#{quote(heading, safe='')}"


def _lines(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


# ---- JUnit ----


def junit(run: Run, told: Told) -> str:
    """Return the run as CI servers read it: a test suite for each suite, and one for the gates."""
    root = ET.Element("testsuites", name="chatbot eval")
    for read in run.suites:
        cases = [case for case in run.cases if case.suite == read.name]
        box = _box(root, read.name, sum(map(_seconds, cases)))
        for case in cases:
            tested = ET.SubElement(
                box, "testcase", classname=_legal(case.suite), name=_legal(case.id), time=f"{_seconds(case):.3f}"
            )
            if case.status == "errored":
                _problem(tested, "error", case.error or "it could not be asked", _asked(case))
            elif case.status == "failed":
                failed = "; ".join(_failed(case)) or "nothing could be judged"
                _problem(tested, "failure", failed, _asked(case))
    if run.gates:
        box = _box(root, "gates", 0)
        for gate in run.gates:
            tested = ET.SubElement(box, "testcase", classname=_legal(gate.suite), name=_legal(gate.figure), time="0")
            if gate.status != "passed":
                value = "unmeasured" if gate.value is None or gate.status == "unmeasured" else f"{gate.value:.4g}"
                _problem(tested, "failure", f"{value}, wanted {gate.wanted}", "")
    _count(root)
    told.tell("answers and traces of cases that passed left out: JUnit has no place for them")
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _box(root: ET.Element, name: str, seconds: float) -> ET.Element:
    return ET.SubElement(root, "testsuite", name=_legal(name), time=f"{seconds:.3f}")


def _count(root: ET.Element) -> None:
    for box in [*root.findall("testsuite"), root]:
        for name, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error")):
            box.set(name, str(len(list(box.iter(tag)))))


def _problem(tested: ET.Element, tag: str, message: str, text: str) -> None:
    ET.SubElement(tested, tag, message=_legal(message)).text = _legal(text)


def _asked(case: CaseResult) -> str:
    said = [f"asked: {turn}" for turn in case.turns]
    return "\n".join([*said, f"answered: {case.answer.get('text', '')}"])


def _legal(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)


def _seconds(case: CaseResult) -> float:
    return (facts.latency_ms(case) or 0) / 1000


def _failed(case: CaseResult) -> list[str]:
    return [f"{each.type} {_plain(each.value)}: {each.why}" for each in case.checks if each.passed is False]


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


# ---- a table ----


def table(run: Run, told: Told) -> str:
    """Return a row for each case, for a spreadsheet."""
    told.tell("traces, figures and gates left out: the table has a row for each case")
    return csv_text((*_HEAD, *_METADATA), (_row(case) for case in run.cases))


def _row(case: CaseResult) -> list[object]:
    answer = case.answer
    cited = dict.fromkeys(f"{each['article']}: {each['section']}" for each in answer.get("citations", ()))
    latency = facts.latency_ms(case)
    found: list[object] = [
        case.suite, case.id, case.status, "\n".join(case.turns[:-1]), case.turns[-1],
        answer.get("route", ""), answer.get("outcome", ""), ", ".join(answer.get("flags", ())),
        "" if answer.get("confidence") is None else answer["confidence"], answer.get("text", ""), "\n".join(cited),
        "\n".join(_failed(case)), case.error, "" if latency is None else f"{latency:.1f}",
    ]  # fmt: skip
    return [*found, *(_plain(case.metadata.get(name, "")) for name in _METADATA)]
