"""People, roles, members and invites over HTTP."""

from app.users.routes.invites import blp as invites
from app.users.routes.members import blp as members
from app.users.routes.people import blp as people

__all__ = ["invites", "members", "people"]
