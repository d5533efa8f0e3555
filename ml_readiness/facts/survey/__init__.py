"""Views over everything: the map of the repository, and the complexity of what matters."""
