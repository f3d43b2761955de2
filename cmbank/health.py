"""Whether a container is well: `python -m cmbank.health web|worker|beat` exits 0 or says why not."""

import os
import socket
import sys
import time
from pathlib import Path
from urllib.request import Request, urlopen

BEAT_SCHEDULE = Path("/tmp/beat-schedule")  # nosec B108  # of the container, where nobody else is
# Beat writes its schedule down every three minutes.
BEAT_SILENCE_SECONDS = 600


def web() -> str | None:
    """None if the page /healthz answers, else what is wrong. Raises OSError if nothing answers."""
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip(".*") or "localhost"
    request = Request("http://127.0.0.1:8000/healthz", headers={"Host": host})
    with urlopen(request, timeout=5) as answer:  # nosec B310  # the address above is http
        text = answer.read().decode()
    return None if text == "ok" else f"/healthz answers {text!r}"


def worker() -> str | None:
    """None if the Celery worker of this container answers a ping, else what is wrong."""
    from cmbank.celery import app

    name = f"celery@{socket.gethostname()}"
    return None if app.control.ping(destination=[name], timeout=10) else f"{name} does not answer"


def beat() -> str | None:
    """None if beat has written its schedule lately, else what is wrong."""
    files = list(BEAT_SCHEDULE.parent.glob(f"{BEAT_SCHEDULE.name}*"))
    newest = max((file.stat().st_mtime for file in files), default=0.0)
    age = time.time() - newest
    return None if age < BEAT_SILENCE_SECONDS else f"no schedule written for {age:.0f} seconds"


def main(arguments: list[str]) -> int:
    """Check the one named; 0 if it is well, 1 and a sentence on stderr if not."""
    checks = {"web": web, "worker": worker, "beat": beat}
    if len(arguments) != 1 or arguments[0] not in checks:
        print(f"usage: python -m cmbank.health {'|'.join(checks)}", file=sys.stderr)
        return 2
    try:
        problem = checks[arguments[0]]()
    except OSError as error:
        problem = str(error)
    if problem:
        print(f"{arguments[0]}: {problem}", file=sys.stderr)
    return 1 if problem else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
