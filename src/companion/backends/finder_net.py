"""The finder's network: transformer layers of its own on the embedder's lower ones, fitted so that messages of one situation lie together.

Files are safetensors with their shape in the header: nothing in them can run.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - the name that everybody knows

from companion.backends.danger_net import Trunk

LONGEST = 128
"""Tokens read of a text: its end, since people come to the point there."""


class FinderNet(Trunk):
    """States of one of the embedder's layers in; unit vectors out. Before it is fitted, they are the embedder's own."""

    def __init__(self, layers: int, width: int, heads: int, inner: int) -> None:
        super().__init__(layers, width, heads, inner)
        self.shape = {"layers": layers, "width": width, "heads": heads, "inner": inner}

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """Return unit vectors, shape (texts, width)."""
        for layer in self.layers:
            states = layer(states, mask)
        there = mask[:, :, None]
        found: Tensor = F.normalize((states * there).sum(1) / there.sum(1), dim=1)
        return found


def save_finder(net: FinderNet, below: int, path: Path) -> None:
    """Write the network in half precision."""
    weights = {name: value.to(torch.float16).contiguous() for name, value in net.state_dict().items()}
    save_file(weights, path, metadata={name: str(size) for name, size in (net.shape | {"below": below}).items()})


def load_finder(path: Path) -> tuple[FinderNet, int]:
    """Return the network, and how many of the embedder's layers come before it. Raises OSError, ValueError, KeyError or RuntimeError."""
    with safe_open(path, framework="pt") as file:
        sizes = {name: int(size) for name, size in file.metadata().items()}
        below = sizes.pop("below")
        net = FinderNet(**sizes)
        net.load_state_dict({name: file.get_tensor(name).float() for name in file.keys()})  # noqa: SIM118 - not a dict
    return net.eval(), below


def text_states(lower: Any, tokenizer: Any, texts: Sequence[str], most: int = LONGEST) -> tuple[Tensor, Tensor]:
    """Return the states of the embedder's `lower` layers for the last `most` tokens of texts, and where there are tokens."""
    ids = []
    for text in texts:
        own = tokenizer(text, add_special_tokens=False)["input_ids"]
        cut = own if len(own) <= most else own[-most:]
        ids.append([tokenizer.cls_token_id, *cut, tokenizer.sep_token_id])
    longest = max(map(len, ids))
    mask = torch.tensor([[1] * len(own) + [0] * (longest - len(own)) for own in ids])
    filled = torch.tensor([own + [tokenizer.pad_token_id] * (longest - len(own)) for own in ids])
    with torch.no_grad():
        states = lower(input_ids=filled, attention_mask=mask).last_hidden_state
    return states, mask.bool()
