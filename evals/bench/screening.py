"""Messages a second through the phrase floor and through the trained layer, and milliseconds for one message as the chat reads it.

    .venv/bin/python evals/bench/screening.py [messages]

Short messages are those of the suite under 200 characters, in all languages. `companion screen --jsonl` runs as a command of its own,
its start counted apart; "one message" is measured inside one process, as in the chat, on English messages.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

from companion.app import build
from companion.core.message import Turn
from companion.evals.cases import read_cases
from companion.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


def per_second(texts: list[str], *more: str) -> tuple[float, float]:
    """Return messages a second and seconds until the first answer, for one run of the command."""
    lines = "\n".join(json.dumps({"id": at, "text": text}) for at, text in enumerate(texts))
    with tempfile.TemporaryDirectory() as home, tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as given:
        given.write(lines)
        given.flush()
        command = [sys.executable, "-c", "from companion.cli import main; main()", "screen", "--jsonl", *more, given.name]
        start = time.perf_counter()
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "COMPANION_HOME": home}) as running:
            assert running.stdout is not None
            running.stdout.readline()
            first = time.perf_counter()
            rest = sum(1 for _ in running.stdout)
            end = time.perf_counter()
    return rest / (end - first), first - start


def one_message(texts: list[str], *, reading: bool) -> list[float]:
    """Return milliseconds for each message, screened by itself."""
    companion = build(Settings(home=Path(tempfile.mkdtemp())))
    if reading:
        companion.wait_for_reading()
    companion.screen(Turn(said="a first message, which pays for the loading"))
    found = []
    for text in texts:
        start = time.perf_counter()
        companion.screen(Turn(said=text))
        found.append((time.perf_counter() - start) * 1000)
    return found


def main() -> None:
    """Print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1200
    cases = [case for case in read_cases(ROOT / "evals/suites/danger/cases") if len(case.text) < 200]
    texts = [case.text for case in cases][:count]
    english = [case.text for case in cases if case.language == "en"][:200]
    print(f"{date.today()}, {platform.processor() or platform.machine()}, {os.cpu_count()} cores, {len(texts)} messages")
    for name, options in (("phrase floor alone", ("--phrases",)), ("floor and trained layer", ())):
        speed, start = per_second(texts, *options)
        print(f"{name:26} {speed:7.0f} messages/s   first answer after {start:.1f} s")
    for name, reading in (("one message, floor", False), ("one message, with reading", True)):
        times = one_message(english, reading=reading)
        print(f"{name:26} {statistics.median(times):7.1f} ms median   {sorted(times)[int(len(times) * 0.95)]:.1f} ms at 95 %")


if __name__ == "__main__":
    main()
