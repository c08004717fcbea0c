"""Rates as a table for the terminal, a page for the repository, and a picture of calibration."""

from __future__ import annotations

import io
from collections.abc import Sequence

from companion.evals.danger import Bin, Rate, Result, alarms, misses


def table(title: str, found: Sequence[Rate]) -> str:
    """Return a table of plain text: share, interval, n, and whether what is wanted holds."""
    rows = [f"\n{title}"]
    for rate in found:
        low, high = rate.interval
        wanted = "" if rate.want is None else f"  want {'<=' if rate.alarm else '>='} {rate.want:.2f} {'yes' if rate.holds else 'NO'}"
        rows.append(f"  {rate.share:6.1%}  [{low:5.1%}, {high:5.1%}]  {rate.hits:5} of {rate.n:<5} {rate.name}{wanted}")
    return "\n".join(rows)


def plain_rows(found: Sequence[Rate]) -> list[str]:
    """Return the rates as rows of a markdown table, without what is wanted."""
    rows = ["| | share | interval | n |", "|---|---|---|---|"]
    for rate in found:
        low, high = rate.interval
        rows.append(f"| {rate.name} | {rate.share:.1%} | {low:.1%} to {high:.1%} | {rate.hits} of {rate.n} |")
    return rows


def markdown(results: Sequence[Result], found: Sequence[Rate]) -> str:
    """Return the page: every rate, then every miss and every false alarm with its text, so that nobody has to trust a number."""
    rows = [
        "# How danger is heard, on the test split",
        "",
        "Made by `companion evals run danger --report evals/baselines`. Intervals are Wilson's, 95 %.",
        "",
    ]
    rows += ["| | share | interval | n | wanted |", "|---|---|---|---|---|"]
    for rate in found:
        low, high = rate.interval
        want = (
            ""
            if rate.want is None
            else f"{'at most' if rate.alarm else 'at least'} {rate.want:.2f}: {'holds' if rate.holds else 'does not hold'}"
        )
        rows.append(f"| {rate.name} | {rate.share:.1%} | {low:.1%} to {high:.1%} | {rate.hits} of {rate.n} | {want} |")
    rows += ["", "![calibration](danger.svg)", "", "## Danger of tier 2 or above that was heard below tier 2", ""]
    rows += [f"- {_told(result)}" for result in misses(results)]
    rows += ["", "## Harmless messages that were heard at tier 2 or above", ""]
    rows += [f"- {_told(result)}" for result in alarms(results)]
    return "\n".join(rows) + "\n"


def _told(result: Result) -> str:
    case = result.case
    text = " ".join(case.text.split())
    short = text if len(text) <= 160 else f"{text[:157]}..."
    return f"`{case.id}` tier {int(case.tier)}, heard as {int(result.heard.tier)} ({case.group}): {short}"


def picture(bins: Sequence[Bin]) -> str:
    """Return the calibration picture as SVG: the chance given against the share that were dangers."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5, 5), layout="constrained")
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    axes.scatter([b.chance for b in bins], [b.share for b in bins], s=[20 + b.n for b in bins], color="#2f6f6a", alpha=0.8)
    axes.set(xlabel="chance of tier 2 or above that was given", ylabel="share that were tier 2 or above", xlim=(0, 1), ylim=(0, 1))
    out = io.StringIO()
    FigureCanvasSVG(figure).print_svg(out, metadata={"Date": None})  # type: ignore[no-untyped-call]
    return out.getvalue()
