"""Words made of values, once and last: English, one module a kind of thing."""
