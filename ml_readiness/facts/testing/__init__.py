"""The project's tests, and which of them look at data and model."""
