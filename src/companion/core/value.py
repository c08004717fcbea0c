"""The base of every value: frozen, closed, compared by content."""

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """A value that cannot change and refuses fields that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")
