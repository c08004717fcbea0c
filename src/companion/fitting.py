"""Fits what is learned from cases, on the configured embedder. Beside `app`, because nobody who serves a page needs it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from companion.backends.embedder import SentenceEmbedder, starter_embedder
from companion.backends.reader import Card
from companion.core.lesson import Lesson
from companion.settings import Settings


def fit_danger(settings: Settings, lessons: Sequence[Lesson], say: Callable[[str], None]) -> Card:
    """Fit the trained layer on lessons and write it into the knowledge folder. Raises ModelMissing without an embedder."""
    embedder = SentenceEmbedder(settings.embedder or starter_embedder())
    model = embedder.load()
    from companion.backends.danger_fit import fit

    return fit(model[0].auto_model, model.tokenizer, embedder.name, lessons, settings.knowledge / "signals" / "trained", say)
