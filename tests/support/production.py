"""What an administrator would set for every deployment in production, whatever it is for."""

import base64

SETTINGS = {
    "FLASK_ENV_NAME": "production",
    "FLASK_SKIP_DOTENV": "1",
    "SECRET_KEY": "s" * 32,
    "JWT_SECRET_KEY": "j" * 32,
    "HOLDFAST_ENCRYPTION_KEY": base64.urlsafe_b64encode(b"k" * 32).decode(),
    # nginx stands before it.
    "TRUSTED_PROXIES": "1",
    "WEB_WORKERS": "2",
    "WEB_THREADS": "8",
}
