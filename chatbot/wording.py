"""The words of the pages themselves, in each language: labels, buttons, notices. Fixed replies live in corpus/replies.

The Spanish was written with the code; a qualified translator has to approve it before a clinic goes live.
"""

from dataclasses import dataclass

from chatbot.conversation import Language


@dataclass(frozen=True)
class Words:
    """Every label the pages show in one language; `{…}` is filled in where it is used."""

    own_name: str
    title: str
    automated: str
    emergency: str
    crisis: str
    crisis_text: str
    call_us: str
    not_advice: str
    leave: str
    skip: str
    conversation: str
    you: str
    guide: str
    question_label: str
    question_help: str
    send: str
    clear: str
    cleared: str
    suggestions: str
    looking: str
    sources: str
    source: str
    quoted_place: str
    not_reviewed: str
    reviewed_on: str
    public_page: str
    new_tab: str
    chat: str
    articles: str
    articles_lead: str
    about_chat: str
    written_on: str
    based_on: str
    quoted: str
    changed: str
    to_quote: str
    missing: str
    missing_help: str
    needs_script: str
    help_lines: str
    call: str
    text: str
    text_keyword: str
    privacy: str


WORDS: dict[Language, Words] = {
    "en": Words(
        own_name="English",
        title="Questions about treatment",
        automated="Automated guide · not a person",
        emergency="Emergency {number}",
        crisis="Crisis {number}",
        crisis_text="Text {number}",
        call_us="Call us {number}",
        not_advice="General information, not medical advice.",
        leave="Quick exit",
        skip="Skip to the main part",
        conversation="Conversation",
        you="You",
        guide="Automated guide",
        question_label="Your question",
        question_help="Press Enter to send, Shift and Enter for a new line.",
        send="Send",
        clear="Clear chat",
        cleared="The conversation was cleared.",
        suggestions="People often ask",
        looking="Looking in our articles…",
        sources="Where this comes from",
        source="Source {number}",
        quoted_place="quoted sentence",
        not_reviewed="not yet reviewed by a clinician",
        reviewed_on="reviewed by a clinician on {date}",
        public_page="public page",
        new_tab="opens in a new tab",
        chat="Ask a question in the chat",
        articles="Our articles",
        articles_lead="Every answer of the chat is taken from these articles, word for word.",
        about_chat="About this chat and safety",
        written_on="Written on {date}",
        based_on="What this article is based on",
        quoted="The sentence the chat quoted is highlighted.",
        changed="This article has changed since the chat quoted it, so no sentence is highlighted.",
        to_quote="Go to the sentence",
        missing="There is no such page",
        missing_help="Choose one of our articles, or ask in the chat.",
        needs_script="The chat needs JavaScript. Without it, you can read our articles or call us.",
        help_lines="People who can help now",
        call="call {number}",
        text="text {number}",
        text_keyword="text {keyword} to {number}",
        privacy="We don't save what you type. We count topics to improve this page.",
    ),
    "es": Words(
        own_name="Español",
        title="Preguntas sobre el tratamiento",
        automated="Guía automática · no es una persona",
        emergency="Emergencia {number}",
        crisis="Crisis {number}",
        crisis_text="Mensaje {number}",
        call_us="Llámanos {number}",
        not_advice="Información general, no es consejo médico.",
        leave="Salida rápida",
        skip="Ir a la parte principal",
        conversation="Conversación",
        you="Tú",
        guide="Guía automática",
        question_label="Tu pregunta",
        question_help="Oprime Enter para enviar; Mayús y Enter para otra línea.",
        send="Enviar",
        clear="Borrar el chat",
        cleared="Se borró la conversación.",
        suggestions="Preguntas frecuentes",
        looking="Buscando en nuestros artículos…",
        sources="De dónde viene esto",
        source="Fuente {number}",
        quoted_place="frase citada",
        not_reviewed="aún no revisado por un profesional clínico",
        reviewed_on="revisado por un profesional clínico el {date}",
        public_page="página pública",
        new_tab="se abre en otra pestaña",
        chat="Haz una pregunta en el chat",
        articles="Nuestros artículos",
        articles_lead="Cada respuesta del chat sale de estos artículos, palabra por palabra.",
        about_chat="Sobre este chat y la seguridad",
        written_on="Escrito el {date}",
        based_on="En qué se basa este artículo",
        quoted="La frase que citó el chat está resaltada.",
        changed="Este artículo cambió después de que el chat lo citó; por eso no se resalta ninguna frase.",
        to_quote="Ir a la frase",
        missing="Esa página no existe",
        missing_help="Elige uno de nuestros artículos o pregunta en el chat.",
        needs_script="El chat necesita JavaScript. Sin él, puedes leer nuestros artículos o llamarnos.",
        help_lines="Personas que pueden ayudarte ahora",
        call="llama al {number}",
        text="manda un mensaje al {number}",
        text_keyword="manda {keyword} al {number}",
        privacy="No guardamos lo que escribes. Contamos temas para mejorar esta página.",
    ),
}


def words(language: str) -> Words:
    """Return a language's words; English where there are none of its own."""
    return WORDS["es"] if language == "es" else WORDS["en"]
