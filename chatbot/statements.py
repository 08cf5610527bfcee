"""The sentences of articles as the search for contradictions reads them: where they stand, what they are about."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.glossary import Glossary
from index.passages import Passage, Sentence


@dataclass(frozen=True)
class Statement:
    """One sentence of an article with what its headings add."""

    article: str
    section: str
    """The heading above it, or the article's title."""
    start: int
    """Offset into the article's file."""
    text: str
    """Without marks; a list item after its lead-in."""
    treatments: frozenset[str]
    """Named in the sentence, else in its heading, else in the title."""
    alone: bool
    """Whether the sentence itself names its treatment, or none is named at all."""


def statements(passages: Sequence[Passage], glossary: Glossary) -> list[Statement]:
    """Return every sentence that says something, in order; questions are left out."""
    return [
        _statement(passage, sentence, glossary)
        for passage in passages
        for sentence in passage.sentences
        if sentence.kind != "question"
    ]


def subjects(text: str) -> frozenset[str]:
    """Return what a text is about, as names of the table below: "meal" and "eat" are one."""
    found = {name for name, pattern in SUBJECTS.items() if pattern.search(text)}
    return frozenset(found - {inner for outer, inner in _WITHIN if outer in found})


def stems(text: str) -> frozenset[str]:
    """Return the words of a text that carry meaning, without their endings."""
    return frozenset(_stem(word) for word in re.findall(r"[a-záéíóúñ]{3,}", text.lower()) if word not in _SMALL)


def _statement(passage: Passage, sentence: Sentence, glossary: Glossary) -> Statement:
    joined = f"{sentence.lead_in_text} {sentence.text}".strip() if sentence.lead_in else sentence.text
    text = joined.replace(" •", ";").replace(":;", ":")
    own = glossary.treatments_in(text)
    from_above = (glossary.treatments_in(above) for above in (*reversed(passage.heading_path), passage.title))
    inherited = next((names for names in from_above if names), frozenset())
    return Statement(
        passage.article, passage.heading, sentence.start, text, own or inherited, bool(own) or not inherited
    )


def _stem(word: str) -> str:
    for ending in ("ations", "ation", "ings", "ing", "ment", "edly", "ies", "ied", "ed", "es", "s", "ly"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)].rstrip("e")
    return word.rstrip("e")


_SMALL = frozenset(
    """a an and any are aren as at be been before after but by can could did do does for from had has have how if in
    into is it its least may might more most much must no not of off on once only or other our out over
    per should so some
    still such than that the their them then there these they this those to too until up use used was we were what when
    where which while who will with within would you your about around again also all another both each either every
    between one two people person someone given get gets come comes takes take taken make makes usually often roughly
    typically clinic fine please called""".split()
)
_TABLE = r"""
eat: eat\w*|ate|foods?|meals?|snacks?|breakfast|lunch|dinner|fasting|empty stomach
drink: drinks?|drinking|liquids?|fluids?|water|coffee|tea\b
alcohol: alcohol\w*|beer|wine|liquor
smoke: smok\w+|vap(?:e|ing)|cannabis|marijuana
drive: driv\w+(?: home)?|drove|behind the wheel|your car|machine(?:s|ry)
ride: ride|taxi|bus\b|ride-share
work: work (?:on|the|again)|back to work|your job|school
breastfeed: breast-?feed\w*|nursing|breast milk
pregnancy: pregnan\w+|expecting a baby
watch: watch\w*|monitor\w*|observ\w+|supervis\w+|stays?\b|remain\w*
check: check(?:s|ed|ing)?|measur\w+|take[sn]? your blood pressure|blood pressure is taken
pressure: blood pressure|hypertens\w+
peak: peak\w*|strongest|highest|at its worst|most intense
dissociation: dissociat\w+|cut off|detached|out[- ]of[- ]body
sedation: sleepy|sleepiness|sedat\w+|drows\w+
passed_out: pass(?:es|ed|ing)? out|faint\w*|unconscious\w*|los[te] consciousness
nausea: nausea|vomit\w*|throw(?:ing)? up|sick to
dizzy: dizz\w+|vertigo
headache: headaches?
breathing: breath\w*|oxygen
nose: decongestants?|nasal steroids?|stuffy|steroid spray
rest: rest\b|rests|resting|wait(?:s|ed|ing)?\b|pause\w*
device: devices?
approved: approv\w+|cleared by|licen[sc]ed
first: first (?:\w+ )?approv\w+|approv\w+ first
alone: on its own|by itself|as the only|monotherapy
warning: warn\w*
cost: costs?|price\w*|pay|paid|bill\w*|charged?|fees?|dollars
copay: co-?pays?|co-?payments?
deposit: deposits?
cancel: cancel\w*|reschedul\w*|move a visit|change a visit
late: late\b|no-show
missed: miss(?:es|ed|ing)?\b|skip\w*|gaps?\b
evaluation: evaluations?|intake|first visit|consultation
reassess: reassess\w*|re-evaluat\w*
goes_on: go(?:es)? on|continue\w*|carry on|decid\w+ (?:with you )?(?:if|whether)
start: start\w*|begin\w*|initial
course: series|course|induction
booster: boosters?|maintenance|top-ups?
aftercare: (?:call|phone|ring|contact)s? you\b
better: feels? better|effects?\b|improv\w+|benefit\w*|relief|works?\b|working
eased: eas(?:e|es|ed)\b|fade\w*|wear\w* off|go(?:es)? away|pass(?:es)? off
side_effects: side effects?
memory: memory|thinking
bladder: bladder\w*|urin\w+
withdrawal: withdrawal
addiction: addict\w+|habit-forming|depend(?:ence|ent)
antidote: antidotes?|reversal drug
suicidal: suicid\w+
opening: (?:is|are) open|opening|closed
waiting: new patients?|waiting list
insurance: insur\w+(?: plans?)?|health plans?|plans\b|(?:your|the|a) plan
cover: cover(?:s|ed|age|ing)?
answer: answer\w*|repl(?:y|ies|ied)
resistant: treatment-resistant|\btrd\b|resistant depression
major: major depress\w+
bipolar: bipolar
ptsd: ptsd|trauma
pain: pain\b
anxiety: anxiety|ocd\b
study: stud(?:y|ies)|trial of|researchers
studied: (?:been|have) studied
lab: blood tests?|urine tests?|ecg|ekg
talk: talk therapy|psychotherapy|therapists?|counsel\w+
compounded: compounded
home: at home|home use|take (?:\w+ )?home
older: older (?:people|adults)|65 and older
pills: pills?\b|antidepressants?
surgery: surger\w+|anesth\w+
length: lasts?\b|lasting|takes?\b|long\b|set aside|plan\b|allow\b
"""
SUBJECTS = {
    name.strip(): re.compile(rf"\b(?:{pattern.strip()})(?!\w)", re.IGNORECASE)
    for name, _, pattern in (line.partition(":") for line in _TABLE.strip().splitlines())
}
_WITHIN = (("alcohol", "drink"), ("breastfeed", "eat"), ("studied", "study"))
"""Where the first is found, the second is part of its wording."""
