"""The nouns of the field: frozen values that describe themselves and do no input or output."""
