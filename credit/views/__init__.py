"""The pages of the loan side: credit files, investigations, loans proposed, and what follows a loan."""
