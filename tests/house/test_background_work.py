"""What a domain asks of the scheduler and the workers reaches them."""

from pathlib import Path

from app import registry

ROOT = Path(registry.__file__).parent
CORE = "app.core.background"


def test_every_domains_background_work_is_registered():
    found = {f"app.{path.parent.name}.background" for path in ROOT.glob("*/background.py")}

    unregistered = found - {module.__name__ for module in registry.BACKGROUND} - {CORE}

    assert unregistered == set(), "Name these in app/registry.py's BACKGROUND: nobody runs them."


def test_no_two_steps_share_a_name(app):
    names = [step.name for step in app.extensions["background_steps"]]

    assert sorted(set(names)) == sorted(names), "A step waits for its pause by its name."
