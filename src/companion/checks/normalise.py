"""Makes text ready for matching. The result is matched and never shown.

Order matters: encoding damage first, then look-alike characters, then what people do on purpose (spacing, repeating,
leetspeak), so that each step meets text that the step before has made plain.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import ftfy
from anyascii import anyascii
from confusable_homoglyphs.confusables import confusables_data

LEET = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "$": "s", "@": "a", "!": "i", "|": "l"})
EMOJI_WORDS = {
    "\U0001f602": " haha ", "\U0001f923": " haha ",
    "\U0001f52b": " gun ", "\U0001f52a": " knife ", "\U0001f48a": " pills ", "\U0001f480": " dead ", "\u26b0": " coffin ",
    "\U0001fa78": " blood ", "\U0001f622": " crying ", "\U0001f62d": " crying ", "\U0001f494": " broken heart ",
}  # fmt: skip
CONTRACTIONS = {
    "dont": "don't", "cant": "can't", "wont": "won't", "didnt": "didn't", "doesnt": "doesn't", "isnt": "isn't", "im": "i'm", "ive": "i've",
    "wasnt": "wasn't", "couldnt": "couldn't", "wouldnt": "wouldn't", "havent": "haven't", "arent": "aren't", "shouldnt": "shouldn't",
    "theres": "there's", "hes": "he's", "hed": "he'd", "disapear": "disappear", "dissapear": "disappear", "dissappear": "disappear",
    "shes": "she's", "theyre": "they're", "whats": "what's", "thats": "that's", "youre": "you're", "its": "it's",
    "gonna": "going to", "wanna": "want to", "gotta": "got to", "tryna": "trying to", "finna": "going to", "u": "you", "ur": "your",
    "urself": "yourself", "r": "are", "cuz": "because", "coz": "because", "bc": "because", "rn": "right now", "tn": "tonight",
    "tmrw": "tomorrow", "pls": "please", "plz": "please", "bf": "boyfriend", "gf": "girlfriend", "abt": "about", "smth": "something",
    "sm1": "someone", "idk": "i don't know", "ppl": "people", "wat": "what", "thx": "thanks", "ty": "thank you", "nvm": "never mind",
    "lemme": "let me", "gimme": "give me", "dunno": "don't know", "imma": "i'm going to", "ima": "i'm going to", "aint": "ain't",
    "killmyself": "kill myself", "killyourself": "kill yourself", "endmylife": "end my life", "hurtmyself": "hurt myself",
    "cutmyself": "cut myself", "wanttodie": "want to die", "wannadie": "want to die", "endit": "end it", "myslef": "myself",
    "too": "to", "mysefl": "myself", "mysel": "myself", "meself": "myself",
    "kil": "kill", "kll": "kill", "pils": "pills", "wil": "will",
    "stil": "still", "sucide": "suicide", "sicide": "suicide",
    "suicied": "suicide", "suiside": "suicide", "sucidal": "suicidal", "suicidle": "suicidal", "suisidal": "suicidal",
    "overdoes": "overdose", "overdosed": "overdosed", "tonite": "tonight", "anymor": "anymore",
}  # fmt: skip
EXPANSIONS = {
    f"{who}'{short}": f"{who} {full}"
    for short, full, whos in (
        ("m", "am", ("i",)),
        ("re", "are", ("you", "we", "they")),
        ("ve", "have", ("i", "you", "we", "they")),
        ("ll", "will", ("i", "you", "we", "they", "he", "she", "it", "that")),
        ("d", "would", ("i", "you", "we", "they", "he", "she")),
        (
            "s",
            "is",
            ("he", "she", "it", "that", "what", "who", "there", "here", "everything", "everyone", "nothing", "nobody"),
        ),
    )
    for who in whos
}
"""Short forms written out, in texts and in patterns alike, so that a pattern need not list both."""
ARABIC_ALIKE = str.maketrans(
    {"\u0622": "\u0627", "\u0623": "\u0627", "\u0625": "\u0627", "\u0649": "\u064a", "\u0629": "\u0647", "\u0640": None}
)
"""Letters that Arabic writers put for one another, and the mark that only stretches a word."""
DRAWN_ALIKE = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU", "FULLWIDTH", "MODIFIER")
"""Scripts whose letters are put in place of Latin ones; those of other scripts are never mistaken for them."""
TELLING = (
    "myself", "suicide", "suicidal", "overdose", "tonight", "goodbye", "hopeless", "worthless", "painkillers", "paracetamol",
    "husband", "boyfriend", "girlfriend", "ambulance", "anymore", "killing", "unalive", "yourself", "himself", "herself",
    "swallowed", "disappear", "tomorrow", "everyone", "nobody",
)  # fmt: skip
"""Words that carry danger and have few neighbours among common words; one slip of the finger in them is undone."""
NEIGHBOURS = frozenset({"filling", "milling", "billing", "pilling", "willing", "tilling", "kissing", "overdoses", "suicides"})
"""Words of their own that a slip would make of the telling ones; they are left alone."""
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def _slips(word: str) -> Iterator[str]:
    """Yield every spelling that is one letter left out, doubled, swapped with the next or replaced away from `word`."""
    for at in range(len(word)):
        head, tail = word[:at], word[at + 1 :]
        yield head + tail
        yield head + word[at] + word[at] + tail
        if tail:
            yield head + tail[0] + word[at] + tail[1:]
        yield from (head + letter + tail for letter in LETTERS)


SLIPS = {slip: word for word in TELLING for slip in _slips(word) if slip not in TELLING and slip not in NEIGHBOURS}
LONGEST_READ = 1_000_000
"""Characters of a message that are read for danger: everything that the server lets in."""
_WORD = re.compile(r"(?<!\w)[a-z0-9']+(?!\w)")
_TOKEN = re.compile(r"(?<![a-z0-9])[a-z0-9$@|!]*[a-z0-9$@|]")
_COUNTED = re.compile(r"\d*(?:1st|2nd|3rd)|\d+(?:th|s|yo|yr|yrs|h|hr|hrs|am|pm|mg|ml|kg|g|k|x|min|mins|m|d|w|lb|lbs|km|cm|p)")
_SPACED = re.compile(r"(?<![a-z0-9])(?:[a-z0-9][ ._*-]){2,}[a-z0-9](?![a-z0-9])")
_ONE_SPACE = re.compile(r"\S \S")
_INSIDE = re.compile(r"(?<=[a-z])[*_-](?=[a-z])")
_REPEATED = re.compile(r"[a-z]*([a-z])\1{2,}[a-z]*")
_RUN = re.compile(r"([a-z])\1{2,}")
DOUBLED = frozenset(
    """
    all bathroom bedroom beginning bleed bleeding bless blood bottle bully bullying butter call called calling cannot
    cool cutter cutters cutting deep door dropped ended falling feel feeling feet fell food foot full funeral good
    goodbye grabbed happen happened happy hell hello hitting hurry keep keeping kill killed killing killings less lesson
    letter little look looking loose loss lost mess miss missed mood moon need needed needs noose notebook off overdose
    pass passed passing pill pills planned planning pool possess press pressed putting really roof room running school
    see seem seen sell sleep sleeping slipping small sobbing soon speed still stopped stress stuff suffer suffering
    swallow swallowed sweet tell telling three tomorrow took tooth wall weed week weeks well will winning wood worry
    yell yelling
    """.split()  # noqa: SIM905 - a list of words is read more easily without quotes
)
"""Words that have a letter twice; a letter typed five times in one of them is read as two, in any other word as one."""
_WILL = re.compile(
    r"\b(i|he|she|we)ll(?= (?:kill|end|do|be|just|never|hurt|take|jump|die|try|go|hit|find|beat|murder|not|have|finish|probably|only)\b)"
)
"""Short forms without their apostrophe that are words of their own ("ill", "hell"), told by the verb that follows."""
_ENDS = str.maketrans({"\u0964": ".", "\u0965": ".", "\u06d4": ".", "\u061f": "?", "\u3002": ".", "\u00a1": " ", "\u00bf": " "})
"""Sentence ends of other scripts, and the signs that open a Spanish sentence."""
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufe00-\ufe0f]")


@lru_cache(maxsize=4096)
def _latin(character: str) -> str:
    """Return the Latin letter that `character` is drawn like, or itself."""
    for alike in confusables_data.get(character, ()):
        if len(alike["c"]) == 1 and alike["c"].isascii() and alike["c"].isalpha():
            return str(alike["c"])
    return str(anyascii(character))


@lru_cache(maxsize=4096)
def _folded(character: str) -> str:
    """Return a Latin letter or a sign without its accent; letters of other scripts stay as they are."""
    if character.isascii():
        return character
    name = unicodedata.name(character, "")
    if character.isalpha() and not name.startswith("LATIN"):
        return character
    return "" if unicodedata.combining(character) and not character.isalpha() else anyascii(character)


def _look_alikes(text: str) -> str:
    """Replace look-alike characters inside words that hold Latin letters, and everywhere when the text is mostly Latin."""
    if text.isascii():
        return text
    latin = sum("a" <= c <= "z" for c in text)
    mostly = latin > sum(c.isalpha() for c in text) / 2
    words = []
    for word in text.split(" "):
        mixed = not word.isascii() and (mostly or any("a" <= c <= "z" for c in word))
        words.append("".join(_latin(c) if _drawn_alike(c) else c for c in word) if mixed else word)
    return " ".join(words)


@lru_cache(maxsize=4096)
def _drawn_alike(character: str) -> bool:
    return not character.isascii() and character.isalpha() and unicodedata.name(character, "").startswith(DRAWN_ALIKE)


def folded(text: str) -> str:
    """Return `text` without accents and case; letters of other scripts stay. What patterns and messages share."""
    return "".join(map(_folded, unicodedata.normalize("NFKC", text).lower())).translate(ARABIC_ALIKE)


def spelled_out(word: str) -> str:
    """Return a short form written out ("dont" and "don't" alike, "i'm" as "i am"), or the word itself."""
    return " ".join(EXPANSIONS.get(part, part) for part in CONTRACTIONS.get(word, SLIPS.get(word, word)).split())


def _unstretched(match: re.Match[str]) -> str:
    """Read a stretched word ("nooo", "killll") as it is written."""
    twice = _RUN.sub(r"\1\1", match.group(0))
    return twice if twice in DOUBLED else _RUN.sub(r"\1", match.group(0))


def _unleet(match: re.Match[str]) -> str:
    """Read digits inside a word of letters as the letters they are drawn like; leave real numbers alone."""
    word = match.group(0)
    letters = sum(c.isalpha() for c in word)
    if letters == len(word) or letters < 2 or _COUNTED.fullmatch(word):
        return word
    return word.translate(LEET)


def plain(text: str) -> str:
    """Return `text` in lower-case Latin with its tricks undone. Deterministic; works for any string."""
    text = unicodedata.normalize("NFKC", ftfy.fix_text(text[:LONGEST_READ])).lower()
    text = _INVISIBLE.sub("", text)
    for emoji, word in EMOJI_WORDS.items():
        text = text.replace(emoji, word)
    text = _look_alikes(text.translate(_ENDS))
    text = folded(text).replace("`", "'")
    text = _TOKEN.sub(_unleet, text)
    if "  " in text and not _ONE_SPACE.search(text):
        text = re.sub(r" {2,}", " ", text)
    text = _SPACED.sub(lambda m: re.sub(r"[ ._*-]", "", m.group(0)), text)
    text = _INSIDE.sub(lambda m: " " if m.group(0) == "-" else "", text)
    text = _REPEATED.sub(_unstretched, text)
    text = _WILL.sub(r"\1 will", text)
    text = _WORD.sub(lambda m: spelled_out(m.group(0)), text)
    return re.sub(r"\s+", " ", text).strip()
