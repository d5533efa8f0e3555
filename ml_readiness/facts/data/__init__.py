"""Which data the model is made from, and what refuses bad data."""
