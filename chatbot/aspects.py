"""What people ask of a treatment in a word or two, as a whole question: "risks?", "duration?", "¿duele?"."""

import re
from dataclasses import dataclass

from chatbot.conversation import Language

_I = re.IGNORECASE


@dataclass(frozen=True)
class Aspect:
    """Something that is asked of any treatment."""

    words: str
    """A pattern for all of a short message."""
    english: str
    spanish: str
    """`{}` stands for the treatment."""


ASPECTS = (
    Aspect(
        r"(?:main |serious |common |big(?:gest)? )?(?:risks?|dangers?|downsides?|drawbacks?)"
        r"|(?:los )?(?:riesgos?|peligros?)",
        "What are the risks of {}", "Cuáles son los riesgos de {}",
    ),
    Aspect(
        r"(?:(?:common|bad|other|any) )?(?:side[ -]?[ea]f{1,2}[ea]cts?|reactions?)|(?:los )?efectos(?: secundarios)?",
        "What are the side effects of {}", "Cuáles son los efectos secundarios de {}",
    ),
    Aspect(
        r"(?:the )?(?:costs?|prices?|how much(?: money)?|expensive|fees?)|(?:el )?(?:costo|precio)"
        r"|cuánto(?: cuesta)?|car[oa]",
        "How much does {} cost", "Cuánto cuesta {}",
    ),
    Aspect(
        r"(?:my )?(?:insurance|coverage|covered|insured)(?: coverage)?|(?:el )?seguro(?: médico)?|cobertura",
        "Does insurance cover {}", "El seguro cubre {}",
    ),
    Aspect(
        r"(?:if )?(?:denied|denial)|(?:what )?if (?:they|it|insurance|(?:the|my) (?:plan|insurance)) (?:says?|said) no"
        r"|(?:qué pasa )?si (?:(?:el|mi) (?:seguro|plan) )?(?:me )?(?:(?:dice|dicen) que no|l[oa] niegan?)",
        "What if the plan says no to {}", "Qué hago si el seguro me niega {}",
    ),
    Aspect(r"(?:the )?(?:dos(?:e|es|age|ing)|strength)|(?:la )?dosis", "How is the {} dose chosen",
           "Cómo se decide la dosis de {}"),
    Aspect(r"(?:the )?(?:frequency|how often|schedule|timetable)|(?:con qué |la )?frecuencia|cada cuánto|calendario",
           "How often do people come for {}", "Cada cuánto tengo que venir para {}"),
    Aspect(r"(?:the )?(?:number of )?(?:sessions|visits|treatments)|how many(?: sessions| visits| treatments| shots)?"
           r"|(?:las )?sesiones|cuánt[oa]s(?: sesiones| visitas| tratamientos)?",
           "How many {} sessions are there", "Cuántas sesiones de {} son"),
    Aspect(r"(?:the )?(?:duration|length|how long|time)|(?:la )?duración|cuánto (?:tiempo|dura|tarda)",
           "How long does a {} visit take", "Cuánto dura una visita de {}"),
    Aspect(r"(?:any )?(?:pain(?:ful)?|hurts?)|(?:el )?dolor|duele", "Does {} hurt", "Duele {}"),
    Aspect(r"safe(?:ty)?|dangerous|seguridad|(?:es )?(?:segur[oa]|peligros[oa])", "Is {} safe", "Es peligroso {}"),
    Aspect(r"(?:addict(?:ion|ive)|habit[ -]forming)|(?:es )?adictiv[oa]|(?:la )?adicción", "Can {} lead to addiction",
           "{} causa adicción"),
    Aspect(r"(?:fda )?(?:approv(?:al|ed)|fda)(?: approv(?:al|ed))?|(?:está )?aprobad[oa]", "Is {} approved by the FDA",
           "{} está aprobado por la FDA"),
    Aspect(r"(?:benefits?|results?|effective(?:ness)?|success(?: rates?)?|efficacy|eficacia|resultados)",
           "How well does {} work", "Qué tan bien funciona {}"),
    Aspect(r"(?:any )?(?:alternatives?|other options?)|(?:otras )?(?:alternativas|opciones)",
           "What are other options than {}", "Qué opciones hay si no es {}"),
    Aspect(r"(?:the )?(?:preparation|prep|preparing)|(?:la )?preparación", "How do people prepare for {}",
           "Cómo me preparo para {}"),
    Aspect(r"(?:driving|drive)|manejar|conducir", "Can people drive after {}", "Puedo manejar después de {}"),
    Aspect(r"(?:alcohol|drinking alcohol|booze)|(?:el )?alcohol|cerveza", "Can people drink alcohol with {}",
           "Puedo tomar alcohol con {}"),
    Aspect(r"(?:pregnan(?:cy|t)|if pregnant)|(?:el )?embarazo|embarazada", "Is {} safe in pregnancy",
           "Se puede usar {} en el embarazo"),
    Aspect(r"(?:breast[ -]?feeding|nursing)|lactancia|dar pecho", "Is {} safe while breastfeeding",
           "Puedo dar pecho si uso {}"),
    Aspect(r"(?:the )?(?:age(?: limits?)?|how old)|(?:la )?edad|límite de edad", "Is there an age limit for {}",
           "Hay límite de edad para {}"),
    Aspect(r"(?:at )?home(?: use)?|(?:en )?(?:la )?casa", "Can {} be used at home", "Se puede usar {} en casa"),
    Aspect(r"(?:eligib(?:le|ility)|who qualifies|candidates?)", "Who is {} for", "Para quién es {}"),
    Aspect(r"(?:memory|memory loss)|(?:la )?memoria", "Does {} affect memory", "{} afecta la memoria"),
    Aspect(r"(?:ingredients?|contents?)|ingredientes", "What is in {}", "Qué trae {}"),
)  # fmt: skip
"""In the order they are tried. A word that says something else in a longer question is only taken alone."""

_ASKED = (
    r"(?:(?:what(?: are|['’]s| is)|are there|is there|any|cuál(?:es)? (?:es|son)|tiene|tienen|hay|qué)\s+)?"
    r"(?:(?:the|any|an|other|its|los|las|el|la|otros|otras)\s+)?"
)
_ONE = re.compile(_ASKED + "(?:" + "|".join(f"(?P<a{n}>{each.words})" for n, each in enumerate(ASPECTS)) + ")", _I)
_TWO = re.compile(r"\s*(?:,|\band\b|\by\b|&|\+)\s*(?:and\s+|y\s+)?", _I)
_OF_A_VISIT = re.compile(r"\{\} (?:visit|sessions|dose)|(?:visita|sesiones|dosis) de \{\}")


def aspect_in(text: str) -> Aspect | None:
    """Return what a short message asks about, if it is nothing but that."""
    found = _ONE.fullmatch(text)
    return ASPECTS[int(str(found.lastgroup)[1:])] if found and found.lastgroup else None


def aspects_apart(text: str) -> list[str]:
    """Return the parts of "risks and cost?", if it is a list of nothing else; else nothing."""
    parts = [part for part in _TWO.split(text.strip(" ¿?.!")) if part]
    return parts if len(parts) > 1 and all(map(aspect_in, parts)) else []


def asked_of(aspect: Aspect, topic: str, language: Language) -> str:
    """Return the question in full, without its mark."""
    return (aspect.spanish if language == "es" else aspect.english).format(topic)


def in_spanish(thing: str, treatment: str) -> str | None:
    """Return "the side effects of Spravato" in Spanish, the treatment by its name there; None if it is no aspect."""
    for aspect in ASPECTS:
        english, spanish = aspect.english.removeprefix("What are "), aspect.spanish.removeprefix("Cuáles son ")
        if english != aspect.english and re.match(english.removesuffix("{}"), thing, _I):
            return spanish.format(treatment)
    return None


def is_of_visits(aspect: Aspect) -> bool:
    """Tell whether only a treatment's visits or doses can be meant, not something else that was spoken of."""
    return bool(_OF_A_VISIT.search(aspect.english))
