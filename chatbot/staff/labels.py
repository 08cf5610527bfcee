"""Words of the staff page that more than one tab uses."""

REASON_LABELS = {
    "thumbs_down": "a visitor said it did not help",
    "personal_medical": "personal medical question",
    "not_in_articles": "not in our articles",
    "low_confidence": "answered, but not sure",
    "random": "drawn at random",
    "picked": "taken up by staff",
}
"""Why a turn is in the queue."""
