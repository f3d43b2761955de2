"""The pages of the procedure: the workbench, the desks of risk and of the group, the cycles."""
