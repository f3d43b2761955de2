"""What holds of people and their standing towards each other, without a database."""
