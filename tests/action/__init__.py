"""The GitHub Action: its parts with strings, its talk with GitHub over HTTP, and the whole as a runner runs it."""
