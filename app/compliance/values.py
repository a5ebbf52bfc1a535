"""The words of compliance, and the policy that it holds jobs to."""

COMPLIANT, WARNING, NON_COMPLIANT, UNKNOWN = "compliant", "warning", "non_compliant", "unknown"
STATUSES = (COMPLIANT, WARNING, NON_COMPLIANT, UNKNOWN)

COPIES, MEDIA, OFFSITE = "copies", "media", "offsite"
OFFLINE_OR_IMMUTABLE, ERRORS = "offline_or_immutable", "errors"
DIGITS = (COPIES, MEDIA, OFFSITE, OFFLINE_OR_IMMUTABLE, ERRORS)

# What the data itself lies on, unless anybody says otherwise.
SOURCE_MEDIUM = "disk"
# How one letter tells what became of a digit, in the order of DIGITS.
LETTER_OF = {True: "t", False: "f", None: "n"}
NOTHING_KNOWN = "n" * len(DIGITS)
