"""The process that reads files: their texts, their pages as pictures, and the words that a picture of a page shows."""
