"""How much an audit costs, beside what reading the same files costs at least, and beside other tools.

`python -m benchmarks.speed` generates repositories, runs everything in turn, and prints ratios within each round.
"""
