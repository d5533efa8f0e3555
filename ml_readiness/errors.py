"""What can go wrong before there is a report."""


class ReadinessError(Exception):
    """The audit could not run; the message says what was expected, what was found and where."""


class RepositoryError(ReadinessError):
    """The repository, or the revision asked for, cannot be read."""


class SettingsError(ReadinessError):
    """The settings, or the arguments, make no sense; all problems are in one message."""
