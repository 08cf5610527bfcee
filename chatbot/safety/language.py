"""Guess whether a message is English or Spanish, from its commonest words and letters, with nothing to load."""

import re
from collections.abc import Iterable

from chatbot.conversation import Language

_SPANISH = frozenset(
    "el los las un una unos unas de del al que en y con por para como pero mas muy ya si no se su sus mi mis tu "
    "tus me te le les lo nos yo ella ellos es son esta estan estoy estas ser soy era fue hay tengo tiene tienen "
    "puedo puede pueden quiero quisiera necesito hacer cuanto cuanta cuantos cuantas cual cuando donde quien "
    "porque sin sobre desde hasta despues antes hoy manana ayer ahora aqui gracias hola buenos buenas dias tardes "
    "ayuda cita seguro medico doctor tratamiento medicamento pastillas depresion ansiedad vivir morir vida siento "
    "hijo hija esposo esposa madre padre mama papa nada nadie todo todos toda nunca siempre tambien solo favor "
    "kiero aceptan atienden cubre duele efectos embarazada matarme suicidarme anos sirve funciona ustedes usted "
    "cuesta".split()
)
_ENGLISH = frozenset(
    "the a an of to and in on at is are am was were be been i you he she it we they my your his her our their "
    "this that these those do does did not dont cant wont im ive can could would should will what how why when "
    "where who which with for from about if or but so just have has had get got want need feel there any some all "
    "more after before during hi hello thanks please help take treatment work does much many long book "
    "appointment insurance doctor pain wanna going as by up out day did u it's i'm don't can't yes bye "
    "die kill myself life".split()
)
_SPANISH_SIGNS = re.compile(r"[ñ¿¡]|[áéíóú]")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_FOLDED = str.maketrans("áéíóúüñ’", "aeiouun'")


def guess_language(text: str) -> Language | None:
    """Return the language of `text`, or None where it shows neither more than the other."""
    low = text.lower()
    words = set(_WORD.findall(low.translate(_FOLDED)))
    spanish = len(words & _SPANISH) + 2 * len(set(_SPANISH_SIGNS.findall(low)))
    english = len(words & _ENGLISH)
    if spanish == english:
        return None
    return "es" if spanish > english else "en"


def answer_language(text: str, page: Language | None, history: Iterable[str]) -> Language:
    """Return the language to answer in: what the message is in, else the page's, else what was written before."""
    guesses = (guess_language(message) for message in reversed(tuple(history)))
    earlier = next((language for language in guesses if language), None)
    return guess_language(text) or page or earlier or "en"
