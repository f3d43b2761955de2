"""The rows of the policy, one module a part of the house; `policy` says how to add one."""
