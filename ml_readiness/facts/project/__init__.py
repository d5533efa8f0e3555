"""What kind of project this is, of which members, and whether it runs by itself."""
