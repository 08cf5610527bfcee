"""Spanish questions in plain English: each rule with what it catches and a near miss it must leave alone."""

from pathlib import Path
from time import perf_counter

import pytest
from conftest import SLEEP, Corpus

import corpus as content
from chatbot.asking import look_up
from chatbot.bot import Bot
from chatbot.bridging import Bridge
from chatbot.config import Settings
from chatbot.conversation import Question
from chatbot.retrieval import Wording, understand
from chatbot.spanish_words import cognate, sound_of
from chatbot.tracing import trace_json
from corpus.glossary import load_glossary
from corpus.spanish import Spanish, load_spanish
from index.building import build

SHIPPED = Path(content.__file__).parent
ENGLISH = frozenset("irritation electricity normally pelvic famous artist heart help sleep before".split())
WORDING = Wording(load_glossary(SHIPPED / "glossary.toml"), frozenset({"ketamine", "spravato"}), ENGLISH)
BRIDGE = Bridge(load_spanish(SHIPPED / "spanish.toml"), WORDING)


@pytest.mark.parametrize(
    ("spanish", "english"),
    [
        # phrases, the longest first
        ("¿Cuánto tiempo dura?", "How long does it last?"),
        ("¿Cuánto cuesta?", "How much does it cost?"),
        ("¿Cuánto dura la visita?", "How long does the visit last?"),
        ("¿Qué pasa si tomo alcohol?", "What happens if I drink alcohol?"),
        ("¿Qué pasa con el alcohol?", "What about the alcohol?"),
        # a phrase with any form of its verb; the verb without the rest of the phrase
        ("¿Tengo que dejar de comer?", "Do I have to stop eating?"),
        ("¿Tengo sueño?", "Am I sleepy?"),
        ("¿Tengo pastillas?", "Do I have pills?"),
        # nouns of several words, in both numbers
        ("¿Cuáles son los efectos secundarios?", "Which are the side effects?"),
        ("¿Hay un efecto secundario?", "Is there a side effect?"),
        # adjectives go before nouns, but not before what they are said of
        ("¿Necesito ropa cómoda?", "Do I need comfortable clothes?"),
        ("¿Es segura la ketamina?", "Is ketamine safe?"),
        ("¿Cubre el seguro la ketamina?", "Does the insurance cover ketamine?"),
        # who does it: before or behind the verb, in the verb, or nobody named
        ("¿Cómo funciona Spravato?", "How does Spravato work?"),
        ("¿Cómo puede ayudar mi familia?", "How can my family help?"),
        ("¿Cómo se puede ayudar?", "How can you help?"),
        ("¿Quién decide la dosis?", "Who decides the dose?"),
        ("¿Dónde ponen la inyección?", "Where do they give the shot?"),
        ("¿Cómo se administra la ketamina?", "How is ketamine given?"),
        ("¿Me duermo?", "Do I fall asleep?"),
        ("¿Me duermen?", "Do they sleep?"),
        # verbs after verbs and prepositions
        ("¿Puedo manejar después de comer?", "Can I drive after eating?"),
        ("¿Voy a vomitar?", "Will I throw up?"),
        ("¿Voy a la clínica?", "Do I go to the clinic?"),
        ("¿Puedo cuidar a mis hijos?", "Can I care for my children?"),
        # irregular forms, stems that change, tenses
        ("¿Qué dijo el médico?", "What did the doctor say?"),
        ("¿Cuándo empiezo?", "When do I start?"),
        ("¿Pidieron autorización?", "Did they ask for authorization?"),
        # no accents, misspelt by ear
        ("sirbe para la anciedad?", "Does it help with the anxiety?"),
        ("que ases si te enbarazas", "What do you do if you get pregnant?"),
        # Spanglish, and what is only the end of an English word
        ("¿Necesito un ride para mi casa?", "Do I need a ride for my home?"),
        ("¿La ketamina causa irritación pélvica?", "Does ketamine cause pelvic irritation?"),
        ("¿Normalmente ayuda la electricidad?", "Normally does the electricity help?"),
    ],
)
def test_a_question_becomes_plain_english(spanish: str, english: str) -> None:
    assert BRIDGE.render(spanish) == english


def test_most_of_a_question_must_be_known() -> None:
    assert BRIDGE.render("¿La ketamina quita el zarrapastro?") == ""
    assert BRIDGE.render("¿La ketamina quita el dolor de cabeza y el zarrapastro?") != ""


def test_words_that_sound_alike_count_as_one_and_others_do_not() -> None:
    assert sound_of("inyeciones") == sound_of("inyecciones")
    assert sound_of("sirbe") == sound_of("sirve")
    assert sound_of("hora") != sound_of("cora")


def test_an_ending_makes_an_english_word_only_where_there_is_one() -> None:
    assert cognate("irritación", ENGLISH.__contains__) == "irritation"
    assert cognate("habitación", ENGLISH.__contains__) == ""


def test_a_drug_keeps_its_name_in_any_spelling() -> None:
    english = BRIDGE.render("¿Qué es el Spravatto y la ketamina?")
    assert english == "What is Spravato and ketamine?"


@pytest.mark.parametrize(
    ("asked", "is_put_in_english"),
    [
        ("¿Puedo manejar después?", True),
        ("tratamiento Spravato riesgos", True),
        ("Can I drive after Spravato?", False),
        ("Spravato sleep", False),
    ],
)
def test_only_spanish_is_put_in_english(asked: str, is_put_in_english: bool) -> None:
    assert (BRIDGE.in_english(understand(asked, [], WORDING)) is not None) is is_put_in_english


def test_what_was_asked_stays_beside_its_rendering() -> None:
    query = BRIDGE.in_english(understand("¿Puedo manejar después de la ketamina?", [], WORDING))
    assert query is not None
    assert query.asked == query.spanish == "¿Puedo manejar después de la ketamina?"
    assert query.resolved == "Can I drive after ketamine?"
    assert query.treatments == {"ketamine"}


def test_a_follow_up_is_resolved_before_it_is_put_in_english() -> None:
    query = BRIDGE.in_english(understand("¿y cuánto dura?", ["¿Qué es Spravato?"], WORDING))
    assert query is not None
    assert query.resolved == "How long does a visit of Spravato last?"


def test_without_a_lexicon_nothing_is_put_in_english() -> None:
    query = understand("¿Puedo manejar?", [], WORDING)
    assert Bridge(Spanish(), WORDING).in_english(query) is None


@pytest.mark.timed
def test_a_rendering_takes_less_than_two_milliseconds() -> None:
    longest = "¿Cuánto tiempo tengo que quedarme en la clínica después de la inyección de ketamina?"
    asked = understand(longest, [], WORDING)
    BRIDGE.in_english(asked)
    taken = []
    for _ in range(50):
        started = perf_counter()
        BRIDGE.in_english(asked)
        taken.append(perf_counter() - started)
    assert min(taken) < 0.002


def settings_for(corpus: Corpus) -> Settings:
    return Settings(articles=corpus.articles, index=str(corpus.index), glossary=corpus.articles / "none.toml")


def test_a_question_that_no_section_lists_is_answered_by_its_rendering(corpus: Corpus) -> None:
    bot = Bot.open(settings_for(corpus))
    asked = Question("¿Cuántas horas de sueño necesitan los adultos?")
    trace = bot.explain(asked)
    assert "seven to nine hours" in trace.answer.sentences[0].text
    assert trace.answer.language == "es"
    shown = trace_json(trace)
    assert shown["query"]["asked"] == shown["query"]["spanish"] == asked.text
    assert shown["query"]["search"].startswith("How many hours of sleep")
    assert trace_json(bot.explain(asked)) | {"timings_ms": {}} == shown | {"timings_ms": {}}
    bot.close()


def test_a_question_on_nothing_the_articles_say_stays_unanswered(corpus: Corpus) -> None:
    bot = Bot.open(settings_for(corpus))
    assert bot.ask(Question("¿Cuántas veces se puede lavar una alfombra?")).outcome == "not_in_articles"
    bot.close()


def test_a_listed_question_is_searched_as_it_was_asked(corpus: Corpus) -> None:
    listed = 'questions:\n  "How much sleep do adults need?": ["¿Cuánto debe dormir un adulto?"]\n'
    corpus.write("sleep", SLEEP, listed)
    build(corpus.articles, corpus.index, embedder="")
    bot = Bot.open(settings_for(corpus))
    exact = trace_json(bot.explain(Question("¿Cuánto debe dormir un adulto?")))
    near = trace_json(bot.explain(Question("¿Un adulto debe dormir?")))
    assert exact["query"]["spanish"] == near["query"]["spanish"] == ""
    assert exact["decision"]["outcome"] == near["decision"]["outcome"] == "answered"
    query = understand("¿Un adulto debe dormir?", [], WORDING)
    unsure, hits = look_up(query, lambda text, _: bot.index.search(text, 12), lambda *_: False, BRIDGE)
    bot.close()
    assert unsure.spanish == query.asked
    assert [hit.passage.heading for hit in hits] == ["How much sleep do adults need?"]
