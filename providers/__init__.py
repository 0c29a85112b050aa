"""The memory of the programme: register, returns, ledger and sign-ins, and the only doors to them."""
