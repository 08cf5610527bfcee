import re
from collections.abc import Iterable
from pathlib import Path

import pytest
import yaml

from chatbot.claims import forbidden_claims
from corpus.clinic import Retention, load_clinic
from corpus.hours import DAYS, Hours
from corpus.keeping import privacy_sentence
from corpus.readability import fernandez_huerta, flesch_kincaid_grade, sentences, words
from corpus.replies import Reply, load_replies

CORPUS = Path(__file__).parent.parent / "corpus"
HOURS = Hours.model_validate({"time_zone": "America/New_York"} | dict.fromkeys(DAYS[:5], "09:00-17:00"))
CLINIC = load_clinic(CORPUS / "clinic.toml").model_copy(update={"hours": HOURS})
"""With office hours, so that the texts about them are there."""
REPLIES = load_replies(CORPUS / "replies", CLINIC)
REQUIRED = yaml.safe_load((Path(__file__).parent / "replies.yaml").read_text(encoding="utf-8"))
WORDINGS = ("crisis_self_1", "crisis_self_2", "crisis_self_3")

IDS = {
    *WORDINGS, "crisis_yes", "crisis_not_now", "crisis_someone_else", "crisis_no_hotline", "check_in", "crisis_other",
    "emergency", "emergency_overdose", "violence", "abuse", "minor", "minor_parent", "misuse_illicit",
    "misuse_at_home", "personal_medical", "personal_medical_pregnancy", "personal_medical_after_treatment",
    "injection", "identifiers", "booking", "cost", "location", "about_bot", "smalltalk", "out_of_scope",
    "not_in_articles", "error", "too_long", "empty", "opening", "disclaimer", "soft_opening", "soft_footer",
    "crisis_strip", "booking_line", "cost_line", "identifiers_notice", "suicide_limitation", "fda_status",
    "spanish_note", "unreviewed", "general_information", "first_question", "second_question", "third_question",
    "part_not_found", "more_questions", "which_one", "another_clinic", "answers_off", "office_hours", "after_hours",
}  # fmt: skip
ABOUT_HOURS = ("office_hours", "after_hours")
ACUTE = re.compile(r"crisis_(?!strip)|check_in|emergency|violence|abuse|minor")

NEVER_SAY = {
    "committed": r"commit\w* suicide|comet\w+ suicidio",
    "failed or successful": r"(failed|successful) attempt|intento (fallido|exitoso)",
    "coercion": r"\bpromise\b|promét|\bswear\b|\bjúra",
    "secrecy": r"confidential|confidencial|won't tell anyone|no se lo diré",
    "shame": r"selfish|egoísta|\bsin\b of|pecado|think positive|piensa en positivo",
    "refusal to talk": r"can't talk about|no puedo hablar de",
    "an alert that nobody sent": r"(have|has) been (alerted|notified)|we have (called|alerted)|ya avisamos",
    "over-validation": r"exactly how you feel|exactamente cómo te sientes",
    "reassurance": r"that's normal|es normal\b",
    "a line that has ended": r"press 3|oprime 3",
    "a dose": r"\d+\s?(mg|ml|mcg|milli|mili)",
    "a question asked to hear a no": r"you're not thinking|you aren't thinking|no estás pensando",
    "a legal claim": r"\blegal|required by law|obligad[oa]s? por (la )?ley",
}
NEVER_SAY_WHEN_ACUTE = {
    "a method": r"\b(overdose on|hang(ing)?|rope|jump|razor|blade|bridge|bleach|carbon|ahorca|soga|navaja|puente)\b",
    "an article's claim": r"\[\d+\]|articles say|artículos dicen",
    "a benefit of treatment": r"ketamine (may|can|helps)|ketamina (puede|ayuda)|spravato (may|can|helps|ayuda)",
    "a question about the plan": r"how would you|do you have a plan|cómo lo harías|tienes un plan",
}
PRESCRIBED_WORD_FOR_WORD = {("disclaimer", "en")}
"""A readability formula made for texts of a hundred words says little of these twelve."""
A_FEW_WORDS = 3
SAME_IN_EVERY_WORDING = {
    "i'm an automated program, not a person.", "soy un programa automático, no una persona.",
    "(spanish:", "press 2.", "veterans:", "press 1.", "press 1.)", "(español:", "oprime 2.", "veteranos:", "oprime 1.",
    "oprime 1.)", "massachusetts behavioral health help line:", "833-773-2445.",
}  # fmt: skip


def shown(reply: Reply) -> str:
    return re.sub(r"\s+", " ", re.sub(r"[*#]|^- ", "", reply.text, flags=re.MULTILINE)).strip()


def named(names: Iterable[str]) -> list[Reply]:
    return [REPLIES[name, language] for name in names for language in ("en", "es")]


def label(value: object) -> str | None:
    return f"{value.id}.{value.language}" if isinstance(value, Reply) else None


def requirements() -> list[tuple[Reply, str]]:
    return [
        (REPLIES[name, language], (REQUIRED["shared"][line] if isinstance(line, str) else line)[language])
        for name, lines in REQUIRED["replies"].items()
        for line in lines
        for language in ("en", "es")
    ]


EVERY = named(sorted(IDS))
every_reply = pytest.mark.parametrize("reply", EVERY, ids=label)


def test_every_reply_exists_in_both_languages_and_no_other_does() -> None:
    assert set(REPLIES) == {(name, language) for name in IDS for language in ("en", "es")}


def test_every_reply_has_requirements() -> None:
    assert set(REQUIRED["replies"]) == IDS


@pytest.mark.parametrize(("reply", "pattern"), requirements(), ids=label)
def test_a_reply_says_what_its_route_requires(reply: Reply, pattern: str) -> None:
    assert re.search(pattern, shown(reply), re.IGNORECASE), shown(reply)


@every_reply
def test_no_reply_says_what_is_forbidden(reply: Reply) -> None:
    assert [what for what, pattern in NEVER_SAY.items() if re.search(pattern, reply.text, re.IGNORECASE)] == []
    assert forbidden_claims(sentences(reply.text)) == []


@pytest.mark.parametrize("reply", [reply for reply in EVERY if ACUTE.match(reply.id)], ids=label)
def test_no_acute_reply_names_a_method_or_speaks_for_the_articles(reply: Reply) -> None:
    assert [what for what, pattern in NEVER_SAY_WHEN_ACUTE.items() if re.search(pattern, reply.text, re.I)] == []


@every_reply
def test_every_number_comes_from_the_clinics_file(reply: Reply) -> None:
    lines = CLINIC.help_lines.values()
    known = {CLINIC.phone, *(number for line in lines for number in (line.call, line.text) if number)}
    left = reply.text.replace(privacy_sentence(CLINIC.retention, reply.language), "")
    for number in sorted(known, key=len, reverse=True):
        left = re.sub(rf"(?<!\d){number}(?!\d)", "", left)
    others = {"1", "2"} if reply.id in WORDINGS else {"9", "5"} if reply.id in ABOUT_HOURS else {"18"}
    assert set(re.findall(r"\d+", left)) <= others
    dialled = {number.replace("-", "")[-10:] for number in known}
    for action in reply.actions:
        assert set(re.findall(r"\d{3,}", action.href.replace(":+1", ":"))) <= dialled


@pytest.mark.parametrize("path", sorted((CORPUS / "replies").glob("*.md")), ids=lambda path: path.stem)
def test_a_reply_is_written_with_placeholders_and_signed_by_nobody_yet(path: Path) -> None:
    front, body = path.read_text(encoding="utf-8").split("---\n", 2)[1:]
    assert not re.search(r"\d{3}", body)
    assert CLINIC.name not in body
    assert "written_on: 2026-11-22\nreviewed_by: null\nreviewed_on: null\n" in front


@every_reply
def test_a_reply_is_easy_to_read(reply: Reply) -> None:
    assert max(len(words(sentence)) for sentence in sentences(reply.text)) <= 20
    if len(words(reply.text)) <= A_FEW_WORDS:
        return  # a label: the formulas are made for texts
    if reply.language == "es":
        assert fernandez_huerta(reply.text) >= 70
    elif (reply.id, reply.language) not in PRESCRIBED_WORD_FOR_WORD:
        assert flesch_kincaid_grade(reply.text) <= 6


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_three_crisis_wordings_state_the_same_facts_in_other_words(language: str) -> None:
    texts = [shown(REPLIES[name, language]) for name in WORDINGS]
    assert len({frozenset(re.findall(r"\d[\d-]*", text)) for text in texts}) == 1
    assert len({REPLIES[name, language].actions for name in WORDINGS}) == 1
    first, second, third = ({sentence.lower() for sentence in sentences(text)} for text in texts)
    assert (first & second) | (first & third) | (second & third) <= SAME_IN_EVERY_WORDING


@pytest.mark.parametrize("reply", named(WORDINGS), ids=label)
def test_a_crisis_reply_is_short_and_ends_with_three_buttons(reply: Reply) -> None:
    choices = {
        "en": ["Yes", "Not right now", "It's about someone else"],
        "es": ["Sí", "Ahora no", "Es por otra persona"],
    }
    assert len(shown(reply).split()) <= 110
    assert [action.label for action in reply.actions if action.kind == "say"] == choices[reply.language]
    assert [action.href for action in reply.actions][:4] == ["tel:988", "sms:988", "tel:911", "sms:741741"]


@pytest.mark.parametrize(
    "reply", named([*WORDINGS, "crisis_yes", "crisis_other", "crisis_someone_else", "crisis_no_hotline"]), ids=label
)
def test_a_crisis_reply_names_no_appointment(reply: Reply) -> None:
    assert CLINIC.phone not in reply.text
    assert not re.search(r"appointment|\bbook|\bcitas?\b", reply.text, re.IGNORECASE)


@pytest.mark.parametrize("reply", named(["crisis_no_hotline"]), ids=label)
def test_whoever_asked_for_no_hotline_is_not_given_it_again(reply: Reply) -> None:
    assert "988" not in reply.text + "".join(action.href for action in reply.actions)


@pytest.mark.parametrize("reply", named(["emergency", "emergency_overdose", "crisis_yes"]), ids=label)
def test_an_emergency_starts_with_911_and_its_first_button_calls_it(reply: Reply) -> None:
    assert re.findall(r"\d+", reply.text)[0] == "911"
    assert reply.actions[0].href == "tel:911"


@pytest.mark.parametrize("reply", [reply for reply in EVERY if reply.actions], ids=label)
def test_each_number_to_call_that_a_reply_gives_is_also_a_button(reply: Reply) -> None:
    hrefs = {re.sub(r"\D", "", action.href)[-10:] for action in reply.actions}
    given = {number.replace("-", "")[-10:] for number in re.findall(r"\d[\d-]{2,}", reply.text)}
    if reply.id == "emergency_overdose":  # names the clinic's phone only to say that it is not for emergencies
        given.discard(CLINIC.phone.replace("-", ""))
    assert given <= hrefs


SAYS_NOTHING_IS_KEPT = re.compile(r"save what you type|guardamos lo que escribes", re.IGNORECASE)


def test_only_a_reply_of_a_route_that_is_never_kept_says_of_itself_that_nothing_is() -> None:
    assert {reply.id for reply in EVERY if SAYS_NOTHING_IS_KEPT.search(reply.text)} == {"abuse"}


def test_the_sentence_on_what_is_kept_follows_the_clinics_setting() -> None:
    off = Retention(keep_text="off")
    replies = load_replies(CORPUS / "replies", CLINIC.model_copy(update={"retention": off}))
    telling = {reply.id for reply in replies.values() if SAYS_NOTHING_IS_KEPT.search(reply.text)}
    assert telling == {"opening", "about_bot", "abuse"}
    assert privacy_sentence(off, "en") == "We don't save what you type. We count topics to improve this page."
    assert privacy_sentence(Retention(keep_days=7), "en") == (
        "We keep your question with personal details removed for 7 days, to check our answers."
    )


def test_soft_texts_are_as_short_as_required() -> None:
    assert [len(sentences(reply.text)) for reply in named(["soft_opening"])] == [1, 1]
    assert [len(reply.text.splitlines()) for reply in named(["soft_footer"])] == [2, 2]
