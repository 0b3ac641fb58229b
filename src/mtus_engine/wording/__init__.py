"""Turns values into English words, as the last step and only here: one module for each kind of thing."""
