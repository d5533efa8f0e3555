"""What lies in the repository, before anything is understood: files, artefacts, owners, credentials."""
