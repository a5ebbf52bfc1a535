"""What gunicorn and the flask command import: the application, made from the environment."""

import gc

# All that is imported stays for good: the collector need not walk through it again and again,
# neither meanwhile nor later.
gc.disable()

from app import create_app  # noqa: E402

app = create_app()

gc.collect()
gc.freeze()
gc.enable()
