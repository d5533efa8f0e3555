"""The path of a prediction: where it is made, from what input, with which fitted state."""
