"""The memory of the programme: register, returns, ledger and sign-ins, and their only doors."""
