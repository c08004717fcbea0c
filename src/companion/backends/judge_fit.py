"""Fits the judge of replies on pairs of what was said and what was answered. The seed is fixed. Knows no files of pairs."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - the name that everybody knows

from companion.backends.danger_net import lower
from companion.backends.judge import JudgeCard
from companion.backends.judge_net import FAULTS, JudgeNet, pair_states, save_judge

SEED, BELOW = 20261121, 3
BATCH, RATE, RATE_OF_HEAD, EPOCHS = 32, 1.2e-4, 8e-4, 3
FALSE_BLOCKS = 0.01
"""Share of good replies of tune that the guard may object to by meaning."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Pair:
    """What was said, a reply, and what is known about it."""

    said: str
    reply: str
    fits: bool
    fault: str | None
    """Which fault it has; empty for none; None where it only does not fit."""
    split: Literal["fit", "tune"]


def fit_judge(bert: Any, tokenizer: Any, embedder: str, pairs: Sequence[Pair], folder: Path, say: Say) -> JudgeCard:
    """Fit on `pairs`, write judge.safetensors and judge.json to `folder`, and return the card."""
    torch.manual_seed(SEED)
    random.seed(SEED)
    fitted = [pair for pair in pairs if pair.split == "fit"]
    tuned = [pair for pair in pairs if pair.split == "tune"]
    say(f"{len(fitted)} pairs to fit on, {len(tuned)} to tune on")
    config = bert.config
    sizes = config.hidden_size, config.num_attention_heads, config.intermediate_size
    net = JudgeNet(len(bert.encoder.layer) - BELOW, *sizes)
    net.copy_from(bert, BELOW)
    under = lower(bert, BELOW)
    _train(net, under, tokenizer, fitted, say)
    chances = _chances(net, under, tokenizer, tuned)
    good = np.array([pair.fits for pair in tuned])
    threshold = float(np.quantile(chances[good, 1:].max(axis=1), 1 - FALSE_BLOCKS, method="higher")) + 1e-6
    card = JudgeCard(
        made_on=date.today().isoformat(),
        seed=SEED,
        fitted_on=len(fitted),
        embedder=embedder,
        threshold=min(0.99, threshold),
        measured=_measured(chances, tuned, threshold),
    )
    folder.mkdir(parents=True, exist_ok=True)
    save_judge(net, BELOW, folder / "judge.safetensors")
    (folder / "judge.json").write_text(card.model_dump_json(indent=1) + "\n", encoding="utf-8")
    return card


def _loss(out: Tensor, pairs: Sequence[Pair]) -> Tensor:
    fits = torch.tensor([float(pair.fits) for pair in pairs])
    known = torch.tensor([pair.fault is not None for pair in pairs])[:, None]
    faults = torch.tensor([[float(pair.fault == fault) for fault in FAULTS] for pair in pairs])
    by_fault = (F.binary_cross_entropy_with_logits(out[:, 1:], faults, reduction="none") * known).sum()
    return F.binary_cross_entropy_with_logits(out[:, 0], fits) + 3.0 * by_fault / (known.sum().clamp(min=1) * len(FAULTS))


def _train(net: JudgeNet, under: Any, tokenizer: Any, pairs: Sequence[Pair], say: Say) -> None:
    head = [weight for name, weight in net.named_parameters() if not name.startswith("layers")]
    groups = [{"params": net.layers.parameters(), "lr": RATE}, {"params": head, "lr": RATE_OF_HEAD}]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.05)
    steps = EPOCHS * math.ceil(len(pairs) / BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1.0, step / 60) * (0.5 * (1 + math.cos(math.pi * min(1.0, step / steps))) + 0.02)
    )
    net.train()
    for epoch in range(EPOCHS):
        total, batches = 0.0, _batches(pairs)
        for batch in batches:
            with torch.autocast("cpu", dtype=torch.bfloat16):
                with torch.no_grad():
                    states, mask = pair_states(under, tokenizer, [(pair.said, pair.reply) for pair in batch])
                out = net(states, mask).float()
            loss = _loss(out, batch)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total += loss.item()
        say(f"round {epoch + 1} of {EPOCHS}: loss {total / len(batches):.3f}")
    net.eval()


def _batches(pairs: Sequence[Pair]) -> list[list[Pair]]:
    order = random.sample(list(pairs), len(pairs))
    chunks = [
        sorted(order[at : at + 20 * BATCH], key=lambda pair: len(pair.said) + len(pair.reply)) for at in range(0, len(order), 20 * BATCH)
    ]
    batches = [chunk[at : at + BATCH] for chunk in chunks for at in range(0, len(chunk), BATCH)]
    random.shuffle(batches)
    return batches


def _chances(net: JudgeNet, under: Any, tokenizer: Any, pairs: Sequence[Pair]) -> NDArray[np.float64]:
    rows = []
    with torch.inference_mode():
        for start in range(0, len(pairs), 32):
            part = pairs[start : start + 32]
            rows.append(torch.sigmoid(net(*pair_states(under, tokenizer, [(pair.said, pair.reply) for pair in part]))))
    return np.asarray(torch.cat(rows).numpy(), dtype=np.float64)


def _measured(chances: NDArray[np.float64], pairs: Sequence[Pair], threshold: float) -> dict[str, float]:
    from sklearn.metrics import roc_auc_score

    good = np.array([pair.fits for pair in pairs])
    faulty = np.array([bool(pair.fault) for pair in pairs])
    blocked = chances[:, 1:].max(axis=1) >= threshold
    return {
        "good replies told from others (area under the curve)": round(float(roc_auc_score(good, chances[:, 0])), 4),
        "faulty replies stopped by meaning": round(float(blocked[faulty].mean()), 4) if faulty.any() else 0.0,
        "good replies stopped by meaning": round(float(blocked[good].mean()), 4),
    }
