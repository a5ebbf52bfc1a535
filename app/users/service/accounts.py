"""Accounts: made and found by name or e-mail, each of which is one person's alone."""

from sqlalchemy import or_, select

from app.core.db import db, hold
from app.core.errors import NotFound, ValidationFailed
from app.users.errors import UsernameTaken
from app.users.models import User
from app.users.passwords import hash_password, password_problem


def name_key(name: str) -> str:
    """The form by which names and e-mail addresses are found."""
    return name.strip().casefold()


def find_user(name: str) -> User | None:
    """By user name or e-mail; a name wins over another's e-mail.

    One statement whoever is found, so that its time does not tell which it was.
    """
    key = name_key(name)
    statement = select(User).where(or_(User.username_key == key, User.email_key == key))
    return min(
        db.session.scalars(statement), key=lambda user: user.username_key != key, default=None
    )


def find_by_email(email: str, *, for_change: bool = False) -> User | None:
    statement = select(User).where(User.email_key == name_key(email))
    if for_change:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(statement).one_or_none()


def get_user(name: str) -> User:
    """Raises NotFound."""
    user = find_user(name)
    if user is None:
        raise NotFound(f"There is no user {name}.")
    return user


def create_user(
    username: str,
    password: str,
    *,
    full_name: str | None = None,
    email: str | None = None,
    is_platform_admin: bool = False,
) -> User:
    """Raises UsernameTaken, and ValidationFailed for a password that is too weak."""
    if find_user(username) is not None or (email and find_user(email) is not None):
        raise UsernameTaken(details={"username": [UsernameTaken.message]})
    refuse_weak_password(password, username=username, email=email, field="password")
    return make_user(
        username,
        full_name or username.strip(),
        email,
        hash_password(password),
        is_platform_admin=is_platform_admin,
    )


def make_user(
    username: str,
    full_name: str,
    email: str | None,
    password_hash: str | None,
    *,
    is_platform_admin: bool = False,
) -> User:
    """A new account, which without a hash nobody can sign in to yet.

    Raises UsernameTaken, and ValidationFailed for a name that is too long once case-folded.
    """
    user = User(
        full_name=full_name, password_hash=password_hash, is_platform_admin=is_platform_admin
    )
    rename(user, email=email, username=username)
    db.session.add(user)
    db.session.flush()
    return user


def rename(user: User, **names: str | None) -> None:
    """Give a user another `username` or `email`, which nobody else may go by in either way.

    Somebody whose user name is another's e-mail would be found in that one's stead. Raises as
    `make_user`.
    """
    hold("users.names")
    for field, name in names.items():
        key = name_key(name) if name else None
        if key is not None:
            _refuse_long(field, key)
            _refuse_taken(user, field, key)
        setattr(user, field, name.strip() if name else None)
        setattr(user, f"{field}_key", key)


def refuse_weak_password(
    password: str, *, username: str | None, email: str | None, field: str
) -> None:
    problem = password_problem(password, username=username, email=email)
    if problem is not None:
        raise ValidationFailed.on(field, problem)


def set_password(user: User, password_hash: str) -> None:
    """Keep a new hash and unlock the account; the caller ends the user's tokens."""
    user.password_hash = password_hash
    user.failed_logins = 0
    user.locked_until = None


def has_any() -> bool:
    """Whether there is any user yet."""
    return db.session.scalar(select(User.id).limit(1)) is not None


def _refuse_long(field: str, key: str) -> None:
    """Case-folding makes some letters two or three."""
    longest: int = getattr(User, f"{field}_key").type.length
    if len(key) > longest:
        raise ValidationFailed.on(field, f"Longer than {longest} characters in lower case.")


def _refuse_taken(user: User, field: str, key: str) -> None:
    goes_by = or_(User.username_key == key, User.email_key == key)
    others = select(User.id).where(goes_by, User.id != (user.id or 0)).limit(1)
    if db.session.scalar(others) is not None:
        raise UsernameTaken(details={field: [UsernameTaken.message]})
