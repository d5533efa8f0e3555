"""Could I run this in production? Audits machine-learning repositories without executing them."""

__version__ = "0.1.0"
