"""The claim lint: statements about treatment that no answer may contain, whoever wrote them.

Where a rule is in doubt it blocks: a blocked sentence costs a "not in our articles", a missed one misleads a patient.
English and Spanish.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Claim:
    """A forbidden statement that was found."""

    rule: str
    text: str
    """The words that broke the rule, as written."""
    sentence: str


@dataclass(frozen=True)
class Rule:
    """One forbidden kind of statement: wherever `claim` matches what `unless` leaves over."""

    name: str
    claim: re.Pattern[str]
    """A group named `claim`, where there is one, marks the words themselves."""
    unless: re.Pattern[str] | None = None
    """Harmless uses of the same words; they are blanked out before `claim` is tried."""
    deniable: bool = True
    """Whether a negation in front ("is not a cure") makes it no claim."""


def _rule(name: str, claim: str, unless: str = "", *, deniable: bool = True) -> Rule:
    flags = re.IGNORECASE | re.VERBOSE
    return Rule(name, re.compile(claim, flags), re.compile(unless, flags) if unless else None, deniable)


_APPROVED = r"(?P<claim>\bFDA(?:[-\s]approved|[-\s]cleared|\sapproval)|\b(?:approved\sby|approval\sfrom)\sthe\sFDA)"
_ANESTHETIC = r"""(?:in\s\d{4}\s)?(?:only\s)?(?:as|for)\s(?:an?\s)?(?:use\sas\san?\s)?(?:general\s)?
    (?:ana?esthe\w+|surg\w+)\b(?!\s*(?:,|and|or)\s(?:also\s)?(?:for\s)?(?:treating\s)?(?:depress|mood|anxiety|ptsd|trd))"""
_MEDICINE = r"(?:your|any|the)\s(?:\w+\s)?(?:medic\w+|antidepressants?|pills?|drugs?|ssri|dose)"
_HELPS = r"(?:work|help|respon[dsc]|improv|better|remission|relie|effective|success|benefit|funciona|mejor|ayuda)"
_COUNT = r"(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten)"
_CLINICIAN = r"(?:doctor|physician|nurse|therapist|psychiatrist|psychologist|clinician|counsell?or|provider)"

RULES: tuple[Rule, ...] = (
    _rule(
        "ketamine_approved",
        rf"""(?<!\w)ketamine\b(?:(?!spravato|esketamine|[.;]).){{0,80}}?{_APPROVED}
        |(?<!\w)ketamine\s(?:and|or)\s(?:spravato|esketamine)\s[^.;]{{0,40}}?(?P<both>\bFDA[-\s]approved
          |\bapproved\sby\sthe\sFDA)
        |\bFDA[-\s]approved(?:\s(?!spravato|esketamine|and\b|or\b)[\w-]+){{0,4}}?\s\(?(?<!\w)ketamine\b
        |\bFDA\s(?:has\s|had\s|also\s|recently\s|now\s)*approv\w+(?:\s(?!spravato
          |esketamine)[\w-]+){{0,4}}?\sketamine\b
        |ketamina\b(?:(?!spravato|esketamina|[.;]).){{0,80}}?(?P<es>aprobad[oa]\spor\sla\sFDA)""",
        rf"""(?:FDA[-\s]approved|approved\sby\sthe\sFDA|FDA\sapproval)\s{_ANESTHETIC}
        |FDA\s(?:has\s)?approved\sketamine\s{_ANESTHETIC}
        |\b(?:a|any|the)\s(?:medication|medicine|drug)\sis\sapproved\sby\sthe\sFDA
        |(?:spravato|esketamine)\b[^.;]{{0,80}}?(?:form|version|part|type|mirror\simage|half|made|derived|comes
          |relative)
          \s(?:of|from)\s(?:the\s)?ketamine\b
        |(?:form|version|type)\sof\sketamine(?:\sfor\s\w+)?(?:\sis|,|\scalled)?\s\(?(?:spravato|esketamine)""",
    ),
    _rule(
        "spravato_approved_for_more",
        r"""(?:spravato|esketamine)\b(?:(?!\bketamine\b|[.;]).){0,60}?(?P<claim>\bapproved)(?:(?![.;,]|\bbut\b
          |\bnot\b).){0,60}?
        \b(?:ptsd|anxiety|ocd|bipolar|chronic\spain|children|teens|teenagers|adolescents|home\suse
          |postpartum)\b""",
    ),
    _rule(
        "safe",
        r"\b(?:safe|safer|safest|safely)\b|\b(?:es|son)\s(?:muy\s|totalmente\s|completamente\s)?segur[oa]s?\b(?!\sque)",
        r"""safe,?\s(?:(?:and\s)?[\w-]+,?\s){0,2}?(?:place|space|setting|environment|room|ride|trip|hands
          |device|storage
          |distance|phone|spot|surroundings|adult|person)\b
        |\b(?:feel\w*|felt|stay\w*|keep\w*|kept|get|got|gets|arrive|are\syou|you\sare|you're
          |not\sfeel)\s(?:\w+\s){0,2}?safe(?:ly)?\b
        |\b(?:whether|if|until)\s(?:[\w']+\s){1,3}?(?:is|are|be|would\sbe|will\sbe|may\sbe|might\sbe
          |can\sbe)\s(?:\w+\s)?safe\w*
        |\b(?:whether|if|until)\s(?:it|this|that)'s\ssafe\w*
        |\b(?:make|be)\ssure\s(?:that\s)?(?:[\w']+\s){1,4}?safe\b|\bcheck(?:s
          |ing)?\s(?:that\s)?(?:[\w']+\s){1,4}?safe\b
        |\bsafe\s(?:enough\s)?(?:for\syou\s)?to\s(?:leave|go|drive|stand|walk|get\sup|travel)\b
          |\bas\ssafe\sas\spossible\b
        |\bsafely\s(?:home|leave|travel|stored?|get)\b|\b(?:home|leave|travel|drive|stored?)\ssafe(?:ly)?\b
          |\bfail-?safe""",
    ),
    _rule(
        "no_side_effects",
        r"""\b(?:no|zero|without(?:\sany)?|free\s(?:of|from)(?:\sany)?)\s(?:\w+\s){0,2}?(?:side[-\s]effects?
          |risks?|dangers?|downsides?)\b
        |\bside[-\s]effect[-\s]free|\brisk[-\s]free|\bharmless\b
        |\b(?:sin|no\stienen?)\s(?:ning[uú]n\s)?(?:efectos?\ssecundarios?|riesgos?)\b""",
        r"\b(?:if|until|once|when)\s(?:you|they|there)\s(?:\w+\s)?(?:have|has|are|is|feel)\sno\s(?:\w+\s){0,2}?side\seffects",
    ),
    _rule(
        "non_addictive",
        r"""\bnon[-\s]?addictive|(?:\bnot|n't|\bnever|\bno|\bcannot|\bnor|\bwithout)\s(?:\w+\s){0,3}?
        (?:addictive|addicting|addicted|habit[-\s]forming|addiction|abuse\spotential|potential\sfor\sabuse
          |risk\sof\sabuse)\b
        |\bno\s(?:es\sadictiv[oa]|causa\sadicción)""",
    ),
    _rule("cure", r"\b(?:cure[sd]?|curing|curative|miracles?|miraculous|cura|curan|curar|milagros[oa]s?)\b"),
    _rule(
        "guarantee",
        r"""\bguarante\w+|\bgarantiza\w*|\balways\sworks?\b|\bworks?\s(?:for\severyone|every\stime)\b
          |\bnever\sfails?\b|\b100\s?%\seffective
        |\bwill\s(?:definitely|certainly|surely)\s(?:work|help)|\bsiempre\sfunciona
          |\bfunciona\spara\stod[oa]s""",
    ),
    _rule(
        "rate_without_citation",
        rf"""^(?!.*\[\d+\])(?=.*\b{_HELPS}).*?(?P<claim>\b\d{{1,3}}(?:\.\d+)?\s?(?:%|percent\b|per\scent\b
          |por\sciento\b)
        |\b{_COUNT}\s(?:out\sof|in|de\scada)\s(?:every\s)?{_COUNT}\b|\b(?:half|two[-\s]thirds
          |three[-\s]quarters)\sof\s(?:the\s)?\w+)""",
        deniable=False,
    ),
    _rule(
        "same_as_spravato",
        r"""\b(?:same\s(?:(?:thing|drug|medic\w+|treatment|molecule|way|results?|effects?)\s)?as|identical\sto|equivalent\sto|equal\sto|no\sdifferent\s(?:from|than)
          |interchangeable\swith|just\slike
          |as\sgood\sas|generic|lo\smismo\sque|igual\sque)\s(?:(?!for\b|with\b|in\b)\w+\s){0,2}?(?:spravato
          |esketamin[ea])\b
        |\b(?:ketamine\s(?:and|or)\s(?:spravato|esketamine)|(?:spravato|esketamine)\s(?:and
          |or)\sketamine)\sare\s
          (?P<claim>(?:(?!not\b)\w+\s)?(?:the\ssame|identical|interchangeable|equivalent))\b
        |\b(?:spravato|esketamine)\sis\s(?P<same>(?:(?!not\b)\w+\s)?(?:the\ssame|identical
          |equivalent))\s(?:\w+\s){1,3}ketamine
        |\bsame\sactive\singredient""",
    ),
    _rule(
        "prevents_suicide",
        r"""\b(?:prevent\w*|stop(?:s|ped)?|ends?|eliminat\w+|reduc\w+|decreas\w+|lower(?:s|ed|ing)?|eas(?:e|es
          |ed|ing)|reliev\w+)\s
          (?:(?!in\b|with\b|among\b)\w+\s){0,4}?suicid\w+
        |\bsuicid\w+[-\s](?:preventing|reducing)
        |\bsuicidal\s(?:thoughts|ideation)\s(?:\w+\s){0,2}?(?:go\saway|disappear|vanish|stop)
        |\b(?:previene[ns]?|prevenga|evitan?|reducen?|elimina[n]?)\s(?:\w+\s){0,3}?suicid\w+""",
        r"""\b(?:may|might|could)\s(?:also\s)?(?:help\s)?(?:to\s|in\s|with\s)?(?:reduc|lower|eas|decreas
          |reliev)\w*
        |\b(?:988|lifeline|hotline|help\s?line|crisis\sline)\b[^.;]{0,60}?(?:prevent|reduc|lower)\w*""",
    ),
    _rule(
        "personal_decision",
        rf"""\byou(?:'re|\sare|(?:'d|'ll|\swould|\swill)\sbe)\s(?:\w+\s){{0,3}}?candidate\b|\byou(?:'re|\sare)\s(?:\w+\s)?(?:in)?eligible\b
        |\byou\s(?:(?:do|will|would|clearly|probably|definitely|already|likely|not|don't
          |should)\s){{0,2}}qualify\b
        |\byou\s(?:should|must|need\sto|have\sto|ought\sto|can|may)\s(?:(?!not\b|never\b)\w+\s)?
          (?:stop|quit|start|increase|decrease|double|skip|taper|lower|raise|change|reduce|take)\b
        |\byou\s(?:do\snot|don't)\s(?:need|have)\sto\s(?:stop|change|take)\s(?:taking\s)?{_MEDICINE}
        |\b(?:debes|deberías|tienes\sque|debe|puedes)\s(?:dejar|tomar|suspender|aumentar|bajar)\b
        |\beres\s(?:\w+\s){{0,2}}?candidat[oa]|\b(?<!si\s)calificas\b""",
        r"""\b(?:whether|if)\syou\b|\bsi\seres\b
        |\bstop\s(?:eating|drinking|at\sany|any\s?time|the\s(?:session|visit|dose|spray)|whenever|and\sask)
        |\bstart\s(?:to\s(?:feel|notice)|feeling|with|by|the\s(?:process|visit))|\bchange\s(?:your\smind
          |clothes|the\sdate|or\scancel)
        |\bskip\s(?:breakfast|lunch|meals?|food)
        |\btake\s(?:someone|notes|part|care|turns|time|your\stime|off|home|it\s(?:easy|slow)|the\s(?:day|bus
          |train|rest)
          |public|an?\s(?:ride|taxi|cab|uber|break|nap|rest|walk|day|friend|few|deep|bus|train|moment
          |shower))""",
        deniable=False,
    ),
    _rule(
        "speaks_as_a_clinician",
        rf"""\bI(?:'d|\swould)?\s(?:strongly\s)?(?:recommend|advise|prescribe|suggest|diagnose)\b|\b(?:we
          |I)\s(?:have\s)?diagnosed\b
        |\bin\smy\s(?:clinical|medical|professional|expert)\s(?:opinion|judge?ment|experience)
        |\bas\s(?:an?|your)\s(?:\w+\s)?{_CLINICIAN},?\sI\b|\bI(?:'m|\sam)\s(?:an?\s
          |your\s)(?:\w+\s)?{_CLINICIAN}\b
        |\b(?:I(?:'m|\sam)|this\sis|my\sname\sis)\s(?:dr\.?|doctor|nurse)\s
        |\b(?:te|le)\srecomiendo\b|\bsoy\s(?:tu\s|su\s|una?\s)?(?:médic[oa]|doctora?|enfermer[oa]|terapeuta
          |psiquiatra)\b
        |\ben\smi\sopinión\s(?:clínica|médica|profesional)""",
    ),
    _rule(
        "claims_to_feel",
        r"""\bI\s(?:understand|know)\s(?:exactly|just|fully)\b|\bI\s(?:understand|know)\show\syou(?:'re
          |\sare)?\sfeel
        |\bI(?:'ve|\shave)\sbeen\s(?:there|through)\b|\bsé\s(?:exactamente\s)?cómo\ste\ssientes
        |\bentiendo\s(?:perfectamente|exactamente)""",
    ),
    _rule(
        "wording_on_suicide",
        r"""\bcommit\w*\ssuicide|\bcomplet\w+\ssuicide|\b(?:failed|successful|unsuccessful
          |botched)\s(?:suicide\s|suicidal\s)?attempts?\b(?!\s(?:to|at|with)\b)
        |\bcomet\w+\s(?:un\s)?suicidio|\bintentos?\s(?:de\ssuicidio\s)?(?:fallidos?|exitosos?)""",
        deniable=False,
    ),
)  # fmt: skip

# English and Spanish; a negation that stresses ("not only safe") denies nothing.
_DENIAL = re.compile(
    r"(?:\b(?:not|never|no|nor|neither|none|nothing|nobody|cannot|without|rather than|instead of|whether|ni|nunca|sin|"
    r"tampoco|jamás)\b|n't\b)"
    r"(?! (?:only|just|merely|solo|sólo|doubt|question|a doubt|duda|to mention|been (?:more|safer|easier|better)))",
    re.IGNORECASE,
)
_DENIAL_REACH = 10
"""Words before a claim among which a negation still governs it."""
_OPEN_QUESTION = re.compile(
    r"\W*(?:is|are|has|have|does|do|can|could|will|would|es|son|puede|tiene)\b.*\?\W*\Z", re.IGNORECASE
)
_CLAUSE_START = re.compile(
    r"[,;:.()–—]|\b(?:but|and|because|since|so|although|though|while|pero|porque|aunque|y)\b", re.IGNORECASE
)
_PLAIN = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "\u2011": "-", "\u00a0": " ", "\n": " ", "\t": " "})
_FIRST_PERSON = re.compile(
    r"\b(?:i|i'm|im|i've|ive|i'd|me|my|mine|myself|yo|mi|mis|mí|conmigo|tomo|tengo|debo|peso|necesito|puedo)\b",
    re.IGNORECASE,
)
_ASKING = re.compile(
    r"\b(?:tell|give|show|remind|help|let) me\b|\b(?:may|can|could) i (?:ask|know)\b|\bi'd like to know\b"
    r"|\bi (?:was )?(?:wonder\w*|want to know|would like to know|read|heard|saw)\b"
    r"|\b(?:dime|puedo (?:preguntar|saber)|me (?:puedes? decir|dices|explicas))\b",
    re.IGNORECASE,
)
_DOSE = re.compile(
    r"\b\d+(?:[.,]\d+)?(?:\s?(?:-|–|to|or|/|a|o)\s?\d+(?:[.,]\d+)?)*\s?(?:mgs?|mcg|ml|cc)\b"
    r"|\b[\w.,]+ (?:milli(?:gram|liter)s?|miligramos?|mililitros?)\b"
    r"|\b(?:\d|one|two|three|un|dos|tres) (?:devices?|sprays?|dispositivos?)\b",
    re.IGNORECASE,
)
_TREATMENT = re.compile(r"\b(?:es)?ketamin[ea]\b|\bspravato\b|\btreatments?\b|\btratamientos?\b", re.IGNORECASE)
_BENEFIT = re.compile(
    r"\b(?:helps?|helped|helping|reliev\w+|relief|reduc\w+|improv\w+|eas(?:e|es|ing)|effective\w*|works?|remission|respon[ds]\w*|"
    r"benefit\w*|promis(?:e|ing)|potent|hope|ayudan?|alivia\w*|mejora\w*|funciona\w*)\b",
    re.IGNORECASE,
)
_RISK = re.compile(
    r"\bside[- ]effects?\b|\brisk\w*|\bwarning|\bcan cause\b|\bnausea|\bblood pressure\b|\bsedat\w+|\bdizz\w+|"
    r"\bsleep(?:y|iness)\b|\bmisuse|\babuse|\bbladder\b|\bdanger\w*|\bunsafe\b|"
    r"\befectos? secundarios?|\briesgos?\b|\badvertencia",
    re.IGNORECASE,
)


def forbidden_claims(sentences: Sequence[str], *, cited: bool = False) -> list[Claim]:
    """Return every forbidden statement of an answer, each rule at most once a sentence.

    With `cited`, each sentence has a citation though it is given without its marker.
    """
    rules = [rule for rule in RULES if not (cited and rule.name == "rate_without_citation")]
    return [claim for sentence in sentences for rule in rules if (claim := _broken(rule, sentence)) is not None]


def dose_in_reply(question: str, sentences: Sequence[str]) -> list[Claim]:
    """Return the doses named in reply to a question about the asker: those are for the prescriber alone to say."""
    if not _FIRST_PERSON.search(_ASKING.sub(" ", question.translate(_PLAIN))):
        return []
    found = ((sentence, _DOSE.search(sentence.translate(_PLAIN))) for sentence in sentences)
    return [Claim("dose", sentence[slice(*match.span())], sentence) for sentence, match in found if match]


def benefit_without_risk(sentences: Sequence[str]) -> list[Claim]:
    """Return the statements of benefit of an answer in which no sentence states a risk."""
    if any(_RISK.search(sentence) for sentence in sentences):
        return []
    helped = ((sentence, _BENEFIT.search(sentence)) for sentence in sentences if _TREATMENT.search(sentence))
    return [Claim("benefit_without_risk", match.group(), sentence) for sentence, match in helped if match]


def needs_suicide_limitation(sentences: Sequence[str]) -> bool:
    """Tell whether an answer speaks of treatment and of suicide, and so must say what the FDA has not found."""
    text = " ".join(sentences)
    return bool(re.search(r"\bsuicid", text, re.IGNORECASE) and _TREATMENT.search(text))


def _broken(rule: Rule, sentence: str) -> Claim | None:
    text = sentence.translate(_PLAIN)  # one character for one, so that offsets stay
    if rule.deniable and _OPEN_QUESTION.match(text):
        return None
    if rule.unless is not None:
        text = rule.unless.sub(lambda match: "_" * len(match.group()), text)
    for match in rule.claim.finditer(text):
        named = [match.start(name) for name, value in match.groupdict().items() if value is not None]
        start = named[0] if named else match.start()
        if not (rule.deniable and _denied(text[:start])):
            return Claim(rule.name, sentence[match.start() : match.end()], sentence)
    return None


def _denied(before: str) -> bool:
    clause = _CLAUSE_START.split(before)[-1]
    return _DENIAL.search(" ".join(clause.split()[-_DENIAL_REACH:])) is not None
