"""The pages of the working standard: work log, research, plans, agreements, complaints, surveys."""
