"""What policy staff need around the rules: checking the files and running the examples beside them."""
