"""The server: the record behind a door, with a documented interface."""
