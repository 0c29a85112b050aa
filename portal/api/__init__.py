"""The return interface: what a provider's own programs may ask for and hand in."""
