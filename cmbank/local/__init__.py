"""Real servers out of wheels on the loopback interface: for trying out, tests and CI.

`servers.py` starts PostgreSQL and Valkey; `keeper.py` is the one process that owns them; `sharing.py` lets
any number of commands use them at once and ends them with the last one; `services.py` is `make run`.
"""
