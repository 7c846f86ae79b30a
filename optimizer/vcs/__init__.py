"""Repositories: how a commit gets onto this machine, and how a change gets back as a branch.

The user's own files, index and HEAD are never touched. Nothing that a repository brings along
(hooks, filters, submodules, configuration) is run.
"""

from optimizer.domain.checkouts import Checkout, TrackedFile
from optimizer.vcs.branches import Change, branch_name, commit_alone, commit_branch, commit_date, diff
from optimizer.vcs.checkout import at_commit, checkout, read_blob, remove_worktree, tracked_files
from optimizer.vcs.delivery import deliver_branch, push_branch
from optimizer.vcs.ownership import branch_states
from optimizer.vcs.source import hide_credentials, strip_credentials

__all__ = [
    "Change",
    "Checkout",
    "TrackedFile",
    "at_commit",
    "branch_name",
    "branch_states",
    "checkout",
    "commit_alone",
    "commit_branch",
    "commit_date",
    "deliver_branch",
    "diff",
    "hide_credentials",
    "push_branch",
    "read_blob",
    "remove_worktree",
    "strip_credentials",
    "tracked_files",
]
