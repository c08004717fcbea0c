"""The commands as somebody types them, in a process of their own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import KNOWLEDGE

Run = Callable[..., subprocess.CompletedProcess[str]]
COMMANDS = [(), ("serve",), ("talk",), ("where",), ("check",), ("screen",), ("guard",), ("reply",), ("knowledge",), ("knowledge", "lint"),
            ("knowledge", "index"), ("knowledge", "search"), ("evals",), ("evals", "run"), ("evals", "fit"),
            ("evals", "sheet"), ("evals", "score"), ("model",),
            ("model", "get"), ("model", "list"), ("model", "use"), ("report",),
            ("report", "yearly")]  # fmt: skip


@pytest.fixture(scope="module")
def run(home: Path) -> Run:
    def go(*words: str, says: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        env = {**os.environ, "COMPANION_HOME": str(home), "COMPANION_REGION": "GB", "COLUMNS": "120", **environment}
        command = [sys.executable, "-c", "from companion.cli import main; main()", *words]
        return subprocess.run(command, input=says, capture_output=True, text=True, timeout=240, env=env, check=False)

    return go


def records(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(words) or "companion")
def test_help_is_a_page_worth_reading(run: Run, words: tuple[str, ...]) -> None:
    done = run(*words, "--help")
    assert done.returncode == 0
    assert len(done.stdout.split()) > 25
    assert "Traceback" not in done.stdout + done.stderr


def test_screen_reads_lines_in_order_and_says_which_it_could_not(run: Run) -> None:
    lines = [
        '{"id": "a", "text": "i want to kill myself"}',
        "not json",
        '{"id": "b"}',
        '{"id": "c", "messages": [{"role": "user", "content": "i have the pills here"}, {"role": "assistant", "content": "..."},'
        ' {"role": "user", "content": "haha jk"}]}',
        '{"id": "d", "text": "my homework is killing me"}',
    ]
    done = run("screen", "--jsonl", says="\n".join(lines))
    assert done.returncode == 1
    out = records(done)
    assert [record["id"] for record in out] == ["a", None, None, "c", "d"]
    assert out[0]["tier"] == 2
    assert out[0]["kinds"] == ["suicidal_thoughts"]
    assert out[0]["subject"] == "self"
    assert "line 2" in out[1]["error"]
    assert "line 3" in out[2]["error"]
    assert out[3]["tier"] >= 3, "a joke does not lower it"
    assert out[4]["tier"] == 0


def test_guard_says_what_would_be_shown(run: Run) -> None:
    lines = ['{"id": 1, "reply": "That was a long day. As a licensed therapist, I know."}', '{"id": 2, "reply": "That was a long day."}']
    first, second = records(run("guard", "--jsonl", says="\n".join(lines)))
    assert first["released"] == "That was a long day."
    assert "clinician" in first["kinds"]
    assert "therapist" in first["withheld"]
    assert (second["withheld"], second["kinds"]) == ("", [])


def test_reply_answers_with_text_and_events(run: Run) -> None:
    lines = [
        '{"id": 1, "messages": [{"role": "user", "content": "i lie awake every night and listen to the house"}], "region": "GB"}',
        '{"id": 2, "messages": [{"role": "user", "content": "i want to kill myself"}], "region": "US"}',
        '{"id": 3, "messages": [{"role": "user", "content": "hello"}], "style": "dance"}',
    ]
    done = run("reply", "--jsonl", "--seed", "7", says="\n".join(lines))
    out = records(done)
    assert done.returncode == 1
    assert out[0]["text"]
    quoted = [event for event in out[0]["events"] if event["kind"] == "quoted"]
    assert quoted
    assert {"note", "start", "end"} <= set(quoted[0])
    routed = next(event for event in out[1]["events"] if event["kind"] == "routed")
    assert (routed["way"], routed["name"]) == ("crisis", "suicidal_thoughts")
    assert "us-988" in json.dumps(out[1]["events"])
    assert "style" in out[2]["error"]


def test_search_finds_notes_by_line_and_by_hand(run: Run) -> None:
    done = run(
        "knowledge", "search", "--jsonl", says='{"id": 1, "query": "i lie awake every night"}\n{"id": 2, "query": "capital of france"}'
    )
    first, second = records(done)
    assert {"note", "score"} <= set(first["hits"][0])
    assert second["hits"] == []
    assert "0." in run("knowledge", "search", "i lie awake every night").stdout
    assert "Nothing in the collection" in run("knowledge", "search", "capital of france").stdout


def test_lint_is_clean_here_and_names_what_is_not(run: Run, tmp_path: Path) -> None:
    import shutil

    assert run("knowledge", "lint").returncode == 0
    folder = shutil.copytree(KNOWLEDGE, tmp_path / "knowledge")
    (folder / "stories" / "broken.md").write_text("---\nid: broken\n---\n")
    done = run("knowledge", "lint", str(folder))
    assert done.returncode == 1
    assert "broken.md:1" in done.stdout


def test_index_where_and_check(run: Run, home: Path) -> None:
    assert "index " in run("knowledge", "index").stdout
    assert str(home) in run("where").stdout
    done = run("check")
    assert done.returncode == 0, done.stdout
    assert "danger is heard" in done.stdout
    assert "voice: ready" in done.stdout


def test_check_and_serve_refuse_a_region_without_lines(run: Run) -> None:
    assert run("check", "--region", "XX").returncode == 1
    done = run("serve", "--region", "XX", "--port", "7899")
    assert done.returncode == 1
    assert "lines for XX" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_taken_port_is_one_plain_sentence(run: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run("serve", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 1
    assert "is taken" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_wrong_setting_is_named(run: Run) -> None:
    done = run("where", COMPANION_PORT="many")
    assert done.returncode == 1
    assert "`port`" in done.stderr
    assert "Traceback" not in done.stderr


def test_talk_is_the_same_pipeline_in_a_terminal(run: Run) -> None:
    done = run("talk", says="i want to kill myself\n\n")
    assert done.returncode == 0
    assert "Samaritans" in done.stdout
    assert "999" in done.stdout
    assert "an AI" in done.stdout


def test_the_yearly_report_counts_and_tells_nothing_else(run: Run, tmp_path: Path) -> None:
    (tmp_path / "counts.json").write_text(
        '{"2026": {"referral.suicide.3": 4, "referral.abuse.2": 1, "handoff.unanswered": 4, "notice.software": 9}}'
    )
    done = run("report", "yearly", "--year", "2026", "--json", COMPANION_HOME=str(tmp_path))
    report = json.loads(done.stdout)
    assert report["crisis_referral_notices"] == 5
    assert report["by_kind_and_tier"] == {"abuse.2": 1, "suicide.3": 4}
    assert report["notices_of_being_software"] == 9
    assert len(report["protocol"]) == 12
    assert "4  suicide, tier 3" in run("report", "yearly", "--year", "2026", COMPANION_HOME=str(tmp_path)).stdout
    assert (
        json.loads(run("report", "yearly", "--year", "2019", "--json", COMPANION_HOME=str(tmp_path)).stdout)["crisis_referral_notices"] == 0
    )


def test_the_terminal_counts_referrals_and_the_batch_commands_do_not(run: Run, tmp_path: Path) -> None:
    run("screen", "--jsonl", says='{"id": 1, "text": "i want to kill myself"}', COMPANION_HOME=str(tmp_path))
    assert not (tmp_path / "counts.json").exists(), "an examination must not change a year's figures"
