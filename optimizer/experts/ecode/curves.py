"""The curves of a training run as a picture."""

import json
from pathlib import Path

from matplotlib.figure import Figure


def draw(log: Path, picture: Path) -> None:
    """From a log of JSON lines: the loss, what it is on watched problems, and the learning rate."""
    rows = [json.loads(line) for line in log.read_text().splitlines()]
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    losses, rates = figure.subplots(), None
    for key, label in (("loss", "loss"), ("eval_loss", "loss on problems held out")):
        points = [(row["step"], row[key]) for row in rows if key in row]
        if points:
            losses.plot(*zip(*points, strict=True), label=label)
    rates = losses.twinx()
    points = [(row["step"], row["learning_rate"]) for row in rows if "learning_rate" in row]
    if points:
        rates.plot(*zip(*points, strict=True), color="grey", linewidth=0.8, linestyle=":")
    rates.set_ylabel("learning rate (dotted)")
    losses.set_xlabel("step")
    losses.set_ylabel("loss, nats a token")
    losses.legend()
    figure.savefig(picture, dpi=120)
