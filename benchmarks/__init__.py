"""Measurements against labels that others made; none of it is needed to run the product."""
