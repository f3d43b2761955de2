"""The pages of accountability: the log, why somebody sees a record, identity data of a manager, exports."""
