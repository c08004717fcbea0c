"""The judge's network: a few transformer layers of its own over a pair of what was said and a reply. It knows neither thresholds nor words.

Files are safetensors with their shape in the header: nothing in them can run.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from companion.backends.danger_net import Trunk

FAULTS = (
    "identity", "diagnosis", "medicine", "contact", "endorse", "bond", "romance",
    "secrecy", "minimise", "promise", "leak", "direct", "invent",
)  # fmt: skip
"""What a reply must not do, in the order of the outputs."""
LONGEST_SAID, LONGEST_REPLY = 90, 64
"""Tokens read of what was said, its end, and of the reply, its beginning."""


class JudgeNet(Trunk):
    """States of a pair in; logits of "it fits" and of every fault out."""

    def __init__(self, layers: int, width: int, heads: int, inner: int) -> None:
        super().__init__(layers, width, heads, inner)
        self.shape = {"layers": layers, "width": width, "heads": heads, "inner": inner}
        self.out = nn.Linear(2 * width, 1 + len(FAULTS))

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """Return logits, shape (pairs, 1 + faults)."""
        found: Tensor = self.out(self.pooled(states, mask))
        return found


def save_judge(net: JudgeNet, below: int, path: Path) -> None:
    """Write the network in half precision."""
    weights = {name: value.to(torch.float16).contiguous() for name, value in net.state_dict().items()}
    save_file(weights, path, metadata={name: str(size) for name, size in (net.shape | {"below": below}).items()})


def load_judge(path: Path) -> tuple[JudgeNet, int]:
    """Return the network, and how many of the embedder's layers come before it. Raises OSError, ValueError, KeyError or RuntimeError."""
    with safe_open(path, framework="pt") as file:
        sizes = {name: int(size) for name, size in file.metadata().items()}
        below = sizes.pop("below")
        net = JudgeNet(**sizes)
        net.load_state_dict({name: file.get_tensor(name).float() for name in file.keys()})  # noqa: SIM118 - not a dict
    return net.eval(), below


def pair_states(lower: Any, tokenizer: Any, pairs: Sequence[tuple[str, str]]) -> tuple[Tensor, Tensor]:
    """Return the states of the embedder's `lower` layers for pairs of what was said and a reply, and where there are tokens."""
    ids, kinds = [], []
    for said, reply in pairs:
        first = tokenizer(said, add_special_tokens=False)["input_ids"][-LONGEST_SAID:]
        second = tokenizer(reply, add_special_tokens=False)["input_ids"][:LONGEST_REPLY]
        start, stop = tokenizer.cls_token_id, tokenizer.sep_token_id
        ids.append([start, *first, stop, *second, stop])
        kinds.append([0] * (len(first) + 2) + [1] * (len(second) + 1))
    longest = max(map(len, ids))
    mask = torch.tensor([[1] * len(own) + [0] * (longest - len(own)) for own in ids])
    filled = torch.tensor([own + [tokenizer.pad_token_id] * (longest - len(own)) for own in ids])
    segments = torch.tensor([own + [0] * (longest - len(own)) for own in kinds])
    return lower(input_ids=filled, attention_mask=mask, token_type_ids=segments).last_hidden_state, mask.bool()
