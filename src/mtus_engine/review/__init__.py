"""What stands beside the criteria of a review: its clock, whether a request is complete, letters."""
