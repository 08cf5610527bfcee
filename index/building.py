"""Build or update the index: a new version is written and verified beside the one in use, then put into use.

Nothing is ever changed in the version in use, so a build may be killed at any moment.
"""

import fcntl
import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import IO, Any

from corpus.article import fingerprint, load_articles
from index.embedding import EmbedderError
from index.manifest import (
    FORMAT,
    IndexUnavailable,
    Manifest,
    live_version,
    obsolete_versions,
    publish,
    read_live_manifest,
    remove_version,
    same_model,
    versions,
)
from index.models import find_model
from index.passages import CHUNKER_VERSION
from index.vectors import collection_name, remove_from_server
from index.writing import Job, Progress, Written

_PATIENCE_S = 600.0
"""How long to wait for another build of the same index."""


class BuildFailed(IndexUnavailable):
    """The new version was not finished; the one in use, if any, still is."""


def build(  # noqa: PLR0913 - the three settings of an installation and two wishes, by name
    articles_folder: Path,
    index_folder: Path,
    *,
    embedder: str,
    rebuild: bool = False,
    progress: Progress | None = None,
    server: str | None = None,
) -> Manifest:
    """Return the manifest of an index that matches the articles and settings, built now only if need be.

    Raises `ContentError`, `EmbedderError` or `IndexUnavailable`; the version in use before then stays in use.
    """
    job = Job(str(articles_folder.absolute()), "", embedder, server)
    if not rebuild and (manifest := _up_to_date(job, index_folder)):
        return manifest
    load_articles(articles_folder)
    progress = progress or _silent
    with _only_builder(index_folder, progress) as lock:
        if not rebuild and (manifest := _up_to_date(job, index_folder)):
            return manifest
        _remove_obsolete(index_folder, server)
        manifest = _build_version(_job(job, index_folder, rebuild), progress, lock)
        publish(index_folder, manifest)
        _remove_obsolete(index_folder, server)
    return manifest


def _up_to_date(job: Job, index_folder: Path) -> Manifest | None:
    """Return the manifest in use if nothing has changed; loads no library and reads only the articles' bytes."""
    manifest = _live_manifest(index_folder)
    if manifest is None or manifest.server != job.server or manifest.chunker_version != CHUNKER_VERSION:
        return None
    articles = {path.stem: fingerprint(path) for path in Path(job.articles).glob("*.md")}
    same = manifest.articles == articles and same_model(manifest, find_model(job.embedder))
    return manifest if same else None


def _live_manifest(index_folder: Path) -> Manifest | None:
    try:
        return read_live_manifest(index_folder)
    except IndexUnavailable:
        return None


def _job(job: Job, index_folder: Path, rebuild: bool) -> Job:
    """Name the new version, and say what may be taken over from the one in use."""
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(3)}"
    job = replace(job, version=str(versions(index_folder).absolute() / name))
    manifest = None if rebuild else _live_manifest(index_folder)
    if manifest is None or not same_model(manifest, find_model(job.embedder)):
        return job
    live = str(live_version(index_folder).absolute())
    return replace(job, model_from=live, vectors_from=live if manifest.chunker_version == CHUNKER_VERSION else None)


def _build_version(job: Job, progress: Progress, lock: int) -> Manifest:
    Path(job.version).mkdir()
    try:
        written = Written(**_run("write", job, progress, lock))
        self_similarity: float = _run("verify", job, progress, lock)["self_similarity"]
    except BaseException:
        # Also for Ctrl-C; what a kill leaves is removed by the next build.
        _remove(Path(job.version), job.server)
        raise
    return Manifest(
        format=FORMAT,
        version=Path(job.version).name,
        built_at=datetime.now(UTC).isoformat(timespec="seconds"),
        model=written.model,
        dimensions=written.dimensions,
        weights_sha256=written.weights_sha256,
        chunker_version=CHUNKER_VERSION,
        articles=written.articles,
        rows=written.rows,
        server=job.server,
        self_similarity=self_similarity,
    )


def _run(task: str, job: Job, progress: Progress, lock: int) -> dict[str, Any]:
    """Run one task of `index/writing.py` in a child process and return its result."""
    command = [sys.executable, "-P", "-m", "index.writing", task]
    with tempfile.TemporaryFile() as noise:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=noise,
            env=_child_environment(job),
            # The lock is shared: while a child of a killed build still runs, no other build starts.
            pass_fds=(lock,),
            # Ctrl-C is for the parent, which then ends the child.
            start_new_session=True,
        )
        with process:
            try:
                return _result(process, job, progress, noise)
            finally:
                process.kill()


def _result(process: subprocess.Popen[bytes], job: Job, progress: Progress, noise: IO[bytes]) -> dict[str, Any]:
    assert process.stdin is not None
    assert process.stdout is not None
    with suppress(BrokenPipeError), process.stdin:
        process.stdin.write(json.dumps(asdict(job)).encode())
    for line in process.stdout:
        message: dict[str, Any] = json.loads(line)
        if "result" in message:
            result: dict[str, Any] = message["result"]
            return result
        if "error" in message:
            known = EmbedderError if message["kind"] == "EmbedderError" else BuildFailed
            raise known(message["error"])
        progress(message["step"], message["done"], message["total"])
    code = process.wait()
    noise.seek(0)
    last = noise.read().decode(errors="replace").strip().splitlines()[-1:]
    raise BuildFailed(
        f"building the index stopped with code {code} ({' '.join(last) or 'no message'}). The index in use, if any, "
        "is unchanged. Run 'chatbot index --rebuild'."
    )


def _child_environment(job: Job) -> dict[str, str]:
    """Let the child find this code wherever it is started, and keep its libraries from the network."""
    root = str(Path(__file__).parents[1])
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))
    environment = os.environ | {"PYTHONPATH": path, "HF_HUB_DISABLE_TELEMETRY": "1", "ANONYMIZED_TELEMETRY": "False"}
    return environment | ({"HF_HUB_OFFLINE": "1"} if find_model(job.embedder).folder else {})


@contextmanager
def _only_builder(index_folder: Path, progress: Progress) -> Iterator[int]:
    """Hold the index's lock; another build is waited for."""
    with _lock_file(index_folder) as lock:
        deadline = monotonic() + _PATIENCE_S
        while not _locked(lock.fileno()):
            progress("waiting for another build", 0, 1)
            if monotonic() > deadline:
                raise IndexUnavailable(f"{index_folder}: another build is still running. Wait for it, or stop it.")
            sleep(0.1)
        yield lock.fileno()


def _lock_file(index_folder: Path) -> IO[str]:
    try:
        versions(index_folder).mkdir(parents=True, exist_ok=True)
        return (index_folder / "LOCK").open("w")
    except OSError as error:
        raise BuildFailed(
            f"{index_folder}: the index cannot be written ({error}). Set CHATBOT_INDEX to another folder."
        ) from error


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _remove_obsolete(index_folder: Path, server: str | None) -> None:
    for version in obsolete_versions(index_folder):
        _remove(version, server)


def _remove(version: Path, server: str | None) -> None:
    if server:
        # A server that does not answer now keeps a collection nobody reads; that is no reason to fail.
        with suppress(IndexUnavailable):
            remove_from_server(server, collection_name(version.name))
    remove_version(version)


def _silent(step: str, done: int, total: int) -> None:
    """Show nothing."""
