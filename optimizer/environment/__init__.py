"""The target's own virtual environment: its dependencies, its tests' dependencies and pytest."""

from optimizer.environment.build import Environment, build_environment, lay_generated

__all__ = ["Environment", "build_environment", "lay_generated"]
