"""Reads the papers of a utilization review (requests, reports, notes and letters) into one draft case."""
