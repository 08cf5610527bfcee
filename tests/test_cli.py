"""The command line as scripts use it: JSON as published, errors on stderr with a next step, exit code 2."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import pytest
from conftest import Corpus

from chatbot.cli import main

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(corpus: Corpus, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line in this process, on the small corpus."""
    monkeypatch.setenv("CHATBOT_ARTICLES", str(corpus.articles))
    monkeypatch.setenv("CHATBOT_INDEX", str(corpus.index))
    monkeypatch.setenv("CHATBOT_GLOSSARY", str(corpus.articles / "none.toml"))

    def run_with(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["chatbot", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        code = ended.value.code
        return code if isinstance(code, int) else int(code is not None), out, err

    return run_with


def test_help_is_quick_and_imports_nothing_heavy() -> None:
    program = (
        "import sys; sys.argv = ['chatbot', '--help']\n"
        "from chatbot.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "heavy = {'torch', 'gradio', 'chromadb', 'langchain', 'langchain_core', 'onnxruntime'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    started = perf_counter()
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert "serve" in done.stdout
    # The bound is 0.5 s; a machine that runs other tests beside this one gets three times that.
    assert perf_counter() - started < 1.5


def test_ask_prints_answer_sources_phone_and_disclaimer(run: Run) -> None:
    code, out, _ = run("ask", "How many hours of sleep do adults need?")
    assert code == 0
    assert "seven to nine hours of sleep a night." in out
    assert "[1]" in out
    assert "/articles/sleep?start=" in out
    assert "not yet reviewed by a clinician" in out
    assert "General information, not medical advice" in out


def test_ask_json_is_one_json_object(run: Run) -> None:
    _, out, _ = run("ask", "How many hours of sleep do adults need?", "--json")
    answer = json.loads(out)
    assert answer["outcome"] == "answered"
    assert answer["citations"][0]["article"] == "sleep"


def test_explain_follows_the_answer_and_with_json_stands_beside_it(run: Run) -> None:
    _, plain, _ = run("ask", "How many hours of sleep do adults need?")
    code, out, _ = run("ask", "How many hours of sleep do adults need?", "--explain")
    assert code == 0
    assert out.startswith(plain)
    assert "Sentences judged, best first" in out
    _, out, _ = run("ask", "How many hours of sleep do adults need?", "--json", "--explain")
    both = json.loads(out)
    assert both["answer"]["citations"][0]["article"] == both["trace"]["passages"][0]["passage"].partition("#")[0]


def test_a_batch_writes_one_line_a_conversation_in_order(run: Run, tmp_path: Path) -> None:
    asked, answered = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    lines = [{"id": "x", "turns": ["How much sleep do adults need?", "and teenagers?"]}, {"id": 2, "turns": ["hello"]}]
    asked.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    code, _, _ = run("ask", "--batch", str(asked), "--out", str(answered))
    assert code == 0
    first, second = (json.loads(line) for line in answered.read_text(encoding="utf-8").splitlines())
    assert (first["id"], len(first["answers"])) == ("x", 2)
    assert (second["id"], second["passages"]) == (2, [])
    assert list(tmp_path.glob("*.partial")) == []


@pytest.mark.parametrize(
    "line",
    ["not json", "[]", '{"id": 1}', '{"id": 1, "turns": []}', '{"turns": ["x"]}', '{"id": 1, "turns": [3]}'],
)
def test_a_bad_batch_line_is_named_before_anything_is_asked(run: Run, tmp_path: Path, line: str) -> None:
    asked, answered = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    asked.write_text('{"id": 1, "turns": ["hello"]}\n' + line, encoding="utf-8")
    answered.write_text("earlier answers", encoding="utf-8")
    code, _, err = run("ask", "--batch", str(asked), "--out", str(answered))
    assert code == 2
    assert f"{asked}:2:" in err
    assert "nothing was asked" in err
    assert answered.read_text(encoding="utf-8") == "earlier answers"


@pytest.mark.parametrize(
    ("arguments", "next_step"),
    [
        (["ask"], "ask --help"),
        (["ask", "hello", "--batch", "x"], "ask --help"),
        (["ask", "--batch", "x", "--out", "y", "--explain"], "Leave out --batch"),
        (["ask", "--batch", "missing.jsonl", "--out", "x"], "UTF-8 file"),
        (["ask", "--batch", "missing.jsonl"], "--out FILE"),
        (["bench", "retrieval", "no/such/folder"], "chatbot bench retrieval DATA"),
        (["bench", "lukewarm"], "retrieval"),
    ],
)
def test_a_wrong_call_says_what_to_do(run: Run, arguments: list[str], next_step: str) -> None:
    code, _, err = run(*arguments)
    assert code == 2
    assert next_step in err


def test_without_an_index_the_command_that_builds_it_is_named(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CHATBOT_INDEX", str(tmp_path / "nowhere"))
    code, _, err = run("ask", "hello")
    assert code == 2
    assert err.rstrip().endswith("Run 'chatbot index'.")


def test_a_broken_article_is_named_and_the_live_index_still_answers(run: Run, corpus: Corpus) -> None:
    (corpus.articles / "broken.md").write_text("no front matter", encoding="utf-8")
    code, _, err = run("index")
    assert code == 2
    assert "broken.md" in err
    (corpus.articles / "broken.md").unlink()
    assert run("ask", "How much sleep do adults need?")[0] == 0


def test_check_lists_what_is_unreviewed_and_fails_only_on_errors(run: Run, corpus: Corpus) -> None:
    code, out, _ = run("check")
    assert code == 0
    assert "article sleep: not yet reviewed by a clinician" in out
    corpus.write("calling", "## Who can I call?\n\nCall 555-123-4567 whenever you have a question about sleep.\n")
    code, out, _ = run("check")
    assert code == 1
    assert "prints 555-123-4567, which is not in clinic.toml" in out
    assert "articles have changed since it was built" in out


def test_check_names_a_sentence_that_will_never_be_shown(run: Run, corpus: Corpus) -> None:
    corpus.write("claims", "## Does it work?\n\nThis new treatment is guaranteed to cure every case of insomnia.\n")
    assert "never shown" in run("check")[1]


def test_import_writes_articles_and_says_which_files_failed(run: Run, tmp_path: Path) -> None:
    good, empty = tmp_path / "naps.txt", tmp_path / "empty.txt"
    text = "Naps\n\nWhy nap?\n\nA short nap in the early afternoon can make people more alert.\n"
    good.write_text(text, encoding="utf-8")
    empty.touch()
    code, out, err = run("import", str(good), str(empty), "--to", str(tmp_path / "articles-in"))
    assert code == 2
    assert str(tmp_path / "articles-in" / "naps.md") in out
    assert str(empty) in err


def test_a_setting_that_cannot_be_read_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHATBOT_EMBEDDER", "./no/such/folder")
    code, _, err = run("ask", "hello")
    assert code == 2
    assert "CHATBOT_EMBEDDER" in err
