"""The ear of the programme: the pages where providers answer and commissioners check."""
