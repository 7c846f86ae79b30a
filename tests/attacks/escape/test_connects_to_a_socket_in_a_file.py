"""Docker, Postgres and many others listen on a Unix socket in a file that anybody may open."""

import socket
import tempfile
from pathlib import Path

from optimizer.domain.isolation import Bind
from tests.support.attacks import attack, told

CONNECT = """
    sock = socket.socket(socket.AF_UNIX)
    tell(tried(sock.connect, sys.argv[1]))
    """


def test_a_socket_in_a_file_of_the_machine_is_not_reached() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder, socket.socket(socket.AF_UNIX) as server:
        Path(folder).chmod(0o755)
        path = Path(folder, "docker.sock")
        server.bind(str(path))
        server.listen()
        path.chmod(0o777)
        assert told(attack(CONNECT, str(path))) == "ENOENT"
        shown = (Bind(Path(folder), folder),)
        assert told(attack(CONNECT, str(path), binds=shown)) == "done"  # only because it was shown
