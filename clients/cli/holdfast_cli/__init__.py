"""The command `holdfast`: run a backup job from a shell or a pipeline."""

__version__ = "1.0.0"
