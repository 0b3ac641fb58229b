"""The routes of the server, a module a kind of thing."""
