"""The kinds of storage and of places, and the credentials that each kind takes."""

LOCAL, NETWORK, SFTP, S3, AZURE, GCS, REST, TAPE = (
    "local",
    "network",
    "sftp",
    "s3",
    "azure",
    "gcs",
    "rest",
    "tape",
)
PROVIDER_TYPES = (LOCAL, NETWORK, SFTP, S3, AZURE, GCS, REST, TAPE)
LOCATION_TYPES = ("onsite", "offsite", "cloud", "offline")
DEFAULT_NAME = "Local storage"

# These tell no volume: what lies in them is added up, which is too dear to be done often.
OBJECT_STORES = (S3, AZURE, GCS, REST)
WITH_ENDPOINT = (S3, AZURE, GCS)

# What must be there once any credentials are, and what may be.
CREDENTIALS_NEEDED = {
    S3: ("access_key_id", "secret_access_key"),
    AZURE: ("account_name", "account_key"),
    GCS: ("service_account_json",),
}
CREDENTIALS_TAKEN = {
    LOCAL: (),
    NETWORK: ("username", "password", "domain"),
    SFTP: ("username", "password", "private_key"),
    S3: (*CREDENTIALS_NEEDED[S3], "session_token", "region"),
    AZURE: CREDENTIALS_NEEDED[AZURE],
    GCS: CREDENTIALS_NEEDED[GCS],
    REST: ("username", "password"),
    TAPE: (),
}
LONGEST_CREDENTIAL = 20_000

# Of an account of Amazon's, unless told otherwise.
DEFAULT_REGION = "us-east-1"
TEST_OK = "ok"
