"""A GGUF model on this machine through llama-cpp-python: one worker thread owns the engine, everybody else waits in line."""

from __future__ import annotations

import queue
import secrets
import threading
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from companion.backends.model_file import TEMPLATE, check_file
from companion.core.errors import ModelBroken, ModelError, ModelMissing
from companion.core.judging import Drawn
from companion.core.ports import PromptMessage

LOAD_PATIENCE = 90.0
"""Seconds that a reply waits for a model that is still loading."""
WORD_PATIENCE = 60.0
"""Seconds without a single piece after which the engine counts as broken."""
_DONE = object()

State = Literal["not started", "loading", "ready", "missing", "broken"]


@dataclass
class _Order:
    """One reply that somebody waits for."""

    prompt: Sequence[PromptMessage]
    longest: int
    many: int = 0
    """Whole replies that are wanted; none where one is streamed."""
    pieces: queue.SimpleQueue[object] = field(default_factory=queue.SimpleQueue)
    cancelled: threading.Event = field(default_factory=threading.Event)


class LlamaModel:
    """One engine, one context, one thread that touches it."""

    def __init__(
        self,
        path: Path | None,
        *,
        context: int = 2048,
        temperature: float = 0.3,
        seed: int | None = None,
        warm: Sequence[PromptMessage] = (),
        voice: Path | None = None,
    ) -> None:
        self._voice = voice
        self.path, self._context, self._temperature, self._seed = path, context, temperature, seed
        self._warm = list(warm)
        self._orders: queue.Queue[_Order | None] = queue.Queue(maxsize=32)
        self._ready = threading.Event()
        self._start = threading.Lock()
        self._thread: threading.Thread | None = None
        self._error: ModelError | None = None
        self._engine: Any = None
        self._together: Any = None

    @property
    def state(self) -> State:
        """Where loading stands."""
        if self._thread is None:
            return "not started"
        if not self._ready.is_set():
            return "loading"
        if self._error is None:
            return "ready"
        return "missing" if isinstance(self._error, ModelMissing) else "broken"

    @property
    def error(self) -> ModelError | None:
        """Why there is no model, once that is known."""
        return self._error

    @property
    def metadata(self) -> dict[str, str]:
        """The file's own metadata; empty until loaded."""
        return dict(self._engine.metadata) if self._engine is not None else {}

    def start(self) -> None:
        """Begin to load in the background; a second call does nothing."""
        with self._start:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="llama", daemon=True)
                self._thread.start()

    def wait(self, seconds: float = LOAD_PATIENCE) -> State:
        """Return the state once loading ended, or after `seconds`."""
        self.start()
        self._ready.wait(seconds)
        return self.state

    def stream(self, prompt: Sequence[PromptMessage], *, longest: int) -> Generator[str, None, None]:
        """Yield pieces of a reply of at most `longest` tokens. Raises ModelError. Closing the iterator stops the engine."""
        for piece in self._ordered(_Order(prompt, longest)):
            yield str(piece)

    def drafts(self, prompt: Sequence[PromptMessage], *, many: int, longest: int) -> Sequence[Drawn]:
        """Return `many` replies of at most `longest` tokens each, drawn together. Raises ModelError. Only with a voice."""
        return [drawn for drawn in self._ordered(_Order(prompt, longest, many)) if isinstance(drawn, Drawn)]

    def _ordered(self, order: _Order) -> Generator[object, None, None]:
        self.start()
        if not self._ready.wait(LOAD_PATIENCE):
            raise ModelMissing("the language model is still loading", mend="wait a little and ask again")
        if self._error is not None:
            raise self._error
        try:
            self._orders.put_nowait(order)
        except queue.Full:
            raise ModelMissing("too many people are waiting for the model", mend="ask again in a minute") from None
        try:
            yield from self._delivered(order)
        finally:
            order.cancelled.set()

    def close(self) -> None:
        """End the worker; the engine is freed when its last reply is done."""
        if self._thread is not None:
            self._orders.put(None)

    def _delivered(self, order: _Order) -> Generator[object, None, None]:
        while True:
            try:
                piece = order.pieces.get(timeout=WORD_PATIENCE)
            except queue.Empty:
                raise ModelBroken("the language model stopped answering", mend="start the program again") from None
            if piece is _DONE:
                return
            if isinstance(piece, BaseException):
                raise ModelBroken(f"the language model failed ({type(piece).__name__})", mend="ask again") from None
            yield piece

    def _work(self) -> None:
        """The only place that touches the engine."""
        try:
            self._engine = self._load()
            self._read_ahead()
        except ModelError as error:
            self._error = error
            return
        finally:
            self._ready.set()
        while (order := self._orders.get()) is not None:
            self._reply(order)

    def _read_ahead(self) -> None:
        """Read what every prompt begins with, so that the first reply does not wait for it."""
        if self._warm:
            try:
                warm: list[PromptMessage] = [*self._warm, {"role": "user", "content": "."}]
                if self._together is not None:
                    self._together.draw(warm, 1, 1, 0, lambda: False)
                else:
                    self._engine.create_chat_completion(messages=warm, max_tokens=1)
            except Exception as error:
                raise ModelBroken(f"the model failed on its first words ({type(error).__name__})", where=str(self.path)) from error

    def _reply(self, order: _Order) -> None:
        try:
            if order.cancelled.is_set():
                return
            seed = self._seed if self._seed is not None else secrets.randbits(31)
            if self._together is not None:
                drawn = self._together.draw(order.prompt, max(1, order.many), order.longest, seed, order.cancelled.is_set)
                for one in drawn:
                    order.pieces.put(one if order.many else one.text)
                return
            chunks = self._engine.create_chat_completion(
                messages=list(order.prompt), max_tokens=order.longest, temperature=self._temperature,
                top_p=0.9, repeat_penalty=1.05, seed=seed, stream=True,
            )  # fmt: skip
            for chunk in chunks:
                if order.cancelled.is_set():
                    chunks.close()
                    break
                piece = chunk["choices"][0]["delta"].get("content")
                if piece:
                    order.pieces.put(piece)
        except Exception as error:  # noqa: BLE001 - handed to whoever waits; the worker lives on for the next reply
            order.pieces.put(error)
        finally:
            order.pieces.put(_DONE)

    def _load(self) -> Any:
        path = check_file(self.path)
        try:
            import llama_cpp

            from companion.backends.together import SEVERAL, Together

            lora = str(self._voice.resolve()) if self._voice else None
            more = SEVERAL if lora else {}
            engine = llama_cpp.Llama(model_path=str(path.resolve()), n_ctx=self._context, verbose=False, lora_path=lora, **more)
            self._together = Together(engine, self._temperature) if lora and TEMPLATE in engine.metadata else None
        except Exception as error:
            mend = "fetch the model again, or name another file"
            raise ModelBroken(f"the model cannot be loaded ({type(error).__name__})", where=str(path), mend=mend) from error
        if TEMPLATE not in engine.metadata:
            engine.close()
            raise ModelBroken("the model has no chat template", where=str(path), mend="use a chat or instruct model")
        return engine
