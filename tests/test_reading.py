import json
import shutil
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest

from index.onnx_model import TrainedModelError
from index.reading import READER, Reader

PAIRS = [
    (
        "How long should I soak dried beans?",
        "Cooking beans. Soak dried beans in plenty of water for eight hours or overnight.",
        "Cooking beans. Dried beans keep for years in a closed jar.",
    ),
    (
        "What time does the library close on Fridays?",
        "Opening hours. On Fridays the library closes at six in the evening.",
        "Opening hours. The library was renovated two years ago and has a new reading room.",
    ),
    (
        "who should not take aspirin",
        "Aspirin. Children with a fever and people with a bleeding ulcer should not take aspirin.",
        "Aspirin. Aspirin was first sold as a powder in 1899.",
    ),
    (
        "Why do leaves turn red in autumn?",
        "Trees in autumn. Leaves turn red because sugar trapped in them is made into a red pigment.",
        "Trees in autumn. Many visitors come to the valley in October to see the leaves.",
    ),
    (
        "How much does a bus ticket cost?",
        "Getting around. A single bus ticket costs two dollars and is valid for ninety minutes.",
        "Getting around. Buses run every ten minutes and stop at the station.",
    ),
    (
        "can i swim after getting my ears pierced",
        "After piercing. Stay out of pools and lakes for four weeks after getting your ears pierced.",
        "After piercing. Ears are pierced with a clean hollow needle.",
    ),
    (
        "Who discovered the comet?",
        "The comet. It was discovered by Caroline Herschel in the summer of 1788.",
        "The comet. It passes the sun every hundred and fifty-five years.",
    ),
    (
        "What are the side effects of the flu vaccine?",
        "Flu vaccine. Side effects of the flu vaccine are a sore arm, a mild fever and tiredness.",
        "Flu vaccine. The flu vaccine is made anew every year.",
    ),
    (
        "how often do i have to water a cactus",
        "House plants. A cactus needs water only every three weeks, and less often in winter.",
        "House plants. A cactus stores water in its thick stem.",
    ),
    (
        "Is ketamine approved for depression?",
        "Ketamine. The Food and Drug Administration has not approved ketamine for depression.",
        "Ketamine. Ketamine has been used as an anesthetic since the 1970s.",
    ),
    (
        "Where do I pick up my luggage?",
        "Arrivals. Luggage is picked up at belt four, left of the exit.",
        "Arrivals. Luggage may weigh up to twenty-three kilograms.",
    ),
    (
        "When was the bridge built?",
        "The old bridge. The bridge was built in 1632 after a flood had swept away the ferry.",
        "The old bridge. The bridge has seven arches of grey stone.",
    ),
    (
        "what happens if you miss a dose",
        "Taking the tablets. If you miss a dose, take it as soon as you remember, unless the next one is due.",
        "Taking the tablets. The tablets come in packs of thirty.",
    ),
    (
        "Do bees sleep?",
        "Honey bees. Bees sleep for five to eight hours a day, often holding each other's legs.",
        "Honey bees. Bees carry pollen in small baskets on their legs.",
    ),
    (
        "How does a heat pump work?",
        "Heat pumps. A heat pump works by moving heat from the air outside into the house.",
        "Heat pumps. Heat pumps have been sold in this town since 2005.",
    ),
    (
        "How long does the dizziness last?",
        "After the treatment. Dizziness mostly passes within two hours.",
        "After the treatment. A nurse writes down blood pressure and pulse.",
    ),
    (
        "Can children visit the museum alone?",
        "Visiting. Children under twelve may visit the museum only together with an adult.",
        "Visiting. The museum shows three hundred paintings.",
    ),
    (
        "what percent of patients felt better",
        "The study. After eight weeks 54 percent of the patients felt better.",
        "The study. The study took place in nine hospitals.",
    ),
    (
        "Why must I not drive after the procedure?",
        "Going home. Do not drive after the procedure, because the sedative slows your reactions until the next day.",
        "Going home. The parking lot is behind the building.",
    ),
    (
        "Which vitamins are in carrots?",
        "Carrots. Carrots are rich in vitamin A and hold some vitamin K.",
        "Carrots. Carrots were purple before orange ones were bred.",
    ),
]  # fmt: skip
"""Question, a sentence that answers it, and one of the same text that does not."""


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


@pytest.fixture(scope="module")
def scored(reader: Reader) -> np.ndarray:
    return np.array([reader.scores(question, [right, wrong]) for question, right, wrong in PAIRS])


def test_the_sentence_that_answers_is_put_before_its_neighbor(scored: np.ndarray) -> None:
    put_right = scored[:, 0] > scored[:, 1]
    assert put_right.mean() >= 0.95, [PAIRS[number][0] for number in np.flatnonzero(~put_right)]


def test_what_is_answered_scores_above_what_is_not_across_questions(scored: np.ndarray) -> None:
    above = scored[:, 0][:, None] > scored[:, 1][None, :]
    assert above.mean() >= 0.95
    assert np.median(scored[:, 0]) > 0 > np.median(scored[:, 1])


def test_a_sentence_on_the_subject_does_not_answer_a_question_it_has_no_answer_to(reader: Reader) -> None:
    sentence = "Flu vaccine. Side effects of the flu vaccine are a sore arm, a mild fever and tiredness."
    answered = reader.scores("What are the side effects of the flu vaccine?", [sentence])
    for unanswered in ("Who makes the flu vaccine?", "How much does the flu vaccine cost?", "When was it invented?"):
        assert reader.scores(unanswered, [sentence]) < answered - 1


def test_the_same_question_gets_the_same_scores(reader: Reader) -> None:
    sentences = [sentence for _, *both in PAIRS for sentence in both]
    first = reader.scores("How long does the dizziness last?", sentences)
    assert np.array_equal(first, reader.scores("How long does the dizziness last?", sentences))
    assert np.array_equal(first, Reader().scores("How long does the dizziness last?", sentences))


def test_scores_come_in_the_order_of_the_sentences_whatever_their_company(reader: Reader) -> None:
    sentences = [sentence for _, *both in PAIRS[:4] for sentence in both]
    forward = reader.scores(PAIRS[0][0], sentences)
    assert np.array_equal(forward[::-1], reader.scores(PAIRS[0][0], sentences[::-1]))
    assert np.array_equal(forward[:1], reader.scores(PAIRS[0][0], sentences[:1]))
    assert forward.argmax() == 0


def test_no_sentences_get_no_scores(reader: Reader) -> None:
    assert reader.scores("Why?", []).shape == (0,)


@pytest.mark.parametrize(("question", "sentence"), [("", ""), ("Why?", ""), ("", "Because."), ("¿Por qué? 😀", "因为")])
def test_a_question_or_sentence_without_words_gets_a_number(reader: Reader, question: str, sentence: str) -> None:
    assert np.isfinite(reader.scores(question, [sentence])).all()


def test_a_text_of_any_length_is_read_up_to_a_limit(reader: Reader) -> None:
    assert np.isfinite(reader.scores("why " * 5000, ["because " * 5000, "Short."])).all()


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_a_damaged_file_is_refused_by_name(tmp_path: Path, name: str) -> None:
    folder = Path(shutil.copytree(READER, tmp_path / "reader"))
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(TrainedModelError, match=rf"{name}: damaged.*Install the package again"):
        Reader(folder)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainedModelError, match=r"card\.json: not found"):
        Reader(tmp_path)


@pytest.mark.parametrize("card", ["{", "[]", "{}", '{"sha256": {"model.onnx": ""}}'])
def test_a_card_without_fingerprints_is_refused(tmp_path: Path, card: str) -> None:
    folder = Path(shutil.copytree(READER, tmp_path / "reader"))
    (folder / "card.json").write_text(card, encoding="utf-8")
    with pytest.raises(TrainedModelError, match="does not list"):
        Reader(folder)


def test_it_is_small_and_says_what_it_was_trained_on() -> None:
    assert sum(path.stat().st_size for path in READER.iterdir()) <= 30_000_000
    card = json.loads((READER / "card.json").read_text(encoding="utf-8"))
    described = (READER / "README.md").read_text(encoding="utf-8")
    for measured in card["figures"].values():
        assert f"{measured['as_served']['auroc']:.3f}" in described
    assert "CC BY-SA 4.0" in described


def test_a_question_is_read_against_eight_sentences_in_a_moment(reader: Reader) -> None:
    sentences = [right for _, right, _ in PAIRS[:8]]
    took = []
    for _ in range(5):
        started = perf_counter()
        reader.scores("How long does the dizziness last?", sentences)
        took.append(perf_counter() - started)
    # 15 ms on two idle cores; far more on busy ones.
    assert min(took) < 0.5
