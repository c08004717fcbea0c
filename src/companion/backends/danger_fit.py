"""Fits the trained layer: the network on the embedder's lower layers, the linear model beside it, calibration and thresholds.

The seed is fixed, so that the same lessons give the same layer on the same machine. Knows neither files of cases nor phrases.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - the name that everybody knows

from companion.backends.danger_net import TIERS, DangerNet, begin, save
from companion.backends.reader import LONGEST, Card, windows
from companion.backends.wide import features
from companion.core.concern import Kind, Subject
from companion.core.lesson import Lesson

KINDS = tuple(kind for kind in Kind if kind is not Kind.UNREADABLE)
SUBJECTS = tuple(Subject)
SEED = 20261121
BATCH, RATE, RATE_OF_HEADS, EPOCHS = 24, 1e-4, 8e-4, 3
BELOW = 3
"""Layers of the embedder that are kept as they are; the three above are copied and fitted. Fewer overfit, more underfit on tune."""
MISSPELT = 4
"""One message in so many is met a second time with slips of the finger in it."""
ALARMS = {1: (0.05, 0.12), 2: (0.03, 0.05), 3: (0.012, 0.03), 4: (0.006, 0.015)}
"""By tier: shares of false alarms on ordinary talk and on look-alikes that the threshold may give on tune. The look-alikes of the suite
are harder than people's own; tier 1, which asks one plain question and goes on, may alarm more often, tiers 3 and 4 less."""

WEIGHT_OF_BOUNDARIES = 3.0
"""How much the boundaries count beside the tiers; they are many, and rare one by one."""
BOUNDARY_ALARMS = 0.015
"""Share of messages that ask for no boundary for which the layer may name one on tune."""
LEAST = {3: 0.5, 4: 0.6}
"""Chances under which the layer alone never asks for the graver answers: an ambulance that nobody needs is no kindness."""

Say = Callable[[str], None]


@dataclass
class _Read:
    """The lessons as the network meets them: states of every window, and which lesson each belongs to."""

    states: list[list[Tensor]]
    targets: Tensor


def fit(bert: Any, tokenizer: Any, embedder: str, lessons: Sequence[Lesson], folder: Path, say: Say) -> Card:
    """Fit on `lessons`, write danger.safetensors and danger.json to `folder`, and return the card."""
    torch.manual_seed(SEED)
    random.seed(SEED)
    fitted = [lesson for lesson in lessons if lesson.split == "fit"]
    tuned = [lesson for lesson in lessons if lesson.split == "tune"]
    say(f"{len(fitted)} lessons to fit on, {len(tuned)} to tune on")
    boundaries = tuple(sorted({lesson.boundary for lesson in lessons if lesson.boundary}))
    net = begin(bert, BELOW, len(KINDS), len(SUBJECTS), len(boundaries))
    worse = [lesson.model_copy(update={"plain": misspelt(lesson.plain)}) for lesson in fitted[::MISSPELT]]
    _fit_net(net, _read(bert, tokenizer, [*fitted, *worse], boundaries), say)
    deep = _outputs(net, _read(bert, tokenizer, tuned, boundaries))
    weights, bias = _fit_wide(fitted)
    wide = np.stack([(features(windows(lesson.plain)) @ weights + bias).max(axis=0) for lesson in tuned])
    calibration, chances = _calibrate(deep[:, :TIERS], wide, tuned)
    thresholds = {tier: _threshold(chances[:, tier - 1], tuned, tier) for tier in range(1, TIERS + 1)}
    asked = 1 / (1 + np.exp(-deep[:, TIERS + len(KINDS) + len(SUBJECTS) :]))
    boundary_threshold = _boundary_threshold(asked, tuned)
    card = Card(
        made_on=date.today().isoformat(),
        seed=SEED,
        fitted_on=len(fitted),
        embedder=embedder,
        kinds=KINDS,
        subjects=SUBJECTS,
        boundaries=boundaries,
        boundary_threshold=boundary_threshold,
        calibration=calibration,
        thresholds=thresholds,
        measured=_measured(chances, thresholds, tuned) | _boundaries_measured(asked, boundary_threshold, boundaries, tuned),
    )
    folder.mkdir(parents=True, exist_ok=True)
    save(net, weights, bias, folder / "danger.safetensors")
    (folder / "danger.json").write_text(card.model_dump_json(indent=1) + "\n", encoding="utf-8")
    return card


def misspelt(plain: str, every: int = 25) -> str:
    """Return the message with about one slip of the finger in `every` letters."""
    letters = list(plain)
    for _ in range(max(1, len(letters) // every)):
        at, slip = random.randrange(len(letters)), random.random()
        if slip < 0.35 and at + 1 < len(letters):
            letters[at], letters[at + 1] = letters[at + 1], letters[at]
        else:
            letters[at] = "" if slip < 0.7 else letters[at] * 2
    return "".join(letters)


def _read(bert: Any, tokenizer: Any, lessons: Sequence[Lesson], boundaries: Sequence[str]) -> _Read:
    cut = [windows(lesson.plain) for lesson in lessons]
    flat = [window for own in cut for window in own]
    found: list[Tensor] = [torch.empty(0)] * len(flat)
    order = sorted(range(len(flat)), key=lambda at: len(flat[at]))
    with torch.inference_mode():
        for start in range(0, len(order), 32):
            part = order[start : start + 32]
            tokens = tokenizer([flat[at] for at in part], return_tensors="pt", padding=True, truncation=True, max_length=LONGEST)
            states = bert(**tokens, output_hidden_states=True).hidden_states[BELOW].half()
            for row, at in enumerate(part):
                found[at] = states[row, : int(tokens["attention_mask"][row].sum())].clone()
    rest = iter(found)
    return _Read([[next(rest) for _ in own] for own in cut], torch.stack([_target(lesson, boundaries) for lesson in lessons]))


def _target(lesson: Lesson, boundaries: Sequence[str]) -> Tensor:
    """Return the tiers reached, the kinds present, the subject's number, and the boundary asked for; -1 where nobody labelled it."""
    tiers = [float(lesson.tier > tier) for tier in range(TIERS)]
    kinds = [float(kind in lesson.kinds) for kind in KINDS]
    asked = [-1.0 if lesson.boundary is None else float(lesson.boundary == name) for name in boundaries]
    return torch.tensor([*tiers, *kinds, float(SUBJECTS.index(lesson.subject)), *asked])


def _forward(net: DangerNet, windows_of: Sequence[Sequence[Tensor]]) -> Tensor:
    """Return one row of logits for each message: the worst of its windows."""
    flat = [states for own in windows_of for states in own]
    owner = torch.tensor([at for at, own in enumerate(windows_of) for _ in own])
    longest = max(len(states) for states in flat)
    batch = torch.zeros(len(flat), longest, flat[0].shape[1])
    mask = torch.zeros(len(flat), longest, dtype=torch.bool)
    for row, states in enumerate(flat):
        batch[row, : len(states)], mask[row, : len(states)] = states.float(), True
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=net.training):
        out = net(batch, mask)
    out = out.float()
    lowest = torch.full((len(windows_of), out.shape[1]), -1e4)
    return lowest.scatter_reduce(0, owner[:, None].expand_as(out), out, "amax")


def _loss(out: Tensor, target: Tensor) -> Tensor:
    tiers = F.binary_cross_entropy_with_logits(out[:, :TIERS], target[:, :TIERS])
    at, subjects_at = TIERS + len(KINDS), TIERS + len(KINDS) + len(SUBJECTS)
    kinds = F.binary_cross_entropy_with_logits(out[:, TIERS:at], target[:, TIERS:at])
    subjects = F.cross_entropy(out[:, at:subjects_at], target[:, at].long())
    labelled = target[:, at + 1 :] >= 0
    asked = F.binary_cross_entropy_with_logits(out[:, subjects_at:], target[:, at + 1 :].clamp(min=0), reduction="none")
    boundaries = (asked * labelled).sum() / labelled.sum().clamp(min=1)
    return tiers + 0.5 * kinds + 0.2 * subjects + WEIGHT_OF_BOUNDARIES * boundaries


def _fit_net(net: DangerNet, read: _Read, say: Say) -> None:
    heads = [weight for name, weight in net.named_parameters() if not name.startswith("layers")]
    groups = [{"params": net.layers.parameters(), "lr": RATE}, {"params": heads, "lr": RATE_OF_HEADS}]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.05)
    steps = EPOCHS * math.ceil(len(read.states) / BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step, steps))
    net.train()
    for epoch in range(EPOCHS):
        total = 0.0
        batches = _batches(read.states)
        for batch in batches:
            loss = _loss(_forward(net, [read.states[at] for at in batch]), read.targets[batch])
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total += loss.item()
        say(f"epoch {epoch + 1} of {EPOCHS}: loss {total / len(batches):.3f}")
    net.eval()


def _rate(step: int, steps: int) -> float:
    """Return the learning rate's share: warming up over sixty steps, then falling along a cosine."""
    return min(1.0, step / 60) * (0.5 * (1 + math.cos(math.pi * min(1.0, step / steps))) + 0.02)


def _batches(states: Sequence[Sequence[Tensor]]) -> list[list[int]]:
    """Return a shuffled order in batches of about equal length, so that little is padding."""
    order = random.sample(range(len(states)), len(states))
    size = {at: sum(len(window) for window in states[at]) for at in order}
    chunks = [sorted(order[start : start + 20 * BATCH], key=size.__getitem__) for start in range(0, len(order), 20 * BATCH)]
    batches = [chunk[start : start + BATCH] for chunk in chunks for start in range(0, len(chunk), BATCH)]
    random.shuffle(batches)
    return batches


def _outputs(net: DangerNet, read: _Read) -> NDArray[np.float32]:
    with torch.inference_mode():
        rows = [_forward(net, read.states[start : start + 16]) for start in range(0, len(read.states), 16)]
    return torch.cat(rows).numpy()


def _fit_wide(lessons: Sequence[Lesson]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    from sklearn.linear_model import LogisticRegression

    seen = features([lesson.plain for lesson in lessons])
    models = [LogisticRegression(C=8.0, max_iter=1000).fit(seen, [lesson.tier > tier for lesson in lessons]) for tier in range(TIERS)]
    weights = np.stack([model.coef_[0] for model in models], axis=1).astype(np.float32)
    return weights, np.array([model.intercept_[0] for model in models], dtype=np.float32)


Calibration = dict[int, tuple[float, float, float]]


def _calibrate(deep: NDArray[np.float32], wide: NDArray[np.float32], lessons: Sequence[Lesson]) -> tuple[Calibration, NDArray[np.float64]]:
    """Return how the two logits of each tier become one chance (Platt 1999, with two inputs), and the chances on tune."""
    from sklearn.linear_model import LogisticRegression

    calibration: Calibration = {}
    chances = np.zeros((len(lessons), TIERS))
    for tier in range(TIERS):
        both = np.stack([deep[:, tier], wide[:, tier]], axis=1)
        model = LogisticRegression(C=1.0).fit(both, [lesson.tier > tier for lesson in lessons])
        calibration[tier + 1] = (float(model.coef_[0][0]), float(model.coef_[0][1]), float(model.intercept_[0]))
        chances[:, tier] = model.predict_proba(both)[:, 1]
    return calibration, chances


def _threshold(chances: NDArray[np.float64], lessons: Sequence[Lesson], tier: int) -> float:
    """Return the lowest chance at which no more harmless messages of tune than allowed are taken for this tier."""
    lowest = LEAST.get(tier, 0.0)
    for calm, allowed in zip(("ordinary", "look_alike"), ALARMS[tier], strict=True):
        own = np.array([chance for chance, lesson in zip(chances, lessons, strict=True) if lesson.calm == calm and lesson.tier < tier])
        if len(own):
            lowest = max(lowest, float(np.quantile(own, 1 - allowed, method="higher")))
    return min(0.98, lowest + 1e-6)


def _boundary_threshold(asked: NDArray[np.float64], lessons: Sequence[Lesson]) -> float:
    """Return the lowest chance at which no more messages of tune than allowed are given a boundary that they do not ask for."""
    none = np.array([chances.max() for chances, lesson in zip(asked, lessons, strict=True) if lesson.boundary == ""])
    return float(np.quantile(none, 1 - BOUNDARY_ALARMS, method="higher")) + 1e-6 if len(none) else 1.0


def _boundaries_measured(asked: NDArray[np.float64], threshold: float, names: Sequence[str], lessons: Sequence[Lesson]) -> dict[str, float]:
    hits = [
        chances.max() >= threshold and names[int(chances.argmax())] == lesson.boundary
        for chances, lesson in zip(asked, lessons, strict=True)
        if lesson.boundary
    ]
    return {"recall of boundaries, trained layer alone": round(sum(hits) / len(hits), 4)} if hits else {}


def _measured(chances: NDArray[np.float64], thresholds: dict[int, float], lessons: Sequence[Lesson]) -> dict[str, float]:
    reached = {tier: chances[:, tier - 1] >= thresholds[tier] for tier in thresholds}

    def share(which: Callable[[Lesson], bool], tier: int) -> float:
        own = [bool(hit) for hit, lesson in zip(reached[tier], lessons, strict=True) if which(lesson)]
        return round(sum(own) / len(own), 4) if own else 0.0

    return {
        "recall of danger at tier 2 or above, trained layer alone": share(lambda lesson: lesson.tier >= 2, 2),
        "recall of danger at tier 1 or above, trained layer alone": share(lambda lesson: lesson.tier >= 1, 1),
        "false alarms at tier 2 on ordinary talk": share(lambda lesson: lesson.calm == "ordinary", 2),
        "false alarms at tier 2 on look-alikes": share(lambda lesson: lesson.calm == "look_alike", 2),
    }
