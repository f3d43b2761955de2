"""What every REST resource of the house shares: problems, pages, access, parameters, description."""
