"""Fits a voice: a LoRA adapter on a small chat model, written as a GGUF file that llama-cpp-python loads beside the model.

Needs the extra `voice`. The seed is fixed, so that the same examples give the same voice on the same machine. Knows nothing of what the
examples say.
"""

from __future__ import annotations

import hashlib
import json
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from companion.core.errors import ModelMissing
from companion.core.ports import PromptMessage

SEED = 20261121
RANK, ALPHA = 16, 32
"""Hu et al. 2021; 16 on all seven linear maps is 4.9 million numbers, under 10 MB in half precision.

No dropout: drawing it took a fifth of the time of a step.
"""
BATCH, RATE, WARM = 8, 6e-4, 30
LONGEST = 320
"""Tokens of an exchange; a longer one loses its beginning."""
PARTS = {
    "q_proj": "attn_q",
    "k_proj": "attn_k",
    "v_proj": "attn_v",
    "o_proj": "attn_output",
    "gate_proj": "ffn_gate",
    "up_proj": "ffn_up",
    "down_proj": "ffn_down",
}
"""The linear maps that are adapted: their names in transformers, and in GGUF."""

SAY_EVERY = 50
"""Steps between two lines about how it goes."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Exchange:
    """What the model is given, and what it should say."""

    prompt: tuple[PromptMessage, ...]
    reply: str


@dataclass(frozen=True)
class Fitted:
    """What a fit gave."""

    loss_before: float
    """Mean loss per token on the tuning exchanges with the bare model."""
    loss_after: float
    seed: int
    examples: int
    data: str
    """SHA-256 of the exchanges, first 16 characters."""


def fit(model: Path, rounds: Sequence[Sequence[Exchange]], tuned: Sequence[Exchange], out: Path, say: Say) -> Fitted:
    """Fit on each round's exchanges, measure on `tuned`, and write the adapter to `out`. Raises ModelMissing without the extra `voice`."""
    try:
        from peft import LoraConfig, get_peft_model
        from transformers import AutoTokenizer
    except ImportError as error:
        raise ModelMissing(f"fitting a voice needs {error.name}", mend="install the extra `voice`") from error
    torch.manual_seed(SEED)
    random.seed(SEED)
    tokenizer = AutoTokenizer.from_pretrained(str(model.parent), gguf_file=model.name)
    bare = _weights(model)
    config = LoraConfig(r=RANK, lora_alpha=ALPHA, target_modules=list(PARTS), task_type="CAUSAL_LM")
    net = get_peft_model(bare, config)
    known = [[_tokens(tokenizer, exchange) for exchange in exchanges] for exchanges in rounds]
    held = [_tokens(tokenizer, exchange) for exchange in tuned]
    before = _mean_loss(net, held)
    say(f"{sum(map(len, known))} exchanges; loss on {len(held)} others {before:.3f}")
    _train(net, known, say)
    after = _mean_loss(net, held)
    say(f"loss on the others {after:.3f}")
    heads = bare.config.num_attention_heads, bare.config.num_key_value_heads
    _write(net, out, heads)
    shown = [[*exchange.prompt, exchange.reply] for exchanges in rounds for exchange in exchanges]
    data = hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:16]
    different = len({json.dumps(one) for one in shown})
    return Fitted(loss_before=round(before, 4), loss_after=round(after, 4), seed=SEED, examples=different, data=data)


def _weights(model: Path) -> Any:
    """Return the model out of its packed file, in bfloat16: it is not learned, only the adapter is, and that in full precision."""
    from transformers import AutoModelForCausalLM

    packed = AutoModelForCausalLM.from_pretrained(str(model.parent), gguf_file=model.name, dtype=torch.float32)
    plain: Any = type(packed)(packed.config)  # the packed one refuses to be adapted
    plain.load_state_dict(packed.state_dict())
    plain.set_attn_implementation("eager")  # a quarter faster than the fused one at these lengths on two cores
    return plain.to(torch.bfloat16)


@dataclass(frozen=True)
class _Tokens:
    """One exchange; only what follows `spoken` is learned."""

    ids: list[int]
    spoken: int


def _tokens(tokenizer: Any, exchange: Exchange) -> _Tokens:
    head = tokenizer.apply_chat_template(list(exchange.prompt), add_generation_prompt=True, tokenize=False)
    start = tokenizer(head, add_special_tokens=False)["input_ids"]
    reply = tokenizer(exchange.reply, add_special_tokens=False)["input_ids"] + [tokenizer.eos_token_id]
    cut = max(0, len(start) + len(reply) - LONGEST)
    return _Tokens([*start[cut:], *reply], len(start) - cut)


def _loss(net: Any, batch: Sequence[_Tokens]) -> torch.Tensor:
    """Return the mean loss per token of the replies; only where they stand are the chances of all words worked out."""
    longest = max(len(tokens.ids) for tokens in batch)
    ids = torch.zeros(len(batch), longest, dtype=torch.long)
    mask, spoken = torch.zeros_like(ids), torch.zeros_like(ids, dtype=torch.bool)
    for row, tokens in enumerate(batch):
        size = len(tokens.ids)
        ids[row, :size], mask[row, :size] = torch.tensor(tokens.ids), 1
        spoken[row, tokens.spoken : size] = True
    whole = net.get_base_model()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        states = whole.model(input_ids=ids, attention_mask=mask).last_hidden_state[:, :-1]
        chances = whole.lm_head(states[spoken[:, 1:]])
    return torch.nn.functional.cross_entropy(chances.float(), ids[:, 1:][spoken[:, 1:]])


def _mean_loss(net: Any, held: Sequence[_Tokens]) -> float:
    if not held:
        return math.nan
    net.eval()
    ordered = sorted(held, key=lambda tokens: len(tokens.ids))
    with torch.inference_mode():
        return float(np.mean([_loss(net, ordered[start : start + BATCH]).item() for start in range(0, len(ordered), BATCH)]))


def _train(net: Any, known: Sequence[Sequence[_Tokens]], say: Say) -> None:
    optimiser = torch.optim.AdamW([weight for weight in net.parameters() if weight.requires_grad], lr=RATE, weight_decay=0.0)
    rounds = [_batches(exchanges) for exchanges in known]
    steps = sum(map(len, rounds))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: min(1.0, step / WARM) * max(0.02, 1 - step / steps))
    net.train()
    for number, batches in enumerate(rounds, 1):
        total = 0.0
        for step, batch in enumerate(batches, 1):
            loss = _loss(net, batch)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total += loss.item()
            if step % SAY_EVERY == 0 or step == len(batches):
                say(f"round {number} of {len(rounds)}, step {step} of {len(batches)}: loss {total / step:.3f}")


def _batches(known: Sequence[_Tokens]) -> list[list[_Tokens]]:
    """Return a shuffled order in batches of about equal length, so that little is padding."""
    order = random.sample(list(known), len(known))
    chunks = [sorted(order[at : at + 16 * BATCH], key=lambda tokens: len(tokens.ids)) for at in range(0, len(order), 16 * BATCH)]
    batches = [chunk[at : at + BATCH] for chunk in chunks for at in range(0, len(chunk), BATCH)]
    random.shuffle(batches)
    return batches


def _write(net: Any, out: Path, heads: tuple[int, int]) -> None:
    import gguf

    out.parent.mkdir(parents=True, exist_ok=True)
    writer = gguf.GGUFWriter(out, "llama")
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", float(ALPHA))
    for name, weight in net.named_parameters():
        if "lora_" not in name:
            continue
        parts = name.split(".")
        layer, part = parts[parts.index("layers") + 1], next(part for part in parts if part in PARTS)
        side = "lora_a" if "lora_A" in name else "lora_b"
        values = weight.detach().float().numpy()
        if side == "lora_b" and part in ("q_proj", "k_proj"):
            values = _in_gguf_order(values, heads[0] if part == "q_proj" else heads[1])
        writer.add_tensor(f"blk.{layer}.{PARTS[part]}.weight.{side}", np.ascontiguousarray(values.astype(np.float16)))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _in_gguf_order(values: NDArray[np.float32], heads: int) -> NDArray[np.float32]:
    """Return the rows as GGUF keeps those of queries and keys: the two halves of each head interleaved."""
    rows, columns = values.shape
    return values.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)
