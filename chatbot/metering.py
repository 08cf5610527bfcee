"""What is counted and what is limited. Both without a trace of who asked, or of what was asked."""

import hashlib
import ipaddress
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from time import perf_counter

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from chatbot import guard
from chatbot.conversation import Answer, Question

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
"""Seconds."""


class Metrics:
    """Counts and times of answers: numbers only, never a word of what was asked."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._answers = Counter(
            "chatbot_answers", "Answers by route and outcome.", ["route", "outcome"], registry=self._registry
        )
        self._seconds = Histogram(
            "chatbot_answer_seconds", "Time to an answer.", buckets=_BUCKETS, registry=self._registry
        )
        self._rated = Counter("chatbot_feedback", "Answers rated.", ["helpful"], registry=self._registry)
        self._reasons = Counter(
            "chatbot_feedback_reasons", "Why answers did not help.", ["reason"], registry=self._registry
        )
        self._taps = Counter("chatbot_taps", "Numbers tapped to call or text.", ["what"], registry=self._registry)
        self._lost = Counter("chatbot_records_dropped", "Records that could not be written.", registry=self._registry)
        self._refused = Counter("chatbot_refused", "Refused requests by reason.", ["reason"], registry=self._registry)

    def counted(self, ask: Callable[[Question], Answer]) -> Callable[[Question], Answer]:
        """Wrap `ask` so that each answer is counted."""

        def counting(question: Question) -> Answer:
            started = perf_counter()
            answer = ask(question)
            self._seconds.observe(perf_counter() - started)
            self._answers.labels(answer.route, answer.outcome).inc()
            return answer

        return counting

    def text(self) -> bytes:
        """Return everything counted, as Prometheus reads it."""
        return generate_latest(self._registry)

    def rated(self, helpful: bool, reason: str | None) -> None:
        """Count a rating; a reason comes after the rating it explains and is counted apart."""
        if reason is None:
            self._rated.labels("yes" if helpful else "no").inc()
        else:
            self._reasons.labels(reason).inc()

    def tapped(self, what: str) -> None:
        """Count that a number was tapped."""
        self._taps.labels(what).inc()

    def dropped(self, count: int) -> None:
        """Count what the records lost."""
        self._lost.inc(count)

    def refused(self, reason: str) -> None:
        """Count a refused request."""
        self._refused.labels(reason).inc()


@dataclass
class DailyHash:
    """Turns a client's address into a key that means nothing tomorrow, and nothing outside this process."""

    today: Callable[[], date] = lambda: datetime.now(UTC).date()
    _salts: dict[date, bytes] = field(default_factory=dict)

    def __call__(self, address: str) -> str:
        """Return today's key of an address; IPv6 clients are told apart by their network, which they cannot vary."""
        day = self.today()
        if day not in self._salts:
            self._salts = {day: secrets.token_bytes(16)}
        return hashlib.blake2b(_network(address).encode(), key=self._salts[day], digest_size=16).hexdigest()


def rate_limit(per_minute: int, key: Callable[[str], str]) -> guard.Check:
    """Refuse an address that sends more than `per_minute` questions within any minute."""
    limiter = MovingWindowRateLimiter(MemoryStorage())
    limit = RateLimitItemPerMinute(per_minute)
    refusal = guard.Refusal(
        429,
        "too_many",
        "You have sent many messages in a short time.",
        "Wait a minute, then try again, or call us.",
        (("retry-after", "60"),),
    )

    def check(scope: guard.Scope) -> guard.Refusal | None:
        if not guard.is_question(scope) or is_local(scope) or limiter.hit(limit, key(_client(scope))):
            return None
        return refusal

    return check


def is_local(scope: guard.Scope) -> bool:
    """Tell whether a request comes from this machine itself, not through a proxy on it."""
    forwarded = any(guard.header(scope, name) for name in ("forwarded", "x-forwarded-for", "x-real-ip"))
    return not forwarded and _is_loopback(_address(scope))


def _client(scope: guard.Scope) -> str:
    """Return who asks: behind a proxy on this machine, the address the proxy saw."""
    forwarded = guard.header(scope, "x-forwarded-for").rpartition(",")[2].strip()
    return forwarded if forwarded and _is_loopback(_address(scope)) else _address(scope)


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _address(scope: guard.Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""


def _network(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else address
