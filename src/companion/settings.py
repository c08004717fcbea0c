"""One frozen Settings, read once: flags before environment (COMPANION_...) before companion.toml before defaults."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from platformdirs import user_data_path
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from companion.core.errors import SettingsError

_HERE = Path(__file__).resolve().parent


def _shipped(name: str) -> Path:
    """Return a data folder: beside the sources in a checkout, inside the package in an installed wheel."""
    checkout = _HERE.parent.parent / name
    return checkout if checkout.is_dir() else _HERE / "_data" / name


class Settings(BaseSettings):
    """Everything that can be set. See `companion.toml.example` for each with a word about it."""

    model_config = SettingsConfigDict(env_prefix="COMPANION_", toml_file="companion.toml", extra="forbid", frozen=True)

    home: Path = Field(default_factory=lambda: user_data_path("companion"))
    """Where the index is kept, and later key, store and models."""
    host: str = "127.0.0.1"
    port: int = Field(default=7860, ge=1, le=65535)
    region: str = "US"
    """The region whose lines are offered until the person chooses: ISO 3166-1 alpha-2, or 001 for worldwide."""
    language: str = "en"
    model: Path | None = None
    """A GGUF file; without one, the packaged default."""
    embedder: Path | None = None
    """A sentence-transformers folder; without one, the packaged default."""
    context: int = Field(default=2048, ge=512, le=131_072)
    """Tokens that the model may hold."""
    third_opinion: bool = False
    """Whether a model that is not small is asked about danger as well; it costs one short reply for every message."""
    seed: int | None = None
    """Fixed for examinations only; without one, every reply is drawn afresh."""
    knowledge: Path = Field(default_factory=lambda: _shipped("knowledge"))
    prompts: Path = Field(default_factory=lambda: _shipped("prompts"))
    idle_minutes: int = Field(default=60, ge=1, le=24 * 60)
    """After so long without a message a talk is wiped from memory."""
    talks: int = Field(default=200, ge=1, le=10_000)
    """Talks held in memory at once; the longest idle makes room."""

    @field_validator("region")
    @classmethod
    def _upper(cls, region: str) -> str:
        return region.strip().upper()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return the sources, strongest first."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def read_settings(**flags: Any) -> Settings:
    """Return the settings; a flag that is None counts as not given. Raises SettingsError naming key and value."""
    try:
        return Settings(**{name: value for name, value in flags.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        mend = f"correct `{key}` in companion.toml or COMPANION_{key.upper()}"
        raise SettingsError(f"`{key}` is {first.get('input')!r}: {first['msg'].lower()}", where="settings", mend=mend) from error
