"""The life of the model in code: prepared, trained, measured, saved, loaded."""
