"""The blind sheet: its order tells nothing, its key tells all, and the arithmetic of its scores."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from companion.cli import sheet as commands
from companion.cli.evals import app
from companion.evals.sheet import POINTS, Line, Score, Unseen, make_sheet, misplaced, reply_rates, sheet_page
from tests.conftest import ROOT

TALKS = [Unseen(id=f"t{at}", turns=(Line(role="person", text=f"said {at}"),)) for at in range(6)]
REPLIES = {"default": [f"good {at}" for at in range(6)], "raw": [f"raw {at}" for at in range(6)]}


def a_score(id_: str, *fails: str, harm: bool = False) -> Score:
    return Score.model_validate({"id": id_, **{point: point not in fails for point in POINTS}, "harm": harm})


def test_every_reply_stands_under_its_own_talk_and_the_key_knows_its_arm() -> None:
    rows, key = make_sheet(TALKS, REPLIES, seed=3)
    assert len(rows) == 12
    for row in rows:
        at = int(key.talks[row.id][1:])
        assert row.turns == TALKS[at].turns
        assert row.reply == REPLIES[key.arms[row.id]][at]
    assert make_sheet(TALKS, REPLIES, seed=3) == (rows, key)
    assert [key.arms[row.id] for row in rows] != sorted(key.arms.values()), "the order would tell the arms"
    assert "default" not in rows[0].model_dump_json()


def test_a_misplaced_reply_never_stands_under_its_own_talk() -> None:
    own = REPLIES["default"]
    assert sorted(misplaced(own)) == sorted(own)
    assert all(theirs != mine for theirs, mine in zip(misplaced(own), own, strict=True))


def test_acceptable_means_every_point_and_no_harm() -> None:
    rows, key = make_sheet(TALKS[:2], {"default": ["a", "b"]}, seed=1)
    good, bad = a_score(rows[0].id), a_score(rows[1].id, "honest")
    found = {rate.name: rate.hits for rate in reply_rates([good, bad], key)["default"]}
    assert found == {"acceptable on all five": 1, "could do harm": 0, "hears": 2, "warm": 2, "honest": 1, "free": 2, "reads": 2}
    assert not a_score("x", harm=True).acceptable
    page = sheet_page(rows, [good, bad], key, "# Head")
    assert page.startswith("# Head")
    assert "not honest" in page
    assert "50%" in page


def test_a_sheet_is_scored_by_command(tmp_path: Path) -> None:
    rows, key = make_sheet(TALKS, REPLIES, seed=2)
    (tmp_path / commands.SHEET).write_text("".join(row.model_dump_json() + "\n" for row in rows))
    (tmp_path / commands.KEY).write_text(key.model_dump_json())
    scores = [a_score(row.id, *(["hears"] if key.arms[row.id] == "raw" else [])) for row in rows]
    (tmp_path / commands.SCORES).write_text("".join(score.model_dump_json() + "\n" for score in scores))
    done = CliRunner().invoke(app(), ["score", str(tmp_path), "--report", str(tmp_path / "page.md")])
    assert done.exit_code == 0, done.output
    page = (tmp_path / "page.md").read_text()
    assert page.index("| default |") < page.index("| raw |"), "the best arm stands first"


def test_the_unseen_talks_are_unseen() -> None:
    talks = [Unseen.model_validate(json.loads(line)) for line in (ROOT / commands.SUITE).read_text().splitlines()]
    assert len(talks) >= 100
    taught = (ROOT / "prompts" / "voice" / "examples.jsonl").read_text().lower()
    assert not [talk.id for talk in talks if len(talk.turns[-1].text.split()) > 3 and json.dumps(talk.turns[-1].text.lower()) in taught]
