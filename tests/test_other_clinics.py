import pytest

from chatbot.other_clinics import asks_of_another_clinic

OWN = "Harbor Ketamine Center"


@pytest.mark.parametrize(
    "asked",
    [
        "do other clinics give it through a vein",
        "My cousin's clinic in Ohio uses an IV, how long does that take?",
        "At Field Trip Health do you get a private room?",
        "Is the wait shorter at Maple Street Wellness",
        "how does another ketamine place watch people afterwards",
        "the hospital where my aunt works gives it too, do they keep people overnight?",
        "¿otras clínicas dan la ketamina por la vena?",
        "does Bay Shore Hospital have nurses in the room",
    ],
)
def test_a_question_about_another_clinic_is_known_for_one(asked: str) -> None:
    assert asks_of_another_clinic(asked, OWN)


@pytest.mark.parametrize(
    "asked",
    [
        "how long does a visit take at your clinic",
        "Does Harbor Ketamine Center treat anxiety?",
        "how is that different from what other clinics do, Harbor Ketamine Center people?",
        "can I switch to you from another clinic",
        "does another medicine get in the way",
        "Is Spravato given in a hospital or a clinic?",
        "is there a place to sit afterwards",
        "Does Medicare pay for Spravato",
        "my sister's doctor said it raises blood pressure, is that so",
        "do other treatments work as well",
    ],
)
def test_a_question_about_this_clinic_or_about_treatment_is_not(asked: str) -> None:
    assert not asks_of_another_clinic(asked, OWN)
