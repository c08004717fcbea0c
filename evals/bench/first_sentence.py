"""Seconds to the first cleared sentence and to the end over a ten-turn talk, beside the bare engine on the same messages, in one run.

    .venv/bin/python evals/bench/first_sentence.py

"bare" is the packaged model through llama-cpp-python with the same system prompt and examples and a growing history: no screening,
no search, no guard. For "ours" three moments are measured: the first cleared sentence of any voice, the first of the model's own
where it had one, the end.
"""

from __future__ import annotations

import os
import platform
import statistics
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

os.environ["HF_HUB_OFFLINE"] = "1"

from companion.app import Companion, build
from companion.backends.model_file import starter_model
from companion.core.events import Finished, Said
from companion.core.message import Message, Turn
from companion.core.talk import SoFar
from companion.settings import Settings

TALK = [
    "my mum died in june and i still set the table for two every evening",
    "the evenings are the worst, when it gets dark and the radio is on",
    "my brother wants to sell the house and we have not talked since",
    "at work nobody mentions it, they just ask if i want coffee",
    "i slept maybe three hours and my head will not stop going round",
    "a friend asked me to come swimming on sunday and i said maybe",
    "i am scared that i will forget how her voice sounded",
    "the doctor gave me ten minutes and looked at the screen",
    "i went for a walk to the river and it was alright for a bit",
    "i do not know what to do with her coats in the hall",
]


def bare(companion: Companion) -> list[tuple[float, float]]:
    """Return (first piece, end) in seconds for each message, through the engine alone."""
    import llama_cpp

    engine: Any = llama_cpp.Llama(model_path=str(starter_model()), n_ctx=2048, verbose=False)
    prompts = companion.kit.prompts
    history: list[Any] = [{"role": "system", "content": prompts.system}, *(dict(example) for example in prompts.examples)]
    times = []
    for said in TALK:
        history.append({"role": "user", "content": said})
        start = time.perf_counter()
        first, reply = 0.0, ""
        for chunk in engine.create_chat_completion(history, max_tokens=60, temperature=0.5, top_p=0.9, seed=7, stream=True):
            piece = chunk["choices"][0]["delta"].get("content")
            if piece:
                first = first or time.perf_counter() - start
                reply += piece
        times.append((first, time.perf_counter() - start))
        history.append({"role": "assistant", "content": reply})
    engine.close()
    return times


def ours(companion: Companion) -> list[tuple[float, float | None, float]]:
    """Return (first cleared sentence, first of the model's own, end) in seconds for each message, through the whole pipeline."""
    earlier: tuple[Message, ...] = ()
    so_far = SoFar()
    times = []
    for said in TALK:
        start = time.perf_counter()
        first, own, reply = 0.0, None, ""
        for event in companion.take(Turn(said=said, earlier=earlier, so_far=so_far, region="GB")):
            if isinstance(event, Said):
                now = time.perf_counter() - start
                first = first or now
                own = now if own is None and event.voice == "model" else own
                reply += f" {event.text}"
            if isinstance(event, Finished):
                so_far = event.so_far
        times.append((first, own, time.perf_counter() - start))
        earlier = (*earlier, Message(role="person", text=said), Message(role="companion", text=reply.strip()))
    return times


def main() -> None:
    """Measure both and print the table."""
    with tempfile.TemporaryDirectory() as home:
        companion = build(Settings(home=Path(home), region="GB", seed=7))
        companion.wait(180)
        list(companion.take(Turn(said="hello there, it has been a day", region="GB")))
        mine = ours(companion)
        alone = bare(companion)
    print(
        f"{date.today()}, {platform.machine()}, {os.cpu_count()} cores, Python {sys.version.split()[0]}, {starter_model()}".replace(
            str(Path.home()), "~"
        )
    )
    print("\n| turn | bare: first piece | bare: end | ours: first cleared sentence | ours: model's own first | ours: end |")
    print("|---|---|---|---|---|---|")
    for at, ((first, end), (said, own, done)) in enumerate(zip(alone, mine, strict=True), start=1):
        print(f"| {at} | {first:.2f} | {end:.2f} | {said:.2f} | {'' if own is None else f'{own:.2f}'} | {done:.2f} |")
    print(
        f"| median | {statistics.median(f for f, _ in alone):.2f} | {statistics.median(e for _, e in alone):.2f} "
        f"| {statistics.median(f for f, _, _ in mine):.2f} | | {statistics.median(d for _, _, d in mine):.2f} |"
    )


if __name__ == "__main__":
    main()
