"""The `charter` command, one module for each group of words it takes."""
