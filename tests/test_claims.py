import re
from pathlib import Path

import pytest

from chatbot.claims import RULES, benefit_without_risk, dose_in_reply, forbidden_claims, needs_suicide_limitation
from corpus.readability import sentences

EXAMPLES = Path(__file__).parent / "claims.md"
CLINICS_OWN = Path(__file__).parents[2] / "shared" / "articles" / "what-is-ketamine-therapy.txt"


def examples(kind: str) -> list[tuple[str, str]]:
    found, rule = [], ""
    for line in EXAMPLES.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            rule = line[3:].strip()
        elif line.startswith(f"- {kind}: "):
            found.append((rule, line.removeprefix(f"- {kind}: ")))
    return found


@pytest.mark.parametrize(("rule", "sentence"), examples("match"))
def test_a_forbidden_claim_is_found_by_its_rule(rule: str, sentence: str) -> None:
    assert rule in {claim.rule for claim in forbidden_claims([sentence])}


@pytest.mark.parametrize(("rule", "sentence"), examples("near"))
def test_a_look_alike_is_found_by_no_rule(rule: str, sentence: str) -> None:
    assert forbidden_claims([sentence]) == []


def test_every_rule_has_examples_and_look_alikes_and_no_example_is_of_an_unknown_rule() -> None:
    names = [rule.name for rule in RULES]
    assert len(set(names)) == len(names)
    for kind in ("match", "near"):
        assert {rule for rule, _ in examples(kind)} == set(names)


def test_a_claim_carries_the_words_as_written_and_their_sentence() -> None:
    sentence = "The shot’s effect is “guaranteed”, and it is safe."
    claims = forbidden_claims(["It may help.", sentence])
    assert [(claim.rule, claim.text, claim.sentence) for claim in claims] == [
        ("safe", "safe", sentence),
        ("guarantee", "guaranteed", sentence),
    ]


def test_a_rate_is_no_claim_where_the_caller_vouches_for_the_citation() -> None:
    sentence = "It works for 70% of patients."
    assert [claim.rule for claim in forbidden_claims([sentence])] == ["rate_without_citation"]
    assert forbidden_claims([sentence], cited=True) == []


def test_curly_quotes_and_odd_spaces_hide_nothing() -> None:
    assert {claim.rule for claim in forbidden_claims(["You’re a candidate.", "No\u00a0side\neffects."])} == {
        "personal_decision",
        "no_side_effects",
    }


@pytest.mark.parametrize(
    "sentence",
    [
        "Ketamine is not addictive, and relief is guaranteed.",
        "It is not a cure, but it is safe.",
        "Results vary — still, it is safe.",
        "Without a doubt it is safe.",
    ],
)
def test_a_denial_reaches_no_further_than_its_clause(sentence: str) -> None:
    assert forbidden_claims([sentence])


@pytest.mark.parametrize(
    "question",
    ["how much ketamine should I take", "what dose for my weight", "should i go up to 84", "¿cuánto debo tomar?"],
)
@pytest.mark.parametrize(
    "reply",
    [
        "The dose is 56 mg.",
        "It is 0.5 mg/kg.",
        "28, 56 or 84 milligrams are given.",
        "Most use three devices.",
        "Son 56 miligramos.",
    ],
)
def test_no_dose_is_named_to_someone_who_asks_for_themselves(question: str, reply: str) -> None:
    assert [claim.rule for claim in dose_in_reply(question, ["It varies.", reply])] == ["dose"]


@pytest.mark.parametrize(
    ("question", "reply"),
    [
        ("what doses does Spravato come in", "It comes in 56 mg and 84 mg."),
        ("can you tell me what doses spravato comes in", "It comes in 56 mg and 84 mg."),
        ("should i go up to 84", "Your prescriber decides the dose."),
        ("how long do i stay", "You stay for at least 2 hours."),
        ("dime qué dosis hay", "Hay de 56 mg y 84 mg."),
    ],
)
def test_a_general_question_may_be_answered_with_a_dose_and_a_personal_one_without(question: str, reply: str) -> None:
    assert dose_in_reply(question, [reply]) == []


def test_a_benefit_alone_is_reported_and_a_benefit_beside_a_risk_is_not() -> None:
    benefit = "Ketamine has been shown to reduce symptoms rapidly."
    assert [claim.text for claim in benefit_without_risk([benefit])] == ["reduce"]
    assert benefit_without_risk([benefit, "It can cause nausea or raised blood pressure."]) == []
    assert benefit_without_risk(["A visit takes two hours."]) == []


def test_the_limitation_is_needed_where_treatment_meets_suicide_and_nowhere_else() -> None:
    assert needs_suicide_limitation(["Ketamine may also help in reducing suicidal ideation."])
    assert needs_suicide_limitation(["It is about suicide.", "Spravato is given in the clinic."])
    assert not needs_suicide_limitation(["Spravato is given in the clinic."])
    assert not needs_suicide_limitation(["988 is the suicide and crisis line."])


def test_a_long_sentence_is_read_quickly_enough_to_check_every_answer() -> None:
    import time  # only this test measures

    sentence = "ketamine is not a treatment that you should take and " * 400
    begun = time.perf_counter()
    forbidden_claims([sentence])
    assert time.perf_counter() - begun < 2


@pytest.mark.skipif(not CLINICS_OWN.exists(), reason="the clinic's own article lies in ../shared, which is absent here")
def test_of_the_clinics_own_article_only_the_sentence_that_calls_a_treatment_safe_is_blocked() -> None:
    claims = forbidden_claims(sentences(CLINICS_OWN.read_text(encoding="utf-8")))
    assert [(claim.rule, re.sub(r"\W+", " ", claim.text)) for claim in claims] == [("safe", "safe")]
    assert "safe-to-use" in claims[0].sentence
