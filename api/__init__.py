"""The HTTP API: submit, follow and review."""
