"""The arrows between the rooms, and the size of things."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from companion.core import errors

SOURCE = Path(__file__).resolve().parent.parent / "src" / "companion"
INNER = {"core"}
MAY_IMPORT = {
    "core": set(),
    "turn": INNER,
    "checks": INNER,
    "knowledge": INNER,
    "handoff": INNER,
    "backends": INNER,
    "settings": INNER,
    "evals": {"core", "turn"},
    "app": {"core", "turn", "checks", "knowledge", "handoff", "backends", "settings", "speaker"},
    "fitting": {"core", "backends", "checks", "knowledge", "settings", "turn"},
    "speaker": {"core", "backends", "checks", "knowledge", "settings"},
    "arms": {"app", "backends", "core", "evals", "turn"},
    "models": {"backends", "settings"},
    "selfcheck": {"core", "turn", "app", "settings"},
    "pages": {"core", "app", "settings"},
    "cli": {"core", "app", "settings", "selfcheck", "pages", "knowledge", "evals", "fitting", "arms", "models"},
}
"""`cli` reads the knowledge folder through `app`; what it imports of `knowledge` are readers that decide nothing."""
HEAVY = {"llama_cpp", "sentence_transformers", "faiss", "bm25s", "torch", "transformers"}
LONGEST_MODULE, LONGEST_FUNCTION = 300, 40


def modules() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


EDGES = sorted({(room(path), name.split(".")[1]) for path in modules() for name in imported(path) if name.startswith("companion.")})


@pytest.mark.parametrize(("importer", "name"), EDGES)
def test_imports_point_inward(importer: str, name: str) -> None:
    assert name in MAY_IMPORT.get(importer, set()) | {importer}, f"{importer} must not know about {name}"


def test_heavy_packages_are_imported_in_backends_only() -> None:
    guilty = {path.name for path in modules() if room(path) != "backends" and HEAVY & {name.split(".")[0] for name in imported(path)}}
    assert not guilty


NETWORKS = {"finder_net", "finder_fit", "judge_net", "judge_fit", "voice_fit", "danger_net", "danger_fit"}
"""Modules that are torch through and through, and are themselves imported only inside functions."""


def test_backends_import_heavy_packages_only_inside_functions() -> None:
    for path in modules():
        top = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.Import | ast.ImportFrom)]
        names = {getattr(node, "module", None) or node.names[0].name for node in top}
        if path.stem not in NETWORKS:
            assert not HEAVY & {name.split(".")[0] for name in names}, f"{path.name} loads a heavy package before anybody asked"
            assert not NETWORKS & {name.split(".")[-1] for name in names}, f"{path.name} loads torch before anybody asked"


def test_nothing_in_a_step_of_the_turn_touches_the_world() -> None:
    worldly = {"pathlib", "os", "socket", "time", "datetime", "requests", "httpx", "sqlite3"}
    for name in ("core", "turn", "checks"):
        for path in (SOURCE / name).glob("*.py"):
            touched = worldly & {module.split(".")[0] for module in imported(path)}
            allowed = {"datetime"} if path.name == "note.py" else set()
            assert touched <= allowed, f"{path} imports {touched}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_modules_and_functions_stay_small(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") <= LONGEST_MODULE, f"{path.name} has {text.count(chr(10))} lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= LONGEST_FUNCTION or node.name in {"build_chat", "create", "build"}, (
                f"{node.name} in {path.name}: {length} lines"
            )


def test_every_error_of_ours_says_what_where_and_how_to_mend() -> None:
    error = errors.NoteError("`id` is missing", where="a.md:2", mend="add one")
    assert str(error) == "a.md:2: `id` is missing. To mend it: add one."
    ours = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.CompanionError)]
    assert all(kind.__name__ in (errors.__doc__ or "") for kind in ours), "the tree at the head of errors.py is not whole"
