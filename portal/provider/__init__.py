"""The provider's side: one return per prison and quarter, filled in, handed over and signed."""
