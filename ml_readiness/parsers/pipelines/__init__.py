"""Configuration of continuous integration, whatever the system, as jobs and steps."""
