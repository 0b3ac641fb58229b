"""The forward target: conditions as Horn rules for durable-rules."""
