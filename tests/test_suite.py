import json
from pathlib import Path

import pytest

from evals.located import SuiteError
from evals.suite import Suite, read_suite

CASE = """
- id: one
  vars: {question: "What is it?"}
  assert: [{type: answers}]
"""


def read(tmp_path: Path, text: str) -> Suite:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return read_suite(path)


def test_a_case_is_read_with_all_it_holds(tmp_path: Path) -> None:
    suite = read(
        tmp_path,
        """
defaults:
  assert: [{type: disclaimer}, {type: latency, value: 500}]
  metadata: {suite: mine, severity: minor}
gates:
- {figure: passed, where: {kind: [plain, lay], language: en}, at_least: 0.9, enough: 59, whole_interval: true}
cases:
- id: one
  description: asked twice
  vars: {turns: ["What is it?", "and why?"]}
  threshold: 0.5
  assert:
  - {type: contains-any, value: ["a", "b"]}
  - {type: latency, value: 90}
  metadata: {severity: critical, gold_passages: [[sleep, "How much?"]]}
""",
    )
    case = suite.cases[0]
    assert case.turns == ("What is it?", "and why?")
    assert [(each.type, each.value) for each in case.assertions] == [
        ("contains-any", ["a", "b"]), ("latency", 90), ("disclaimer", True),
    ]  # fmt: skip
    assert case.metadata == {"suite": "mine", "severity": "critical", "gold_passages": [["sleep", "How much?"]]}
    assert case.threshold == 0.5
    assert suite.gates[0].where == (("kind", ("plain", "lay")), ("language", ("en",)))


def test_layout_comments_and_gates_do_not_change_the_hash_but_a_demand_does(tmp_path: Path) -> None:
    plain = read(tmp_path, f"cases:{CASE}")
    dressed = read(tmp_path, f"# a note\ngates: [{{figure: passed, at_least: 1}}]\n\ncases:{CASE}\n")
    stricter = read(tmp_path, f"cases:{CASE.replace('answers', 'abstains')}")
    assert plain.sha256 == dressed.sha256 != stricter.sha256


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("cases:" + CASE.replace("vars", "var"), r"yaml:3: unknown field 'var' in the case\. Did you mean 'vars'"),
        ("cases:" + CASE.replace("answers", "answer"), r"mine\.yaml:4: unknown assertion type 'answer'.*'answers'"),
        ("cases:" + CASE.replace("answers", "route, value: here"), r"yaml:4: 'route' cannot use 'here'\. Write one"),
        ("cases:" + CASE.replace("answers", 'regex, value: "("'), r"mine\.yaml:4: .*Correct the regular expression"),
        ("cases:" + CASE.replace("answers", "retrieves, value: {article: a, k: 0}"), r"yaml:4: .*Write k as a whole"),
        ("cases:" + CASE.replace('"What is it?"', "no"), r"yaml:3: False is not text\. Put every message"),
        ("cases:" + CASE.replace("question", "turns"), r"mine\.yaml:3: neither one question nor a list of turns"),
        ("cases:" + CASE.replace("id: one", "id: 1"), r"mine\.yaml:2: the id is 1\. .*in quotes if a number"),
        ("cases:" + CASE + CASE, r"mine\.yaml:6: id 'one' stands on line 2 too"),
        ("cases:" + CASE + "  metadata: {famly: x}\n", r"mine\.yaml:5: unknown field 'famly'.*Did you mean 'family'"),
        ("cases:" + CASE + "  id: two\n", r"mine\.yaml:5: .*'id' is given twice"),
        ("cases:" + CASE + "  threshold: 7\n", r"mine\.yaml:5: threshold 7\. Write a share"),
        ("cases:\n- id: one\n  vars: {question: x}\n", r"mine\.yaml:2: case 'one' demands nothing\. Add an assert"),
        ("gates: [{figure: passed}]\ncases:" + CASE, r"mine\.yaml:1: a gate without figure or bound"),
        ("gates: [{figure: passed, atleast: 1}]\ncases:" + CASE, r"mine\.yaml:1: unknown field 'atleast'.*'at_least'"),
        ("cases: []\n", r"mine\.yaml:1: no cases in it"),
        ("cases: [\n", r"mine\.yaml:2: not YAML"),
        ("- a\n", r"mine\.yaml:1: the file is not a mapping"),
        ("", r"mine\.yaml:1: the file is not a mapping"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_file_line_and_remedy(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(SuiteError, match=says):
        read(tmp_path, text)


def line(name: str, **more: object) -> str:
    return json.dumps({"id": name, "vars": {"question": "x"}, "assert": [{"type": "answers"}], **more})


def test_a_suite_of_lines_takes_gates_and_defaults_from_the_file_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text(f"{line('a')}\n\n{line('b')}\n", encoding="utf-8")
    assert read_suite(path).gates == ()
    beside = "defaults: {assert: [{type: disclaimer}]}\ngates: [{figure: passed, at_least: 1}]\n"
    (tmp_path / "mine.gates.yaml").write_text(beside, encoding="utf-8")
    suite = read_suite(path)
    assert [each.type for each in suite.cases[1].assertions] == ["answers", "disclaimer"]
    assert suite.gates[0].at_least == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("not json", r"mine\.jsonl:2: not JSON .*Write one JSON object a line"),
        ("[1]", r"mine\.jsonl:2: the case is not a mapping"),
        (line("b", metadata={"gold_passages": ["a"]}), r"mine\.jsonl:2: not places\. Write a list of"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text(f"{line('a')}\n{text}\n", encoding="utf-8")
    with pytest.raises(SuiteError, match=says):
        read_suite(path)
