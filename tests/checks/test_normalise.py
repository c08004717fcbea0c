import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.checks.normalise import plain


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("I don\u2019t want to l1ve", "i don't want to live"),
        ("k i l l   m y s e l f", "kill myself"),
        ("i wanna kiiiiill myselfff", "i want to kill myself"),
        ("\U0001d4f4\U0001d4f2\U0001d4f5\U0001d4f5 \U0001d4f6\U0001d502\U0001d4fc\U0001d4ee\U0001d4f5\U0001d4ef", "kill myself"),
        ("кill mуself", "kill myself"),
        ("u.n.a.l.i.v.e", "unalive"),
        ("s*icide", "suicide"),
        ("su1c1de", "suicide"),
        ("sui\u200bcide", "suicide"),
        ("im ok", "i am ok"),
        ("don\u00e2\u20ac\u2122t", "don't"),
    ],
)
def test_tricks_are_undone(written: str, read: str) -> None:
    assert plain(written) == read


@pytest.mark.parametrize("written", ["call 116 123", "i am 17 and 3rd year", "quiero morir", "我想死", "آريد أن أموت"])
def test_numbers_and_other_scripts_stay_whole(written: str) -> None:
    assert [word for word in written.split() if word.isdigit()] == [word for word in plain(written).split() if word.isdigit()]
    assert plain(written)


@given(st.text())
def test_any_text_at_all_can_be_read(text: str) -> None:
    assert isinstance(plain(text), str)


@given(st.text(max_size=200))
def test_reading_twice_changes_little_and_never_fails(text: str) -> None:
    assert isinstance(plain(plain(text)), str)
