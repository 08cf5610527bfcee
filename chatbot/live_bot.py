"""The bot that is served: exchanged as a whole for a new one while requests run, without a gap between them."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

from chatbot.bot import Bot, Trace
from chatbot.config import Settings
from chatbot.conversation import Question
from chatbot.switches import Switches
from corpus.article import QUESTIONS, load_articles
from index.building import build


@dataclass
class _Held:
    bot: Bot
    users: int = 0
    retired: bool = False


class LiveBot(Bot):
    """A bot whose articles and index can be exchanged; every attribute is that of the bot in use at the moment.

    The bot before is closed when the last request that began with it has ended.
    """

    def __init__(self, settings: Settings, bot: Bot) -> None:
        # Not Bot's own: all it holds is looked up in the bot in use, by `__getattr__`.
        self.settings = settings
        self._held = _Held(bot)
        self._lock = Lock()
        self._one_build = Lock()

    def __getattr__(self, name: str) -> Any:
        """Look up what the bot in use holds."""
        if name == "_held":
            raise AttributeError(name)
        return getattr(self._held.bot, name)

    @property
    def switches(self) -> Callable[[], Switches]:
        """What is switched."""
        return self._held.bot.switches

    @switches.setter
    def switches(self, switches: Callable[[], Switches]) -> None:
        self._held.bot.switches = switches

    def explain(self, question: Question) -> Trace:
        """Answer with one and the same bot from beginning to end."""
        while True:
            with self._using() as held:
                trace = held.bot.explain(question)
            # It checks its quotes against the files: one that has just changed, has changed with the bot.
            if not trace.problems or held is self._in_use():
                return trace

    def close(self) -> None:
        """Release the bot in use, when its requests have ended."""
        with self._lock:
            held = self._held
            held.retired = True
            idle = not held.users
        if idle:
            held.bot.close()

    def exchange(self, bot: Bot, publish: Callable[[], None] = lambda: None) -> None:
        """Put another bot into use, together with what `publish` does; where that fails, nothing has changed."""
        with self._lock:
            publish()
            bot.switches = self._held.bot.switches
            before, self._held = self._held, _Held(bot)
            before.retired = True
            idle = not before.users
        if idle:
            before.bot.close()

    def reload(self, staged: Path | None = None, publish: Callable[[], None] = lambda: None) -> None:
        """Bring the index up to date with the articles, or with those `staged` in a folder, and answer from it.

        `publish` then makes the articles the staged ones. Raises what `build` and `Bot.open` raise, and what `publish`
        does; the bot in use before is then still in use.
        """
        settings = self.settings
        folder = staged or settings.articles
        with self._one_build:
            build(folder, settings.index_folder, embedder=settings.embedder, server=settings.index_server)
            loaded = [replace(each, path=settings.articles / each.path.name) for each in load_articles(folder)]
            bot = Bot.open(settings, loaded)
            try:
                self.exchange(bot, publish)
            except BaseException:
                bot.close()
                raise

    @contextmanager
    def _using(self) -> Iterator[_Held]:
        with self._lock:
            held = self._held
            held.users += 1
        try:
            yield held
        finally:
            with self._lock:
                held.users -= 1
                last = held.retired and not held.users
            if last:
                held.bot.close()

    def _in_use(self) -> _Held:
        with self._lock:
            return self._held


@contextmanager
def staged_articles(folder: Path, name: str, content: bytes) -> Iterator[Path]:
    """Give a folder with copies of the articles in which one has another content."""
    with TemporaryDirectory(prefix="articles-") as made:
        staged = Path(made)
        for path in (*folder.glob("*.md"), *folder.glob(f"*{QUESTIONS}")):
            shutil.copyfile(path, staged / path.name)
        (staged / f"{name}.md").write_bytes(content)
        yield staged


def opened_live(settings: Settings) -> LiveBot:
    """Open the bot on what is on disk."""
    return LiveBot(settings, Bot.open(settings))
