"""Whether a question is about a clinic that is not this one: what our articles say of us does not answer it."""

import re

_PLACE = r"(?:clinics?|hospitals?|centers?|centres?|practices?|places?|providers?|offices?)"
_LUGAR = r"(?:cl[ií]nicas?|centros?|hospital(?:es)?)"
_RELATED = (
    r"(?:friend|cousin|sister|brother|mom|mum|mother|dad|father|aunt|uncle|neighbou?r|coworker|boss|wife|husband|partner"
    r"|son|daughter|roommate|niece|nephew)"
)
_SAID = re.compile(
    # "another clinic", "other ketamine places", "my last clinic"
    rf"\b(?:another|(?:the|some|any|most|all) other|other|competing|rival|my (?:old|last|previous|former|first)) "
    rf"(?:\w+ )?{_PLACE}\b"
    # "my cousin's clinic", "the place my sister goes to"
    rf"|\b{_RELATED}['’]?s (?:\w+ )?{_PLACE}\b"
    rf"|\b{_PLACE} (?:where |that |which )?(?:my|her|his|their|a) {_RELATED} (?:goes|went|uses|is|was|works|gets)\b"
    rf"|\botr[oa]s? {_LUGAR}\b"
    rf"|\b(?:la|el) {_LUGAR} de mi (?:amig[oa]|prim[oa]|herman[oa]|mam[aá]|pap[aá]|t[ií][oa]|vecin[oa])\b",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"\b(?i:at|does|do|is|are|from|with|by|than|did|can|en|de)\s+(?:the\s+)?"
    r"(?:[A-Z][\w'’&.-]*\s+){1,3}(?:Health|Healthcare|Hospital|Clinics?|Cent(?:er|re)s?|Wellness|Ketamine|Institute"
    r"|Medical|Psychiatry|Therapeutics|Infusions?|Treatment|Neuroscience|General)\b"
)
"""A name made as clinics' names are, where a question puts the one it is about."""
_MOVES = re.compile(
    r"\b(?:switch\w*|transfer\w*|mov(?:e|ing)|chang(?:e|ing)|refer\w*|records?|cambiar\w*|pasar\w*|traslad\w*)\b",
    re.IGNORECASE,
)
"""Who comes from there, or goes there, asks about this clinic."""


def asks_of_another_clinic(question: str, own: str) -> bool:
    """Say whether a question is about another clinic than the one named `own`."""
    names_own = bool(own) and own.casefold() in question.casefold()
    if names_own or _MOVES.search(question):
        return False
    return bool(_SAID.search(question) or _NAMED.search(question))
