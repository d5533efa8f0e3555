"""What a pull request is told: the comment, the job summary, annotations, outputs, and whether the build fails."""
