"""The kinds of storage and of places."""

PROVIDER_TYPES = ("local", "network", "sftp", "s3", "azure", "gcs", "rest", "tape")
LOCATION_TYPES = ("onsite", "offsite", "cloud", "offline")
DEFAULT_NAME = "Local storage"
