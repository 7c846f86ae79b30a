"""A repository's own settings, as they are in the commit."""

from optimizer import vcs
from optimizer.config import FILES
from optimizer.domain.checkouts import Checkout
from optimizer.domain.errors import ConfigError

_LARGEST = 1_000_000  # bytes of a file with settings


def settings_files(checkout: Checkout) -> dict[str, str]:
    """Texts of the files that may hold settings, as they are in the commit. Raises ConfigError."""
    tracked = {file.path: file.size for file in vcs.tracked_files(checkout) if file.path in FILES}
    return {name: _text(checkout, name, tracked[name]) for name in FILES if name in tracked}


def _text(checkout: Checkout, name: str, size: int) -> str:
    if size > _LARGEST:
        raise ConfigError(f"{name} of {checkout.repository.name} has {size:,} bytes: too large for settings")
    try:
        return vcs.read_blob(checkout, name).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{name} of {checkout.repository.name} is not UTF-8: {error.reason}") from error
