"""The rules of the programme: what is owed, by whom, when, and what may be said of it in public.

Nothing here reads a clock, a file or a network; every rule is a function of what it is given.
"""
