"""What gunicorn and the flask command import: the application, made from the environment."""

import gc

from app import create_app

app = create_app()

# All that was imported stays for good: the collector need not walk through it again and again.
gc.collect()
gc.freeze()
