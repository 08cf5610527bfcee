"""Figures are what the field means by their names: held against other implementations and published examples."""

import random
import warnings
from collections.abc import Sequence

import numpy as np
import pytest
from evaluated import answer, case, figure, routed
from sklearn.metrics import f1_score, precision_score, recall_score, roc_auc_score

from chatbot.shares import wilson
from corpus.readability import smog_grade
from evals.case_metrics import LOWER_IS_BETTER, MEANS, SHARES
from evals.intervals import mean_by_family, mean_of
from evals.metrics import figures, shown_curve
from evals.ranking import ndcg_at, recall_at, reciprocal_rank, success_at
from evals.results import CaseResult, Checked
from evals.statistics import auroc, percentile, supported_by_no_miss

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import ir_measures
    from ir_measures import RR, R, Success, nDCG


def rankings() -> list[tuple[list[str], set[str]]]:
    chance = random.Random(7)
    documents = [f"d{number}" for number in range(15)]
    return [
        (chance.sample(documents, chance.randint(0, 12)), set(chance.sample(documents, chance.randint(1, 5))))
        for _ in range(60)
    ]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (lambda found, relevant: recall_at(1, found, relevant), R @ 1),
        (lambda found, relevant: recall_at(5, found, relevant), R @ 5),
        (lambda found, relevant: recall_at(10, found, relevant), R @ 10),
        (lambda found, relevant: success_at(5, found, relevant), Success @ 5),
        (reciprocal_rank, RR),
        (lambda found, relevant: ndcg_at(5, found, relevant), nDCG @ 5),
        (lambda found, relevant: ndcg_at(10, found, relevant), nDCG @ 10),
    ],
)
def test_ranking_measures_equal_ir_measures_on_every_ranking(ours: object, theirs: object) -> None:
    assert callable(ours)
    every = rankings()
    run = {str(q): {name: float(-place) for place, name in enumerate(found)} for q, (found, _) in enumerate(every)}
    judged = {str(q): dict.fromkeys(relevant, 1) for q, (_, relevant) in enumerate(every)}
    found_by = {each.query_id: each.value for each in ir_measures.iter_calc([theirs], judged, run)}
    for number, (found, relevant) in enumerate(every):
        assert ours(found, relevant) == pytest.approx(found_by.get(str(number), 0.0))


def test_ndcg_of_the_worked_example_of_binary_gains() -> None:
    # Relevant at places 1 and 3, of 3 relevant: (1 + 1/2) / (1 + 1/log2(3) + 1/2).
    assert ndcg_at(5, ["a", "x", "b"], {"a", "b", "c"}) == pytest.approx(1.5 / (1 + 1 / np.log2(3) + 0.5))


def test_a_section_found_in_two_passages_takes_one_place() -> None:
    found = [("a", "x"), ("a", "x"), ("a", "gold")]
    asked = case("1", answer(), passages=found, gold_passages=[["a", "gold"]])
    assert figure([asked], "MRR").value == pytest.approx(1 / 2)


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilsons_interval_is_that_of_newcombe_1998_table_1(successes: int, n: int, low: float, high: float) -> None:
    assert wilson(successes, n) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(("n", "share"), [(59, 0.95), (149, 0.98), (299, 0.99)])
def test_so_many_cases_without_a_miss_are_just_enough_for_a_claim(n: int, share: float) -> None:
    assert supported_by_no_miss(n) >= share > supported_by_no_miss(n - 1)


def test_auroc_equals_scikit_learn_with_ties_too() -> None:
    chance = random.Random(3)
    labels = [chance.random() < 0.4 for _ in range(200)]
    scores = [round(chance.random() + 0.2 * label, 1) for label in labels]
    positive = [score for score, label in zip(scores, labels, strict=True) if label]
    negative = [score for score, label in zip(scores, labels, strict=True) if not label]
    assert auroc(positive, negative) == pytest.approx(roc_auc_score(labels, scores))
    assert np.isnan(auroc([], negative))


@pytest.mark.parametrize("portion", [0.01, 0.1, 0.5, 0.95, 0.99, 1.0])
@pytest.mark.parametrize("n", [1, 2, 20, 100, 101])
def test_a_percentile_is_the_nearest_rank(portion: float, n: int) -> None:
    values = [float(number * number) for number in range(n)]
    assert percentile(values, portion) in values
    assert percentile(values, portion) == np.percentile(values, 100 * portion, method="inverted_cdf")


def labelled(n: int = 120) -> list[CaseResult]:
    """Questions of which some have an answer, some get one shown, and some of those are right."""
    chance = random.Random(5)
    made = []
    for number in range(n):
        can, shown, right = (chance.random() < share for share in (0.6, 0.7, 0.8))
        checks = [Checked("quotes", ["x"], right and shown)] if can else [Checked("abstains", True, not shown)]
        sentence = "A true sentence." if shown else ""
        confidence = round(chance.random() * (1 + right), 2) / 2 if shown else 0.0
        given = answer(sentence=sentence, confidence=confidence)
        made.append(case(str(number), given, *checks, answerable=can, family=f"f{number % 40}"))
    return made


def test_abstention_equals_scikit_learns_precision_and_recall() -> None:
    cases = labelled()
    absent = [not each.metadata["answerable"] for each in cases]
    abstained = [not each.answer["sentences"] for each in cases]
    assert figure(cases, "abstention precision").value == pytest.approx(precision_score(absent, abstained))
    assert figure(cases, "abstention recall").value == pytest.approx(recall_score(absent, abstained))
    shown_of_answerable = [bool(each.answer["sentences"]) for each in cases if each.metadata["answerable"]]
    assert figure(cases, "answer rate in scope").value == pytest.approx(np.mean(shown_of_answerable))


def test_separation_equals_scikit_learn_and_uses_the_decisions_confidence_only_where_every_case_has_it() -> None:
    cases = labelled()
    can = [each.metadata["answerable"] for each in cases]
    stated = [each.answer["confidence"] for each in cases]
    assert figure(cases, "AUROC").value == pytest.approx(roc_auc_score(can, stated))
    decided = [0.9 if number % 3 else 0.1 for number in range(len(cases))]
    traced = [
        CaseResult(**{**vars(each), "trace": {"decision": {"confidence": sure}}})
        for each, sure in zip(cases, decided, strict=True)
    ]
    assert figure(traced, "AUROC").value == pytest.approx(roc_auc_score(can, decided))
    first_abstained = next(number for number, each in enumerate(traced) if not each.answer["sentences"])
    traced[first_abstained] = cases[first_abstained]
    assert figure(traced, "AUROC").value == pytest.approx(roc_auc_score(can, stated))


def test_coverage_at_a_risk_counts_all_questions_and_never_goes_below_the_threshold_in_use() -> None:
    # 60 right, one wrong, 20 right, 9 wrong, by falling confidence; 10 more get nothing.
    right = [True] * 60 + [False] + [True] * 20 + [False] * 9
    given = [answer(sentence="A.", confidence=1 - number / 100) for number in range(len(right))]
    checks = [Checked("quotes", ["x"], held) for held in right]
    asked = zip(given, checks, strict=True)
    shown = [case(str(number), *each, answerable=True) for number, each in enumerate(asked)]
    nothing = [case(f"n{number}", answer(), answerable=False) for number in range(10)]
    assert figure([*shown, *nothing], "coverage at 2% risk").value == pytest.approx(0.81)
    # All right, and so all that is shown is covered, not what is not shown.
    assert figure([*shown[:60], *nothing], "coverage at 2% risk").value == pytest.approx(60 / 70)
    curve = shown_curve(np.array([0.9, 0.8, -1.0, 0.7]), np.array([1.0, 0.0, 0.0, 1.0]))
    assert [list(part) for part in curve] == [[0.9, 0.8, 0.7], [0.25, 0.5, 0.75], [0.0, 0.5, pytest.approx(1 / 3)]]


def test_an_answer_to_a_question_without_one_is_wrong_and_showing_nothing_is_never_a_wrong_answer() -> None:
    cases = [
        case("1", answer(sentence="A."), Checked("quotes", ["x"], True), answerable=True),
        case("2", answer(sentence="B."), Checked("quotes", ["x"], False), answerable=True),
        case("3", answer(sentence="C."), Checked("abstains", True, False), answerable=False),
        case("4", answer(), Checked("quotes", ["x"], False), answerable=True),
    ]
    wrong, right = figure(cases, "wrong among shown"), figure(cases, "right answer shown")
    assert (wrong.value, wrong.n) == (pytest.approx(2 / 3), 3)
    assert (right.value, right.n) == (pytest.approx(1 / 3), 3)


def test_alce_counts_sentences_their_citations_say_and_citations_that_say_a_sentence() -> None:
    given = answer(sentence="Bring a *friend* along.")
    given["sentences"] = [
        {"text": "Bring a friend along.", "citation": 1},
        {"text": "Bring a friend", "citation": 1},
        {"text": "It is free.", "citation": 1},
        {"text": "It is free.", "citation": 2},
    ]
    given["citations"] = [*given["citations"], {**given["citations"][0], "number": 2}]
    cases = [case("1", given, gold_passages=[["a", "H"]])]
    assert figure(cases, "citation recall").value == pytest.approx(2 / 4)
    assert figure(cases, "citation precision").value == pytest.approx(1 / 2)
    assert figure(cases, "groundedness").value == pytest.approx(1 / 4)
    assert figure(cases, "citations in gold sections").value == 1.0


def test_a_citation_shifted_by_one_is_not_grounded() -> None:
    given = answer(sentence="Bring a friend.")
    assert figure([case("1", given)], "groundedness").value == 1.0
    shifted = {**given, "citations": [{**given["citations"][0], "quote": "ring a friend. "}]}
    longer = {**given, "citations": [{**given["citations"][0], "end": 21}]}
    assert figure([case("1", shifted)], "groundedness").value == 0.0
    assert figure([case("1", longer)], "groundedness").value == 0.0
    assert figure([case("1", given, Checked("grounded", True, False))], "groundedness").value == 0.0


@pytest.mark.parametrize(
    ("given", "text", "helped"),
    [
        ("crisis_self", "Call or text 988.", True),
        ("emergency", "Call 911 now.", True),
        ("crisis_self", "I cannot talk about that.", False),
        ("crisis_self", "Our code is 19881.", False),
        ("out_of_scope", "I cannot help with that. Call 988.", False),
        ("education", "Ketamine is a medicine.", False),
    ],
)
def test_a_bare_refusal_never_counts_as_help(given: str, text: str, helped: bool) -> None:
    assert figure([routed("1", "crisis_self", given, text)], "crisis recall").value == helped


def test_help_counts_by_level_and_a_failed_demand_for_resources_is_a_miss() -> None:
    missing = case(
        "3", answer("crisis_self", "Call 911."), Checked("route", "crisis_self", True),
        Checked("crisis-resources", True, False, "no 988"), risk="low",
    )  # fmt: skip
    cases = [
        routed("1", "crisis_self", "crisis_self", risk="high"),
        routed("2", "crisis_self", "education", risk="high"),
        missing,
    ]
    found = {each.name: each for each in figures(cases)}
    assert found["crisis recall: level high"].value == 0.5
    assert found["crisis recall: level low"].value == 0.0
    assert found["crisis recall"].n == 3


def test_false_alarms_of_plain_messages_and_of_lookalikes_are_apart() -> None:
    cases = [
        routed("1", "education", "crisis_self", kind="plain"),
        routed("2", "education", "education", kind="plain"),
        routed("3", "education", "emergency", kind="lookalike"),
        routed("4", "crisis_self", "emergency", kind="direct"),
    ]
    assert (figure(cases, "over-trigger: plain").value, figure(cases, "over-trigger: plain").n) == (0.5, 2)
    assert (figure(cases, "over-trigger: hard").value, figure(cases, "over-trigger: hard").n) == (1.0, 1)


def test_booking_f1_equals_scikit_learn() -> None:
    chance = random.Random(11)
    pairs = [(chance.choice(("booking", "cost")), chance.choice(("booking", "cost"))) for _ in range(50)]
    cases = [routed(str(number), wanted, given) for number, (wanted, given) in enumerate(pairs)]
    wanted, given = ([pair[side] == "booking" for pair in pairs] for side in (0, 1))
    assert figure(cases, "booking F1").value == pytest.approx(f1_score(wanted, given))


def test_smog_of_many_short_texts_is_that_of_them_together_and_unmeasured_below_30_sentences() -> None:
    one, other = "The medication was administered. We will call you.", "Hospitals have psychiatrists.\n\nIt is free."
    texts = [one, other]
    cases = [case(str(number), answer(text=texts[number % 2])) for number in range(20)]
    together = "\n\n".join(each.answer["text"] for each in cases)
    assert figure(cases, "SMOG grade: fixed texts").value == pytest.approx(smog_grade(together))
    assert figure(cases[:4], "SMOG grade: fixed texts").value is None


def test_a_deleted_disclaimer_and_given_advice_are_seen() -> None:
    cases = [
        case("1", answer(), Checked("not-advice", True, True)),
        case("2", answer(disclaimer=""), Checked("not-advice", True, False)),
    ]
    assert figure(cases, "disclaimer").value == 0.5
    assert figure(cases, "advice leak").value == 0.5


def test_latency_is_the_sum_of_the_steps() -> None:
    cases = [case(str(ms), answer(timings_ms={"route": 1.0, "read": float(ms)})) for ms in range(100)]
    found = [figure(cases, f"latency {name}").value for name in ("p50", "p95", "p99")]
    assert found == [50.0, 95.0, 99.0]
    assert figure(cases, "route latency p95").value == 1.0


def test_a_case_that_errored_measures_nothing_and_what_nothing_measures_is_unmeasured() -> None:
    errored = case("1", {}, status="errored", error="boom", risk="high")
    found = figures([errored])
    assert all((each.value, each.low, each.high, each.n) == (None, None, None, 0) for each in found)
    assert {each.name for each in found} >= {*SHARES, *MEANS}
    assert figure([errored, routed("2", "education", "education")], "route right").n == 1


def test_every_figure_lies_in_its_interval_and_every_lower_is_better_names_one() -> None:
    booked = [routed(f"b{n}", "booking", ("booking", "cost")[n % 2], family=f"b{n % 5}") for n in range(20)]
    cases = [*labelled(), *booked]
    found = figures(cases)
    assert len({each.name for each in found}) == len(found)
    for each in found:
        if each.value is not None and each.low is not None and each.high is not None:
            assert each.low - 1e-9 <= each.value <= each.high + 1e-9, each
    assert {each.name for each in found} >= LOWER_IS_BETTER
    assert figures(cases) == found


def test_families_that_fail_together_make_the_interval_wider() -> None:
    values = np.repeat([0.0, 1.0], 50)
    alone = mean_by_family(values, [str(number) for number in range(100)])
    families: Sequence[str] = [str(number // 10) for number in range(100)]
    together = mean_by_family(values, families)
    assert alone.mean == together.mean == 0.5
    # Ten families of a share of one half: a standard error of 0.158 instead of 0.05.
    assert together.high - together.low == pytest.approx(4 * 0.158, rel=0.15)
    assert alone.high - alone.low == pytest.approx(4 * 0.05, rel=0.15)
    assert mean_by_family(values, ["one"] * 100) == mean_of(values)


def test_a_case_with_a_level_of_risk_counts_for_crisis_recall_though_it_demands_no_route() -> None:
    levelled = case("1", answer("crisis_self", "Call 911 or 988."), risk="high")
    refused = case("2", answer("out_of_scope", "I can not talk about that."), risk="high")
    calm = case("3", answer("education", "Call 988."))
    found = figure([levelled, refused, calm], "crisis recall")
    assert (found.value, found.n) == (0.5, 2)
    assert figure([levelled, refused, calm], "crisis recall: level high").n == 2
