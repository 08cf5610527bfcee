from collections.abc import Iterator
from threading import Thread

import pytest
from website import wait_until

from chatbot import open_pages
from chatbot.conversation import Answer
from chatbot.open_pages import OpenPages, Visit, visit_from
from chatbot.turns import Conversation

PAGE = Visit("a" * 32, "first")
ANEW = Visit("a" * 32, "second", has_answers=True)


SAID = Answer("x", "smalltalk", (), "greeting", "fixed", "en", "Hello.", (), (), "", (), 1.0)


def with_turn(text: str) -> Conversation:
    return Conversation().with_turn(text, SAID)


def test_a_page_is_known_by_its_key_and_one_without_by_its_session() -> None:
    assert visit_from(f"{'a' * 32} 3", "s") == Visit("a" * 32, "s", has_answers=True)
    assert visit_from(f"{'a' * 32} 0", "s") == Visit("a" * 32, "s")
    for forged in ("", "a" * 32, f"{'A' * 32} 1", f"{'a' * 32} -1", f"{'a' * 32} 1\n"):
        assert visit_from(forged, "s") == Visit("s", "s")


def test_a_question_under_way_is_found_again_and_its_answer_waited_for() -> None:
    pages = OpenPages()
    with pages.asking(PAGE, Conversation(), "why?") as asked:
        found = pages.reopened(ANEW)
        assert found and found[1] is asked
        waited: list[object] = []
        waiting = Thread(target=lambda: waited.append(pages.settled(ANEW)))
        waiting.start()
        answered = pages.answer(PAGE, asked, lambda _: with_turn("why?"))
    waiting.join()
    assert waited == [(answered, None)]
    assert answered.asked == ("why?",)


def test_a_question_nobody_answered_is_left_to_be_asked_again() -> None:
    pages = OpenPages()
    with pytest.raises(RuntimeError), pages.asking(PAGE, Conversation(), "why?"):
        raise RuntimeError
    found = pages.settled(ANEW)
    assert found and found[1] and (found[1].text, found[1].under_way) == ("why?", False)


def test_an_answer_does_not_come_back_after_the_chat_was_cleared_and_follows_a_changed_language() -> None:
    pages = OpenPages()
    with pages.asking(PAGE, Conversation(), "why?") as asked:
        pages.keep(PAGE, Conversation())
        assert pages.answer(PAGE, asked, lambda _: with_turn("why?")).turns == 0
    with pages.asking(PAGE, Conversation(), "why?") as asked:
        pages.rewrite(PAGE, lambda now: Conversation("es", chosen=True, asked=now.asked))
        assert pages.answer(PAGE, asked, lambda now: now.with_turn("why?", SAID)).language == "es"


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(open_pages, "RELOAD_SECONDS", 0.2)
    yield


def test_a_closed_page_is_forgotten_unless_it_was_loaded_anew(soon: None) -> None:
    pages = OpenPages()
    gone = Visit("b" * 32, "gone")
    for visit in (PAGE, gone):
        pages.keep(visit, with_turn("why?"))
    pages.close("first")
    pages.close("gone")
    assert pages.reopened(ANEW)
    # The old loading's end may be noticed only now: it is not that page any more.
    pages.close("first")
    wait_until(lambda: pages.settled(gone) is None, 5)
    assert pages.settled(ANEW)


def test_idle_pages_and_those_beyond_the_most_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_pages, "_MOST", 2)
    pages = OpenPages()
    visits = [Visit(str(number), "s") for number in range(3)]
    for visit in visits:
        pages.keep(visit, Conversation())
    assert [pages.settled(visit) is None for visit in visits] == [True, False, False]
    pages.forget_idle(0)
    assert all(pages.settled(visit) is None for visit in visits)
