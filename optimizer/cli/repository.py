"""A repository's own settings. Imported by the commands that look at a repository: it brings git along."""

from typing import Any

from optimizer import vcs
from optimizer.bootstrap import ready_home
from optimizer.cli.session import Assignments, configured
from optimizer.config import Configured
from optimizer.stages.repository_settings import settings_files


def read_configuration(
    source: str, ref: str | None, flags: dict[str, Any], assignments: Assignments
) -> Configured:
    """The settings as `submit` would use them for the repository."""
    checkout = vcs.checkout(source, ref, ready_home(configured(flags, assignments).settings))
    try:
        return configured(flags, assignments, settings_files(checkout))
    finally:
        vcs.remove_worktree(checkout)
