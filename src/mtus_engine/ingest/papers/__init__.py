"""The papers of a utilization review: requests, reports, notes and letters, to one draft case."""
