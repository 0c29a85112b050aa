"""The front door: a link by e-mail, spent once, in the browser that asked for it."""
