"""The closest draft is the one that keeps who did what to whom: turned "I" to "you", nothing swapped, nothing added."""

from __future__ import annotations

from pathlib import Path

import pytest

from companion.checks.closeness import ORDER, PAIRS, TOLD, Closeness
from companion.knowledge.prompts import read_small_words

KEEPS = Closeness(read_small_words(Path(__file__).resolve().parents[2] / "prompts" / "voice" / "plain-words.en.txt"))


@pytest.mark.parametrize(
    ("said", "true", "false"),
    [
        ("i yelled at my son over spilled milk", "You yelled at your son over spilled milk.", "Your son yelled at you over spilled milk."),
        (
            "I turned sixty today and the only card was from my dentist.",
            "Sixty today, and the only card was from your dentist.",
            "Your dentist turned sixty today, and you had the only card from him.",
        ),
        ("she said yes!! im getting married", "She said yes, and you're getting married!", "You said yes, and she is getting married!"),
        ("my cat didn't come home", "Your cat didn't come home.", "Your cat came home, and it was a lovely surprise."),
        ("nobody sat with me at lunch", "Nobody sat with you at lunch.", "You sat with everybody at lunch."),
    ],
)
def test_what_turns_things_around_is_further_off(said: str, true: str, false: str) -> None:
    assert KEEPS.closeness(true, [said]) > KEEPS.closeness(false, [said]) + 0.15


def test_words_given_back_as_they_were_are_the_closest() -> None:
    most = PAIRS + ORDER + TOLD
    assert KEEPS.closeness("You can't sleep, and the house is quiet.", ["i cant sleep and the house is quiet"]) == pytest.approx(
        most, abs=0.05
    )


def test_each_word_added_and_a_very_long_reply_cost() -> None:
    said = ["the kettle broke and i cried"]
    plain = KEEPS.closeness("The kettle broke and you cried.", said)
    assert KEEPS.closeness("The kettle broke and you cried over breakfast with strangers.", said) < plain - 0.2
    assert KEEPS.closeness(" ".join(["the kettle broke and you cried"] * 8), said) < plain


@pytest.mark.parametrize("reply", ["", "...", "?!"])
def test_nothing_is_no_closer_than_nothing(reply: str) -> None:
    assert KEEPS.closeness(reply, ["i cried"]) <= 0
