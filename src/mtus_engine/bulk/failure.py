"""What is said where a table cannot be read or written."""


class Failed(Exception):
    """The database could not read or write; the message is for the person who runs it."""
