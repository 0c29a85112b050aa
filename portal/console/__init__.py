"""The console: a region's quarter at a glance, and each return to check, extend and approve."""
