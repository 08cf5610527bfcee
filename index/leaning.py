"""Words by which a sentence leans on another: references, conditions, exceptions, short answers, myths.

English and Spanish. Where a pattern is in doubt it matches: a sentence too many is shown, not a qualifier too few.
"""

import re

_LABEL = re.compile(
    r"\W*(?:fact|truth|reality|answer|realidad|verdad|hecho|respuesta)\s*\d*\s*[:.–—-]\s*", re.IGNORECASE
)

_CONTRAST = re.compile(
    r"\W*(?:however|but|except\b|exceptions?|an exception|the (?:only )?exceptions?|unless|nevertheless|"
    r"nonetheless|yet|"
    r"still|even so|that said|on the other hand|by contrast|in contrast|apart from|other than|otherwise|none of|"
    r"not (?:to|for|if|when|in|on|with|everyone|every|all|true|so|at|until|before|after|during|even|only)|not,|"
    r"only (?:until|then|if|when|after|for|with|in|on|at|where|once)|"
    r"sin embargo|pero|except[oa]|excepción|la (?:única )?excepción|salvo|a menos|no obstante|en cambio|"
    r"a no ser|de lo contrario|solo|sólo|solamente|únicamente|no para|no (?:si|en|con|todos|todas)|ningun[oa] de)\b",
    re.IGNORECASE,
)
_REFERENCE = re.compile(
    r"\W*(?:(?:this|these|those(?! (?:who|with|on|over|under|aged|whose|in)\b)|that|it|its|it[’']s|they|their|them|he|"
    r"she|his|her|him|such|also|so|and|or|then|instead|therefore|thus|both|neither|either|others?|another|similarly|"
    r"likewise|afterwards?|throughout|here|there(?:fore|after)|too|again|rather|next|finally|meanwhile|"
    r"one of|some of|many of|most of|all of|each of|any of|the former|the latter|the same|the others?|for others?|"
    r"if so|if not|for example|for instance|nor|"
    r"es[oae]s?|est[oae]s?|aquell[oa]s?|ell[oa]s?|él|su|sus|además|también|entonces|luego|después|ambos|ambas|"
    r"lo mismo|por eso|por ello|y|o|ni|de ser así|si es así)\b"
    r"|(?:\w+\s+){1,3}(?:this|these|those(?! (?:who|with)\b)|that case|such|it|they|then|"
    r"es[oae]|est[oa]s?|ese caso|ell[oa]s?)\b)",
    re.IGNORECASE,
)
_DANGLING = re.compile(
    r"\W*(?:we|you|I|nobody|people|please|do not|don[’']t|always|never|ask|call|tell|stop|avoid|take|use|keep)\b"
    r"(?:(?!\b(?:an?|the|your|our|my|each|every|any|no|some|both|if|when)\b)[^,;:])*?"
    r"\b(?:it|them|this|these|those)\b(?! \w+ing\b)",
    re.IGNORECASE,
)
"""A pronoun before anything it could stand for has been named."""
_POINTING = re.compile(
    r"\b(?:this|these|those|such)\s(?!article|page|site|website|clinic|time|year|week|month|is\b|are\b|who|with|"
    r"as\b)[a-z]",
    re.IGNORECASE,
)
_SHORT_ANSWER = re.compile(
    r"\W*(?:not\b|(?:yes|no|never|nobody|none|sometimes|sí|nunca|jamás|nadie)\s*[,.;:–—])", re.IGNORECASE
)
_CUT_SHORT = re.compile(
    r"(?:\b(?:must|should|can|could|may|might|do|does|did|is|are|was|were|will|would|has|have)(?: not|n[’']t)|\bcannot|"
    r"\bno (?:deben?|pueden?|debería\w*|longer (?:do|does|is|are|can)|longer do(?:es)?))"
    r"(?:\s*[.!]|,)|\bno longer (?:does|do|is|are|can|will)\W*\Z",
    re.IGNORECASE,
)
"""A verb without its main verb: what people must not do stands in the sentence before."""
_CONDITION = re.compile(
    r"\W*(?:if|when|whenever|while|unless|until|once|in case|should you|provided|assuming|given that|as long as|"
    r"for (?:an?|the|your|people|those|any\w+|every\w+|some|most|adults|children|teen\w*|women|men|patients|"
    r"older|young\w*|"
    r"\w+s (?:who|with|on|over|under))|in (?:people|adults|children|teen\w*|pregnan\w+|those|rare|some|most|"
    r"women|men|patients)|"
    r"(?:at|on|during|after|before|without|within|following) (?:an?|the|your|his|her|their|each|every|no|any|\w+ing|"
    r"pregnan\w+|breast\w*)\b|(?:anyone|people|those|patients|adults|women|men|children) (?:who|with|on|over|under)\b|"
    r"si|cuando|mientras|en caso|para (?:personas|quienes|las|los|pacientes|adultos|mujeres)|"
    r"(?:antes|después|durante|en|tras) (?:de )?(?:el|la|una?|su|cada)\b|las personas (?:con|que)|quienes)\b",
    re.IGNORECASE,
)
_MADE_CONDITIONAL = re.compile(
    r"\b(?:if|once|unless|in case|sometimes|si|a menos que)\b", re.IGNORECASE
)
_NEGATED = re.compile(
    r"\b(?:not|never|no|none|nobody|nothing|cannot|without|only|unless|except|until|neither|nor|instead|longer|less|"
    r"must|(?:should|needs? to|have to) (?:wait|stop|ask|avoid)|different|sin|nunca|nadie|sólo|solo|tampoco|"
    r"excepto)\b|n[’']t\b",
    re.IGNORECASE,
)
_FORBIDDING = re.compile(
    r"\W*(?:please )?(?:do not|don[’']t|never|no one|nobody|must not|avoid|no (?:deben?|pueden?|coman?|beban?|"
    r"tomen?|usen?|"
    r"dejen?|manejen?|conduzcan?)|nunca|nadie)\b",
    re.IGNORECASE,
)
_SOME_PEOPLE = re.compile(
    r"\W*(?:a few |some |most |many |certain |other |as for |for |an? )?(?:people|those|anyone|anybody|everyone|"
    r"everybody|"
    r"someone|some|others|patients?|persons?|adults?|women|men|children|teen\w*|[A-Z]\w+s (?:are|must|should|"
    r"may|can|have|"
    r"need|who|with|do|cannot)|\w+ \w+ (?:may|must|can|should) not|las personas|los|las|quienes|algun[oa]s|otr[oa]s)\b",
    re.IGNORECASE,
)
_HEDGED = re.compile(
    r"\b(?:although|still (?:owe|need|have|must|apply|applies|pay)|just (?:stay|do|make|keep|not)|"
    r"the (?:one|only) (?:condition|limit|catch|rule)|at (?:the )?most|more than that|menos (?:en|los|las|el|la|si))\b"
    r"|, though\b",
    re.IGNORECASE,
)
"""Words that take a little back, wherever they stand."""
_EXEMPTS = re.compile(
    r"\bexceptions?\b|\b(?:does|do|did) not (?:apply|hold|count)\b|\bnot (?:true|so|the case)\b|\bno longer\b|"
    r"\bnot (?:everyone|all)\b|\bapart from\b|\bno se aplica|\bno es (?:así|cierto)|\bya no\b",
    re.IGNORECASE,
)
_REBUTS = re.compile(
    r"\b(?:mistaken|wrong|not true|untrue|false|far from|myth|incorrect|not so|in fact|truth|no evidence|not the case|"
    r"falso|no es (?:así|cierto|verdad)|mito|equivocad[oa])\b",
    re.IGNORECASE,
)
_MYTH_LABEL = re.compile(
    r"\W*(?:(?:a |the |one )?(?:common )?(?:myth|fiction|rumou?r|misconception|falsehood|false claim)s?|claim|false|"
    r"true or false|common belief|"
    r"(?:what|things) (?:\w+ ){1,3}(?:get wrong|believe|say|think|hear)|people say|mito|falso|rumor|bulo|"
    r"verdadero o falso|creencia)\b[^.:?!]{0,30}(?:[:–—]|\.?\W*\Z|\.\s|-\s)",
    re.IGNORECASE,
)
_MYTHS = re.compile(
    r"\b(?:myths?|misconceptions?|rumou?rs?|falsehoods?|fictions?|false claims?|get(?:s|ting)? wrong|untrue|"
    r"mitos?|bulos?|rumores|creencias falsas)\b",
    re.IGNORECASE,
)
_HEARSAY = re.compile(
    r"\W*(?:(?:some|many|most|other|a few)\b[^,.]{0,40}\b(?:say|claim|believe|think|argue|insist)s?(?: that)?\b"
    r"(?! (?:that )?(?:they|it feels?|of)\b)|it is (?:\w+ )?(?:said|claimed|thought|believed|rumou?red)\b|"
    r"(?:you|people|many)(?: may| might)?(?: have)?(?: \w+)? (?:read|heard?|been told) (?:that|of|about)?|"
    r"(?:legend|rumou?r) has it|there (?:is|are) (?:an? )?(?:\w+ )?(?:rumou?r|myth|belief)s?\b|(?:algunos|"
    r"muchos|hay quien\w*)\b[^,.]{0,30}\b(?:dice|dicen|cree|creen|piensa|"
    r"piensan) que|"
    r"se (?:dice|cree|piensa) que)",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"\A\W{0,2}[\"“«][^\"”»]*[\"”»]\W*\Z|\A\W{0,2}[\"“«][^\"”»]*\Z|\A[^\"“«]*[”»]\W*\Z")
_ONE_PERSON = re.compile(r"(?<!phase )(?<!type )(?<!bipolar )(?<!class )(?<!stage )(?<!level )(?<!part )\bI\b(?=[ ’'])")
_HEADING_CONDITION = re.compile(
    r"\b(?:if|when|while|unless|until|once|before|after|during|without|only|not|no|don[’']t|exceptions?|except|under|"
    r"over|older|elderly|aged|pregnan\w+|breast\w+|teen\w*|child\w*|young\w*|adults|women|men|people|patients|"
    r"(?:for|with) \w+|who|those|s[ií]|cuando|antes|después|durante|sin|sólo|solo|excepto|para|personas|embaraz\w+|"
    r"mayores|menores|niños)\b",
    re.IGNORECASE,
)
_QUESTION_CONDITION = re.compile(
    r"(?<!know )(?<!ask )(?<!see )\b(?:if|unless|while|pregnan\w+|breast\w+|under \d+|over \d+|si|embaraz\w+)\b",
    re.IGNORECASE,
)


_CASE = re.compile(
    r"\W*(?:if|unless|only|(?:for |what )?(?:people|those|anyone|adults|women|men|patients) (?:who|with|on|over|under)|"
    r"when (?:you|your|people|the)|si|cuando|para (?:personas|quienes))\b",
    re.IGNORECASE,
)


def refers_back(text: str) -> bool:
    """Tell whether a sentence cannot be understood without the one before it."""
    own = _LABEL.sub("", text, count=1)
    return any(sign.match(own) for sign in (_REFERENCE, _CONTRAST, _DANGLING, _SHORT_ANSWER)) or _is_cut_short(own)


def points_back(text: str) -> bool:
    """Tell whether a sentence may speak of something in the one before it ("do not take these pills")."""
    return bool(_POINTING.search(text))


def states_condition(text: str) -> bool:
    """Tell whether a sentence opens by saying for whom or when it holds: the next may hold for them only."""
    return bool(_CONDITION.match(text))


def may_govern_next(text: str) -> bool:
    """Tell whether what follows a sentence may hold only in the case it names."""
    return states_condition(text) or bool(_MADE_CONDITIONAL.search(text))


def restricts(text: str) -> bool:
    """Tell whether a sentence takes something back of the one before it."""
    if _CONTRAST.match(text) or _FORBIDDING.match(text) or _EXEMPTS.search(text) or _is_cut_short(text):
        return True
    if _HEDGED.search(text):
        return True
    narrower = _SOME_PEOPLE.match(text) or _CONDITION.match(text) or refers_back(text)
    return bool(narrower and _NEGATED.search(text))


def restricts_paragraph(text: str) -> bool:
    """Tell whether a paragraph's first sentence takes something back of the paragraph or list before it."""
    return bool(_CONTRAST.match(text) or _EXEMPTS.search(text)) or (
        bool(_REFERENCE.match(text)) and bool(_NEGATED.search(text))
    )


def rebuts(text: str) -> bool:
    """Tell whether a sentence says that the one before it is untrue."""
    return bool(_REBUTS.search(text) or _CONTRAST.match(text))


def is_myth(text: str) -> bool:
    """Tell whether a sentence states what its label calls untrue or open, or is somebody else's words."""
    return bool(_MYTH_LABEL.match(text) or _QUOTED.match(text) or _ONE_PERSON.search(text))


def labels_myths(heading: str) -> bool:
    """Tell whether what stands under a heading or lead-in is said to be untrue."""
    return bool(_MYTHS.search(heading))


def is_fact(text: str) -> bool:
    """Tell whether a label says that a sentence is true."""
    return bool(_LABEL.match(text) or re.match(r"\W*(?:in (?:truth|fact|reality)|en realidad)\b", text, re.IGNORECASE))


def is_hearsay(text: str) -> bool:
    """Tell whether a sentence only reports what is said."""
    return bool(_HEARSAY.match(text))


def names_a_case(title: str) -> bool:
    """Tell whether a title says that the whole article holds for some people or in one case only."""
    return bool(_CASE.match(title))


def condition_of(heading: str) -> str:
    """Return the part of a heading that says for whom or when its section holds; empty if it says neither."""
    if not heading.endswith("?"):
        return heading if _HEADING_CONDITION.search(heading) else ""
    found = _QUESTION_CONDITION.search(heading)
    return heading[found.start() :] if found else ""


def _is_cut_short(text: str) -> bool:
    return bool(_CUT_SHORT.search(text))
