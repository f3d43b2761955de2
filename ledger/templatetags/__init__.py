"""Template filters and tags for the figures that every page shows."""
