"""Every setting, with its default. `config.py` reads them; nothing else parses settings."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one run. Field names are the keys of `[tool.optimizer]` (with - or _)."""

    include: tuple[str, ...] = ()  # globs over paths; empty: every source file
    exclude: tuple[str, ...] = ()  # globs over paths
    functions: tuple[str, ...] = ()  # globs over qualified names, or path::qualname
    budget_seconds: float = 0.0  # 0: no limit; else no new function is begun after so long
    experts: tuple[str, ...] = ("rules", "ecode")
    candidates_file: str = ""  # JSONL for the `file` expert
    ecode_model: str = ""  # folder with the model of the `ecode` expert; empty: the one that comes with it
    ecode_samples: int = 8  # ways in which it writes each function
    ecode_rows: int = 32  # of these written at once: bounds its memory
    gate: float = 1.05  # smallest estimated speed-up that is accepted; never under 1.03
    max_launches: int = 14  # cap of paired process launches a measurement
    max_memory_ratio: float = 2.0  # refuse a larger rise of a call's peak memory
    float_tolerance: float = 0.0  # relative; 0: bit-equal
    max_inputs: int = 120  # generated inputs a function
    search_seconds: float = 2.0  # looking for a counterexample to a candidate that would be accepted; 0: not
    callgrind: bool = False  # count instructions of accepted candidates as a second witness
    seed: int = 0
    memory_mb: int = 2048  # limit of one sandbox
    call_seconds: float = 1.0  # limit of one call of the original
    test_command: str = ""  # arguments for pytest instead of the detected ones
    test_seconds: float = 600.0  # limit of one run of the target's tests
    install: bool = True  # build the target's environment (network on, no secrets)
    python: str = ""  # interpreter or version for the target's environment; empty: ours
    requirements: tuple[str, ...] = ()  # extra requirements of the target's environment
    branch_prefix: str = "optimizer/"
    database_url: str = ""  # empty: SQLite under `home`
    home: str = ""  # empty: $OPTIMIZER_HOME, else the XDG state directory
    broker_url: str = ""  # redis://...: jobs are queued for workers; empty: they run in this process
    lease_seconds: float = 60.0  # after which a worker that was not heard of counts as dead
    max_deaths: int = 3  # of workers over one function at one stage, before it is set aside
    max_open: int = 20  # open patches of a repository, from which on scheduled jobs wait for reviews
    keep_samples_days: float = 180.0  # then raw samples of candidates that became no patch go; 0: they stay
    bench_cores: int = 1  # of this machine, the last ones, kept for what is timed
    batch_size: int = 16  # functions proposed for at once
    batch_seconds: float = 0.2  # that the first of a batch waits for others
    api_schemes: tuple[str, ...] = ("https", "ssh")  # of repositories submitted through the API
    api_hosts: tuple[str, ...] = ()  # globs over the hosts of these; empty: every public one
    api_private: bool = False  # these may be at addresses that are not public
