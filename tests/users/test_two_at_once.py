"""Two callers at once: one person of an invite, one use of a link, and an administrator left."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from app.users.models import Invite, Membership, User
from tests.support.rows import keep_invite

NEW = {"password": "a password of the guest", "full_name": "Gustav Guest"}


def at_once(*calls: Callable[[], Any]) -> list[int]:
    """The statuses of calls that begin together, in order."""
    barrier = threading.Barrier(len(calls), timeout=60)

    def begin(call: Callable[[], Any]) -> int:
        barrier.wait()
        return int(call().status_code)

    with ThreadPoolExecutor(len(calls)) as pool:
        return sorted(pool.map(begin, calls))


def test_an_invite_makes_one_person(app, cast, anonymous):
    _, token = keep_invite(cast)
    clients = [app.test_client() for _ in range(4)]

    statuses = at_once(
        *(
            lambda client=client, number=number: client.post(
                f"/api/v1/invites/{token}/accept", json={**NEW, "username": f"guest-{number}"}
            )
            for number, client in enumerate(clients)
        )
    )

    assert statuses == [201, 409, 409, 409]
    assert (len(cast.rows(User)), len(cast.rows(Membership))) == (1, 1)


def test_a_reset_link_sets_one_password(app, admin, viewer, smtp, mails):
    admin.post(f"/api/v1/users/{viewer.actor.user_id}/reset-password")
    token = mails()[0]["token"]
    clients = [app.test_client() for _ in range(4)]

    statuses = at_once(
        *(
            lambda client=client, number=number: client.post(
                "/api/v1/auth/reset-password",
                json={"token": token, "new_password": f"the new password {number}"},
            )
            for number, client in enumerate(clients)
        )
    )

    assert statuses == [200, 401, 401, 401]


def test_two_administrators_who_remove_each_other_leave_one(cast):
    one, other = cast.caller("admin"), cast.caller("admin")

    statuses = at_once(
        lambda: one.delete(f"/api/v1/users/{other.actor.user_id}"),
        lambda: other.put(f"/api/v1/users/{one.actor.user_id}", {"role": "viewer"}),
    )

    # Whoever comes second is told that it is the last one, or is not let in any more.
    assert statuses.count(200) == 1
    active = {user.id for user in cast.rows(User) if user.is_active}
    admins = [m for m in cast.rows(Membership) if m.role == "admin" and m.user_id in active]
    assert len(admins) == 1


def test_two_invites_of_one_address_leave_one_open(admin, cast, app):
    body = {"email": "guest@example.org", "role": "viewer"}
    clients = [app.test_client() for _ in range(2)]

    statuses = at_once(
        *(
            lambda client=client: client.post(
                "/api/v1/tenants/current/invites", json=body, headers=admin.headers
            )
            for client in clients
        )
    )

    assert statuses == [201, 201]
    assert [row.withdrawn_at is None for row in cast.rows(Invite)].count(True) == 1


def test_one_name_is_given_once(admin, cast, app):
    clients = [app.test_client() for _ in range(3)]

    statuses = at_once(
        *(
            lambda client=client, number=number: client.post(
                "/api/v1/users",
                json={
                    "email": f"n{number}@example.org",
                    "full_name": "Nora",
                    "role": "viewer",
                    "username": "nora",
                },
                headers=admin.headers,
            )
            for number, client in enumerate(clients)
        )
    )

    assert statuses == [201, 409, 409]
    assert [user.username for user in cast.rows(User)].count("nora") == 1
