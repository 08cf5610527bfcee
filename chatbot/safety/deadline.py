"""A route in time or not at all: who is in danger must not wait for a detector that hangs."""

from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTime

from chatbot.conversation import Question
from chatbot.safety.router import Decided, settle

SECONDS = 5.0
"""Far more than the longest message takes. Later than this, the visitor gets the help lines and the phone instead."""
_AT_ONCE = 16


class DetectorLateError(Exception):
    """The route was not decided in time."""


_pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="route")


def settle_in_time(question: Question, seconds: float = SECONDS) -> Decided:
    """Decide the conversation; raise `DetectorLateError` if that is not done, or not even begun, after `seconds`."""
    deciding = _pool.submit(settle, question)
    try:
        return deciding.result(timeout=seconds)
    except NotInTime as error:
        deciding.cancel()
        raise DetectorLateError(f"no route after {seconds} s") from error
