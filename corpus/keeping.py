"""The one sentence about what is kept of a conversation, made from the setting that decides it."""

from corpus.clinic import Retention

_SENTENCES = {
    ("off", "en"): "We don't save what you type. We count topics to improve this page.",
    ("off", "es"): "No guardamos lo que escribes. Contamos temas para mejorar esta página.",
    ("redacted", "en"): "We keep your question with personal details removed for {days} days, to check our answers.",
    ("redacted", "es"): "Guardamos tu pregunta sin datos personales por {days} días, para revisar nuestras respuestas.",
}


def privacy_sentence(retention: Retention, language: str) -> str:
    """Return the sentence for visitors; what it says is what `chatbot/records/` does."""
    return _SENTENCES[retention.keep_text, "es" if language == "es" else "en"].format(days=retention.keep_days)
