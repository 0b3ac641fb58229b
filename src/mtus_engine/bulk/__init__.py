"""Tables of cases: read, refused where they do not fit, worked out by a database, and written in parts."""
