"""Why, what is missing, what stands against it: answers read from a determination and checked by evaluating again."""
