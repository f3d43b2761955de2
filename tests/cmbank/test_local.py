"""The local runner: servers come and go with the commands that use them, and nothing stays behind."""

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

from cmbank.local.servers import free_port
from tests.cmbank.runner import ASK, BASE_DIR, Local

COUNT_TABLES = "SELECT count(*) FROM pg_tables WHERE tablename = 'kept'"


def waits_until(path: Path) -> str:
    """A shell line that says it started, then waits for a file to appear."""
    return f"touch {path}.started; while [ ! -e {path} ]; do sleep 0.05; done"


def appears(path: Path) -> None:
    deadline = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} did not appear"
        time.sleep(0.02)


def test_exit_status_is_passed_on_and_no_process_is_left(local: Local) -> None:
    command = local.start("sh", "-c", "exit 7")
    command.communicate(timeout=90)
    assert (command.returncode, local.processes()) == (7, [])


def test_unknown_command_is_named(local: Local) -> None:
    command = local.start("no-such-program")
    output, errors = command.communicate(timeout=90)
    assert (command.returncode, output, errors) == (127, "", "no-such-program: no such command\n")


def test_second_use_finds_the_data_and_the_secrets_of_the_first(local: Local) -> None:
    local.ask("CREATE TABLE kept ()")
    secrets = {name: (local.data_dir / name).read_text() for name in ("secret_key", "password")}
    assert local.ask(COUNT_TABLES) == "1"
    assert secrets == {name: (local.data_dir / name).read_text() for name in secrets}
    modes = {stat.S_IMODE((local.data_dir / name).stat().st_mode) for name in secrets}
    assert modes == {0o600}


def test_chinese_survives_and_sorts_by_code_point(local: Local) -> None:
    sql = "SELECT string_agg(name, '' ORDER BY name) FROM (VALUES ('银'), ('行'), ('a'), ('B')) AS t (name)"
    assert local.ask(sql) == "Ba行银"


def test_concurrent_commands_share_one_set_of_servers(local: Local, tmp_path: Path) -> None:
    first_ends, second_ends = tmp_path / "first", tmp_path / "second"
    shell = 'echo "$DATABASE_URL $BROKER_URL $CACHE_URL"; '
    first = local.start("sh", "-c", shell + waits_until(first_ends))
    second = local.start("sh", "-c", shell + waits_until(second_ends))
    appears(Path(f"{first_ends}.started"))
    appears(Path(f"{second_ends}.started"))
    first_ends.touch()
    first_urls, _ = first.communicate(timeout=90)
    assert local.ask("SELECT 1") == "1"  # a third one, after the one who may have started them has left
    second_ends.touch()
    second_urls, _ = second.communicate(timeout=90)
    assert first_urls == second_urls
    assert local.processes() == []


def test_many_at_once_all_succeed(local: Local) -> None:
    commands = [local.start("python", "-c", ASK, "SELECT 1") for _ in range(6)]
    assert [command.communicate(timeout=120) for command in commands] == [("1\n", "")] * 6
    assert local.processes() == []


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)], ids=["SIGTERM", "SIGHUP"]
)
def test_signal_twice_ends_the_command_and_what_it_started(
    local: Local, tmp_path: Path, number: int, status: int
) -> None:
    started = tmp_path / "end.started"
    command = local.start("sh", "-c", f"sleep 3600 & touch {started}; sleep 3600")
    appears(started)
    command.send_signal(number)
    time.sleep(0.1)
    command.send_signal(number)
    command.communicate(timeout=90)
    assert (command.returncode, local.processes()) == (status, [])


def test_ctrl_c_reaches_the_whole_group_and_ends_it(local: Local, tmp_path: Path) -> None:
    started = tmp_path / "end.started"
    command = local.start("sh", "-c", f"touch {started}; sleep 3600")
    appears(started)
    os.killpg(command.pid, signal.SIGINT)
    command.communicate(timeout=90)
    assert (command.returncode, local.processes()) == (130, [])


def test_killed_without_warning_leaves_no_server_behind(local: Local, tmp_path: Path) -> None:
    started = tmp_path / "end.started"
    command = local.start("sh", "-c", f"touch {started}; sleep 3600")
    appears(started)
    os.killpg(command.pid, signal.SIGKILL)
    command.communicate()
    assert local.settled() == []
    assert local.ask("SELECT 1") == "1"


def test_ended_while_starting_leaves_no_process_behind(local: Local) -> None:
    for pause in (0.3, 0.6, 0.9):
        command = local.start("sleep", "3600")
        time.sleep(pause)
        command.terminate()
        command.communicate(timeout=90)
        assert local.settled() == []
    assert local.ask("SELECT 1") == "1"


def test_given_addresses_are_used_and_nothing_is_started(local: Local) -> None:
    urls = {"DATABASE_URL": "postgres://a@db/b", "BROKER_URL": "redis://b/0", "CACHE_URL": "redis://c/0"}
    command = local.start("sh", "-c", 'echo "$DATABASE_URL $BROKER_URL $CACHE_URL"', **urls)
    output, _ = command.communicate(timeout=90)
    assert output == " ".join(urls.values()) + "\n"
    assert not (local.data_dir / "postgres").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else for PostgreSQL")
def test_root_keeps_its_data_below_a_folder_that_nobody_else_may_enter(local: Local) -> None:
    local.data_dir.parent.chmod(0o700)
    local.ask("CREATE TABLE kept ()")
    assert local.ask(COUNT_TABLES) == "1"
    assert (local.data_dir / "postgres").is_symlink()


def run_bank(local: Local, *, port: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "cmbank.local", "run", "--data-dir", local.data_dir],
        check=False,
        cwd=BASE_DIR,
        env={**local.environment, "PORT": port, "DEMO": "0"},
        capture_output=True,
        text=True,
    )


def test_taken_port_is_said_in_one_sentence(local: Local) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run_bank(local, port=str(port))
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        f"Port {port} of 127.0.0.1 cannot be used (Address already in use): end the program that has it, "
        f"or choose another one: PORT={port + 1} make run\n"
    )


@pytest.mark.parametrize("port", ["web", "0", "65536", "-1"])
def test_what_is_no_port_is_said_in_one_sentence(local: Local, port: str) -> None:
    result = run_bank(local, port=port)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == f"PORT={port} is not a port: choose a number from 1 to 65535, such as 8000.\n"


def test_bank_opens_answers_and_closes_without_a_trace(local: Local) -> None:
    port = free_port()
    bank = subprocess.Popen(
        [sys.executable, "-m", "cmbank.local", "run", "--data-dir", local.data_dir],
        cwd=BASE_DIR,
        env={**local.environment, "PORT": str(port), "DEMO": "0"},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert bank.stdout is not None
    address = f"http://127.0.0.1:{port}/"
    assert [bank.stdout.readline(), bank.stdout.readline()] == [
        "Preparing the tables …\n",
        f"The bank is open: {address} — logs in {local.data_dir / 'logs'}, Ctrl-C closes it.\n",
    ]
    with urlopen(f"{address}healthz") as answer:
        assert answer.read() == b"ok"
    os.killpg(bank.pid, signal.SIGINT)
    time.sleep(0.2)
    os.killpg(bank.pid, signal.SIGINT)
    assert bank.wait(timeout=90) == 0
    bank.stdout.close()
    assert local.processes() == []
