"""The clock of the programme: what happens when, the settings, and the `charter` command."""
