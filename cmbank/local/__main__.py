"""`python -m cmbank.local exec|run`: commands, or the whole bank, on the local servers."""

import argparse
import os
import sys
from pathlib import Path

from cmbank.local import commands, processes, services
from cmbank.local.servers import ServerError
from cmbank.local.sharing import BASE_DIR


def parse(arguments: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m cmbank.local", description=__doc__)
    data_dir = os.environ.get("DATA_DIR") or BASE_DIR / ".local"
    parser.set_defaults(data_dir=data_dir)
    actions = parser.add_subparsers(dest="action", required=True)
    execute = actions.add_parser("exec", help="run COMMAND with the servers up; passes on its exit status")
    execute.add_argument("command", nargs="+", metavar="COMMAND")
    run = actions.add_parser("run", help="serve the bank until Ctrl-C (PORT, DEMO=0)")
    for action in (execute, run):
        action.add_argument("--data-dir", default=argparse.SUPPRESS, help="where the state is kept")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    """Do what the command line says; its exit status."""
    processes.leave_on_signals()
    options = parse(arguments)
    data_dir = Path(options.data_dir).absolute()
    try:
        if options.action == "exec":
            return commands.execute(options.command, data_dir=data_dir)
        return services.run(data_dir=data_dir)
    except (ServerError, OSError) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
