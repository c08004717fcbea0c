"""The trained layer's network: a few transformer layers of its own on top of the embedder's lower ones.

The embedder reads a message once. Its last layer gives the vector that retrieval and routing use; a layer further down feeds
this network, whose layers began as copies of the embedder's upper ones and were fitted to hear danger and boundaries. It knows neither
thresholds nor words. Files are safetensors with their shape in the header: nothing in them can run.
"""

from __future__ import annotations

import copy
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - the name that everybody knows

TIERS = 4
"""Outputs of the ordinal head: the logits of "tier 1 or above" up to "tier 4"."""


class Layer(nn.Module):
    """One transformer layer as in BERT: attention, then a feed-forward part, each added and normalised."""

    def __init__(self, width: int, heads: int, inner: int, dropout: float = 0.1) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.joined = (nn.Linear(width, width) for _ in range(4))
        self.wide, self.narrow = nn.Linear(width, inner), nn.Linear(inner, width)
        self.norm_attention, self.norm_forward = nn.LayerNorm(width, eps=1e-12), nn.LayerNorm(width, eps=1e-12)
        self.dropout = nn.Dropout(dropout)

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """Return states of the same shape (texts, tokens, width); `mask` is True where there is a token, (texts, tokens)."""
        texts, tokens, width = states.shape

        def split(part: Tensor) -> Tensor:
            return part.view(texts, tokens, self.heads, width // self.heads).transpose(1, 2)

        mixed = F.scaled_dot_product_attention(
            split(self.query(states)), split(self.key(states)), split(self.value(states)), attn_mask=mask[:, None, None, :]
        )
        mixed = self.joined(mixed.transpose(1, 2).reshape(texts, tokens, width))
        states = self.norm_attention(states + self.dropout(mixed))
        found: Tensor = self.norm_forward(states + self.dropout(self.narrow(F.gelu(self.wide(states)))))
        return found


@dataclass(frozen=True)
class Shape:
    """The sizes of a net."""

    below: int
    """How many of the embedder's layers come first."""
    layers: int
    width: int
    heads: int
    inner: int
    kinds: int
    subjects: int
    boundaries: int


class Trunk(nn.Module):
    """A few layers, and one vector out of their states: the mean beside a weighted mean. Heads are put on top."""

    def __init__(self, layers: int, width: int, heads: int, inner: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(Layer(width, heads, inner) for _ in range(layers))
        self.weigh = nn.Linear(width, 1)
        self.dropout = nn.Dropout(0.1)

    def pooled(self, states: Tensor, mask: Tensor) -> Tensor:
        """Return one vector for each text, shape (texts, 2 * width)."""
        for layer in self.layers:
            states = layer(states, mask)
        there = mask[:, :, None]
        mean = (states * there).sum(1) / there.sum(1)
        weights = self.weigh(states).masked_fill(~there, -1e4).softmax(1)
        pooled: Tensor = self.dropout(torch.cat([mean, (states * weights).sum(1)], dim=1))
        return pooled

    def copy_from(self, bert: Any, below: int) -> None:
        """Take the weights of the layers of `bert`, a transformers BertModel, that lie above `below`."""
        for own, theirs in zip(self.layers, list(bert.encoder.layer)[below:], strict=True):
            assert isinstance(own, Layer)
            attention = theirs.attention
            for to, source in (
                (own.query, attention.self.query),
                (own.key, attention.self.key),
                (own.value, attention.self.value),
                (own.joined, attention.output.dense),
                (own.norm_attention, attention.output.LayerNorm),
                (own.wide, theirs.intermediate.dense),
                (own.narrow, theirs.output.dense),
                (own.norm_forward, theirs.output.LayerNorm),
            ):
                to.load_state_dict(source.state_dict())


def lower(bert: Any, below: int) -> Any:
    """Return `bert` without the layers from `below` on, with the same weights: all that a network on top of `below` needs to be run."""
    short, encoder = copy.copy(bert), copy.copy(bert.encoder)
    short._modules, encoder._modules = dict(bert._modules), dict(bert.encoder._modules)
    encoder.layer = bert.encoder.layer[:below]
    short.encoder = encoder
    return short


class DangerNet(Trunk):
    """States of one of the embedder's layers in; logits of tiers, kinds, subjects and boundaries out."""

    def __init__(self, shape: Shape) -> None:
        super().__init__(shape.layers, shape.width, shape.heads, shape.inner)
        self.shape = shape
        outs = (TIERS, shape.kinds, shape.subjects, shape.boundaries)
        self.tiers, self.kinds, self.subjects, self.boundaries = (nn.Linear(2 * shape.width, out) for out in outs)

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """Return logits, shape (texts, TIERS + kinds + subjects + boundaries)."""
        pooled = self.pooled(states, mask)
        return torch.cat([head(pooled) for head in (self.tiers, self.kinds, self.subjects, self.boundaries)], dim=1)


def begin(bert: Any, below: int, kinds: int, subjects: int, boundaries: int) -> DangerNet:
    """Return a net whose layers are copies of the upper layers of `bert`, a transformers BertModel."""
    config, above = bert.config, len(bert.encoder.layer) - below
    sizes = config.hidden_size, config.num_attention_heads, config.intermediate_size
    net = DangerNet(Shape(below, above, *sizes, kinds, subjects, boundaries))
    net.copy_from(bert, below)
    return net


def save(net: DangerNet, wide: NDArray[np.float32], bias: NDArray[np.float32], path: Path) -> None:
    """Write the net and the linear model beside it in half precision."""
    weights = {f"net.{name}": value.to(torch.float16).contiguous() for name, value in net.state_dict().items()}
    weights |= {"wide.weights": torch.from_numpy(wide).half(), "wide.bias": torch.from_numpy(bias)}
    save_file(weights, path, metadata={name: str(size) for name, size in asdict(net.shape).items()})


def load(path: Path) -> tuple[DangerNet, NDArray[np.float32], NDArray[np.float32]]:
    """Return the net in `path`, ready to read, and the linear model's weights and bias.

    Raises OSError, ValueError, KeyError or RuntimeError for a file that does not fit.
    """
    with safe_open(path, framework="pt") as file:
        net = DangerNet(Shape(**{name: int(size) for name, size in file.metadata().items()}))
        tensors = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118 - not a dict
    net.load_state_dict({name.removeprefix("net."): value for name, value in tensors.items() if name.startswith("net.")})
    return net.eval(), tensors["wide.weights"].numpy(), tensors["wide.bias"].numpy()
