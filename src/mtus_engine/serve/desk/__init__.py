"""The reviewer's desk: the pages of the server, from the papers of a request to a signed review."""
