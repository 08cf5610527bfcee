"""The site the web tests run against: the real bot over the tests' small corpus, and a server to reach it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from threading import Thread
from typing import Any

from conftest import Corpus

from chatbot.api import make_server
from chatbot.bot import Bot, Trace
from chatbot.config import Settings
from chatbot.conversation import Question
from corpus.hours import DAYS, Hours
from corpus.replies import load_replies

QUESTION = "How much sleep do adults need?"


class RecordingBot(Bot):
    """The bot, which also remembers what it was asked; it fails on one message, as the bot itself never does."""

    asked: list[Question]

    def explain(self, question: Question) -> Trace:
        self.asked.append(question)
        if question.text.startswith("please fail"):
            raise RuntimeError(question.text)
        return super().explain(question)


def close_office(bot: Bot) -> None:
    """Give the clinic office hours, at a moment when it is closed."""
    days = dict.fromkeys(DAYS[:5], "09:00-17:00")
    clinic = bot.clinic.model_copy(update={"hours": Hours.model_validate({"time_zone": "America/New_York"} | days)})
    night = datetime(2026, 12, 22, 2, 0, tzinfo=UTC)
    bot.shelf = replace(bot.shelf, clinic=clinic, replies=load_replies(Settings().replies, clinic), now=lambda: night)


@contextmanager
def opened_bot(corpus: Corpus) -> Iterator[RecordingBot]:
    """Open the bot on the small corpus, with the shipped replies and clinic."""
    settings = Settings(articles=corpus.articles, index=str(corpus.index), glossary=corpus.articles / "none.toml")
    bot = RecordingBot.open(settings)
    bot.asked = []
    try:
        yield bot
    finally:
        bot.close()


@contextmanager
def running(app: Any) -> Iterator[str]:
    """Serve an app on a free port and give its address."""
    addresses: list[str] = []
    server = make_server(app, "127.0.0.1", 0, addresses.append)
    thread = Thread(target=server.run)
    thread.start()
    try:
        while not addresses and thread.is_alive():
            thread.join(0.05)
        yield addresses[0]
    finally:
        server.should_exit = True
        thread.join()


def wait_until(done: Callable[[], bool], seconds: float = 20) -> None:
    """Wait for something that happens elsewhere; fail if it does not in time."""
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.1)
