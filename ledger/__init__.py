"""What they hold: accounts, balances, daily averages and the nightly run."""
