"""Cases and runs go to other tools' files and back, and what cannot be carried over is said."""

import csv
import io
import json
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import ir_measures
import pytest
import yaml
from evaluated import answer, case, figure, run_of

from evals import convert
from evals.case_files import suite_lines, suite_yaml
from evals.foreign import Told
from evals.results import CaseResult, Checked, GateResult
from evals.run_exports import qrels, trec_run
from evals.stored_runs import read_run, write_run
from evals.suite import Case, read_suite

SUITE = """
cases:
- id: plain
  description: as asked
  vars: {question: "What is Spravato?"}
  assert: [{type: icontains, value: "nasal spray"}, {type: route, value: education}, {type: latency, value: 500}]
  metadata: {family: what, kind: plain, severity: minor, answerable: true, gold_passages: [[spravato, "What is it?"]]}
  threshold: 0.5
- id: talk
  vars: {turns: ["hello", "and ketamine?", "why?"]}
  assert:
  - {type: not-contains-any, value: ["a, b", "c"]}
  - {type: quotes, value: ["one", "another"]}
  - {type: retrieves, value: {article: a, heading: "H", k: 3}}
- id: "=odd, '=1"
  vars: {question: '=HYPERLINK("x"), {{question}} — "ñ" 😀'}
  assert: [{type: regex, value: '\\d+, "{{n}}"'}, {type: contains-all, value: [x, "y z"]}, {type: grounded}]
- id: "007"
  vars: {question: "'-1\\r\\nnext\\tline  "}
  assert: [{type: equals, value: "no"}, {type: quotes, value: [only]}]
- id: empty
  vars: {question: ""}
  assert: [{type: abstains}, {type: not-equals, value: " spaced "}]
"""


def suite_file(tmp_path: Path, text: str = SUITE) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def run_it(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    """Run the command; return its exit code."""
    monkeypatch.setattr(sys, "argv", ["convert", *map(str, arguments)])
    try:
        convert.main()
    except SystemExit as ended:
        assert isinstance(ended.code, int)
        return ended.code
    return 0


def sorted_demands(each: Case) -> list[str]:
    return sorted(f"{demand.type} {demand.value!r}" for demand in each.assertions)


@pytest.mark.parametrize(
    ("to", "ending"),
    [("suite", "yaml"), ("suite", "jsonl"), ("promptfoo", "yaml"), ("promptfoo", "csv"), ("inspect", "jsonl"),
     ("deepeval", "jsonl")],
)  # fmt: skip
def test_a_suite_comes_back_from_every_format_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, to: str, ending: str
) -> None:
    there, back = tmp_path / f"there.{ending}", tmp_path / "back.jsonl"
    assert run_it(monkeypatch, suite_file(tmp_path), there, "--to", to) == 0
    assert run_it(monkeypatch, there, back) == 0
    before, after = read_suite(tmp_path / "mine.yaml").cases, read_suite(back).cases
    for old, new in zip(before, after, strict=True):
        assert (new.id, new.turns, new.metadata) == (old.id, old.turns, old.metadata)
        assert (new.description, new.threshold) == (old.description, old.threshold)
        assert sorted_demands(new) == sorted_demands(old)


@pytest.mark.parametrize("to", ["promptfoo", "inspect", "deepeval"])
def test_every_shipped_suite_comes_back_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, to: str
) -> None:
    suites = sorted((Path(convert.__file__).parent / "suites").iterdir())
    shipped = [path for path in suites if "gates" not in path.name]
    assert len(shipped) > 5
    for path in shipped:
        there = tmp_path / f"{path.stem}.{'csv' if to == 'promptfoo' else 'jsonl'}"
        assert run_it(monkeypatch, path, there, "--to", to) == 0
        assert run_it(monkeypatch, there, tmp_path / f"{path.stem}.back.jsonl") == 0
        back = {each.id: each for each in read_suite(tmp_path / f"{path.stem}.back.jsonl").cases}
        for old in read_suite(path).cases:
            new = back.pop(old.id)
            assert (new.turns, new.metadata, new.threshold) == (old.turns, old.metadata, old.threshold), old.id
            assert sorted_demands(new) == sorted_demands(old), old.id
        assert not back


def test_what_the_other_tool_does_not_judge_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gates = "gates: [{figure: passed, at_least: 1}]\n"
    assert run_it(monkeypatch, suite_file(tmp_path, gates + SUITE), tmp_path / "o.yaml", "--to", "promptfoo") == 0
    said = capsys.readouterr().err
    for part in ("'route' is kept", "'quotes' is kept", "(2 times)", "a conversation is kept", "gates left out (1)"):
        assert part in said
    assert run_it(monkeypatch, tmp_path / "mine.yaml", tmp_path / "o.jsonl", "--to", "inspect") == 0
    assert "a case demands nothing that Inspect judges, and would pass" in capsys.readouterr().err
    tests = yaml.safe_load((tmp_path / "o.yaml").read_text(encoding="utf-8"))["tests"]
    assert tests[0]["assert"] == [{"type": "icontains", "value": "nasal spray"}, {"type": "latency", "threshold": 500}]
    assert tests[2]["assert"] == [{"type": "contains-all", "value": ["x", "y z"]}], "a template would be another text"


PROMPTFOO = """
providers: [openai:gpt-5]
prompts: ["Answer: {{question}}"]
defaultTest:
  assert: [{type: not-icontains, value: sorry}]
  metadata: {severity: minor}
tests:
- description: dose
  vars: {question: "How long is {{drug}} given?", drug: Spravato}
  assert:
  - {type: contains, value: "{{drug}}", weight: 2}
  - {type: starts-with, value: "(A)"}
  - {type: icontains-any, value: "two, 2"}
  - {type: latency, threshold: 900}
  metadata: {category: visits, kind: plain}
- vars: {question: ["One?", "Two?"]}
"""


def imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str, *flags: str) -> tuple[Case, ...]:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert run_it(monkeypatch, tmp_path / name, tmp_path / "made.yaml", *flags) == 0
    return read_suite(tmp_path / "made.yaml").cases


def test_a_promptfoo_configuration_is_read_with_defaults_variables_and_lists(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second, third = imported(tmp_path, monkeypatch, "promptfooconfig.yaml", PROMPTFOO)
    assert (first.description, first.turns) == ("dose", ("How long is Spravato given?",))
    assert [(each.type, each.value) for each in first.assertions] == [
        ("not-icontains", "sorry"), ("contains", "Spravato"), ("regex", r"\A\(A\)"), ("icontains-any", ["two", "2"]),
        ("latency", 900),
    ]  # fmt: skip
    assert first.metadata == {"severity": "minor", "kind": "plain", "note": "category: visits; drug: Spravato"}
    assert (second.turns, third.turns) == (("One?",), ("Two?",))
    said = capsys.readouterr().err
    assert "promptfooconfig.yaml:2: 'providers' left out" in said
    assert "promptfooconfig.yaml:11: 'weight' of an assertion left out" in said


def test_promptfoo_csv_is_read_by_its_special_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        "question,__expected1,__expected2,__description,__threshold,__metadata:family,__metadata:tags[]\r\n"
        '"What, now?","contains-any: a, b","Note: all of it",two,0.5,visits,"x,y\\,z"\r\n'
        '"And\nhere?",latency(700),,,,,\r\n'
    )
    first, second = imported(tmp_path, monkeypatch, "t.csv", text)
    assert [(each.type, each.value) for each in first.assertions] == [
        ("contains-any", ["a", "b"]), ("equals", "Note: all of it"),
    ]  # fmt: skip
    assert (first.description, first.threshold) == ("two", 0.5)
    assert first.metadata == {"family": "visits", "note": 'tags: ["x", "y,z"]'}
    assert (second.turns, second.assertions[0].value) == (("And\nhere?",), 700)


def test_a_plain_table_is_read_with_reference_answers_assertions_and_metadata(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = 'id,question,expected,route,answerable,topic\n7,Why?,"two hours",education,TRUE,visits\n8,How?,,booking,,\n'
    first, second = imported(tmp_path, monkeypatch, "t.csv", text, "--expect", "quotes")
    assert [(each.type, each.value) for each in first.assertions] == [("quotes", ["two hours"]), ("route", "education")]
    assert (first.id, first.metadata) == ("7", {"answerable": True, "note": "topic: visits"})
    assert (second.id, [each.type for each in second.assertions]) == ("8", ["route"])


def test_inspect_samples_are_read_with_messages_and_several_targets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    chat = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "hello"},
            {"role": "assistant", "content": "hi"},
            {"role": "user", "content": [{"type": "text", "text": "why?"}]}]  # fmt: skip
    rows = [
        {"input": chat, "target": ["a", "b"], "metadata": '{"kind": "lay", "level": 3}'},
        {"id": 5, "input": "x?", "target": 42, "choices": ["42", "43"]},
    ]
    first, second = imported(tmp_path, monkeypatch, "t.jsonl", "\n".join(map(json.dumps, rows)))
    assert (first.id, first.turns, first.metadata) == ("t-001", ("hello", "why?"), {"kind": "lay", "note": "level: 3"})
    assert [(each.type, each.value) for each in first.assertions] == [("icontains-any", ["a", "b"])]
    assert (second.id, second.assertions[0].value) == ("5", "42")
    said = capsys.readouterr().err
    assert "t.jsonl:1: a message of role 'system' left out" in said
    assert "t.jsonl:2: 'choices' of a sample left out" in said


def test_deepeval_goldens_are_read_from_lists_and_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        {"input": "x?", "expectedOutput": "two hours", "retrievalContext": ["At least two hours."], "name": "n1"},
        {"scenario": "asks on", "turns": [{"role": "user", "content": "hello"}, {"role": "user", "content": "why?"}],
         "additional_metadata": {"held": {"assert": [{"type": "answers", "value": True}]}}},
    ]  # fmt: skip
    for name, text in (("g.json", json.dumps(rows, indent=1)), ("g.jsonl", "\n".join(map(json.dumps, rows)))):
        (tmp_path / "made.yaml").unlink(missing_ok=True)
        first, second = imported(tmp_path, monkeypatch, name, text)
        assert (first.id, first.assertions[0].value) == ("n1", "two hours")
        assert first.metadata == {"note": 'retrieval_context: ["At least two hours."]'}
        assert (second.turns, second.assertions[0].type) == (("hello", "why?"), "answers")


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("p.yaml", PROMPTFOO.replace("starts-with", "llm-rubric"), "p.yaml:12: unknown assertion type 'llm-rubric'. "),
        ("p.yaml", "tests: file://t.csv\n", "p.yaml:1: tests stand in another file. Convert that file"),
        ("p.yaml", "tests:\n- vars: {a: x, b: y}\n", "p.yaml:2: it is not said what is asked. Name it 'question', or"),
        ("p.yaml", "tests:\n- vars: {question: x}\n", "p.yaml:2: case 'p-001' demands nothing. Add an assert"),
        ("p.yaml", "tests: []\nscenarios: []\n", "p.yaml:2: 'scenarios' cannot be carried over. Write"),
        ("t.csv", "question,__expected\nx?,a\ny?,is-json\n", "t.csv:3: assertion type 'is-json' cannot be"),
        ("t.csv", 'question,__expected\n"x\n?",javascript:1\n', "t.csv:2: assertion type 'javascript' cannot"),
        ("t.csv", "question,route\nx?,away\n", "t.csv:2: 'route' cannot use 'away'. Write one of"),
        ("t.csv", "question,expected\nx?,a,b\n", "t.csv:2: 3 cells below 2 columns. Put cells that hold a comma"),
        ("t.csv", 'question,expected\n"x?" y,a\n', "t.csv:2: not CSV"),
        ("t.csv", "question,question\nx?,a\n", "t.csv:1: column 'question' is there twice"),
        ("t.csv", "question,expected\n", "t.csv:1: no cases in it"),
        ("i.jsonl", '{"input": "x", "target": "a", "id": 1}\n{"input": "y", "target": "a", "id": 1}\n',
         "i.jsonl:2: id '1' stands on line 1 too"),
        ("i.jsonl", '{"input": [{"role": "assistant", "content": "x"}]}\n', "i.jsonl:1: no message of the user's"),
        ("i.jsonl", '{"input": [{"role": "user", "content": [{"type": "image"}]}]}\n', "i.jsonl:1: a message that"),
        ("i.jsonl", '{"input": "x", "metadata": {"held": {"assert": 3}}}\n', "i.jsonl:1: 'held' is not what"),
        ("i.jsonl", '{"say": "x"}\n', "i.jsonl:1: neither 'vars' nor 'input' in it. Say what it is by --from"),
        ("d.json", '[{"input": "x", "expected_output": "y"},\n{"input": 3, "expected_output": "y"}]',
         "d.json:2: 3 is not text. Put every message in quotes"),
        ("d.json", '[{"input": "x"},\n{"inp', "d.json:2: not JSON"),
        ("d.json", '{"input": "x"}', "d.json: not a stored run"),
        ("d.txt", "x", "d.txt: '.txt' is not read. Give .yaml"),
    ],
)  # fmt: skip
def test_what_cannot_be_carried_over_is_named_with_file_line_and_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str, says: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    said = io.StringIO()
    monkeypatch.setattr(sys, "stderr", said)
    assert run_it(monkeypatch, tmp_path / name, tmp_path / "made.jsonl") == convert.FAILED
    assert says in said.getvalue()
    assert not (tmp_path / "made.jsonl").exists()


def test_an_assertion_type_is_left_out_only_when_asked_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = PROMPTFOO.replace("starts-with", "llm-rubric")
    first = imported(tmp_path, monkeypatch, "p.yaml", text, "--without", "llm-rubric")[0]
    assert "regex" not in [each.type for each in first.assertions]
    assert "p.yaml:12: 'llm-rubric' left out, as asked" in capsys.readouterr().err


def test_a_file_that_is_there_is_overwritten_only_by_force(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source, out = suite_file(tmp_path), tmp_path / "there.jsonl"
    out.write_text("mine", encoding="utf-8")
    assert run_it(monkeypatch, source, out) == convert.FAILED
    assert "there.jsonl: is there already. Give another name, or --force" in capsys.readouterr().err
    assert out.read_text(encoding="utf-8") == "mine"
    assert run_it(monkeypatch, source, out, "--force") == 0
    assert len(read_suite(out).cases) == 5


def test_any_text_survives_in_a_suite_of_either_kind(tmp_path: Path) -> None:
    texts = ["\ud83d", "a\u2028b\x85c", "nul \x00", "- no: yes #", "'", "\ufeffbom", "  ", "\\ud800", "tab\t\r\n"]
    source = tmp_path / "source.jsonl"
    rows = [{"id": f"c{number}", "vars": {"turns": [text, text]}, "assert": [{"type": "answers"}]}
            for number, text in enumerate(texts)]  # fmt: skip
    source.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    cases = read_suite(source).cases
    for path, text in ((tmp_path / "o.yaml", suite_yaml(cases)), (tmp_path / "o.jsonl", suite_lines(cases))):
        path.write_text(text, encoding="utf-8", errors="backslashreplace", newline="")
        assert read_suite(path).cases == cases


# ---- runs ----


def ranked(name: str, *found: str, **more: object) -> CaseResult:
    """A case with labelled sections and what search found, scored so that two are equal."""
    places = tuple(("an article", heading) for heading in found)
    return case(name, answer(), Checked("answers", True, True), passages=places, **more)


def searched() -> list[CaseResult]:
    return [
        ranked("q 1", "A b", "C", "A b", "D", "E", gold_passages=[["an article", "D"], ["an article", "Z"]]),
        ranked("q2", "A", "C", gold_passages=[["an article", "A"]]),
        ranked("q3", "A"),
        case("q4", {}, status="errored", error="boom", gold_passages=[["an article", "A"]]),
    ]


def test_other_programs_get_our_ranking_figures_from_the_trec_files() -> None:
    run, told = run_of(*searched()), Told()
    listed = list(ir_measures.read_trec_qrels(qrels(run, Told())))
    found = list(ir_measures.read_trec_run(trec_run(run, told)))
    wanted = {"recall@5": ir_measures.R @ 5, "MRR": ir_measures.RR, "nDCG@5": ir_measures.nDCG @ 5}
    theirs = ir_measures.calc_aggregate(list(wanted.values()), listed, found)
    for name, measure in wanted.items():
        assert figure(searched(), name).value == pytest.approx(theirs[measure])
    assert [row.query_id for row in found[:1]] == ["q%201"]
    said = "".join(told.lines(Path("x")))
    assert "a case without gold_passages left out" in said
    assert "a case that errored left out" in said


def stored(tmp_path: Path) -> Path:
    failed = case("f1", answer(text="=1+1"), Checked("answers", True, False, "\x07 <none>"), family="-2")
    errored = case("e1", {}, status="errored", error="ValueError: boom")
    gate = GateResult("suite", "passed", "at least 1", None, "unmeasured")
    write_run(tmp_path / "results.json", run_of(failed, errored, ranked("+ok"), gates=(gate,)))
    return tmp_path / "results.json"


def test_ci_servers_count_failures_errors_and_gates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run_it(monkeypatch, stored(tmp_path), tmp_path / "junit.xml") == 0
    root = ET.parse(tmp_path / "junit.xml").getroot()
    counts = {box.get("name"): (box.get("tests"), box.get("failures"), box.get("errors")) for box in root}
    assert counts == {"suite": ("3", "1", "1"), "gates": ("1", "1", "0")}
    assert root.get("tests") == "4"
    failure = root.find(".//testcase[@name='f1']/failure")
    assert failure is not None
    assert failure.get("message") == "answers true: \ufffd <none>"
    assert failure.text == "asked: question f1\nanswered: =1+1"


def test_no_cell_of_a_run_is_taken_for_a_formula(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored(tmp_path)
    assert run_it(monkeypatch, tmp_path, tmp_path / "run.csv") == 0
    with (tmp_path / "run.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == ["f1", "e1", "'+ok"]
    assert (rows[0]["answer"], rows[0]["family"], rows[0]["status"]) == ("'=1+1", "'-2", "failed")
    assert not [cell for row in rows for cell in row.values() if cell.startswith(tuple("=+-@\t\r"))]


@pytest.mark.parametrize("flags", [("o.yaml",), ("o.csv", "--to", "inspect"), ("o.yaml", "--to", "promptfoo")])
def test_a_run_is_not_made_into_a_suite(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], flags: tuple[str, ...]
) -> None:
    assert run_it(monkeypatch, stored(tmp_path), tmp_path / flags[0], *flags[1:]) == convert.FAILED
    assert "Give" in capsys.readouterr().err


def test_half_a_surrogate_pair_in_a_question_is_stored_and_read_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_of(case("s", answer(text="\udc80 it"), Checked("equals", "\ud800", False, "is: \udc80"), note="\ud83d"))
    write_run(tmp_path / "results.json", run)
    assert read_run(tmp_path / "results.json") == run
    for name in ("o.xml", "o.csv", "o.run", "o.qrels"):
        assert run_it(monkeypatch, tmp_path, tmp_path / name) == 0
        (tmp_path / name).read_text(encoding="utf-8")
