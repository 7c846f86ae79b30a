"""docs/operations.md names every metric, column and field there is, and none that there is not."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import yaml
from prometheus_client import CollectorRegistry

from optimizer.cli.status import QUEUE_COLUMNS, WORKER_COLUMNS
from optimizer.domain.work import Backlog, Queue, Worker
from optimizer.ports import Broker, WorkQueue
from workers.metrics import make_metrics
from workers.metrics_fleet import collector

TEXT = (Path(__file__).parents[2] / "docs" / "operations.md").read_text("utf-8")
METRIC = re.compile(r"^\| `(optimizer_\w+)` \| (\w+) \|(.*?)\| (.+) \|$", re.MULTILINE)
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PARTS = re.compile(r"_(?:bucket|sum|count)$")  # of a histogram


class _Fleet:
    """As much of the work and of the broker as the scheduler's metrics ask for."""

    def backlog(self) -> Sequence[Backlog]:
        return [Backlog(queue, 0, 0, None) for queue in Queue]

    def workers(self, seen_within: float) -> Sequence[Worker]:
        return []

    def held(self, queue: Queue) -> int:
        return 0


def _served() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Name, type and labels of everything that a scheduler serves once all of it has happened."""
    metrics, fleet = make_metrics(), _Fleet()
    metrics.waited("scan", 1)
    metrics.took("scan", 1)
    metrics.batch(1, 1)
    metrics.judged("rules", "verify", "hang")
    metrics.ended("publish", "accepted")
    metrics.died("scan")
    metrics.retried("scan", "fault")
    metrics.resent("scan", 1)
    registry = CollectorRegistry()
    registry.register(metrics.source())
    registry.register(collector(cast("WorkQueue", fleet), cast("Broker", fleet)))
    for family in registry.collect():
        name = f"{family.name}_total" if family.type == "counter" else family.name
        labels = {label for sample in family.samples for label in sample.labels} - {"le"}
        yield name, family.type, tuple(sorted(labels))


def _documented() -> list[tuple[str, str, tuple[str, ...]]]:
    rows = METRIC.findall(TEXT)
    return [(name, kind, tuple(sorted(re.findall(r"`(\w+)`", labels)))) for name, kind, labels, _ in rows]


def test_every_metric_is_documented_with_its_type_and_labels_and_no_other() -> None:
    assert sorted(_documented()) == sorted(_served())


def test_every_column_of_the_status_is_explained() -> None:
    explained = re.findall(r"^\| `([^`]+)` \| \S", TEXT.partition("## Logs")[0], re.MULTILINE)
    assert explained == [*QUEUE_COLUMNS, *WORKER_COLUMNS]


def test_every_metric_is_explained() -> None:
    assert {name for name, _, _, meaning in METRIC.findall(TEXT) if len(meaning.split()) < 4} == set()


def _blocks(language: str) -> list[str]:
    return [text for kind, text in BLOCK.findall(TEXT) if kind == language]


def _asked_for(expression: str) -> set[tuple[str, str]]:
    """Each metric in an expression, with the label matchers that stand behind it."""
    return set(re.findall(r"(optimizer_\w+)(?:\{(.*?)\})?", expression))


def _rules() -> list[dict[str, Any]]:
    groups = [block["groups"] for block in map(yaml.safe_load, _blocks("yaml")) if "groups" in block]
    return [rule for (group,) in groups for rule in group["rules"]]


def test_questions_and_alerts_ask_for_metrics_and_labels_that_there_are() -> None:
    known = {name: labels for name, _, labels in _documented()}
    questions = re.sub("#.*", "", "\n".join(_blocks("promql")))
    expressions = [questions, *(rule["expr"] for rule in _rules())]
    asked = set().union(*map(_asked_for, expressions))
    assert len(asked) > 10
    for name, matchers in asked:
        base = name if name in known else PARTS.sub("", name)
        assert base in known
        assert {matcher.rstrip("!") for matcher in re.findall(r"([\w!]+)=", matchers)} <= set(known[base])


def test_every_alert_says_in_a_sentence_what_it_means() -> None:
    assert len(_rules()) > 5
    assert [rule for rule in _rules() if len(rule["annotations"]["summary"].split()) < 4] == []


def test_every_example_of_a_health_check_and_of_scraping_can_be_read() -> None:
    keys = [next(iter(yaml.safe_load(block))) for block in _blocks("yaml")]
    assert keys == ["scrape_configs", "groups", "healthcheck", "healthcheck"]
