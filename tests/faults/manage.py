"""`manage.py` as the faults start it: hooked like the workers."""

import sys

import django
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    django.setup()
    from tests.faults import hooks

    hooks.install()
    execute_from_command_line(sys.argv)
