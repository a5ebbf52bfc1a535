"""What the legacy scripts' posts mean, as pure functions of their bytes and the time."""
