"""The one package that reads YAML: text to documents with positions, every mistake at its place."""
