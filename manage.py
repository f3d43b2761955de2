#!/usr/bin/env python3
"""Command line of the bank: every `manage.py` command starts here."""

import os
import sys


def main() -> None:
    """Run the command named on the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cmbank.settings")
    from django.core.management import execute_from_command_line

    from managers import provenance

    provenance.of_process(command=" ".join(sys.argv[1:2]))
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
