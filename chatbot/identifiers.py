"""What identifies a person in a message: patterns of numbers, dates, places and accounts, and words about names.

Each row is the placeholder and a pattern; a group `v` in it, where there is one, is the part that goes. Rows are tried
in order, each on what the rows before it left.
"""

import unicodedata

# Words that end a name, or show that what follows "I'm" or "my name" is none.
NO_NAMES = frozenset(
    """a able about account after afraid again age ago all allergic also am american an and any anxious anymore
    anything appears are as asap asian asked asking at back be been before being better bipolar birth booked
    born but by call called calling came can catholic changed chronic clinic con concerned could coming correct
    de deal dealing del depressed depression did diabetic do dob does doctor doing done don't dr during e el
    else email en es esketamine esta está este estoy ever even feel feeling feels felt for friday from full get
    gets getting go goes going gonna good got had happy has have having he help her here hi him his hispanic how
    hoy husband i i'm id if im important in insurance interested into is it it's its jewish just ketamine la
    last late later latina latino le legal like looking lost lower maiden major male me medicaid medicare
    medical mental mi misspelled monday mucho muslim muy my name nací naci nacida nacido native necesito need
    needs nervous never new next no nor not nothing now number of off ok okay old on one only open or our out
    over para patient pero phone please plus por portal post pregnant prozac ptsd puede puedo que quiero ready
    really right running s said same saturday saw says scared se sé see seeing she should sí si sick since
    sleeping so social some someone something soon sorry soy spelled spravato still street struggling such
    suffering sunday taking tells tengo texas than thank thanks that that's the their them then therapy there
    they think this those thursday tired tms to today told tomorrow too took treatment trouble try trying
    tuesday two type un una unable under unsure until up upset us use used using very veteran vive vivo want
    wanted wants was we wednesday well went were what what's when where which while who why will with within
    without wondering worried worse worth would writing wrong y ya yes yesterday yet york you your yours zoloft
    i've i'd""".split()
)

_YEAR = r"(?:19|20)\d\d"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?|enero|febrero|marzo|abril|mayo|junio|julio|agosto|sep?tiembre|octubre|noviembre"
    r"|diciembre)\b\.?"
)
ONES = "one|two|three|four|five|six|seven|eight|nine"
_UNIDADES = "uno|d[oó]s|tr[eé]s|cuatro|cinco|s[eé]is|siete|ocho|nueve"
TENS = r"ten|eleven|twelve|\w{3,5}teen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_DECENAS = (
    r"diez|once|doce|trece|catorce|quince|dieci\w+|veinte|veinti\w+|treinta|\w{3,7}enta|\w{3,9}cientos|cien(?:to)?"
)
_ORDINAL = (
    r"(?:(?:(?:twenty|thirty)[- ]?)?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)"
    r"|\w{3,6}teenth|twentieth|thirtieth|tenth|eleventh|twelfth)"
)
_DIA = rf"(?:(?:veinti|treinta y )?(?:{_UNIDADES})|primero|diez|once|doce|trece|catorce|quince|dieci\w+|veinte|treinta)"
_SPOKEN_YEAR = (
    r"(?:nineteen|twenty|two thousand|mil|dos mil)"
    rf"(?:[- ](?:and|oh|hundred|y|novecientos|{TENS}|{ONES}|{_UNIDADES}|\w{{3,9}}nt[ae]|veinti\w+)\b)+"
)
_OF_YEAR = rf"(?:,?\s*-?(?:del?\s+|of\s+)?(?:{_YEAR}|{_SPOKEN_YEAR}|['’]\d\d\b|(?<=-)\d\d\b))"
_NUMBER_WORDS = (
    rf"(?:(?:{ONES}|{TENS}|{_UNIDADES}|{_DECENAS}|oh|hundred|thousand|mil|y|and|del?|slash|diagonal)(?![\w])"
    r"[\s,/-]*)"
)
UNIT = (
    r"(?:min(?:ute)?s?|h(?:ou)?rs?|days?|weeks?|months?|years?|miles?|blocks?|mg|ml|people|friends?"
    r"|sessions?|treatments?"
    r"|doses?|times?|pills?|meds?|percent|dollars?|patients?|visits?|steps?|different|more|other|good"
    r"|sesiones|semanas|veces|personas|minutos|horas|d[ií]as)\b"
)

_NUMBERED = (
    r"(?:ssn|social(?:\s+security)?|seguro\s+social|mrn|medical\s+record|chart|member(?:ship)?|group"
    r"|policy|acc(?:oun)?t"
    r"|medicare|medicaid|mass\s?health|mbi|licen[sc]e|licencia|passport|pasaporte|vin|serial|device"
    r"|claim|prescription|rx"
    r"|confirmation|case|patient|subscriber|beneficiary|routing|card|tarjeta|cuenta|p[oó]liza|expediente|afiliad[oa]"
    r"|auth(?:orization)?|reference|ref|order|npi|dea|extension|id|identificaci[oó]n|historia\s+cl[ií]nica)"
)
_OF_NUMBER = r"(?:'s)?(?:\s+(?:number|no\.?|num|n[uú]mero|id|card|code)){0,3}\s*(?:is|es|was|[:=#-])?\s*(?:is\s+)?"
_SECRET = (
    r"(?:pass(?:word|code|wd)?|pwd|contrase[nñ]a|clave|log-?in|user\s?(?:name|id)?|usuario|pin|cvv|cvc|security\s+code)"
)
_SITE = (
    r"(?:insta(?:gram)?|ig|snap(?:chat)?|twitter|tiktok|facebook|fb|reddit|discord|telegram|venmo"
    r"|skype|linkedin|whatsapp|wechat|signal|threads"
    r"|bluesky|youtube|twitch|cash\s?app|zelle|paypal|onlyfans|kik|tumblr|pinterest)"
)
_NO_VALUE = (
    r"(?!(?:not|wrong|broken|locked|down|working|expired|required|needed|the|an?|incorrect|correct|case|too|being|lost"
    r"|never|no|on|off|for|where|what|how|full|better|best|fine|still|my|saved|gone|slow|safe|private"
    r"|used|and|or|in|que"
    r"|posting|saying|telling)(?![^\s,.?!]))"
)
ACCOUNTS: tuple[tuple[str, str], ...] = (
    ("email", r"(?i)(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+"),
    (
        "email",
        r"(?i)(?<![\w.])[\w.]{2,40}\s+(?:at|arroba|\(at\))\s+[\w-]{2,30}\s+(?:dot|punto|\(dot\))"
        r"\s+(?:com|net|org|edu|gov|es|mx|io)\b",
    ),
    (
        "email",
        r"(?i)(?<![\w.])[\w.+-]{2,40}\s{0,2}(?:@|[\[({<]\s?(?:at|arroba|@)\s?[\])}>]|\bat\b"
        r"|\barroba\b)\s{0,2}(?:gmail|yahoo|hotmail"
        r"|outlook|icloud|aol|proton(?:mail)?|comcast|verizon)\b(?:\s{0,2}(?:\.|[\[({<]?(?:dot"
        r"|punto)[\])}>]?|,|\s)\s{0,2}"
        r"(?:com|net|es|me))?\b",
    ),
    (
        "email",
        r"(?i)(?<![\w.])[\w.+-]{1,40}\s{0,2}(?:\s@\s|@\s|\s@|[\[({<]\s?(?:at"
        r"|arroba)\s?[\])}>])\s{0,2}[\w-]{2,30}\s{0,2}"
        r"(?:\.|[\[({<]\s?(?:dot|punto)\s?[\])}>])\s{0,2}(?:com|net|org|edu|gov|es|mx|io)\b",
    ),
    (
        "handle",
        r"(?i)\b(?:https?://)?(?:www\.|m\.)?(?:reddit\.com/u(?:ser)?|youtube\.com/(?:@|c/|user/)"
        r"|t\.me|wa\.me|threads\.net"
        r"|snapchat\.com/add|twitch\.tv|github\.com|cash\.app|bsky\.app/profile)/?[^\s?]+",
    ),
    ("handle", r"(?<![\w$])\$[A-Za-z][\w-]{2,30}(?![\w.])"),
    ("handle", r"(?<![\w@./-])(?=[\d_]{0,30}[A-Za-z])\w{1,60}_\w{1,60}(?![\w@])"),
    (
        "handle",
        r"(?i)(?<![\w.-])(?P<v>(?!(?:covid|phq|gad|top|b)\d)[a-z][\w.-]{1,30}\d[\w.-]{0,10}"
        r"|[a-z]{1,30}[._][a-z._]{1,30})\s+(?:on|en)\s+(?:my\s+)?"
        rf"{_SITE}\b",
    ),
    (
        "handle",
        rf"(?i)\b(?:{_SITE}|handle)\s+(?:(?:as|como|at|is|es|handle|username|user|me|:|=|-)\s*){{0,2}}"
        r"(?P<v>@?(?=[\w.-]{0,40}[\d_]|[a-z]+[.][a-z])[a-z][\w.-]{3,40})",
    ),
    (
        "handle",
        r"(?i)\b(?:https?://)?(?:www\.)?(?:facebook|instagram|linkedin|twitter|tiktok|venmo|x)\.com/\S+"
        r"|(?<![\w/])/?u/[\w-]{3,}",
    ),
    ("url", r"(?i)\b(?:https?://|www\.)[^\s?]{1,300}\?\S+"),
    ("url", r"(?i)(?<![\w.-])[\w.-]{1,80}\.(?:com|org|net|gov|edu|io|health)/[^\s?]{0,200}\?\S+"),
    ("ip", r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])"),
    ("ip", r"(?i)(?<![\w:])(?:[0-9a-f]{1,4}:){4,7}[0-9a-f]{1,4}(?![\w:])"),
    ("ip", r"(?i)(?<![\w:])(?:[0-9a-f]{1,4}:){1,6}:(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,5})?(?![\w:])"),
    ("id", r"(?i)\b(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}\b"),
    (
        "password",
        rf"(?i)\b{_SECRET}(?:\s+(?:for|to|de|para)(?:\s+\w+){{1,3}}?)?\s*(?:\b(?:is|es|was)\b|[:=])\s*"
        rf"(?P<v>{_NO_VALUE}[^\s,]+(?:\s*/\s*\S+)?)",
    ),
    ("password", rf"(?i)\b{_SECRET}\s+(?P<v>(?=[^\s?]{{3}})[^\s?]{{0,60}}[\d_!@#$%][^\s?]*)"),
    ("handle", r"(?<![\w.@])@[A-Za-z_][\w.]{1,40}"),
    (
        "handle",
        rf"(?i)\b{_SITE}\b(?:\s+(?:handle|name|user(?:name)?|account|id|profile))?\s*(?:is|es|:|=)\s*"
        rf"(?P<v>{_NO_VALUE}@?[\w.#-]{{3,40}})",
    ),
)

NUMBERS_OF_A_PERSON: tuple[tuple[str, str], ...] = (
    (
        "phone",
        r"(?i)(?<![\d-])(?:\+?1[-. ]?)?\(?\d{3}\)?[-. ]?\d{3}[-. ]?\d{4}"
        r"(?:\s*(?:x|ext\.?|extension)\s*\d{1,6}\b|(?![\w-]|\s\d))",
    ),
    ("id", r"(?i)\b[1-9][a-z][a-z0-9]\d[- ]?[a-z][a-z0-9]\d[- ]?[a-z]{2}\d{2}\b"),
    ("id", r"(?<![\d-])\d{3}[-. /]\d{2}[-. /]\d{4}(?![\d-])"),
    ("id", r"(?i)\b(?:ssn|social(?:\s+security)?|seguro\s+social)\b[^.\n\0\d]{0,30}\b(?P<v>\d{4})(?![\d-]|\s\d)"),
    (
        "id",
        r"(?i)\b(?:plates?|tags?|placas?|matr[ií]cula|my car|mi carro|mi coche)(?:\s+(?:number|no\.?"
        r"|n[uú]mero|del? \w+))?"
        r"\s*(?:is|es|son|:|=|#)?\s*"
        r"(?P<v>(?=[a-z -]{0,7}\d)[a-z0-9]{1,4}(?:[- ]|[^\w\s])?[a-z0-9]{2,6})\b",
    ),
    (
        "id",
        rf"(?i)\b{_NUMBERED}{_OF_NUMBER}(?!{_YEAR}\b)#?"
        r"(?P<v>(?=[\w-]{0,40}\d)[a-z0-9][a-z0-9-]{3,}(?:[ -]\d{2,})*|[a-z]{2,4} \d{3,}(?:[ -]\d{2,})*)",
    ),
    ("id", r"(?i)(?<![\w-])(?=[\d-]*[a-z])(?=(?:[a-z-]*\d){4})[a-z0-9-]{8,}(?![\w-])"),
    (
        "id",
        r"(?<![\w-])(?:\d[A-Z]{2,3}[- ]?\d{2,4}"
        rf"|[A-Z]{{3}}[- ]?(?!{_YEAR})\d{{4}}|\d{{3}}[- ]?[A-Z]{{3}})(?![\w-])",
    ),
)

DATES: tuple[tuple[str, str], ...] = (
    ("date", rf"(?<![\d/.-]){_DAY}\s?([/.-])\s?{_DAY}\s?\1\s?(?:{_YEAR}|\d\d)(?![\d/]|[.-]\d)"),
    ("date", rf"(?<![\d/.-]){_YEAR}([/.-]){_DAY}\1{_DAY}(?![\d/])"),
    ("date", rf"(?<![\d/.-])(?:0?[1-9]|1[0-2])[/-]{_YEAR}(?![\d/-])"),
    ("date", rf"(?i)\b{_MONTH}\s+(?:the\s+)?{_ORDINAL}\b{_OF_YEAR}?"),
    ("date", rf"(?i)\b{_ORDINAL}\s+(?:day\s+)?(?:of\s+)?{_MONTH}{_OF_YEAR}?"),
    ("date", rf"(?i)\b{_DIA}\s+de\s+{_MONTH}{_OF_YEAR}?"),
    (
        "date",
        rf"(?i)\b(?:the\s+)?{_DAY}(?:st|nd|rd|th)?\s*(?:of\s+|de\s+|-)?(?!(?:may|march|mar)\b(?!{_OF_YEAR})){_MONTH}"
        rf"{_OF_YEAR}?",
    ),
    ("date", rf"(?i)\b(?:the\s+)?{_DAY}(?:(?:st|nd|rd|th)\s+(?:of\s+)?|\s*(?:of|de)\s+)(?:may|march)\b{_OF_YEAR}?"),
    ("date", rf"\b{_DAY}\s(?:May|March|MAY|MARCH)\b"),
    (
        "date",
        rf"(?i)\b{_MONTH}\s*-?\s*(?:the\s+)?{_DAY}(?:st|nd|rd|th)?(?:\s?-\s?{_DAY}\b)?(?!\d|\s*(?:{UNIT}|%|/))"
        rf"{_OF_YEAR}?",
    ),
    ("date", rf"(?i)\b{_MONTH}{_OF_YEAR}"),
    ("date", rf"(?i)\b{_MONTH}\s+(?:{TENS}|{ONES}|{_DIA})(?:[- ](?:{ONES}))?(?!\s*{UNIT})\b{_OF_YEAR}?"),
    ("date", rf"(?i)\b{_DAY}\s+del?\s+{_DAY}\s+del?\s+(?:{_YEAR}|\d\d\b)"),
    ("date", rf"(?i)\b(?:{_DIA})\s+del?\s+(?:{_DIA})\s+del?\s+(?:{_SPOKEN_YEAR}|{_NUMBER_WORDS}{{1,5}})"),
    ("date", rf"(?<![\d$./-]){_DAY}\s{_DAY}\s{_YEAR}(?![\d/-])"),
    (
        "date",
        r"(?i)\b(?:dob|d\.o\.b\.?|date of birth|born(?: on)?|birthday|birth ?date|fecha de nacimiento"
        r"|nac[ií](?: el)?|cumplea[nñ]os)"
        rf"(?:\s+(?:is|es|the|el))?\s*:?\s*(?P<v>{_NUMBER_WORDS}{{2,9}})",
    ),
    (
        "date",
        r"(?i)\b(?:on|by|since|until|for)(?: the)? (?P<v>\d{1,2}(?:st|nd|rd|th))\b"
        r"(?! (?:session|treatment|dose|visit|week|day|floor|time|try|appointment|one|med|grade|of my))",
    ),
    ("date", r"(?i)(?<=\0) (?:to|and|or|through|until) (?:the )?(?P<v>\d{1,2}(?:st|nd|rd|th))\b"),
    ("date", r"(?i)\b(?:el|del) d[ií]a (?P<v>\d{1,2})\b"),
    (
        "age 90+",
        r"(?i)\b(?:i'm|i’m|i am|he is|she is|he's|she's|aged?|turning|turned|tengo|tiene)\s+(?P<v>9\d|1[01]\d)"
        r"(?![\d/%]|[.,]\d|\s*(?:%|percent|mg|kg|kilos?|lbs?|pounds?|min|miles?|days?|d[ií]as|weeks?"
        r"|hours?|over|minutos))",
    ),
    ("age 90+", r"(?i)(?<![\d.])(?:9\d|1[01]\d)(?=[- ]?(?:years?[- ]old|y/?o\b|yrs?[- ]old|años))"),
    ("age 90+", r"(?i)\bninety(?:[- ]\w+)?(?=[- ]years?[- ]old)|\bnoventa(?: y \w+)?(?= años)"),
)

NAME_FOLLOWS = (
    r"\b(?:my (?:full |legal |first |last |maiden )?name(?:'s| is|:)?|(?:full |first |last )?name\s*[:=]|me llamo"
    r"|nombre\s*[:=]|mi (?:nombre(?: completo)?|apellido) es|i go by|last name is|under the name(?: of)?"
    r"|in the name of|a nombre de|emergency contact(?: is|:)|patient(?: is|:)|named|se llama)\s+"
)
"""What follows is a name, whatever its letters."""
CAPITALISED_NAME_FOLLOWS = (
    r"\b(?:mr|mrs|ms|miss|mx|sr|sra|srta|señora?)\.?\s+|\b(?:call me|llámame|dígame)\s+"
    r"|\b(?:my|mi) (?:husband|wife|son|daughter|mom|mother|dad|father|brother|sister|partner|boyfriend|girlfriend"
    r"|friend|boss|aunt|uncle|cousin|roommate|espos[oa]|hij[oa]|madre|padre|mam[aá]|pap[aá]"
    r"|herman[oa]|amig[oa]|novi[oa])"
    r",?\s+(?:(?:is|es)\s+)?"
)
"""What follows is a name if it starts with a capital."""
SIGNATURE_FOLLOWS = r"\b(?:thanks|thank you|regards|sincerely|best|cheers|gracias|saludos|atentamente)\s*[,!.\n-]+\s*"
"""What follows is a name if it starts with a capital and ends the message."""
FULL_NAME_FOLLOWS = (
    r"\b(?:i'm|i am|im|this is|it's|soy|habla|on behalf of|regarding|(?:referral|records?|appointment|visit|cita)"
    r" (?:of|for|from|de|para)|book|schedule|reschedule|ask for)\s+"
)
"""What follows is a name if it is two capitalised words."""
NAME_PRECEDES = (
    r",?\s*[(;-]?\s*\b(?:dob|d\.o\.b|date of birth|born|birthday|nacid[oa]|nac[ií]|fecha de nacimiento|ssn|mrn)\b"
)
"""What precedes is a name if it is two words or three."""
FULL_NAME_PRECEDES = r"\s+(?:here|speaking|needs|calling|wants|has an appointment)\b"
"""What precedes is a name if it is two capitalised words."""

LISTED_NAME_FOLLOWS = (
    r"\b(?:call me|ll[aá]mame|d[ií]game|i am called|everyone calls me|me dicen"
    r"|(?:my|mi) (?:husband|wife|son|daughter|mom|mother|dad|father|brother|sister|partner|boyfriend|girlfriend|friend"
    r"|boss|aunt|uncle|cousin|roommate|espos[oa]|hij[oa]|madre|padre|mam[aá]|pap[aá]|herman[oa]|amig[oa]|novi[oa]))\s+"
)
"""What follows is a name if it can be one, though it is also a word."""

SPOKEN_DIGIT = rf"(?:zero|oh|cero|double|triple|{ONES}|{_UNIDADES}|{TENS}|\d{{1,4}})"
WHEN = (
    r"\b(?:on|by|since|until|from|before|after|between|come|came|born|dob|birthday|appt|appointments?|sessions?|visits?"
    r"|el|del|desde|hasta|nac[ií]|nacid[oa]|citas?|sesi[oó]n|sesiones|fecha)(?: (?:was|is|on|es|fue|el))?"
)
EPONYM_FOLLOWS = (
    r"(?:['’]s?)?\s+(?:(?i:syndrome|disease|disorder|esophagus|myopathy|palsy|lymphoma|scale"
    r"|inventory|sign|test|thyroiditis"
    r"|chorea|anemia|fever)|[A-Z]\w+\s+(?i:syndrome|disease|scale))\b"
)
"""Before these a name is part of a medical term."""
BILLING_CODES = (
    r"\b[GJSgjs]\d{4}\b|(?<!zip )(?<!zip is )(?<!code is )(?<! in )(?<!serve )\b(?:9079[12]|9083[2-9]"
    r"|9084[05-7]|90853|90863|9086[7-9]|90870|9636[0-9]|9637[0-9]|992[01]\d"
    r"|9941[5-7]|9944[1-3])\b"
)
"""HCPCS codes, and the CPT codes of psychiatry, injections and visits."""


def folded(word: str) -> str:
    """Return a word in lower case without accents."""
    return "".join(letter for letter in unicodedata.normalize("NFD", word.lower()) if not unicodedata.combining(letter))
