"""What we promise, said as sentences and checked."""
