"""What a newcomer is told when something is missing: one plain sentence that says what to do."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

TOOLS = ("bash", "dirname", "awk", "df", "rm", "mkdir", "touch", "env")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout of the set-up alone, with a PATH that holds only a few tools."""
    (tmp_path / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "install.sh", tmp_path / "tools" / "install.sh")
    (tmp_path / "bin").mkdir()
    for name in TOOLS:
        found = shutil.which(name)
        if found:
            (tmp_path / "bin" / name).symlink_to(found)
    return tmp_path


def tool(checkout: Path, name: str, script: str) -> None:
    path = checkout / "bin" / name
    path.unlink(missing_ok=True)
    path.write_text(f"#!/usr/bin/env bash\n{script}\n")
    path.chmod(0o755)


def install(checkout: Path) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(checkout / "bin"), "HOME": str(checkout)}
    bash = shutil.which("bash") or "bash"
    return subprocess.run([bash, "tools/install.sh", "starter"], cwd=checkout, env=environment, capture_output=True, text=True, check=False)


def test_without_a_fitting_python(checkout: Path) -> None:
    tool(checkout, "python3", "exit 1")
    done = install(checkout)
    assert done.returncode == 1
    assert "Python 3.11, 3.12 or 3.13 is needed" in done.stderr


def test_without_a_compiler(checkout: Path) -> None:
    tool(checkout, "python3", "exit 0")
    done = install(checkout)
    assert done.returncode == 1
    assert "C++ compiler is needed" in done.stderr
    assert "build-essential" in done.stderr


def test_without_room_on_the_disk(checkout: Path) -> None:
    tool(checkout, "python3", "exit 0")
    tool(checkout, "c++", "exit 0")
    tool(checkout, "df", "printf 'head\\n/dev/x 100 90 1000 99%% /\\n'")
    done = install(checkout)
    assert done.returncode == 1
    assert "4 GB of disk" in done.stderr


def test_every_version_is_pinned_and_torch_is_the_one_without_a_gpu() -> None:
    pins = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if line]
    assert all("==" in pin for pin in pins)
    assert "torch==2.13.0" in pins
