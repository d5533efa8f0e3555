"""What runs without a person: pipelines and the commands they come to in the end."""
