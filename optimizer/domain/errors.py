"""One exception tree. A message is one line that says what is wrong and what to do.

Expected results of running other people's code (a timeout, a wrong answer) are values in
`evidence`, never exceptions. The exit codes are documented in docs/commands.md.
"""


class OptimizerError(Exception):
    """Base of everything the command line turns into one line and an exit code."""

    exit_code = 1


class ConfigError(OptimizerError):
    """A setting, an environment variable or a flag is wrong."""

    exit_code = 2


class ExpertError(ConfigError):
    """An expert lacks what it needs on this machine, its model say: the others go on without it."""


class RepositoryError(OptimizerError):
    """The repository, or the ref asked for, cannot be used."""

    exit_code = 3


class UnreachableError(RepositoryError):
    """The network, or the server at the other end, is to blame: another time it may work."""


class MirrorError(RepositoryError):
    """git failed in a repository of our own, where it has no reason to: the machine is to blame."""


class TargetError(OptimizerError):
    """The target's own environment or tests cannot be set up."""

    exit_code = 4


class SandboxError(OptimizerError):
    """The sandbox is missing on this machine, or it broke (not the code inside it)."""

    exit_code = 5


class DatabaseError(OptimizerError):
    """The results database is unreachable, or its schema is not ours."""

    exit_code = 6


class NotFoundError(OptimizerError):
    """No job, patch, view or function of that name."""

    exit_code = 7


class BundleError(OptimizerError):
    """A proof bundle that cannot be read, or is not of the repository."""

    exit_code = 8


class NoisyMachineError(OptimizerError):
    """By its calibration, this machine cannot tell a gain from noise."""

    exit_code = 9


class BrokerError(OptimizerError):
    """The broker is unreachable or refuses us, or a queue is not one of ours."""

    exit_code = 10


class AnotherRunsError(OptimizerError):
    """There may be one of these at a time: a scheduler, or a job of one repository."""

    exit_code = 11


class StoppedError(OptimizerError):
    """Stopped by the user; `--resume` goes on from here."""

    exit_code = 130
