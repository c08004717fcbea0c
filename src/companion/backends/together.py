"""Draws several replies to one prompt at once: the prompt is read once, then every step asks for the next word of all of them together.

On two cores eight replies take about twice as long as one. Uses llama.cpp's sequences directly; knows nothing of what is said.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from companion.backends.model_file import TEMPLATE
from companion.core.errors import ModelBroken
from companion.core.judging import Drawn
from companion.core.ports import PromptMessage

LIKELIEST, TOP_P = 64, 0.9
"""Words among which the next one is drawn, and the share of chance that they hold together."""


SEVERAL = {"embedding": True, "pooling_type": 0}
"""With these llama-cpp-python makes an engine that can hold several replies at once; otherwise it allows one. 0: no pooling."""


class Together:
    """Draws replies from an engine made with SEVERAL; only the thread that owns the engine may use it."""

    def __init__(self, engine: Any, temperature: float) -> None:
        import llama_cpp
        from llama_cpp.llama_chat_format import Jinja2ChatFormatter

        self._llama, self._engine, self._temperature = llama_cpp, engine, temperature
        self._chance = np.random.default_rng()
        self._ctx = engine._ctx.ctx
        self._llama.llama_set_embeddings(self._ctx, False)  # made with SEVERAL, it would give vectors and no words
        self._memory = self._llama.llama_get_memory(self._ctx)
        end = engine._model.token_get_text(engine.token_eos())
        start = engine._model.token_get_text(engine.token_bos())
        self._format = Jinja2ChatFormatter(template=engine.metadata[TEMPLATE], eos_token=end, bos_token=start)
        self._ends = {engine.token_eos(), *engine.tokenize(b"<|im_end|>", add_bos=False, special=True)[-1:]}

    def draw(self, prompt: Sequence[PromptMessage], many: int, longest: int, seed: int, stopped: Callable[[], bool]) -> list[Drawn]:
        """Return `many` replies of at most `longest` tokens. Raises ModelBroken.

        The seed settles the draws; what the engine still remembers of an earlier prompt changes the last bits of its chances, so that the
        same seed may yet give other words.
        """
        self._chance = np.random.default_rng(seed)
        asked = self._format(messages=list(prompt))
        tokens = self._engine.tokenize(asked.prompt.encode(), add_bos=not asked.added_special, special=True)
        self._read(tokens)
        for other in range(1, many):
            self._llama.llama_memory_seq_cp(self._memory, 0, other, -1, -1)
        first = self._words(-1)
        replies = [[self._next(first)] for _ in range(many)]
        batch = self._llama.llama_batch_init(many, 0, 1)
        try:
            for _ in range(longest - 1):
                going = [at for at, reply in enumerate(replies) if reply[-1][0] not in self._ends]
                if not going or stopped():
                    break
                self._step(batch, replies, going, len(tokens))
        finally:
            self._llama.llama_batch_free(batch)
            self._forget(many, len(tokens))
        return [self._drawn(reply) for reply in replies]

    def _drawn(self, reply: list[tuple[int, float]]) -> Drawn:
        words = [token for token, _ in reply if token not in self._ends]
        sure = sum(chance for _, chance in reply) / len(reply)
        return Drawn(self._engine.detokenize(words).decode(errors="ignore").strip(), sure)

    def _read(self, tokens: list[int]) -> None:
        """Read the prompt, but for what the engine still remembers of the one before."""
        known = self._engine.input_ids[: self._engine.n_tokens]
        shared = next((at for at, (a, b) in enumerate(zip(known, tokens[:-1], strict=False)) if a != b), min(len(known), len(tokens) - 1))
        self._llama.llama_memory_seq_rm(self._memory, 0, shared, -1)
        self._engine.n_tokens = shared
        self._engine.eval(tokens[shared:])

    def _step(self, batch: Any, replies: list[list[tuple[int, float]]], going: list[int], start: int) -> None:
        batch.n_tokens = len(going)
        for row, at in enumerate(going):
            batch.token[row], batch.pos[row] = replies[at][-1][0], start + len(replies[at]) - 1
            batch.n_seq_id[row], batch.logits[row] = 1, 1
            batch.seq_id[row][0] = at
        if self._llama.llama_decode(self._ctx, batch) != 0:
            raise ModelBroken("the engine could not go on with its drafts")
        for row, at in enumerate(going):
            replies[at].append(self._next(self._words(row)))

    def _words(self, row: int) -> Any:
        return np.ctypeslib.as_array(self._llama.llama_get_logits_ith(self._ctx, row), shape=(self._engine.n_vocab(),))

    def _next(self, logits: Any) -> tuple[int, float]:
        """Draw the next token of the likeliest that hold TOP_P of the chance (Holtzman et al. 2020), with its untempered log-chance."""
        likely = np.argpartition(-logits, LIKELIEST)[:LIKELIEST]
        likely = likely[np.argsort(-logits[likely])]
        above = (logits[likely] - logits[likely[0]]).astype(np.float64)
        chance = np.exp(above / self._temperature)
        chance /= chance.sum()
        kept = int(np.searchsorted(np.cumsum(chance), TOP_P)) + 1
        drawn = int(self._chance.choice(min(kept, LIKELIEST), p=chance[:kept] / chance[:kept].sum()))
        return int(likely[drawn]), float(above[drawn] - np.log(np.exp(above).sum()))

    def _forget(self, many: int, length: int) -> None:
        for other in range(1, many):
            self._llama.llama_memory_seq_rm(self._memory, other, -1, -1)
        self._llama.llama_memory_seq_rm(self._memory, 0, length, -1)
