"""The record: cases, their statements and documents, reviews, people, releases of rules, and the log of decisions."""
