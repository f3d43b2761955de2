"""How people sign in: allauth's flows in our words, the clock of a session, and what must be done first."""
