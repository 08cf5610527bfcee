"""Patterns of street addresses and of where someone lives, as in `identifiers.py`."""

from chatbot.identifiers import ONES, TENS, UNIT

_UNIT_OF_HOUSE = (
    r"(?i:(?:\s?,?\s*(?:apt|apartment|unit|suite|ste|floor|fl|room|rm|apto|piso|puerta|edif(?:icio)?|depto|int(?:erior)?|#)\.?"
    r"\s*#?(?:[a-z]?\d\w*|\w)\b){0,2}(?:,?\s+(?:MA|Mass|Massachusetts|[A-Z]{2})\b\.?(?=,?\s+\d{5}))?)"
)
STREETS_IN_CAPITALS = (
    "Drive|Dr|Court|Ct|Way|Place|Pl|Square|Sq|Row|Path|Broadway|Common|Commons|Hills?|Alley|Bend|Bridge|Brook|Corners?"
    "|Cove|Creek|Crossing|Estates?|Extension|Farms?|Field|Forest|Gardens?|Glen|Green|Grove|Harbor|Heights|Hollow|Isle"
    "|Island|Junction|Knolls?|Lake|Landing|Loop|Manor|Meadows?|Mews|Mill|Mount|Neck|Oval|Park|Pass|Pike|Pines?|Plaza"
    "|Point|Port|Ridge|River|Route|Run|Shores?|Springs?|Station|Summit|Trace|Trail|Turn|Valley|Views?|Village|Vista|Walk"
    "|Crest|Ferry|Flats?|Fork|Keys?|Lodge|Mission|Mountain|Orchard|Parks?|Passage|Prairie|Ranch|Rapids|Rest"
    "|Shoal|Spur|Stream|Stravenue|Streets|Track|Tunnel|Underpass|Union|Via|Villa|Ways|Well|Wells|Burg|Cape|Center|Cliffs?|Club"
    "|Corner|Courts|Coves|Dale|Dam|Divide|Drives|Falls|Fords?|Forge|Fort|Gateway|Greens|Groves|Haven|Inlet|Lakes|Light"
    "|Locks|Motorway|Overpass|Plains|Points|Ports|Radial|Ramp|Skyway|Squares|Trailer|Unions|Valleys|Villages|Walks"
)
_LOWER_CASE = (
    "drive|dr|court|ct|place|pl|square|sq|row|path|alley|bend|bridge|brook|cove|creek|crossing|estates?|extension|forest"
    "|gardens?|glen|grove|harbors?|heights|hollow|isle|islands?|junction|knolls?|landing|loop|manor|meadows?|mews|mills?"
    "|mount|mountain|neck|oval|park|pike|pines?|plaza|port|ridge|river|shores?|springs?|station|summit|trace|valley|views?"
    "|village|vista|via|villa"
)
_STREETS = (
    "street|streets|str|st|avenue|ave|av|road|roads|rd|boulevard|blvd|lane|ln|terrace|ter|highway|hwy|parkway|pkwy|turnpike|tpke"
    "|circle|cir|circles|viaduct|crescent|cres|causeway|expressway|expy|freeway|fwy|motorway|throughway|thruway|skyway"
    "|esplanade|trafficway|cul-de-sac|quay"
)
_SAID_NUMBER = rf"(?:(?:{TENS}|{ONES}|hundred|oh|zero)[\s-]+){{1,5}}"
_STREET_WORD = r"(?!(?:on|the|in|down|of|or|de|from|to|at|and|is|are|a|for)\s)[\w.'’-]{1,30}\s+"
_STATES = r"(?!(?:Massachusetts|Mass|MA|New|Rhode|Connecticut|Maine|Vermont|The)\b)"

PLACES: tuple[tuple[str, str], ...] = (
    (
        "address",
        rf"(?i)\b\d{{1,5}}[a-z]?\s+(?!{UNIT}|st\s)(?:{_STREET_WORD}){{1,4}}?(?:{_STREETS})\b\.?"
        rf"{_UNIT_OF_HOUSE}",
    ),
    (
        "address",
        rf"(?i)(?<![\d$#./-])(?!(?:19|20)\d\d\b|988\b|911\b|\d+\s*{UNIT})\d{{3,5}}[a-z]?\s+(?:[nsew]\.?\s+)?"
        rf"(?:(?!degrees?\b|percent\b|calories\b|feet\b){_STREET_WORD}){{1,2}}?(?:{_LOWER_CASE})\b\.?{_UNIT_OF_HOUSE}",
    ),
    ("address", rf"(?i)\b{_SAID_NUMBER}(?!{UNIT})(?:{_STREET_WORD}){{1,2}}?(?:{_STREETS})\b\.?{_UNIT_OF_HOUSE}"),
    (
        "address",
        r"(?i)\b(?:lives?|living|located|stay|staying|home is|house is|viv[oe])\s+(?:on|off|at|near|en|cerca de)\s+"
        rf"(?P<v>(?:{_STREET_WORD}){{1,3}}?(?:{_STREETS})\b\.?{_UNIT_OF_HOUSE})",
    ),
    (
        "address",
        r"\b\d{1,6}[A-Za-z]?,?\s+(?:[NSEW]{1,2}\.?\s+)?(?:[A-Z][\w.'’-]{0,30}\s+){1,3}"
        rf"(?:{STREETS_IN_CAPITALS})\b\.?{_UNIT_OF_HOUSE}",
    ),
    (
        "address",
        r"(?i)\b(?:live at|living at|address(?: is|:)?|reside at|moved to|vivo en(?: el| la)?|direcci[oó]n(?: es|:)?"
        r"|domicilio(?: es|:)?)\s+(?P<v>\d{1,5}\s(?:[^.;?!\n\0]|\.(?=\s?\d)){2,60})",
    ),
    (
        "address",
        r"(?i)(?:\b(?:calle|avenida|avda\.?|av\.|ave\.|carrera|cra\.?|cll\.?|paseo|plaza|camino|calz(?:ada)?\.?|callej[oó]n|andador"
        r"|bulevar|blvr\.|cerrada|circuito|corredor|diagonal|eje|privada|prolongaci[oó]n|pasaje|perif[eé]rico|peatonal|retorno"
        r"|viaducto|ampliaci[oó]n|continuaci[oó]n|circunvalaci[oó]n|urbanizaci[oó]n|urb\.|colonia|manzana)(?!\w)|\bc/)\s*"
        r"(?:[\w.'’-]{1,30},?\s+){0,5}?"
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
