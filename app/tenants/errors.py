"""What can go wrong with tenants."""

from app.core.errors import Conflict


class SlugTaken(Conflict):
    message = "A tenant with this short name exists already."


class OwnTenant(Conflict):
    message = "This is the tenant that you are signed in to: switch to another one first."
