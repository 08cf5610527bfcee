"""Keep vectors in Chroma: a folder that is written once and read from copies, or a collection on a Chroma server.

An index folder is never opened in place: opening writes to it, and two processes on one folder break each other.
"""

import fcntl
import os
import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from index.manifest import IndexUnavailable, IndexUnusable

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection
    from chromadb.config import Settings

_COLLECTION = "vectors"
_BATCH = 2000
_PATIENCE_S = 15.0
_COPY_PREFIX = "chatbot-index-"
_IN_USE = "in-use"
_NEW_COPY_S = 60.0


class Vectors:
    """Vectors open for searching."""

    def __init__(self, collection: "Collection", release: Callable[[], None], server: str | None = None) -> None:
        self._collection = collection
        self._release = weakref.finalize(self, release)
        self._server = server

    def query(self, vector: NDArray[np.float32], k: int) -> list[tuple[int, float]]:
        """Return the nearest rows as (row, cosine similarity), best first."""
        with _server_errors(self._server):
            found = self._collection.query(query_embeddings=vector.reshape(1, -1), n_results=k, include=["distances"])
        distances = (found["distances"] or [[]])[0]
        # Chroma answers with a distance, 1 - cosine; here higher is better everywhere.
        return [(int(row), 1.0 - float(distance)) for row, distance in zip(found["ids"][0], distances, strict=True)]

    def close(self) -> None:
        """Release the database or connection, and delete the private copy if there is one."""
        self._release()


def collection_name(version: str) -> str:
    """Name the collection of a version on a server that others may use too."""
    return f"clinic-chatbot-{version}"


def write_folder(folder: Path, vectors: NDArray[np.float32]) -> None:
    """Write vectors into a new folder; row numbers are their places."""
    client = _open_database(folder)
    _fill(client, _COLLECTION, vectors)
    client.close()


def open_folder(folder: Path) -> Vectors:
    """Open a private copy of a folder that `write_folder` wrote; it is deleted on `close` or at exit."""
    from chromadb.errors import ChromaError

    if not folder.is_dir():
        raise IndexUnusable(folder, "the vectors are missing")
    copy, remove = _private_copy(folder)
    try:
        client = _open_database(copy)
        collection = client.get_collection(_COLLECTION, embedding_function=None)
    except (ChromaError, ValueError) as error:
        remove()
        raise IndexUnusable(folder, f"the vectors cannot be opened ({error})") from error

    def release() -> None:
        client.close()
        remove()

    return Vectors(collection, release)


def write_server(address: str, name: str, vectors: NDArray[np.float32]) -> None:
    """Write vectors into a new collection `name` of a Chroma server."""
    with _server_errors(address):
        client = _connect(address)
        try:
            _fill(client, name, vectors)
        finally:
            _disconnect(client)


def open_server(address: str, name: str) -> Vectors:
    """Open a collection of a Chroma server."""
    from chromadb.errors import ChromaError, NotFoundError

    with _server_errors(address):
        client = _connect(address)
        try:
            collection = client.get_collection(name, embedding_function=None)
        except ChromaError as error:
            _disconnect(client)
            if isinstance(error, NotFoundError):
                raise IndexUnusable(address, f"the Chroma server has no collection '{name}'") from error
            raise
    return Vectors(collection, lambda: _disconnect(client), address)


def remove_from_server(address: str, name: str) -> None:
    """Delete a collection; one that is not there is fine."""
    from chromadb.errors import NotFoundError

    with _server_errors(address):
        client = _connect(address)
        try:
            with suppress(NotFoundError):
                client.delete_collection(name)
        finally:
            _disconnect(client)


def _fill(client: "Client", name: str, vectors: NDArray[np.float32]) -> None:
    rows = len(vectors)
    # The graph is written once, with the last row: rows left in Chroma's log are replayed at each opening (0.15 ms a
    # row), and a writer killed between two writes leaves a graph that crashes its readers. Ours is then not used.
    whole = {"sync_threshold": max(2, rows), "batch_size": max(2, min(100, rows))}
    graph: Any = {"space": "cosine", "ef_search": 200, **whole}
    collection = client.create_collection(name, embedding_function=None, configuration={"hnsw": graph})
    for start in range(0, rows, _BATCH):
        numbers = range(start, min(start + _BATCH, rows))
        collection.add(ids=[str(number) for number in numbers], embeddings=vectors[numbers.start : numbers.stop])


def _open_database(folder: Path) -> "Client":
    from chromadb import PersistentClient

    return cast("Client", PersistentClient(folder, settings=_settings()))


def _settings() -> "Settings":
    from chromadb.config import Settings

    return Settings(anonymized_telemetry=False)


def _connect(address: str) -> "Client":
    from chromadb import HttpClient
    from httpx import get

    # Chroma waits for ever by default: a server that hangs would hold up every visitor's answer.
    get(f"{address.rstrip('/')}/api/v2/heartbeat", timeout=_PATIENCE_S)
    parts = urlsplit(address)
    encrypted = parts.scheme == "https"
    port = parts.port or (443 if encrypted else 80)
    client: Any = HttpClient(host=parts.hostname or "", port=port, ssl=encrypted, settings=_settings())
    for part in (client, client._admin_client):
        part._server._session.timeout = _PATIENCE_S
    return cast("Client", client)


def _disconnect(client: Any) -> None:
    client.close()
    # Chroma's own close leaves the connections open.
    for part in (client, client._admin_client):
        part._server._session.close()


@contextmanager
def _server_errors(address: str | None) -> Iterator[None]:
    """Turn what goes wrong with a server into an error that says what to do; without an address do nothing."""
    from chromadb.errors import ChromaError
    from httpx import HTTPError

    try:
        yield
    except (ChromaError, HTTPError, ValueError, OSError) as error:
        if address is None:
            raise
        raise IndexUnavailable(
            f"CHATBOT_INDEX: the Chroma server at {address} does not answer as it should ({error}). "
            "Start it with 'chroma run', or correct the address."
        ) from error


def _private_copy(folder: Path) -> tuple[Path, Callable[[], None]]:
    """Copy a folder to where only this process works on it; return the copy and what deletes it."""
    _remove_abandoned_copies()
    private = Path(tempfile.mkdtemp(prefix=_COPY_PREFIX))
    lock = os.open(private / _IN_USE, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)

    def remove() -> None:
        shutil.rmtree(private, ignore_errors=True)
        os.close(lock)

    try:
        return shutil.copytree(folder, private / "chroma"), remove
    except OSError as error:
        remove()
        raise IndexUnavailable(
            f"{private.parent}: the index cannot be copied there ({error}). Make room, or set TMPDIR to another folder."
        ) from error


def _remove_abandoned_copies() -> None:
    """Delete copies whose process was killed: their lock is free."""
    for private in Path(tempfile.gettempdir()).glob(f"{_COPY_PREFIX}*"):
        try:
            if time() - private.stat().st_mtime < _NEW_COPY_S:
                continue
            lock = os.open(private / _IN_USE, os.O_RDWR)
        except OSError:
            # Somebody else's, or just removed by its own process.
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(private, ignore_errors=True)
        except BlockingIOError:
            continue
        finally:
            os.close(lock)
