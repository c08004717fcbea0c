"""Makes text ready for matching. The result is matched and never shown.

Order matters: encoding damage first, then look-alike characters, then what people do on purpose (spacing, repeating,
leetspeak), so that each step meets text that the step before has made plain.
"""

import re
import unicodedata
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
    "myslef": "myself", "mysefl": "myself", "mysel": "myself", "meself": "myself",
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
LONGEST_READ = 1_000_000
"""Characters of a message that are read for danger: everything that the server lets in."""
_WORD = re.compile(r"[a-z0-9']+")
_TOKEN = re.compile(r"(?<![a-z0-9])[a-z0-9$@|!]*[a-z0-9$@|]")
_COUNTED = re.compile(r"\d*(?:1st|2nd|3rd)|\d+(?:th|s|yo|yr|yrs|h|hr|hrs|am|pm|mg|ml|kg|g|k|x|min|mins|m|d|w|lb|lbs|km|cm|p)")
_SPACED = re.compile(r"(?<![a-z0-9])(?:[a-z0-9][ ._*-]){2,}[a-z0-9](?![a-z0-9])")
_INSIDE = re.compile(r"(?<=[a-z])[*_-](?=[a-z])")
_REPEATED = re.compile(r"([a-z])\1{2,}")
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
        words.append("".join(_latin(c) if not c.isascii() and c.isalpha() else c for c in word) if mixed else word)
    return " ".join(words)


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
    text = _look_alikes(text)
    text = "".join(map(_folded, text)).replace("`", "'")
    text = _TOKEN.sub(_unleet, text)
    text = _SPACED.sub(lambda m: re.sub(r"[ ._*-]", "", m.group(0)), text)
    text = _INSIDE.sub(lambda m: " " if m.group(0) == "-" else "", text)
    text = _REPEATED.sub(r"\1", text)
    text = _WORD.sub(lambda m: CONTRACTIONS.get(m.group(0), m.group(0)), text)
    text = _WORD.sub(lambda m: EXPANSIONS.get(m.group(0), m.group(0)), text)
    return re.sub(r"\s+", " ", text).strip()
