"""The crash laboratory: workers killed where it hurts, and a count of what became of everything."""
