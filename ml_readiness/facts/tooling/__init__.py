"""Which tools play which roles in the project, and how far each is wired."""
