"""The pages of the loan side: credit files, investigations, loans proposed."""
