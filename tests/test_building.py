import json
import os
import random
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic, sleep

import numpy as np
import pytest
from conftest import SLEEP, WALKING, Corpus

from corpus.front_matter import ContentError
from index.building import BuildFailed, build
from index.embedding import EmbedderError
from index.manifest import Manifest, live_version, read_live_manifest
from index.searching import Index
from index.vectors import collection_name

ROOT = Path(__file__).parents[1]
_KILLED = 7
CANARIES = {"How many hours should adults sleep?": "sleep", "signs of the flu": "flu"}


def update(corpus: Corpus, **wishes: object) -> tuple[Manifest, dict[str, int]]:
    """Build, and return the manifest with how much each step had to do."""
    steps: dict[str, int] = {}
    manifest = build(
        corpus.articles,
        corpus.index,
        **{"embedder": "", "progress": lambda step, done, total: steps.__setitem__(step, total), **wishes},  # type: ignore[arg-type]
    )
    return manifest, steps


def require_working(corpus: Corpus) -> None:
    index = Index.open(corpus.index, embedder="")
    try:
        for question, article in CANARIES.items():
            assert index.search(question)[0].passage.article == article
    finally:
        index.close()


def rows_of(corpus: Corpus, article: str) -> np.ndarray:
    from index.contents import read_contents

    version = live_version(corpus.index)
    contents = read_contents(version / "passages.json")
    rows = contents.article_rows(contents.first_rows())[article]
    return np.load(version / "vectors.npy")[rows.start : rows.stop]


def test_a_version_says_what_it_holds(shared_corpus: Corpus) -> None:
    manifest = read_live_manifest(shared_corpus.index)
    version = live_version(shared_corpus.index)
    assert set(manifest.articles) == {"sleep", "walking", "flu"}
    assert manifest.rows == len(np.load(version / "vectors.npy"))
    assert manifest.self_similarity > 0.999
    assert {path.name for path in version.iterdir()} == {
        "manifest.json", "passages.json", "vectors.npy", "unanswered.npy", "lexical", "model", "chroma",
    }  # fmt: skip


def test_nothing_is_done_when_nothing_has_changed(corpus: Corpus) -> None:
    before = read_live_manifest(corpus.index)
    assert update(corpus) == (before, {})
    code = (
        "import sys; from pathlib import Path; from index.building import build;"
        f"build(Path({str(corpus.articles)!r}), Path({str(corpus.index)!r}), embedder='');"
        "print({'torch', 'chromadb', 'onnxruntime', 'bm25s'} & set(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT).stdout == "set()\n"
    assert corpus.versions() == [before.version]


def test_only_the_changed_article_is_embedded_again(corpus: Corpus) -> None:
    sleep_rows = rows_of(corpus, "sleep")
    corpus.write("walking", WALKING + "\nA dog is glad to come along every single day.\n")
    manifest, steps = update(corpus)
    assert steps["embedding"] == len(rows_of(corpus, "walking")) < manifest.rows
    assert "preparing the embedding model" not in steps
    assert np.array_equal(rows_of(corpus, "sleep"), sleep_rows)
    index = Index.open(corpus.index, embedder="")
    assert index.search("May my dog come with me?")[0].passage.article == "walking"
    index.close()


def test_articles_come_and_go(corpus: Corpus) -> None:
    (corpus.articles / "walking.md").unlink()
    corpus.write("tea", "## Is green tea good?\nGreen tea has less caffeine than black coffee has.\n")
    manifest, _ = update(corpus)
    assert set(manifest.articles) == {"flu", "sleep", "tea"}
    require_working(corpus)
    index = Index.open(corpus.index, embedder="")
    assert {passage.article for passage in index.passages} == {"flu", "sleep", "tea"}
    index.close()


def test_a_fault_in_an_article_stops_the_build_and_leaves_the_index_in_use(corpus: Corpus) -> None:
    before = corpus.versions()
    (corpus.articles / "broken.md").write_text("---\nid: broken\n---\ntext\n", encoding="utf-8")
    with pytest.raises(ContentError, match=r"broken\.md: title: missing"):
        update(corpus)
    assert corpus.versions() == before
    require_working(corpus)


def test_an_unusable_model_stops_the_build_and_leaves_the_index_in_use(corpus: Corpus, tmp_path: Path) -> None:
    (tmp_path / "no-model").mkdir()
    before = corpus.versions()
    with pytest.raises(EmbedderError, match="leave it empty"):
        update(corpus, embedder=str(tmp_path / "no-model"))
    assert corpus.versions() == before
    require_working(corpus)


def test_two_versions_are_kept_and_what_a_killed_build_left_is_removed(corpus: Corpus) -> None:
    half = corpus.index / "versions" / "19990101T000000000000-abcdef"
    (half / "chroma").mkdir(parents=True)
    names = []
    for day in range(2):
        corpus.write("sleep", f"{SLEEP}\nOn day {day} the bed is made of straw and feathers.\n")
        names.append(update(corpus)[0].version)
    assert corpus.versions() == names
    (corpus.index / "CURRENT").write_text(names[0])
    require_working(corpus)


def test_a_damaged_index_is_built_anew_by_the_next_build(corpus: Corpus) -> None:
    manifest = live_version(corpus.index) / "manifest.json"
    manifest.unlink()
    manifest.write_text("{")
    _, steps = update(corpus, rebuild=False)
    assert "preparing the embedding model" in steps
    require_working(corpus)


def test_a_second_builder_waits_and_finds_the_work_done(corpus: Corpus) -> None:
    corpus.write("sleep", SLEEP + "\nA nap after lunch should be short rather than long.\n")
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: update(corpus)[0], range(2))
    assert first == second
    assert len(corpus.versions()) == 2


def children() -> list[int]:
    found = [path.read_text().split() for path in Path(f"/proc/{os.getpid()}/task").glob("*/children")]
    return [int(pid) for pids in found for pid in pids]


@pytest.mark.parametrize("step", ["embedding", "verifying"])
def test_a_crash_while_building_is_an_error_and_leaves_the_index_in_use(step: str, corpus: Corpus) -> None:
    before = corpus.versions()
    others = set(children())

    def crash(now: str, done: int, total: int) -> None:
        if now == step:
            for pid in set(children()) - others:
                os.kill(pid, signal.SIGSEGV)

    corpus.write("sleep", SLEEP + "\nMilk with honey is an old remedy of many grandmothers.\n")
    with pytest.raises(BuildFailed, match=r"stopped with code -11 .*Run 'chatbot index --rebuild'"):
        update(corpus, progress=crash)
    assert corpus.versions() == before
    require_working(corpus)


def start_build(corpus: Corpus, *, pause_s: float = 0) -> subprocess.Popen[bytes]:
    code = (
        # Started in the background by a shell, this process would ignore the signal.
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
        "import sys, time; from pathlib import Path; from index.building import build;"
        "tell = lambda *step: (print(*step, flush=True), time.sleep(float(sys.argv[3])));"
        "build(Path(sys.argv[1]), Path(sys.argv[2]), embedder='', progress=tell)"
    )
    command = [sys.executable, "-c", code, str(corpus.articles), str(corpus.index), str(pause_s)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def test_ctrl_c_leaves_nothing_behind(corpus: Corpus) -> None:
    before = corpus.versions()
    corpus.write("sleep", SLEEP + "\nCounting sheep is more fun than it is useful.\n")
    # On a busy machine the small build would be done before the signal arrives.
    with start_build(corpus, pause_s=30) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(150) != 0
    assert corpus.versions() == before
    require_working(corpus)


@pytest.mark.timeout(180)
def test_a_build_killed_at_any_moment_leaves_a_working_index(corpus: Corpus) -> None:
    corpus.write("sleep", SLEEP + "\nThis sentence makes the first of many builds necessary.\n")
    started = monotonic()
    with start_build(corpus) as process:
        assert process.wait(60) == 0
    whole = monotonic() - started
    chance = random.Random(20260101)
    finished = 0
    for number in range(_KILLED):
        corpus.write("sleep", f"{SLEEP}\nFor build {number} this sentence is another one than before.\n")
        with start_build(corpus) as process:
            # One moment in each part of a build, the last one hardly past it.
            sleep((0.15 + 0.9 * (number + chance.random()) / _KILLED) * whole)
            process.kill()
            finished += process.wait() == 0
        require_working(corpus)
    assert finished < _KILLED
    manifest, _ = update(corpus)
    require_working(corpus)
    assert len(corpus.versions()) <= 2
    assert manifest.version == corpus.versions()[-1]


def test_vectors_can_live_on_a_server(corpus: Corpus, chroma_server: str) -> None:
    import chromadb

    for day in range(3):
        corpus.write("sleep", f"{SLEEP}\nOn day {day} the moon shines through the window.\n")
        manifest, _ = update(corpus, server=chroma_server)
    assert manifest.server == chroma_server
    assert not (live_version(corpus.index) / "chroma").exists()
    assert update(corpus, server=chroma_server) == (manifest, {})
    index = Index.open(corpus.index, embedder="", server=chroma_server)
    assert index.search("signs of the flu")[0].passage.article == "flu"
    index.close()
    kept = {collection_name(name) for name in corpus.versions()}
    assert len(kept) == 2
    host, port = chroma_server.removeprefix("http://").split(":")
    client = chromadb.HttpClient(host=host, port=int(port))
    there = {collection.name for collection in client.list_collections()}
    client.close()
    client._server._session.close()
    client._admin_client._server._session.close()
    assert there == kept


def test_manifests_are_plain_json(shared_corpus: Corpus) -> None:
    stored = json.loads((live_version(shared_corpus.index) / "manifest.json").read_text())
    assert stored["model"] == "all-MiniLM-L6-v2"
    assert stored["dimensions"] == 384


def test_a_folder_that_cannot_be_written_is_named(corpus: Corpus, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BuildFailed, match=r"file/index: the index cannot be written .*Set CHATBOT_INDEX"):
        build(corpus.articles, tmp_path / "file" / "index", embedder="")
