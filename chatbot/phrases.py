"""The small words of questions, English and Spanish, and the places in a text that name a treatment or a term."""

import re
from dataclasses import dataclass
from functools import cache

from chatbot.conversation import Language
from chatbot.safety.language import guess_language
from corpus.glossary import Glossary

_I = re.IGNORECASE
WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")

ASKING = (
    r"(?:what|which|who|whom|whose|when|where|why|how|whether|por qué|para qué|qué|cuál(?:es)?|cuánt[oa]s?|cómo|cuándo"
    r"|dónde|quién(?:es)?)"
)
"""Words a question opens with."""
HELPING = (
    r"(?:is|are|was|were|do|does|did|can|could|will|would|should|may|might|has|have|had|must|isn['’]?t|aren['’]?t|don['’]?t"
    r"|doesn['’]?t|didn['’]?t|can['’]?t|won['’]?t|shouldn['’]?t|couldn['’]?t|wouldn['’]?t|es|está|están|son|puede|puedo|pueden|hay|tiene|tienen|debo|debe|se|cubre"
    r"|dura|duran|funciona|sirve)"
)
"""Verbs a question turns round its subject, or opens with."""

WH_CLAUSE = re.compile(rf"^(?P<wh>{ASKING}(?:\s+\S+){{0,4}}?)\s+(?P<rest>{HELPING}\b\s+.+)$", _I)
"""A question word, and from its verb on the question itself."""
VERB_FIRST = re.compile(rf"^{HELPING}\s+\S+", _I)
"""A question to be answered with yes or no."""
_TELLING = re.compile(
    r"^(?:tell|explain|describe|give|show)\b|^(?:what|who|which)\s+(?:if|happens?|helps?|gets?|works?|causes?|\w+s)\b\s+\w"
    r"|\b(?:i|we|he|she|they|people|patients|you)\s+(?:\w+\s+)?\w+",
    _I,
)
_FEW = 6
"""Words of a fragment at most: longer, it says enough by itself."""

_SMALL = frozenset(
    """
    a an and any are as at be been being but by can could did do does done for from get gets give given go had has have
    he her his how i if in into is it its just like many may me might much must my no not of off on or our out she
    should so some than that the their them then there these they this those to too us was we were what when where
    which who whom whose why will with would yes you your about also again all another anything both each either else
    every exactly more most neither one ones only other others people same someone something still such tell thing up
    things very want wants know please ok okay really usually often ever after afterwards
    before until mean means meant explain
    el la los las un una unos unas de del al que en y e o con por para como pero mas muy ya si no se su sus mi mis tu
    me te lo nos es son está están esto eso hay qué cuál cuáles cómo cuánto cuánta cuántos cuántas cuándo dónde quién
    también puede puedo pueden tiene
    """.split()
)
_ASPECTS = frozenset(
    """
    administered affect affects afterwards appointment appointments approved begin benefit benefits best better common
    cost costs cover covered covers dangerous day days dose doses dosing drug drugs effect effective effects expensive
    fast feel feels first happen happens harm help helpful helps hour hours hurt hurts injection last lasts length long
    medication medicine minute minutes month months need needed needs number number painful paid pay price prices
    quickly relief result results risk risks risky safe safety schedule session sessions shot shots side slow soon
    start starts stop strong take taken takes time times treatment treatments visit visits watch week weekly weeks well
    work working works wrong year years bad badly good free legal daily side-effects downsides dangers
    costo precio cuesta cuestan riesgos riesgo efectos secundarios dosis duele duelen dura duran funciona funcionan
    sesión sesiones tratamiento tratamientos veces visita visitas segura seguro cita citas hace hacen usa usan pone
    ponen da dan administra aprobado aprobada legal peligroso peligrosa cubre cubren tarda empieza sirve cada
    """.split()
)
"""What is asked about any treatment: a question that says no more than these leaves open which one."""

_MEASURES = frozenset(
    """
    begin day days dose doses first hour hours last lasts length long minute minutes month months number start starts
    time times week weeks cada dosis veces dura duran días horas semanas meses vez
    """.split()
)
"""What alone names no subject at all."""

_GENERAL = frozenset("treatment treatments therapy tratamiento tratamientos medicamento medicina".split())

HEADS = (
    r"(?:treatments?|therap(?:y|ies)|sessions?|visits?|shots?|doses?|injections?|infusions?|drips?|sprays?|appointments?"
    r"|series|label|devices?)"
)
"""Nouns that follow a treatment's name and belong to it: "a Spravato visit"."""


DEFINING = re.compile(
    r"^(?:(?:what|who)(?:['’]?s| is| are| was| were)|what about"
    r"|(?:can you |could you |please )?(?:tell me|explain|describe)(?: to me)?(?: more)?(?: about)?"
    r"|qué (?:es|son)|cuál(?:es)? (?:es|son))\s+(?P<thing>.+)$"
    r"|^what (?:does|do|is)\s+(?P<word>.+?)\s+(?:mean|stand for|meant by)$",
    re.IGNORECASE,
)
"""A question that asks what something is, without its question mark."""


@dataclass(frozen=True)
class Mention:
    """A treatment or a term of the glossary, where a text names it."""

    start: int
    end: int
    text: str
    sort: str
    """`treatment`, or the article that explains the term: terms of one article can stand for each other."""
    name: str
    """The treatment's name, or the term."""


def content_words(text: str) -> list[str]:
    """Return the words of a question that say what it is about, case-folded."""
    return [word for word in WORD.findall(text.casefold().replace("’", "'")) if word not in _SMALL]


def is_fragment(text: str) -> bool:
    """Tell whether a text is no sentence: a noun, a question word, a few words that hang on what was asked."""
    if len(text.split()) > _FEW:
        return False
    return not (WH_CLAUSE.match(text) or VERB_FIRST.match(text) or _TELLING.search(text))


def is_open(text: str) -> bool:
    """Tell whether a question says nothing that could not be asked of any treatment: "how many sessions are there?"."""
    return all(word in _ASPECTS for word in content_words(text))


def bare(text: str) -> str:
    """Return a question without the marks round it."""
    return " ".join(text.split()).strip(" ¿?.!,;:")


def says_one_thing(text: str) -> bool:
    """Tell whether a question holds no more than one word of its own: "can people drive?"."""
    return sum(word not in _ASPECTS for word in content_words(text)) <= 1


def mentions(text: str, glossary: Glossary) -> list[Mention]:
    """Return the treatments and terms that `text` names, in order; of two that overlap the longer."""
    pattern, known = _lexicon(glossary)
    found = pattern.finditer(text) if pattern else ()
    return [Mention(m.start(), m.end(), m.group(), *known[m.group().casefold()]) for m in found]


def treatment_mentions(text: str, glossary: Glossary) -> list[Mention]:
    """Return only the treatments."""
    return [mention for mention in mentions(text, glossary) if mention.sort == "treatment"]


def with_head(mention: Mention, text: str) -> str:
    """Return the mention with the noun that belongs to it, if one follows: "ketamine shot"."""
    match = re.compile(rf"\s+{HEADS}\b", re.IGNORECASE).match(text, mention.end)
    return mention.text + (match.group() if match else "")


@cache
def _lexicon(glossary: Glossary) -> tuple[re.Pattern[str] | None, dict[str, tuple[str, str]]]:
    known: dict[str, tuple[str, str]] = {}
    for term in glossary.terms:
        for word in (term.term, *term.lay):
            known.setdefault(word.casefold(), (term.article, term.term))
    for treatment in glossary.treatments:
        own = [term for term in glossary.terms if term.term.casefold() in treatment.words]
        for word in (*treatment.words, *(lay for term in own for lay in (term.term, *term.lay))):
            known[word.casefold()] = ("treatment", treatment.name)
    listed = "|".join(re.escape(word) for word in sorted(known, key=len, reverse=True))
    return (re.compile(rf"(?<!\w)(?:{listed})(?!\w)", re.IGNORECASE) if known else None), known


def spanish_name(name: str, glossary: Glossary) -> str:
    """Return what a treatment is called in Spanish."""
    return next((each.spanish for each in glossary.treatments if each.name == name and each.spanish), name)


def called(mention: Mention, language: Language, glossary: Glossary) -> str:
    """Return a treatment's name for a question in `language`: "Spravato" for "the spray", "the ketamine shot"."""
    text = mention.text
    treatment = next(each for each in glossary.treatments if each.name == mention.name)
    name = spanish_name(treatment.name, glossary) if language == "es" else treatment.name
    if text.casefold() in treatment.words:
        foreign = text.casefold() == treatment.spanish if language == "en" else bool(treatment.spanish)
        return name if foreign else text
    own = next((term for term in glossary.terms if term.term == treatment.name), None)
    if own and text.casefold() in own.lay:
        return name
    way = re.sub(r"^(?:the|a|la|el)\s+", "", text, flags=re.IGNORECASE)
    foreign = (guess_language(text) or "en") != language
    if foreign:
        return name
    return f"la {way} de {name}" if language == "es" else f"the {name} {way}"


def is_general(word: str) -> bool:
    """Tell whether a word is one for treatment in general."""
    return word in _GENERAL


def names_nothing(text: str) -> bool:
    """Tell whether a question does not say what it is about: "how long?", "how often", "dose"."""
    words = content_words(text)
    return len(words) <= 1 and all(word in _MEASURES for word in words)
