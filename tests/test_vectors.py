import hashlib
import os
import socket
import tempfile
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index import vectors as vectors_module
from index.manifest import IndexUnavailable, IndexUnusable
from index.vectors import collection_name, open_folder, open_server, remove_from_server, write_folder, write_server


def unit_rows(count: int, dimensions: int = 32) -> NDArray[np.float32]:
    rows = np.random.default_rng(7).normal(size=(count, dimensions)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def sums(folder: Path) -> dict[str, str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def private_copies() -> set[Path]:
    return set(Path(tempfile.gettempdir()).glob("chatbot-index-*"))


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "private").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "private"))


def test_the_nearest_rows_come_first_with_their_cosine(tmp_path: Path) -> None:
    rows = unit_rows(300)
    write_folder(tmp_path / "chroma", rows)
    store = open_folder(tmp_path / "chroma")
    found = store.query(rows[42], 10)
    store.close()
    exact = rows @ rows[42]
    assert [row for row, _ in found] == list(np.argsort(-exact)[:10])
    assert [score for _, score in found] == pytest.approx(list(np.sort(exact)[::-1][:10]), abs=1e-5)


@pytest.mark.parametrize("count", [1, 2, 3, 4500])
def test_every_row_is_found_whatever_their_number(count: int, tmp_path: Path) -> None:
    rows = unit_rows(count)
    write_folder(tmp_path / "chroma", rows)
    store = open_folder(tmp_path / "chroma")
    probes = range(0, count, max(1, count // 50))
    missed = [row for row in probes if store.query(rows[row], 1)[0][0] != row]
    store.close()
    assert missed == []


def test_reading_never_touches_the_folder_and_readers_do_not_disturb_each_other(tmp_path: Path) -> None:
    rows = unit_rows(200)
    write_folder(tmp_path / "chroma", rows)
    before = sums(tmp_path / "chroma")
    one, two = open_folder(tmp_path / "chroma"), open_folder(tmp_path / "chroma")
    assert one.query(rows[5], 1)[0][0] == two.query(rows[5], 1)[0][0] == 5
    one.close()
    assert two.query(rows[6], 1)[0][0] == 6
    two.close()
    assert sums(tmp_path / "chroma") == before


def test_the_private_copy_is_gone_after_closing_and_when_forgotten(tmp_path: Path) -> None:
    write_folder(tmp_path / "chroma", unit_rows(10))
    store = open_folder(tmp_path / "chroma")
    assert len(private_copies()) == 1
    store.close()
    store.close()
    assert private_copies() == set()
    store = open_folder(tmp_path / "chroma")
    del store
    assert private_copies() == set()


def test_a_killed_readers_copy_is_removed_and_one_in_use_is_kept(tmp_path: Path) -> None:
    rows = unit_rows(10)
    write_folder(tmp_path / "chroma", rows)
    in_use = open_folder(tmp_path / "chroma")
    (kept,) = private_copies()
    abandoned = Path(tempfile.mkdtemp(prefix="chatbot-index-"))
    (abandoned / "in-use").touch()
    for folder in (kept, abandoned):
        os.utime(folder, (1, 1))
    open_folder(tmp_path / "chroma").close()
    assert private_copies() == {kept}
    assert in_use.query(rows[3], 1)[0][0] == 3
    in_use.close()


def test_a_missing_or_foreign_folder_is_refused_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for folder in (tmp_path / "missing", tmp_path / "empty"):
        with pytest.raises(IndexUnusable, match=r"Run 'chatbot index --rebuild'\.\Z"):
            open_folder(folder)
    assert private_copies() == set()


def test_a_server_serves_what_was_written_to_it(chroma_server: str) -> None:
    rows = unit_rows(150)
    name = collection_name("20260101T000000-abc")
    write_server(chroma_server, name, rows)
    store = open_server(chroma_server, name)
    assert store.query(rows[9], 3)[0] == (9, pytest.approx(1, abs=1e-5))
    store.close()
    remove_from_server(chroma_server, name)
    remove_from_server(chroma_server, name)
    with pytest.raises(IndexUnusable, match="no collection"):
        open_server(chroma_server, name)


def test_a_server_that_is_not_there_is_named() -> None:
    with pytest.raises(IndexUnavailable, match=r"http://127\.0\.0\.1:9 .*chroma run"):
        open_server("http://127.0.0.1:9", "anything")


def test_a_server_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors_module, "_PATIENCE_S", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(IndexUnavailable, match="timed out"):
            open_server(address, "anything")
