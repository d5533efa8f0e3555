"""How the project reaches an environment: images, clusters, schedules, servers."""
