"""Every mistake a person can mend. Anything else that is raised is a bug of ours and keeps its traceback.

CompanionError
├── SettingsError      a setting is missing or makes no sense
├── NoteError          a note, a line, a signal or fixed words cannot be read or break a rule
├── ModelError         a model cannot be used
│   ├── ModelMissing   no file, no package, no answer
│   └── ModelBroken    a file that is not what it says, or an engine that died
├── IndexBroken        the stored index cannot be read; it can be built again
├── BadLine            a line of a batch is not what the command reads
└── RefusesToStart     the self-check found something without which nobody may be served
"""


class CompanionError(Exception):
    """Says what is wrong, where, and how to mend it. Never carries a person's words."""

    def __init__(self, what: str, *, where: str = "", mend: str = "") -> None:
        self.what, self.where, self.mend = what, where, mend
        super().__init__(what, where, mend)

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        mend = f" To mend it: {self.mend}." if self.mend else ""
        return f"{place}{self.what}.{mend}"


class SettingsError(CompanionError):
    """A setting is missing or makes no sense."""


class NoteError(CompanionError):
    """A file in the knowledge or prompts folder cannot be read or breaks a rule."""


class ModelError(CompanionError):
    """A model cannot be used."""


class ModelMissing(ModelError):
    """There is no model at the given place, or no package that brings one."""


class ModelBroken(ModelError):
    """The model's file is not what it says it is, or its engine stopped working."""


class IndexBroken(CompanionError):
    """The stored index cannot be read; building it again mends it."""


class BadLine(CompanionError):
    """A line of a batch is not valid JSON, or lacks a field."""


class RefusesToStart(CompanionError):
    """Something is missing without which nobody may be served."""
