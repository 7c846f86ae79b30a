"""What the commands of `schedule` stand on. Imported when they run: it brings database and fleet along."""

from dataclasses import replace

from db.connect import is_sqlite
from db.schedules import SqlSchedules
from db.sessions import open_sessions
from optimizer.bootstrap import database_url
from optimizer.cli.queueing import asked_for, given_here
from optimizer.cli.session import Assignments, configured, until_the_end
from optimizer.domain.errors import ConfigError
from optimizer.domain.schedules import NewSchedule
from optimizer.domain.settings import Settings

_NO_FLEET = (
    "schedules are a fleet's: set OPTIMIZER_DATABASE_URL to its Postgres; without one let cron start "
    "`optimizer submit`"
)


def open_schedules(settings: Settings) -> SqlSchedules:
    """Until the command ends. Raises DatabaseError; ConfigError for the embedded database, which no
    scheduler looks at."""
    if not settings.database_url:
        raise ConfigError(_NO_FLEET)
    sessions = until_the_end(open_sessions(database_url(settings)))
    if is_sqlite(sessions.url):
        raise ConfigError(_NO_FLEET)
    return SqlSchedules(sessions)


def new_schedule(
    repo: str, ref: str | None, cron: str, timezone: str, jitter: float, assignments: Assignments
) -> NewSchedule:
    """Raises RepositoryError, ConfigError."""
    settings = configured({}, assignments).settings
    repository, submission = asked_for(repo, ref, given_here({}, assignments), settings)
    scheduled = replace(submission, scheduled=True)
    return NewSchedule(repository, scheduled, " ".join(cron.split()), timezone, jitter)
