"""Reading level of a text: Flesch-Kincaid and SMOG grades for English, Fernández-Huerta for Spanish.

How things are counted: a sentence ends at `.`, `!`, `?`, `:` or `;` and at the end of a heading, a list item or a
paragraph, because a reader stops there. A number, a phone number or a web address is one word of its sentence, and is
left out of the syllable count: it is looked at or copied, not read out.
"""

import math
import re
from collections.abc import Callable
from functools import lru_cache

import pyphen

_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_MARKS = re.compile(r"[*_`>|~]+")
_BLOCK = re.compile(r"^\s*(?:[-*+•]|#{1,6}|\d{1,2}[.)])\s+", re.MULTILINE)
_CITATION = re.compile(r"\s?\[\d{1,3}\]")
_SENTENCE_END = re.compile(r"(?<=[.!?:;])[\"”’)»*_]*\s+|\n+")
_ABBREVIATION = re.compile(r"\b(e\.g|i\.e|Dr|Mr|Mrs|Ms|St|vs|etc|U\.S|a\.m|p\.m|approx)\.", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:[-'’./@][^\W_]+)*")
_LETTERS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


def plain_text(markdown: str) -> str:
    """Drop Markdown marks and citation markers, keeping one line a heading, list item or paragraph."""
    lines: list[str] = []
    for line in _CITATION.sub("", _LINK.sub(r"\1", markdown)).splitlines():
        text = _MARKS.sub("", _BLOCK.sub("\n", line)).rstrip()
        starts_block = text.startswith("\n") or not text.strip() or not lines or not lines[-1]
        if starts_block:
            lines.append(text.strip())
        else:
            lines[-1] = f"{lines[-1]} {text.strip()}"
    return "\n".join(line for line in lines if line)


def sentences(text: str) -> list[str]:
    """Split plain text or Markdown into what a reader reads in one go; a piece without a word is none."""
    shielded = _ABBREVIATION.sub(lambda match: match.group(0).replace(".", "\u2024"), plain_text(text))
    pieces = (piece.replace("\u2024", ".").strip() for piece in _SENTENCE_END.split(shielded))
    return [piece for piece in pieces if _WORD.search(piece)]


def words(sentence: str) -> list[str]:
    """Return the words of a sentence: "treatment-resistant", "833-773-2445" and "poison.org" are one each."""
    return _WORD.findall(sentence)


def flesch_kincaid_grade(text: str) -> float:
    """US school grade: 0.39 words/sentence + 11.8 syllables/word - 15.59 (Kincaid and others, 1975, US Navy)."""
    per_sentence, per_word = _averages(text, english_syllables)
    return 0.39 * per_sentence + 11.8 * per_word - 15.59


def smog_grade(text: str) -> float:
    """US school grade: 1.0430 sqrt(30 x words of 3+ syllables / sentences) + 3.1291 (McLaughlin, 1969).

    Made for 30 sentences and more; on shorter texts it swings with every long word.
    """
    pieces = sentences(text)
    if not pieces:
        return 0.0
    long_words = sum(english_syllables(word) >= 3 for piece in pieces for word in _LETTERS.findall(piece))
    return 1.0430 * math.sqrt(30 * long_words / len(pieces)) + 3.1291


def fernandez_huerta(text: str) -> float:
    """Spanish reading ease, 0 to 100 and higher is easier: 206.84 - 60 syllables/word - 1.02 words/sentence.

    Fernández Huerta, 1959, with F as words per sentence: the paper prints sentences per 100 words, which makes short
    sentences count as hard; the correction is the usual reading of it.
    """
    per_sentence, per_word = _averages(text, spanish_syllables)
    return 206.84 - 60 * per_word - 1.02 * per_sentence


def _averages(text: str, syllables: Callable[[str], int]) -> tuple[float, float]:
    pieces = sentences(text)
    letters = [word for piece in pieces for word in _LETTERS.findall(_without_addresses(piece))]
    if not letters:
        return 0.0, 1.0
    count = sum(len(words(piece)) for piece in pieces)
    return count / len(pieces), sum(syllables(word) for word in letters) / len(letters)


def _without_addresses(sentence: str) -> str:
    return " ".join(word for word in words(sentence) if not re.search(r"[@/]|[^\W\d_]\.[^\W\d_]{2}", word))


# English: pyphen's breaks are never wrong inside a syllable but leave many out ("area", "medicine"), so vowels are
# counted inside each piece; breaks also keep apart the silent e of "some-times" and "safe-ly".
_PYPHEN = pyphen.Pyphen(lang="en_US")
_EXCEPTIONS = {
    "antidepressant": 5, "antidepressants": 5, "clinician": 3,
    "clinicians": 3, "physician": 3, "physicians": 3, "anesthetic": 4, "ideation": 4, "mechanism": 4, "behavioral": 4,
    "behavior": 3, "behaviors": 3, "aneurysm": 4, "headaches": 2, "aches": 1, "fatigue": 2, "diabetes": 4, "anemia": 4,
    "tired": 2, "tiredness": 3, "unique": 2, "rarely": 2, "tongue": 1, "video": 3,
    "every": 2, "everyone": 3, "everything": 3, "evening": 2, "business": 2, "idea": 3,
    "ideas": 3, "area": 3, "areas": 3, "recipe": 3, "apnea": 3, "cafe": 2, "client": 2, "schizophrenia": 5,
    "qualify": 3, "qualifies": 3, "qualified": 3, "vial": 2, "denial": 3, "reschedule": 3, "rescheduled": 3,
    "rhythm": 2, "suicide": 3, "suicidal": 4, "fda": 3, "ocd": 3, "ssri": 4, "ssris": 4, "ect": 3,
    "iv": 2, "im": 2, "er": 2, "faqs": 3, "mri": 3, "dna": 3, "adequate": 3, "inadequate": 4, "ok": 2, "disabled": 3,
    "nausea": 3, "surgeon": 2, "technique": 2, "quality": 3, "acquired": 3, "entire": 3,
}  # fmt: skip
_VOWELS = re.compile(r"(?:(?<!^)y|[aeiou])[aeiouy]*")
# Two vowels that are two syllables: "medi-um", "psychi-a-tric", "flu-id", "be-ing", "idea" at the end of a word.
_HIATUS = re.compile(
    r"i(?=a(?!ge|l\b)|o(?!n|us)|um|us|et\b)|e(?=um|o[^u]|ing)|u(?=al|ou|at|it[ys]|o[ru])|y(?=ing|[ao])|o(?=ing|et)"
)


@lru_cache(maxsize=20_000)
def english_syllables(word: str) -> int:
    """Count a word's syllables; a word of consonants, such as "TV", counts one for each letter."""
    spelled = word.lower().replace("’", "'").removesuffix("'s")
    if spelled in _EXCEPTIONS:
        return _EXCEPTIONS[spelled]
    if not re.search("[aeiouy]", spelled):
        return len(spelled) if spelled.isalpha() and len(spelled) <= 5 else 1
    if spelled.endswith("n't"):
        return english_syllables(spelled[:-3]) + (spelled[-4] in "dst")
    return sum(_piece_syllables(piece) for piece in _PYPHEN.inserted(spelled).split("-"))


def _piece_syllables(piece: str) -> int:
    sounded = re.sub(r"(?<=[^aeiouy])e$|(?<=[^aeiouydt])ed$|(?<=[^aeiouyszxcgh])es$", "", piece)
    if piece.endswith("le") and len(piece) > 2 and piece[-3] not in "aeiouylr":
        sounded = piece
    count = len(_VOWELS.findall(_HIATUS.sub(lambda match: f"{match.group(0)}-", sounded)))
    count += piece.endswith(("sm", "sms")) and count > 0
    return max(1, count) if re.search("[aeiouy]", piece) else 0


_SPANISH_NUCLEUS = re.compile(
    r"[iuü]?[aeoáéó][iuy](?![aeoáéó])|[iuü]?[aeoáéó]|[íú]|[iuü](?:[iuü]|y(?![aeoáéó]))?|y(?![aeiouáéíóú])"
)


@lru_cache(maxsize=20_000)
def spanish_syllables(word: str) -> int:
    """Count a word's syllables by the spelling rules: a stressed í or ú breaks a diphthong, two strong vowels part."""
    spelled = re.sub(r"(?<=[gq])u(?=[eiéí])", "", word.lower())
    return max(1, len(_SPANISH_NUCLEUS.findall(spelled)))
