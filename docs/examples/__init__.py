"""Examples that the tests run: each is a notebook in plain Python, top to bottom."""
