"""What the project's own code says: modules, calls, constants, notebooks."""
