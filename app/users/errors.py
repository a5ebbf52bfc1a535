"""What can go wrong with people, memberships and invites."""

from app.core.errors import Conflict


class UsernameTaken(Conflict):
    message = "A user with this name or e-mail exists already."


class OwnAccount(Conflict):
    code = "OWN_ACCOUNT"
    message = "Nobody changes their own role, deactivates themselves or ends their own membership."


class LastAdmin(Conflict):
    code = "LAST_ADMIN"
    message = "This tenant would have no administrator left who can sign in."


class SharedAccount(Conflict):
    code = "SHARED_ACCOUNT"
    message = "This person belongs to other tenants too: only they themselves change their account."


class AlreadyMember(Conflict):
    code = "ALREADY_MEMBER"
    message = "This person belongs here already."


class InviteUsed(Conflict):
    code = "INVITE_USED"
    message = "This invite was accepted before."


class InviteExpired(Conflict):
    code = "INVITE_EXPIRED"
    message = "This invite has expired: ask for a new one."


class InviteWithdrawn(Conflict):
    code = "INVITE_WITHDRAWN"
    message = "This invite was withdrawn or replaced: ask for a new one."


class MailNotConfigured(Conflict):
    code = "MAIL_NOT_CONFIGURED"
    message = "A reset link is only ever mailed, and this server has no SMTP_URL."
