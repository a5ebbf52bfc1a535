"""The wire format of compliance."""

from marshmallow import Schema, fields

from app.compliance.values import DIGITS, STATUSES
from app.core.schemas import Moment, PageQuery, Whole, Word

_WHY = "2 of 3 copies, the source's own among them: add one copy more."


class ComplianceQuery(PageQuery):
    status = Word(STATUSES)


class DigitSchema(Schema):
    """One of the five; `ok` is null when it is not known."""

    ok = fields.Boolean(allow_none=True, metadata={"example": False})
    have = Whole(0, metadata={"example": 2})
    need = Whole(0, metadata={"example": 3})
    why = fields.String(metadata={"example": _WHY})


class DigitsSchema(Schema):
    """3 copies, 2 media, 1 offsite, 1 offline or immutable, 0 errors."""

    copies = fields.Nested(DigitSchema)
    media = fields.Nested(DigitSchema)
    offsite = fields.Nested(DigitSchema)
    offline_or_immutable = fields.Nested(DigitSchema)
    errors = fields.Nested(DigitSchema)


class ComplianceSchema(Schema):
    """How a job stands; `violated_at` is since when it does not comply."""

    backup_id = Whole(1)
    name = fields.String(metadata={"example": "Finance share"})
    status = Word(STATUSES, metadata={"example": "non_compliant"})
    checked_at = Moment(allow_none=True)
    violated_at = Moment(allow_none=True)
    digits = fields.Nested(DigitsSchema)


class ComplianceChangeSchema(Schema):
    """A change of the status or of the digits named in `changed`, and why."""

    id = Whole(1)
    changed_at = Moment()
    status = Word(STATUSES, metadata={"example": "non_compliant"})
    previous_status = Word(STATUSES, metadata={"example": "compliant"})
    changed = fields.List(Word(DIGITS, metadata={"example": "copies"}))
    digits = fields.Nested(DigitsSchema)


# A class could not have a field of the name `unknown`, which is an option of every schema.
StatusCountsSchema = Schema.from_dict(
    {status: Whole(0) for status in STATUSES}, name="StatusCountsSchema"
)


class DigitCountsSchema(Schema):
    """A number of jobs for each digit."""

    copies = Whole(0)
    media = Whole(0)
    offsite = Whole(0)
    offline_or_immutable = Whole(0)
    errors = Whole(0)


class ComplianceSummarySchema(Schema):
    """The tenant's jobs, deleted ones left out."""

    total = Whole(0)
    by_status = fields.Nested(StatusCountsSchema)
    by_failing_digit = fields.Nested(DigitCountsSchema)
    by_unknown_digit = fields.Nested(DigitCountsSchema)
