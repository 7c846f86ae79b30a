"""Measured costs as values that a simulation draws from: whole rows, so that what belongs together stays."""

import json
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RECORD = Path(__file__).with_name("stage_costs.json")
_MARKS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99, 1.0)
_AT_WORK = 4  # workers through which the measured job went
_DEEP = 20_000  # items that waited while the scheduler's questions were timed


@dataclass(frozen=True, slots=True)
class Scan:
    """Of one repository; seconds but for the counts."""

    functions: int
    worth: int  # running: somebody has a proposal
    checkout_cold: float
    checkout_cached: float
    environment_cold: float
    environment_cached: float
    reading: float  # functions out of files, and first proposals, for each function
    tests: float  # as they are, and again to record calls
    compile: float
    reopen: float  # of the target on a machine that did not scan it


@dataclass(frozen=True, slots=True)
class Round:
    propose: float
    evaluate: float | None  # None: nothing fresh was proposed


@dataclass(frozen=True, slots=True)
class Trial:
    """One function that was worth running, on its whole way."""

    workload: float
    subject_bytes: int
    rounds: tuple[Round, ...]
    publish: float | None
    reason: str

    @property
    def evaluate(self) -> float:
        return sum(one.evaluate or 0.0 for one in self.rounds)


@dataclass(frozen=True, slots=True)
class Transaction:
    """Of one kind, on average: the server's processor seconds, bytes written ahead, and seconds in all."""

    cpu: float
    wal: float
    wall: float = 0.0
    count: float = 1.0

    def __add__(self, other: "Transaction") -> "Transaction":
        wall, count = self.wall + other.wall, self.count + other.count
        return Transaction(self.cpu + other.cpu, self.wal + other.wal, wall, count)

    def times(self, many: float) -> "Transaction":
        return Transaction(many * self.cpu, many * self.wal, many * self.wall, many * self.count)


@dataclass(frozen=True, slots=True)
class Database:
    transactions: Mapping[str, Transaction]
    plan_settled: Transaction  # of a plan, for each function that ended early
    plan_item: Transaction  # for each that waits now
    plan_byte: Transaction  # for each byte of those
    finish: Sequence[tuple[float, float]]  # quantiles of (processor seconds, bytes)
    waiting_cpu: float  # of the scheduler's question how many wait, for each of them: the server's
    waiting_wall: float  # and until it has the answer

    def draw_finish(self, rng: random.Random) -> Transaction:
        """Large results cost more of both."""
        place = rng.random()
        upper = next(number for number, mark in enumerate(_MARKS) if number and place <= mark)
        low, high = _MARKS[upper - 1], _MARKS[upper]
        share = (place - low) / (high - low)
        before, after = self.finish[upper - 1], self.finish[upper]
        cpu, wal = (a + share * (b - a) for a, b in zip(before, after, strict=True))
        return Transaction(cpu, wal, self.transactions["finish"].wall)


@dataclass(frozen=True, slots=True)
class Broker:
    """Seconds of Redis, which has one thread; and how many commands that are."""

    send: float
    deliver: float  # with the acknowledgement
    send_commands: float
    deliver_commands: float
    idle: float  # of each second, for each worker
    client: float  # the sender's own seconds a message


@dataclass(frozen=True, slots=True)
class Costs:
    scans: Sequence[Scan]
    trials: Sequence[Trial]
    database: Database
    broker: Broker
    connections: float  # to the database, of each worker that is at work
    broker_connections: float

    @property
    def log_functions(self) -> tuple[float, float]:
        """Mean and deviation of the logarithm of how many functions a repository has."""
        logs = [math.log(scan.functions) for scan in self.scans]
        mean = sum(logs) / len(logs)
        return mean, math.sqrt(sum((value - mean) ** 2 for value in logs) / max(1, len(logs) - 1))


def read_costs(path: Path = RECORD) -> Costs:
    record = json.loads(path.read_text("utf-8"))
    idle, job = _slopes(record["idle"]["workers"]), record["job"]
    more = (job["most_connections"] - job["idle_s"]["connections"]) / _AT_WORK
    return Costs(
        scans=[_scan(row) for row in record["stages"]["scans"]],
        trials=[_trial(row) for row in record["stages"]["functions"]],
        database=_database(record["database"]["operations"]),
        broker=_broker(record["broker"], idle["redis_cpu_ms"] / 1000),
        connections=idle["connections"] + more,
        broker_connections=idle["redis_connections"],
    )


def _scan(row: Mapping[str, Any]) -> Scan:
    return Scan(
        functions=row["functions"],
        worth=row["worth"],
        checkout_cold=row["checkout_cold"],
        checkout_cached=row["checkout_cached"],
        environment_cold=row["environment_cold"],
        environment_cached=row["environment_cached"],
        reading=(row["extract"] + row["settle"]) / row["functions"],
        tests=row["baseline"] + row["record"],
        compile=row["compile"],
        reopen=row["reopen"],
    )


def _trial(row: Mapping[str, Any]) -> Trial:
    rounds = tuple(Round(one["propose"], one.get("evaluate")) for one in row["rounds"])
    return Trial(row["workload"], row["subject_bytes"], rounds, row["publish"], row["reason"])


def _database(operations: Mapping[str, Any]) -> Database:
    def mean(name: str) -> Transaction:
        row = operations[name]
        return Transaction(row["cpu_ms"][0] / 1000, row["wal"][0], row["wall_ms"][0] / 1000)

    def fitted(part: str) -> Transaction:
        fit = operations["plan"]["fit"]
        wall, count = fit["wall_ms"][part] / 1000, float(part == "base")
        return Transaction(fit["cpu_ms"][part] / 1000, fit["wal"][part], wall, count)

    known = {name: mean(name) for name in operations if " " not in name}
    deep, shallow = mean(f"waiting beside {_DEEP}"), mean("waiting")
    finish = operations["finish"]
    return Database(
        transactions=known | {"plan": fitted("base")},
        plan_settled=fitted("settled"),
        plan_item=fitted("items"),
        plan_byte=fitted("bytes"),
        finish=[(cpu / 1000, wal) for cpu, wal in zip(finish["cpu_ms"][1:], finish["wal"][1:], strict=True)],
        waiting_cpu=(deep.cpu - shallow.cpu) / _DEEP,
        waiting_wall=(deep.wall - shallow.wall) / _DEEP,
    )


def _broker(row: Mapping[str, Any], idle: float) -> Broker:
    send, deliver = row["send_many"], row["deliver"]
    return Broker(
        send=send["server_cpu_ms"] / 1000,
        deliver=deliver["server_cpu_ms"] / 1000,
        send_commands=send["commands"],
        deliver_commands=deliver["commands"],
        idle=idle,
        client=send["client_cpu_ms"] / 1000,
    )


def _slopes(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """What each further worker adds: what the servers do anyway is left out."""
    few, many = rows[0], rows[-1]
    return {
        key: max(0.0, (many[key] - few[key]) / (many["workers"] - few["workers"]))
        for key in few
        if key != "workers"
    }
