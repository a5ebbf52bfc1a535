"""What can go wrong with storage providers."""

from app.core.errors import Conflict


class NameTaken(Conflict):
    message = "A storage provider with this name exists already."


class AccountNameTaken(Conflict):
    message = "An AWS account with this name exists already."


class AccountInUse(Conflict):
    message = "Storage providers use this AWS account."


class DefaultTaken(Conflict):
    message = "Another provider was made the default at the same time; try again."


class ChangedMeanwhile(Conflict):
    message = "Somebody else changed this storage provider at the same time; try again."


class StorageInUse(Conflict):
    code = "STORAGE_IN_USE"
    message = "Backup jobs use this storage provider."
