"""The code keeps the order the README describes: modules import only what is above them."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("corpus", "index", "chatbot", "evals")

OWNERS = {
    "bm25s": {"index/lexical.py"},
    "Stemmer": {"index/lexical.py"},
    "chromadb": {"index/vectors.py"},
    "torch": {"index/models.py", "evals/training.py", "evals/train_reader.py", "evals/train_classifier.py"},
    "sentence_transformers": {"index/models.py"},
    "transformers": {"index/models.py", "evals/train_reader.py", "evals/train_classifier.py"},
    "onnxruntime": {"index/onnx_model.py", "index/embedding.py", "evals/training.py"},
    "httpx": {"index/vectors.py"},
    "sentencex": {"index/passages.py"},
    "markdown_it": {"corpus/blocks.py", "index/markdown_text.py", "chatbot/rendering.py"},
    "nh3": {"chatbot/rendering.py"},
    "gradio": {"chatbot/gradio_parts.py", "chatbot/patient_page.py", "chatbot/staff/"},
    "argon2": {"chatbot/staff/passwords.py"},
    "limits": {"chatbot/metering.py"},
    "prometheus_client": {"chatbot/metering.py"},
    "uvicorn": {"chatbot/api.py"},
    "sqlalchemy": {"chatbot/records/", "chatbot/staff/"},
    "alembic": {"chatbot/records/migrating.py", "chatbot/records/migrations/"},
    "trafilatura": {"corpus/converting.py"},
    "mammoth": {"corpus/converting.py"},
    "pypdf": {"corpus/converting.py"},
    "phonenumbers": {"chatbot/redaction.py"},
    "pyphen": {"corpus/readability.py"},
    "typer": {"chatbot/cli.py", "chatbot/staff_commands.py"},
    "jinja2": {"evals/report.py"},
    "matplotlib": {"evals/plots.py"},
    "scipy": {"index/question_map.py", "evals/compare.py", "evals/train_word_weights.py"},
    "inspect_ai": {"evals/inspect_tasks.py"},
}


def listed_modules() -> list[str]:
    """The modules in the order of the README's table of files."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.findall(r"^\| `([a-z_/]+\.py)` \|", readme, re.MULTILINE)


def modules() -> list[str]:
    found = (path.relative_to(ROOT).as_posix() for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return sorted(name for name in found if not name.endswith("__init__.py"))


def imported(module: str) -> set[str]:
    """Names of the modules a file imports, wherever in the file the import stands, types aside."""
    tree = ast.parse((ROOT / module).read_text(encoding="utf-8"))
    typing_only = {
        id(node) for block in ast.walk(tree) if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.dump(block.test)
        for node in ast.walk(block)
    }  # fmt: skip
    names: set[str] = set()
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def test_the_readme_lists_every_module_once() -> None:
    assert sorted(listed_modules()) == modules()


@pytest.mark.parametrize("module", modules())
def test_a_module_imports_only_what_the_readme_lists_above_it(module: str) -> None:
    order = listed_modules()
    ours = {name.replace("/", ".").removesuffix(".py"): place for place, name in enumerate(order)}
    below = [name for name in imported(module) if ours.get(name, -1) >= order.index(module)]
    assert not below, f"{module} imports {below}, which the README lists below it"


@pytest.mark.parametrize("library", sorted(OWNERS))
def test_each_outside_library_is_imported_by_its_owners_only(library: str) -> None:
    users = {m for m in modules() if any(name == library or name.startswith(f"{library}.") for name in imported(m))}
    strangers = {user for user in users if not any(user.startswith(owner) for owner in OWNERS[library])}
    assert not strangers
    assert users, f"nobody imports {library}: take it out of the table and of pyproject.toml"


@pytest.mark.parametrize("module", modules())
def test_no_module_names_the_clinic(module: str) -> None:
    text = (ROOT / module).read_text(encoding="utf-8").lower()
    assert "lumin" not in text.replace("lumina", "")
    assert "863-8810" not in text


@pytest.mark.parametrize("module", modules())
def test_files_and_functions_stay_small(module: str) -> None:
    text = (ROOT / module).read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 300
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            assert (node.end_lineno or 0) - node.lineno <= 50, f"{node.name} is too long"
