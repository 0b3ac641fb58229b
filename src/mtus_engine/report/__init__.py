"""Views of a determination: terminal, HTML and JSON."""
