"""What a caller writes is compared, sorted by and kept, and never a part of a statement."""

import pytest

from tests.support.attacks import query_names, statements, text_filters
from tests.support.cast import Form
from tests.support.operations import error_code, error_details
from tests.support.rows import dump, make_rows

# No row holds this word: whatever is found all the same was found by what stands around it.
WORD = "zqx"
SQL = (
    f"{WORD}' OR '1'='1",
    f"{WORD}\\') OR 1=1 --",
    f'{WORD}" OR ""="',
    f"{WORD}'; DROP TABLE backup_jobs; --",
    f"{WORD}'||(SELECT pg_sleep(60))||'",
    f"{WORD}\u02bc UNION SELECT * FROM users \u2019",  # noqa: S608
    f":{WORD} %({WORD})s {{{WORD}}} $$ ?",
)
# To LIKE these mean anything, one letter after the other, and an unfinished escape.
WILDCARDS = ("%", "%e%", "_____", "e\\")
PATHS = ("1'--", "1 OR 1=1", "\u0661")


def is_kept_out(response, name):
    """Nothing was found, or the parameter is refused by its name."""
    if response.status_code == 200:
        return response.json["data"] == []
    refusal = (response.status_code, error_code(response.json))
    return refusal == (400, "VALIDATION_ERROR") and name in error_details(response.json)


@pytest.fixture
def reads(operations):
    return [door for door in operations if door.method == "GET"]


@pytest.fixture
def rows(cast, admin, operations):
    """Something to be found at every door."""
    return make_rows(cast, admin, {name for door in operations for name in door.parameters})


@pytest.fixture
def found_by(reads, rows, chief, document):
    """What these texts, in each of these parameters of each read, were answered with."""

    def ask(names, texts):
        return {
            f"{door.name} {name}={text!r}": (
                chief.get(door.path(rows), query_string={name: text}),
                name,
            )
            for door in reads
            for name in names(document, door)
            for text in texts
        }

    return ask


def searches(document, door):
    """The parameters whose text the database is asked for; a sort or a cursor is read before."""
    return [name for name in text_filters(document, door) if name not in ("sort", "cursor")]


def closed_filters(document, door):
    """The parameters of its query that take no text of just any kind."""
    return sorted(set(query_names(document, door)) - set(text_filters(document, door)))


def passed(answers):
    return {
        line: f"{response.status_code} {response.text[:200]}"
        for line, (response, name) in answers.items()
        if not is_kept_out(response, name)
    }


def test_no_filter_search_or_sort_finds_anything_by_sql(found_by, cast):
    before = dump(cast)

    with statements() as heard:
        answers = {**found_by(text_filters, SQL[:2]), **found_by(searches, SQL[2:])}

    assert passed(answers) == {}
    assert [statement for statement in heard if WORD in statement] == []
    assert dump(cast) == before


def test_what_a_pattern_means_something_by_is_looked_for_as_it_is(found_by):
    assert passed(found_by(searches, WILDCARDS)) == {}


def test_each_other_parameter_takes_its_own_kind_of_value_only(found_by):
    assert passed(found_by(closed_filters, SQL[:1])) == {}


def test_tries_filters_searches_and_sorts(reads, document):
    tried = {f"{door.name} {name}" for door in reads for name in text_filters(document, door)}

    assert {
        "GET /api/v1/backups search",
        "GET /api/v1/backups sort",
        "GET /api/v1/backups tag",
        "GET /api/v1/events type",
        "GET /api/v1/audit actor",
        "GET /api/v1/backups/{job_id}/executions cursor",
    } <= tried


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("login", {"username": SQL[0], "password": SQL[0]}),
        ("refresh", {"refresh_token": SQL[0]}),
        ("logout", {"refresh_token": SQL[0]}),
        ("reset-password", {"token": SQL[0], "new_password": "a password of nobody's"}),
        ("token", Form(grant_type="client_credentials", client_id=SQL[0], client_secret=SQL[0])),
    ],
)
def test_nobody_signs_in_by_sql(path, body, anonymous, cast):
    cast.user("admin")

    with statements() as heard:
        response = anonymous.post(f"/api/v1/auth/{path}", body)

    assert response.status_code == 401
    assert [statement for statement in heard if WORD in statement] == []


@pytest.mark.parametrize("name", ["X-API-Key", "Authorization"])
def test_nobody_is_known_by_sql_in_a_credential(name, anonymous, admin):
    for text in (SQL[0], f"hf_{SQL[0]}", f"Bearer hf_{WORD}' OR '1'='1_{WORD}", f"Bearer {SQL[0]}"):
        assert anonymous.get("/api/v1/backups", headers={name: text}).status_code == 401


def test_an_id_in_an_address_is_a_number_or_nothing(operations, chief):
    id_doors = [door for door in operations if set(door.parameters) - {"token"}]

    with statements() as heard:
        answers = {
            f"{door} {value!r}": chief.call(
                door.method, door.path(dict.fromkeys(door.parameters, value)), json={}
            )
            for door in id_doors
            for value in PATHS
        }

    wrong = {line: answer.text for line, answer in answers.items() if answer.status_code != 404}
    assert wrong == {}
    assert [statement for statement in heard if "OR 1=1" in statement] == []
