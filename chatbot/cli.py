"""The command line: `chatbot serve`, `ask`, `index`, `import`, `check`, `eval`, `bench`. Each calls one part."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from chatbot.staff_commands import demo_data, staff_user

if TYPE_CHECKING:
    from chatbot.bot import Bot
    from chatbot.config import Settings
    from chatbot.conversation import Answer

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
app.command(name="staff-user")(staff_user)
app.command(name="demo-data")(demo_data)


class CommandError(Exception):
    """What the person at the command line can mend; the message ends with the next step."""


def main() -> None:
    """Run the command line; an error that a person can mend is one line on stderr and exit code 2."""
    try:
        app()
    except Exception as error:
        if not _is_expected(error):
            raise
        sys.stderr.write(f"error: {error}\n")
        sys.exit(2)


def _is_expected(error: Exception) -> bool:
    from chatbot.records.migrating import RecordsUnusableError
    from chatbot.staff.accounts import UserRefusedError
    from chatbot.staff.demo_data import DemoRefusedError
    from chatbot.staff.passwords import PasswordRefusedError
    from corpus.front_matter import ContentError
    from index.embedding import EmbedderError
    from index.manifest import IndexUnavailable
    from index.onnx_model import TrainedModelError

    staff = RecordsUnusableError | UserRefusedError | PasswordRefusedError | DemoRefusedError
    return isinstance(error, ContentError | EmbedderError | IndexUnavailable | TrainedModelError | CommandError | staff)


@app.command()
def serve(host: str = "127.0.0.1", port: int = 7860) -> None:
    """Build or update the index if needed, then serve the pages and the API."""
    from chatbot.serving import serve_all

    settings = _settings()
    _build(settings, rebuild=False)
    serve_all(settings, _open(settings), (host, port), lambda url: typer.echo(f"Ready. Open {url}"))


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question; leave it out with --batch.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Print also how it came about.")] = False,
    batch: Annotated[Path | None, typer.Option(help='A file of lines {"id": …, "turns": ["…", …]}.')] = None,
    out: Annotated[Path | None, typer.Option(help="Where --batch writes one line a conversation.")] = None,
) -> None:
    """Answer a question, or a file of conversations."""
    if (batch is None) == (not question):
        raise CommandError("give either a question or --batch FILE. See 'chatbot ask --help'")
    if batch is None:
        with _bot() as bot:
            _ask(bot, question, as_json=as_json, explain=explain)
        return
    if explain:
        raise CommandError("--explain explains one question. Leave out --batch, or --explain")
    if out is None:
        raise CommandError("--batch needs --out FILE for the answers")
    conversations = _read_batch(batch)
    with _bot() as bot:
        _run_batch(bot, conversations, out)


@app.command()
def index(rebuild: Annotated[bool, typer.Option(help="Build everything anew, the embedder included.")] = False) -> None:
    """Build the index, or update it where articles have changed, and measure what its confidence is worth."""
    _build(_settings(), rebuild=rebuild)
    # An index without these figures is still good, so the exit code does not depend on them.
    _run_module("evals.own_questions", "--brief")


@app.command(name="import")
def import_(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders: txt, md, html, docx, pdf.")],
    to: Annotated[Path | None, typer.Option(help="Folder to write articles into (default CHATBOT_ARTICLES).")] = None,
    force: Annotated[bool, typer.Option(help="Overwrite articles that exist.")] = False,
) -> None:
    """Turn documents into articles."""
    from corpus.importing import import_files

    failed = 0
    for imported in import_files(paths, to or _settings().articles, force=force):
        if imported.article is None:
            failed += 1
            typer.echo(f"error: {imported.source}: {imported.problem}", err=True)
        else:
            typer.echo(f"{imported.source} -> {imported.article}")
    if failed:
        raise typer.Exit(2)


@app.command()
def check(as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False) -> None:
    """Check articles, fixed replies and index; exit with 1 where something must be corrected."""
    from chatbot.inspection import findings_json, findings_lines, inspect

    health = inspect(_settings())
    typer.echo(findings_json(health) if as_json else findings_lines(health))
    if health.errors:
        raise typer.Exit(1)


_AS_GIVEN = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


@app.command(name="eval", context_settings=_AS_GIVEN)
def eval_(context: typer.Context) -> None:
    """Ask every case of the suites; exit with 1 where a gate is not kept or a case errors, 2 where none can be run."""
    raise typer.Exit(_run_module("evals.run", *context.args))


@app.command()
def bench(
    what: Annotated[Literal["cold", "retrieval", "warm"], typer.Argument(help="What to measure.")] = "cold",
    data: Annotated[Path, typer.Argument(help="Public question sets, for retrieval.")] = Path("../shared/data"),
    runs: Annotated[int, typer.Option(min=1, max=50, help="Cold runs of each side.")] = 5,
    questions: Annotated[int, typer.Option(min=10, help="Questions of each set, or to time.")] = 150,
) -> None:
    """Measure against LangChain's tutorial stack: a cold answer, what is found, or a warm answer."""
    if what == "retrieval" and not data.is_dir():
        step = "Give the folder of the public question sets: chatbot bench retrieval DATA"
        raise CommandError(f"{data}: no such folder. {step}")
    modules = {
        "cold": ["evals.cold_start", "--runs", str(runs)],
        "retrieval": ["evals.retrieval_bench", str(data), "--questions", str(questions)],
        "warm": ["evals.warm", "--questions", str(questions)],
    }
    raise typer.Exit(_run_module(*modules[what]))


def _run_module(*arguments: str) -> int:
    """Run a module of evals, which stand above the command line and are not imported by it."""
    import subprocess

    return subprocess.run([sys.executable, "-m", *arguments], check=False).returncode


def _settings() -> "Settings":
    from pydantic import ValidationError

    from chatbot.config import Settings

    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = f"CHATBOT_{'_'.join(str(part) for part in first['loc']).upper()}"
        raise CommandError(f"{name}: {first['msg']}. Correct this environment variable") from error


def _build(settings: "Settings", *, rebuild: bool) -> None:
    from index.building import build

    with _progress() as progress:
        paths, server, embedder = (settings.articles, settings.index_folder), settings.index_server, settings.embedder
        manifest = build(*paths, embedder=embedder, rebuild=rebuild, progress=progress, server=server)
    typer.echo(f"Index: {len(manifest.articles)} articles, {manifest.rows} texts, {manifest.model}", err=True)


class _progress:  # noqa: N801 - used as a function: `with _progress() as progress`
    """Show steps with a bar on stderr; callable as `progress(step, done, total)`."""

    def __enter__(self) -> Callable[[str, int, int], None]:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        columns = [TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}")]
        self._bar = Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True))
        self._bar.start()
        tasks: dict[str, int] = {}

        def show(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = self._bar.add_task(step, total=total)
            self._bar.update(tasks[step], completed=done, total=total)  # type: ignore[arg-type]

        return show

    def __exit__(self, *_: object) -> None:
        self._bar.stop()


class _bot:  # noqa: N801 - used as a function: `with _bot() as bot`
    """Open the bot for one command."""

    def __enter__(self) -> "Bot":
        self._opened = _open(_settings())
        return self._opened

    def __exit__(self, *_: object) -> None:
        self._opened.close()


def _open(settings: "Settings") -> "Bot":
    from chatbot.bot import Bot

    try:
        return Bot.open(settings)
    except ImportError as error:
        if not settings.llm:
            raise
        provider = settings.llm.partition(":")[0]
        message = f"CHATBOT_LLM={settings.llm}: {error}. Run: pip install 'clinic-chatbot[llm]' langchain-{provider}"
        raise CommandError(message) from error


def _ask(bot: "Bot", question: str, *, as_json: bool, explain: bool) -> None:
    from chatbot.conversation import Question
    from chatbot.tracing import explained_json, trace_lines

    trace = bot.explain(Question(question))
    if as_json and explain:
        typer.echo(explained_json(trace))
        return
    _print(trace.answer, as_json)
    if explain:
        typer.echo("\n".join(["", "-" * 80, *trace_lines(trace)]))


def _print(answer: "Answer", as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(answer.to_json(), ensure_ascii=False, indent=2))
        return
    typer.echo(answer.text)
    for citation in answer.citations:
        reviewed = f"reviewed {citation.reviewed_on}" if citation.reviewed_on else "not yet reviewed by a clinician"
        typer.echo(f"\n[{citation.number}] {citation.title}: {citation.section} ({reviewed})\n    {citation.url}")
    for action in answer.actions:
        typer.echo(f"\n{action.label}" if action.kind != "say" else f"\nYou can ask: {action.label}")
    typer.echo(f"\n{answer.disclaimer}")


def _read_batch(path: Path) -> list[dict[str, object]]:
    """Read and check the whole file first, so that a bad line costs no answers."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path}: {error}. Give a UTF-8 file of JSON lines") from error
    return list(_conversations(path, lines))


def _conversations(path: Path, lines: list[str]) -> Iterator[dict[str, object]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            case = json.loads(line)
        except json.JSONDecodeError as error:
            raise CommandError(f"{path}:{number}: not JSON ({error}). Correct the line; nothing was asked") from error
        turns = case.get("turns") if isinstance(case, dict) else None
        if not (turns and isinstance(turns, list) and all(isinstance(turn, str) for turn in turns) and "id" in case):
            shape = '{"id": …, "turns": ["…", …]}'
            raise CommandError(f"{path}:{number}: not of the form {shape}. Correct the line; nothing was asked")
        yield case


def _run_batch(bot: "Bot", conversations: list[dict[str, object]], out: Path) -> None:
    from chatbot.batch import run_conversation

    partial = out.with_name(f"{out.name}.partial")
    with _progress() as progress, partial.open("w", encoding="utf-8") as file:
        for number, case in enumerate(conversations, 1):
            turns = [str(turn) for turn in case["turns"]]  # type: ignore[attr-defined]
            line = {"id": case["id"], **run_conversation(bot, turns)}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
            progress("Asking", number, len(conversations))
    partial.replace(out)


if __name__ == "__main__":
    main()
