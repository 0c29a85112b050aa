"""The life of the invented region Sample, told as a story that the real code lives through."""
