"""Values followed through the project: rows, what is learned from them, models, and what is saved."""
