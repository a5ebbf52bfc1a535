"""GET /dashboard/users-stats: people by role, and who was here."""

from datetime import timedelta

from app.core import clock


def test_counts_people_by_role_and_by_their_last_sign_in(admin, cast):
    now = clock.utcnow()
    cast.user("operator", last_login_at=now - timedelta(hours=1))
    cast.user("operator", last_login_at=now - timedelta(days=20))
    cast.user("viewer", last_login_at=now - timedelta(days=40))
    cast.user("viewer", is_active=False, last_login_at=now)
    cast.user("viewer", tenant="globex", last_login_at=now)

    data = admin.get("/api/v1/dashboard/users-stats").json["data"]

    roles = {one["role"]: one["total"] for one in data["by_role"] if one["total"]}
    assert roles == {"admin": 1, "operator": 2, "viewer": 1}
    assert (data["total"], data["deactivated"]) == (4, 1)
    assert (data["active_in_30_days"], data["active_in_period"]) == (2, 1)
