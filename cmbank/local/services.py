"""`make run`: the whole bank on this machine, until Ctrl-C."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from cmbank.local import processes
from cmbank.local.servers import ServerError, tail
from cmbank.local.sharing import BASE_DIR, environment

PATIENCE_SECONDS = 60
GRACE_SECONDS = 12


@dataclass
class Service:
    """One of the bank's processes."""

    name: str
    log: Path
    process: "subprocess.Popen[bytes]"


def run(*, data_dir: Path) -> int:
    """Serve the bank until Ctrl-C; 0 after Ctrl-C, 1 if a service ended by itself.

    Raises ServerError if the port is taken or a server or a preparing step fails.
    """
    port = chosen_port()
    refuse_taken_port(port)
    with environment(data_dir) as variables:
        processes.adopt_orphans()
        keeper = processes.children()
        try:
            logins = prepare_bank(variables)
            services = start_services(data_dir, variables, port=port)
            wait_for_page(services, port=port)
            announce(data_dir, port=port, logins=logins)
            with suppress(SystemExit):  # Ctrl-C is how an open bank is meant to close
                watch(services)
        finally:
            processes.ignore_signals()
            processes.end_children(but=keeper, grace_seconds=GRACE_SECONDS)
    return 0


def chosen_port() -> int:
    """The port of the variable PORT, or 8000. Raises ServerError if it is none."""
    text = os.environ.get("PORT") or "8000"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise ServerError(f"PORT={text} is not a port: choose a number from 1 to 65535, such as 8000.")
    return int(text)


def refuse_taken_port(port: int) -> None:
    """Raises ServerError if another program listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise ServerError(
                f"Port {port} of 127.0.0.1 cannot be used ({error.strerror}): end the program that has it, "
                f"or choose another one: PORT={port + 1} make run"
            ) from error


def prepare_bank(variables: dict[str, str]) -> str:
    """Bring the tables up to date and fill in the demo bank; what the demo bank says (its logins)."""
    say("Preparing the tables …")
    manage(["migrate", "--verbosity", "0"], variables)
    demo = BASE_DIR / "cmbank" / "management" / "commands" / "demo_bank.py"
    if variables.get("DEMO") == "0" or not demo.exists():
        return ""
    say("Preparing the demo bank …")
    return manage(["demo_bank"], variables)


def manage(arguments: list[str], variables: dict[str, str]) -> str:
    """Run a `manage.py` command to its end; its output. Raises ServerError if it fails."""
    result = subprocess.run(  # nosec B603  # the house's own programs
        [sys.executable, "manage.py", *arguments],
        check=False,
        cwd=BASE_DIR,
        env=variables,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=processes.die_with_parent(signal.SIGTERM),
    )
    if result.returncode:
        raise ServerError(f"{result.stdout}manage.py {arguments[0]} failed; the bank is not served.")
    return result.stdout


def start_services(data_dir: Path, variables: dict[str, str], *, port: int) -> list[Service]:
    """Start web, worker and beat, each with its log."""
    beat = data_dir / "beat"
    beat.mkdir(exist_ok=True)
    web = f"gunicorn cmbank.wsgi --bind 127.0.0.1:{port} --workers 2 --threads 4 --no-control-socket"
    commands = {
        "web": [*web.split(), "--access-logfile", "-"],
        "worker": ["celery", "-A", "cmbank", "worker", "--concurrency", "2", "--loglevel", "INFO"],
        "beat": ["celery", "-A", "cmbank", "beat", "--pidfile=", "--schedule", str(beat / "schedule")],
    }
    return [start(name, command, data_dir, variables) for name, command in commands.items()]


def start(name: str, command: list[str], data_dir: Path, variables: dict[str, str]) -> Service:
    """Start one service; apart from the terminal, so that Ctrl-C reaches it through us, once."""
    path = data_dir / "logs" / f"{name}.log"
    with path.open("wb") as log:
        process = subprocess.Popen(  # nosec B603  # the house's own programs
            [sys.executable, "-m", *command],
            cwd=BASE_DIR,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=processes.die_with_parent(signal.SIGQUIT),
        )
    return Service(name=name, log=path, process=process)


def wait_for_page(services: list[Service], *, port: int) -> None:
    """Return once the first page answers. Raises ServerError if it does not in time."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not page_answers(port):
        refuse_dead(services)
        if time.monotonic() > deadline:
            raise ServerError(
                f"The page does not answer. The end of {services[0].log}:\n{tail(services[0].log)}"
            )
        time.sleep(0.1)


def page_answers(port: int) -> bool:
    """Whether the first page is there. A page that is an error raises ServerError."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/", timeout=PATIENCE_SECONDS):  # nosec B310  # http alone
            return True
    except HTTPError as error:
        raise ServerError(f"The first page answers {error.code} {error.reason}.") from error
    except (URLError, ConnectionError):
        return False


def announce(data_dir: Path, *, port: int, logins: str) -> None:
    """Say where the bank is and how to get in."""
    say(logins.rstrip())
    say(f"The bank is open: http://127.0.0.1:{port}/ — logs in {data_dir / 'logs'}, Ctrl-C closes it.")


def watch(services: list[Service]) -> None:
    """Never returns: raises ServerError when a service ends; Ctrl-C and SIGTERM end the program."""
    while True:
        refuse_dead(services)
        time.sleep(0.2)


def refuse_dead(services: list[Service]) -> None:
    """Raises ServerError, with the end of its log, if a service has ended."""
    for service in services:
        if (status := service.process.poll()) is not None:
            raise ServerError(
                f"{service.name} ended by itself (status {status}); closing the bank. "
                f"The end of {service.log}:\n{tail(service.log)}"
            )


def say(text: str) -> None:
    """Print at once, also into a pipe."""
    if text:
        print(text, flush=True)
