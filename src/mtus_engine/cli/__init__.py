"""The command line: a shell over api.py."""
