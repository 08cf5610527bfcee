"""What identifies a person in a message: patterns of numbers, dates, places and accounts, and words about names.

Each row is the placeholder and a pattern; a group `v` in it, where there is one, is the part that goes. Rows are tried
in order, each on what the rows before it left.
"""

import unicodedata

# Given names that are hardly ever another word, without accents.
GIVEN_NAMES = frozenset(
    """aaron adam adrian adriana ahmed aisha alan alberto alejandra alejandro alex alexander alexandra alfredo alice
    alicia allison alvaro alyssa amanda amy ana andrea andres andrew angela angie anil anita ann anna anne
    anthony antonio arthur arturo ashley aubrey barbara beatriz ben benjamin bernardo beth betty beverly brad
    bradley brandon brenda brent brett brian brittany bruce bryan caitlin calvin cameron camila candace carl
    carla carlos carmen carol caroline carrie casey cassandra cassidy catherine cathy cecilia charles chelsea
    cheryl chris christie christina christine christopher cindy claudia cody colleen colton connie corey cory
    courtney craig cristina cristobal curtis cynthia dana daniel daniela danielle danny darlene darrell darren
    daryl dave david deanna debbie deborah debra deepak denise dennis derek desiree devin devon diana diane
    diego dmitri dominic donald donna dorothy doug douglas dustin dwayne eddie eduardo edward eileen elaine
    elena elizabeth ellen emilio emily emma enrique eric erica erik erika erin ernest ernesto esteban esther
    ethan eugene eva evan evelyn fatima felicia felipe fernanda fernando frances francisco fred gabriel gabriela
    gail garcia gary geoffrey george gerald gerardo gilberto gina glen glenda gloria gonzalez gonzalo gordon
    graciela gregory guadalupe guillermo gustavo haley hannah harold heather hector heidi helen henry hernan
    hernandez hiroshi howard hugo ian ignacio igor ines irene irma isabel isabella ivan jackie jaclyn jacob
    jacqueline jaime jake james jamie jane janet janice jared jason javier jeff jeffrey jennifer jenny jeremy
    jerome jerry jesse jessica jesus jill jim jimmy joan joanne joaquin jocelyn jodi jody joe joel john
    johnathan johnny jon jonathan jorge jose josefina joseph josh joshua joyce juan juana juanita judith judy
    julia julian julie justin kara karen kari kate katelyn katherine kathleen kathryn kathy katie katrina kayla
    keisha keith kelli kelly kelsey kendra kenneth kerry kevin kim kimberly kirk krista kristen kristie kristin
    kristina kristine kristy kyle larry latoya laura lauren lawrence leah leon leonardo leslie leticia liliana
    linda lindsay lindsey lisa lonnie lopez lorena lorenzo loretta lori louis lourdes lucia lucy luis luisa luke
    lydia lynn mackenzie mallory mandy manuel marc marcela marcia marcos marcus margaret margarita maria mariana
    maribel marie marilyn mario marisol marissa martin martinez marvin mateo matt matthew maureen maurice
    mauricio megan melanie melinda melissa meredith mia micah michael micheal michelle miguel mike miranda
    miriam mitchell mohamed mohammed monica monique muhammad nancy natalia natalie natasha nathan
    nathaniel neil nguyen nicholas nichole nicole nina noah octavio ofelia olga olivia omar oscar pablo paige
    pamela patel patricia patrick paul paula pedro peggy perez peter philip phillip phyllis preston priya rachel
    rafael raj ralph ramirez ramon ramona randall randy raquel raul raymond rebecca regina rene renee rhonda
    ricardo richard ricky riley rita robert roberto rocio rodney rodrigo rodriguez rogelio roger ronald ronnie
    rosario roy ruben russell ruth ryan sabrina sally sam samantha samuel sanchez sandra sanjay santiago sara
    sarah scott sean sebastian sergio seth shane shannon sharon shaun shawn sheila shelby shelley shelly sherri
    sheryl silvia singh sofia sonia sophia spencer stacey stacy stanley stefanie stephanie stephen steve steven
    stuart susan susana suzanne svetlana sylvia tabitha tamara tammy tanya tara tasha ted teresa terri terry
    theodore theresa thomas tiffany tim timothy tina todd tom tommy toni tony tonya tracey traci tracy tran
    travis trevor tricia troy tyler valentina valeria valerie vanessa veronica vicente vicki vickie victor
    vincent viviana walter wanda warren wayne wei wendy wesley whitney william willie xavier ximena yesenia
    yolanda yuki yvette yvonne zachary zoe""".split()
)
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
_ONES = "one|two|three|four|five|six|seven|eight|nine"
_UNIDADES = "uno|d[oó]s|tr[eé]s|cuatro|cinco|s[eé]is|siete|ocho|nueve"
_TENS = r"ten|eleven|twelve|\w{3,5}teen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_ORDINAL = (
    r"(?:(?:(?:twenty|thirty)[- ]?)?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)"
    r"|\w{3,6}teenth|twentieth|thirtieth|tenth|eleventh|twelfth)"
)
_DIA = rf"(?:(?:veinti|treinta y )?(?:{_UNIDADES})|primero|diez|once|doce|trece|catorce|quince|dieci\w+|veinte|treinta)"
_SPOKEN_YEAR = (
    r"(?:nineteen|twenty|two thousand|mil|dos mil)"
    rf"(?:[- ](?:and|oh|hundred|y|novecientos|{_TENS}|{_ONES}|{_UNIDADES}|\w{{3,9}}nt[ae]|veinti\w+)\b)+"
)
_OF_YEAR = rf"(?:,?\s*(?:del?\s+|of\s+)?(?:{_YEAR}|{_SPOKEN_YEAR}))"
UNIT = (
    r"(?:min(?:ute)?s?|h(?:ou)?rs?|days?|weeks?|months?|years?|miles?|blocks?|mg|ml|people|friends?|sessions?|treatments?"
    r"|doses?|times?|pills?|meds?|percent|dollars?|patients?|visits?|steps?|different|more|other|good"
    r"|sesiones|semanas|veces|personas|minutos|horas|d[ií]as)\b"
)

_NUMBERED = (
    r"(?:ssn|social(?:\s+security)?|seguro\s+social|mrn|medical\s+record|chart|member(?:ship)?|group|policy|acc(?:oun)?t"
    r"|medicare|medicaid|mass\s?health|mbi|licen[sc]e|licencia|passport|pasaporte|vin|serial|device|claim|prescription|rx"
    r"|confirmation|case|patient|subscriber|beneficiary|routing|card|tarjeta|cuenta|p[oó]liza|expediente|afiliad[oa]"
    r"|auth(?:orization)?|reference|ref|order|npi|dea|extension|id|identificaci[oó]n|historia\s+cl[ií]nica)"
)
_OF_NUMBER = r"(?:'s)?(?:\s+(?:number|no\.?|num|n[uú]mero|id|card|code)){0,3}\s*(?:is|es|was|[:=#-])?\s*(?:is\s+)?"
_SECRET = (
    r"(?:pass(?:word|code|wd)?|pwd|contrase[nñ]a|clave|log-?in|user\s?(?:name|id)?|usuario|pin|cvv|cvc|security\s+code)"
)
_SITE = r"(?:insta(?:gram)?|ig|snap(?:chat)?|twitter|tiktok|facebook|fb|reddit|discord|telegram|venmo|skype|linkedin)"
_NO_VALUE = (
    r"(?!(?:not|wrong|broken|locked|down|working|expired|required|needed|the|an?|incorrect|correct|case|too|being|lost"
    r"|never|no|on|off|for|where|what|how|full|better|best|fine|still|my|saved|gone|slow|safe|private|used|and|or|in|que"
    r"|posting|saying|telling)(?![^\s,.?!]))"
)
_UNIT_OF_HOUSE = r"(?:,?\s*(?:apt|apartment|unit|suite|ste|floor|fl|apto|piso|depto|#)\.?\s*#?\w+)?"
_IN_CAPITALS = (
    "Drive|Dr|Court|Ct|Way|Place|Pl|Square|Sq|Row|Path|Broadway|Common|Commons|Hills?|Alley|Bend|Bridge|Brook|Corners?"
    "|Cove|Creek|Crossing|Estates?|Extension|Farms?|Field|Forest|Gardens?|Glen|Green|Grove|Harbor|Heights|Hollow|Isle"
    "|Island|Junction|Knolls?|Lake|Landing|Loop|Manor|Meadows?|Mews|Mill|Mount|Neck|Oval|Park|Pass|Pike|Pines?|Plaza"
    "|Point|Port|Ridge|River|Route|Run|Shores?|Springs?|Station|Summit|Trace|Trail|Turn|Valley|Views?|Village|Vista|Walk"
)
_STREET_WORD = r"(?!(?:on|the|in|down|of|or|de|from|to|at|and|is|are|a|for)\s)[\w.'’-]{1,30}\s+"
_STATES = r"(?!(?:Massachusetts|Mass|MA|New|Rhode|Connecticut|Maine|Vermont|The)\b)"

ACCOUNTS: tuple[tuple[str, str], ...] = (
    ("email", r"(?i)(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+"),
    (
        "email",
        r"(?i)(?<![\w.])[\w.]{2,40}\s+(?:at|arroba|\(at\))\s+[\w-]{2,30}\s+(?:dot|punto|\(dot\))"
        r"\s+(?:com|net|org|edu|gov|es|mx|io)\b",
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
        rf"(?i)\b{_SECRET}(?:\s+(?:for|to|de|para)(?:\s+\w+){{1,3}}?)?\s*(?:is|es|was|:|=)\s*"
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
        r"(?i)\b(?:plates?|placas?|matr[ií]cula)(?:\s+(?:number|no\.?|n[uú]mero))?\s*(?:is|es|:|=|#)?\s*"
        r"(?P<v>(?=[a-z -]{0,7}\d)[a-z0-9]{1,4}(?:[- ]|[^\w\s])?[a-z0-9]{2,6})\b",
    ),
    (
        "id",
        rf"(?i)\b{_NUMBERED}{_OF_NUMBER}(?!{_YEAR}\b)#?"
        r"(?P<v>(?=[\w-]{0,40}\d)[a-z0-9][a-z0-9-]{3,}(?:[ -]\d{2,})*|[a-z]{2,4} \d{3,}(?:[ -]\d{2,})*)",
    ),
    ("id", r"(?i)(?<![\w-])(?=[\d-]*[a-z])(?=(?:[a-z-]*\d){4})[a-z0-9-]{8,}(?![\w-])"),
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
        r"(?![\d/%]|[.,]\d|\s*(?:%|percent|mg|kg|kilos?|lbs?|pounds?|min|miles?|days?|d[ií]as|weeks?|hours?|over|minutos))",
    ),
    ("age 90+", r"(?i)(?<![\d.])(?:9\d|1[01]\d)(?=[- ]?(?:years?[- ]old|y/?o\b|yrs?[- ]old|años))"),
    ("age 90+", r"(?i)\bninety(?:[- ]\w+)?(?=[- ]years?[- ]old)|\bnoventa(?: y \w+)?(?= años)"),
)

PLACES: tuple[tuple[str, str], ...] = (
    (
        "address",
        rf"(?i)\b\d{{1,5}}[a-z]?\s+(?!{UNIT}|st\s)(?:{_STREET_WORD}){{1,4}}?(?:street|st|avenue|ave|road|rd|boulevard|blvd|lane"
        rf"|ln|terrace|highway|hwy|parkway|pkwy|turnpike|circle)\b\.?{_UNIT_OF_HOUSE}",
    ),
    (
        "address",
        r"\b\d{1,5}\s+(?:[NSEW]\.?\s+)?(?:[A-Z][\w.'’-]{0,30}\s+){1,3}"
        rf"(?:{_IN_CAPITALS})\b\.?{_UNIT_OF_HOUSE}",
    ),
    (
        "address",
        r"(?i)\b(?:live at|living at|address(?: is|:)?|reside at|moved to|vivo en(?: el| la)?|direcci[oó]n(?: es|:)?"
        r"|domicilio(?: es|:)?)\s+(?P<v>\d{1,5}\s(?:[^.;?!\n\0]|\.(?=\s?\d)){2,60})",
    ),
    (
        "address",
        r"(?i)\b(?:calle|avenida|avda\.?|av\.|carrera|paseo|plaza|camino)\s+(?:[\w.'’-]{1,30}\s+){0,4}?"
        rf"(?:#|n[úu]m\.?\s*|n[o°º]\.?\s*)?\d{{1,5}}\b{_UNIT_OF_HOUSE}",
    ),
    ("address", rf"(?i)\b\d{{1,5}}\s+(?:{_STREET_WORD}){{1,3}}(?:apt|apartment|suite|ste|unit)\b\.?\s*#?\d+\w?"),
    ("address", r"(?i)\bp\.?\s?o\.?\s*box\s*\d+|\bapartado(?:\s+postal)?\s+\d+"),
    ("address", r"(?i)\b(?:apt|apartment|apto|depto|departamento)\.?\s*#?\s?\d{1,4}[a-z]?\b(?!\s*(?:am|pm|:))"),
    (
        "address",
        r"\b(?i:i live|i'm living|i’m living|i reside|we live|vivo)\s+(?i:in|near|en)\s+"
        rf"(?P<v>{_STATES}[A-Z][a-z]+(?:\s[A-Z][a-z]+)?)",
    ),
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
    r"|friend|boss|aunt|uncle|cousin|roommate|espos[oa]|hij[oa]|madre|padre|mam[aá]|pap[aá]|herman[oa]|amig[oa]|novi[oa])"
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

SPOKEN_DIGIT = rf"(?:zero|oh|cero|double|triple|{_ONES}|{_UNIDADES}|{_TENS}|\d{{1,4}})"
WHEN = (
    r"\b(?:on|by|since|until|from|before|after|between|come|came|born|dob|birthday|appt|appointments?|sessions?|visits?"
    r"|el|del|desde|hasta|nac[ií]|nacid[oa]|citas?|sesi[oó]n|sesiones|fecha)(?: (?:was|is|on|es|fue|el))?"
)
BILLING_CODES = (
    r"\b[GJSgjs]\d{4}\b|\b(?:9079[12]|9083[2-9]|9084[05-7]|90853|90863|9086[7-9]|90870|9636[0-9]|9637[0-9]|992[01]\d"
    r"|9941[5-7]|9944[1-3])\b"
)
"""HCPCS codes, and the CPT codes of psychiatry, injections and visits."""


def folded(word: str) -> str:
    """Return a word in lower case without accents."""
    return "".join(letter for letter in unicodedata.normalize("NFD", word.lower()) if not unicodedata.combining(letter))
