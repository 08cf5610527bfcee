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
    not_cleared: str
    not_reached: str
    restarted: str
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
    section: str
    about_page: str
    topics: str
    follow_ups: str
    asked_before: str
    helpful_question: str
    helpful: str
    unhelpful: str
    reason_question: str
    reason_beside: str
    reason_unclear: str
    reason_wrong: str
    reason_other: str
    thanks: str
    copy: str
    copied: str
    not_copied: str
    print: str
    close: str
    panel: str
    opening_source: str
    not_opened: str
    open_chat: str
    close_chat: str
    launcher: str


REASONS = ("beside", "unclear", "wrong", "other")
"""Why an answer did not help: all that can be said of it, since free text could hold anything."""

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
        not_cleared="This chat is not cleared yet. We can't reach the server. Try again, or use Quick exit.",
        not_reached="That did not work. We can't reach the server. Try again in a moment.",
        restarted="The chat was restarted. It no longer knows what was said before.",
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
        section="Section: {name}",
        about_page="About this chat",
        topics="Questions by topic",
        follow_ups="You could also ask",
        asked_before="What you asked before",
        helpful_question="Was this helpful?",
        helpful="Yes",
        unhelpful="No",
        reason_question="What was wrong?",
        reason_beside="It does not answer my question",
        reason_unclear="It is hard to understand",
        reason_wrong="I think it is not right",
        reason_other="Something else",
        thanks="Thank you. We only count this.",
        copy="Copy",
        copied="Copied.",
        not_copied="Your browser did not allow copying.",
        print="Print",
        close="Close",
        panel="The article",
        opening_source="Opening the article…",
        not_opened="The article could not be opened here. Try its link again, or call us.",
        open_chat="Open chat (automated guide)",
        close_chat="Close chat",
        launcher="Ask a question",
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
        not_cleared="El chat aún no se borró. No hay conexión con el servidor. Inténtalo otra vez o usa Salida rápida.",
        not_reached="No funcionó. No hay conexión con el servidor. Inténtalo otra vez en un momento.",
        restarted="El chat se reinició. Ya no sabe lo que se dijo antes.",
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
        section="Sección: {name}",
        about_page="Sobre este chat",
        topics="Preguntas por tema",
        follow_ups="También puedes preguntar",
        asked_before="Lo que preguntaste antes",
        helpful_question="¿Te sirvió?",
        helpful="Sí",
        unhelpful="No",
        reason_question="¿Qué estuvo mal?",
        reason_beside="No contesta mi pregunta",
        reason_unclear="Es difícil de entender",
        reason_wrong="Creo que no es correcto",
        reason_other="Otra cosa",
        thanks="Gracias. Solo contamos esto.",
        copy="Copiar",
        copied="Copiado.",
        not_copied="Tu navegador no permitió copiar.",
        print="Imprimir",
        close="Cerrar",
        panel="El artículo",
        opening_source="Abriendo el artículo…",
        not_opened="No se pudo abrir el artículo aquí. Prueba otra vez su enlace o llámanos.",
        open_chat="Abrir el chat (guía automática)",
        close_chat="Cerrar el chat",
        launcher="Haz una pregunta",
    ),
}


def words(language: str) -> Words:
    """Return a language's words; English where there are none of its own."""
    return WORDS["es"] if language == "es" else WORDS["en"]
