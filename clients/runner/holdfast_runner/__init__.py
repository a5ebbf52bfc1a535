"""The runner: does on its own host what a Holdfast server has for it."""

__version__ = "1.0.0"
