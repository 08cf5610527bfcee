"""What an index says of itself, where its versions lie on disk, and what can be wrong with it."""

import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from index.models import ModelSource, known_sha256

FORMAT = 4
"""Raise it whenever the files of a version change their form: old indexes are then refused."""

_REBUILD = "Run 'chatbot index --rebuild'."
_CURRENT = "CURRENT"
_MANIFEST = "manifest.json"
_KEPT = 2
"""Versions: the one in use and the one before, to which CURRENT can be set back by hand."""


class IndexUnavailable(Exception):  # noqa: N818 - it says what is wrong, as the two below do
    """There is no index to search; the message ends with the remedy."""


class IndexMissing(IndexUnavailable):
    """No index has been built yet."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder}: no index. Run 'chatbot index'.")


class IndexUnusable(IndexUnavailable):
    """The index does not fit this program or its settings, or is damaged."""

    def __init__(self, folder: Path | str, problem: str) -> None:
        super().__init__(f"{folder}: {problem}. {_REBUILD}")


@dataclass(frozen=True)
class Manifest:
    """One built version of the index."""

    format: int
    version: str
    built_at: str
    """ISO 8601, UTC."""
    model: str
    dimensions: int
    weights_sha256: str
    chunker_version: str
    articles: dict[str, str]
    """Article id -> its fingerprint."""
    rows: int
    """Texts embedded."""
    server: str | None
    """Address of the Chroma server that holds the vectors; None for the version's own folder."""
    self_similarity: float
    """Least similarity of a probed vector to itself when it was searched for before publishing: 1 but for rounding."""


def read_live_manifest(index_folder: Path) -> Manifest:
    """Return the manifest of the version in use; raise `IndexMissing` or `IndexUnusable`."""
    return read_manifest(live_version(index_folder))


def read_manifest(version: Path) -> Manifest:
    """Return a version's manifest; raise `IndexUnusable` if this program cannot read it."""
    try:
        fields = json.loads((version / _MANIFEST).read_text(encoding="utf-8"))
        if fields["format"] != FORMAT:
            raise IndexUnusable(version, f"built in format {fields['format']}, this program reads format {FORMAT}")
        return Manifest(**fields)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexUnusable(version, f"damaged manifest ({error})") from error


def live_version(index_folder: Path) -> Path:
    """Return the folder of the version in use; raise `IndexMissing` if there is none."""
    try:
        name = (index_folder / _CURRENT).read_text(encoding="utf-8").strip()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise IndexMissing(index_folder) from error
    if not name or not (versions(index_folder) / name / _MANIFEST).is_file():
        raise IndexMissing(index_folder)
    return versions(index_folder) / name


def versions(index_folder: Path) -> Path:
    """Return the folder that holds all versions."""
    return index_folder / "versions"


def same_model(manifest: Manifest, source: ModelSource) -> bool:
    """Tell whether an index was built with this model; of a hub model only the name is known without loading it."""
    return manifest.model == source.name and known_sha256(source) in {None, manifest.weights_sha256}


def publish(index_folder: Path, manifest: Manifest) -> None:
    """Put a verified version into use: it is on disk whole before CURRENT names it."""
    version = versions(index_folder) / manifest.version
    _write_synced(version / _MANIFEST, json.dumps(asdict(manifest), indent=2))
    for path in [*version.rglob("*"), version, versions(index_folder)]:
        _sync(path)
    pending = index_folder / f"{_CURRENT}.new"
    _write_synced(pending, manifest.version + "\n")
    pending.replace(index_folder / _CURRENT)
    _sync(index_folder)


def obsolete_versions(index_folder: Path) -> list[Path]:
    """Return versions to remove: those without a manifest (a build was killed), and all but the newest two."""
    found = sorted((path for path in versions(index_folder).glob("*") if path.is_dir()), key=lambda path: path.name)
    try:
        live = live_version(index_folder)
    except IndexMissing:
        return [path for path in found if not (path / _MANIFEST).is_file()]
    whole = [path for path in found if path != live and (path / _MANIFEST).is_file()]
    return [path for path in found if path != live and path not in whole[1 - _KEPT :]]


def remove_version(version: Path) -> None:
    """Delete a version, its manifest first: what a kill leaves is then seen as unfinished."""
    (version / _MANIFEST).unlink(missing_ok=True)
    shutil.rmtree(version)


def _write_synced(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync(path: Path) -> None:
    """Flush a file or folder to the disk, so that a power cut cannot leave CURRENT naming what is not there."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
