"""Fits the finder on groups of texts that belong together, by contrast with the others in a batch. The seed is fixed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional as F  # noqa: N812 - the name that everybody knows

from companion.backends.danger_net import lower
from companion.backends.finder_net import FinderNet, save_finder, text_states

SEED, BELOW = 20261121, 3
GROUPS, ROUNDS, RATE, WARM = 64, 3, 1.2e-4, 30
LEARNED = 48
"""Tokens of a text that are read while fitting."""
TEMPERATURE = 0.05
"""Of the contrast (van den Oord and others 2018, InfoNCE), as the embedder itself was trained."""
NEAR = 0.5
"""Share of batches drawn from groups that lie near each other, which are the hard ones to tell apart."""

Say = Callable[[str], None]


def fit_finder(bert: Any, tokenizer: Any, groups: Sequence[Sequence[str]], path: Path, say: Say) -> None:
    """Fit on `groups`, each of at least two texts, and write the network to `path`."""
    torch.manual_seed(SEED)
    random.seed(SEED)
    config = bert.config
    net = FinderNet(len(bert.encoder.layer) - BELOW, config.hidden_size, config.num_attention_heads, config.intermediate_size)
    net.copy_from(bert, BELOW)
    under = lower(bert, BELOW)
    middles = _middles(net, under, tokenizer, groups)
    steps = ROUNDS * sum(map(len, groups)) // (2 * GROUPS)
    say(f"{len(groups)} groups, {sum(map(len, groups))} texts, {steps} steps")
    optimiser = torch.optim.AdamW(net.layers.parameters(), lr=RATE, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: min(1.0, step / WARM) * max(0.03, 1 - step / steps))
    net.train()
    total = 0.0
    for step, batch in enumerate(_batches(groups, middles, steps), start=1):
        first, second = zip(*(random.sample(list(groups[at]), 2) for at in batch), strict=True)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            vectors = net(*text_states(under, tokenizer, [*first, *second], LEARNED)).float()
        likeness = vectors[: len(batch)] @ vectors[len(batch) :].T / TEMPERATURE
        same = torch.arange(len(batch))
        loss = (F.cross_entropy(likeness, same) + F.cross_entropy(likeness.T, same)) / 2
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        total += loss.item()
        if step % 50 == 0:
            say(f"step {step} of {steps}: loss {total / 50:.3f}")
            total = 0.0
    save_finder(net.eval(), BELOW, path)


def _middles(net: FinderNet, under: Any, tokenizer: Any, groups: Sequence[Sequence[str]]) -> NDArray[np.float32]:
    """Return one vector for each group, before fitting: of its first text."""
    parts = [[group[0] for group in groups[start : start + 64]] for start in range(0, len(groups), 64)]
    with torch.inference_mode():
        rows = [net.eval()(*text_states(under, tokenizer, part, LEARNED)) for part in parts]
    return np.asarray(torch.cat(rows).numpy(), dtype=np.float32)


def _batches(groups: Sequence[Sequence[str]], middles: NDArray[np.float32], steps: int) -> Iterator[list[int]]:
    """Yield groups to contrast: larger groups more often, half of the time near ones."""
    sizes = [len(group) for group in groups]
    everyone = range(len(groups))
    for _ in range(steps):
        if random.random() < NEAR:  # noqa: S311 - draws examples, not secrets
            seed = random.choices(everyone, sizes)[0]  # noqa: S311
            near = np.argsort(-(middles @ middles[seed]))[: 3 * GROUPS]
            yield random.sample([int(at) for at in near], min(GROUPS, len(near)))
        else:
            yield list(dict.fromkeys(random.choices(everyone, sizes, k=GROUPS)))  # noqa: S311
