"""People: making and finding them, their memberships, their passwords."""

from app.users.errors import UsernameTaken
from app.users.service.accounts import (
    create_user,
    find_user,
    get_user,
    has_any,
    name_key,
    refuse_weak_password,
    set_password,
)
from app.users.service.locking import count_failure, is_locked
from app.users.service.memberships import Belonging, add_member, list_belongings
from app.users.service.people import close_account

__all__ = [
    "Belonging",
    "UsernameTaken",
    "add_member",
    "close_account",
    "count_failure",
    "create_user",
    "find_user",
    "get_user",
    "has_any",
    "is_locked",
    "list_belongings",
    "name_key",
    "refuse_weak_password",
    "set_password",
]
