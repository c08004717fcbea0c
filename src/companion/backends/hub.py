"""Fetches models from a model hub: resumed where it was cut off, checked against the hub's checksum, pinned on first use.

The transfer is huggingface_hub's. What it leaves open is done here: it trusts the bytes it got, and the hub not to change its mind.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from companion.core.errors import ModelBroken, ModelError, ModelMissing
from companion.core.value import Value

PINS, CHOSEN = "pins.json", "chosen.txt"
_BLOCK = 1 << 20
_SHA256 = 64
"""Letters of a SHA-256; hubs name large files by it and small ones by a shorter git hash."""


class Pin(Value):
    """What a fetched file was when it was fetched first; it never changes silently."""

    repo: str
    file: str
    commit: str
    sha256: str
    size: int


def models_folder(home: Path) -> Path:
    """Return where fetched models are kept."""
    return home / "models"


def read_pins(home: Path) -> dict[str, Pin]:
    """Return the fetched models by name. Raises ModelBroken when the list cannot be read."""
    path = models_folder(home) / PINS
    if not path.is_file():
        return {}
    try:
        return {name: Pin.model_validate(pin) for name, pin in json.loads(path.read_text(encoding="utf-8")).items()}
    except (ValidationError, ValueError) as error:
        raise ModelBroken("the list of fetched models cannot be read", where=str(path), mend="remove it and fetch them again") from error


def path_of(home: Path, name: str) -> Path:
    """Return where the model of this name lies."""
    return models_folder(home) / name


def fetch(home: Path, repo: str, file: str, *, revision: str | None = None, endpoint: str | None = None, again: bool = False) -> str:
    """Fetch `file` of `repo` and return its name here. A cut-off transfer goes on where it stopped the next time.

    Raises ModelMissing when the hub does not answer or has no such file, and ModelBroken when what came is not what the hub says, or what
    the pin of an earlier fetch says; `again` forgets that pin.
    """
    name = f"{repo.replace('/', '--')}--{Path(file).name}"
    told, where = _told(repo, file, revision, endpoint)
    pins = read_pins(home)
    pinned = None if again else pins.get(name)
    if pinned is not None and pinned.sha256 != told.sha256:
        mend = "ask the publisher why; `--again` takes the new one"
        raise ModelBroken("the hub now has another file under this name than when it was first fetched", where=name, mend=mend)
    folder = models_folder(home)
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{told.sha256}.part"
    _transfer(told, where, endpoint, part)
    _checked(part, told)
    part.replace(path_of(home, name))
    pins[name] = told
    kept = folder / f"{PINS}.new"
    kept.write_text(json.dumps({key: pin.model_dump() for key, pin in pins.items()}, indent=1) + "\n", encoding="utf-8")
    kept.replace(folder / PINS)
    return name


def choose(home: Path, name: str | None) -> Path | None:
    """Make the fetched model `name` the one that speaks, or with None the packaged one. Raises ModelMissing or ModelBroken."""
    note = models_folder(home) / CHOSEN
    if name is None:
        note.unlink(missing_ok=True)
        return None
    pin = read_pins(home).get(name)
    path = path_of(home, name)
    if pin is None or not path.is_file():
        raise ModelMissing("there is no fetched model of this name", where=name, mend="see `companion model list`")
    if sha256_of(path) != pin.sha256:
        raise ModelBroken("the file was changed since it was fetched", where=str(path), mend="fetch it again with --again")
    note.write_text(name + "\n", encoding="utf-8")
    return path


def chosen(home: Path) -> Path | None:
    """Return the model that was chosen with `companion model use`, or None."""
    note = models_folder(home) / CHOSEN
    return path_of(home, note.read_text(encoding="utf-8").strip()) if note.is_file() else None


def sha256_of(path: Path) -> str:
    """Return the file's SHA-256 as 64 hexadecimal letters."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _told(repo: str, file: str, revision: str | None, endpoint: str | None) -> tuple[Pin, str]:
    """Return what the hub says the file is, and where its bytes are."""
    hub = _hub()
    try:
        url = hub.hf_hub_url(repo, file, revision=revision, endpoint=endpoint)
        meta = hub.get_hf_file_metadata(url, endpoint=endpoint, token=False if endpoint else None)
    except Exception as error:
        raise _missing(error, repo, file) from error
    etag = str(meta.etag or "")
    if len(etag) != _SHA256 or not meta.size or not meta.commit_hash:
        raise ModelBroken(
            "the hub names no checksum for this file, so it cannot be checked", where=f"{repo}/{file}", mend="use another hub"
        )
    return Pin(repo=repo, file=file, commit=meta.commit_hash, sha256=etag.lower(), size=meta.size), meta.location or url


def _transfer(told: Pin, where: str, endpoint: str | None, part: Path) -> None:
    """Write the file to `part`, after what an earlier transfer left there."""
    hub = _hub()
    from huggingface_hub.file_download import http_get

    had = part.stat().st_size if part.is_file() else 0
    if had > told.size:
        part.unlink()
        had = 0
    ours = urlsplit(where).netloc == urlsplit(hub.hf_hub_url(told.repo, told.file, endpoint=endpoint)).netloc
    headers = hub.utils.build_hf_headers(token=None if ours and not endpoint else False)
    try:
        with part.open("r+b" if had else "w+b") as file:
            file.seek(0, os.SEEK_END)
            http_get(where, file, resume_size=had, headers=headers, expected_size=told.size, displayed_filename=Path(told.file).name)
    except Exception as error:
        raise _missing(error, told.repo, told.file) from error


def _checked(part: Path, told: Pin) -> None:
    """Return when the file is what the hub said; otherwise remove it, since going on from wrong bytes would never end well."""
    if part.stat().st_size == told.size and sha256_of(part) == told.sha256:
        return
    part.unlink()
    raise ModelBroken("what came is not what the hub says the file is", where=f"{told.repo}/{told.file}", mend="fetch it again")


def _missing(error: Exception, repo: str, file: str) -> ModelError:
    said = type(error).__name__
    mend = "check the name and the connection, and ask again: it goes on where it stopped"
    return ModelMissing(f"the hub did not hand over the file ({said})", where=f"{repo}/{file}", mend=mend)


def _hub() -> Any:
    os.environ["HF_HUB_OFFLINE"] = "0"
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("HF_HUB_DISABLE_XET", "1")
    import huggingface_hub

    return huggingface_hub
