"""One output format per module: a report in, text out."""
