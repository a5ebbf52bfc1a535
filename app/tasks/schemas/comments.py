"""The wire format of comments."""

from typing import Any

from marshmallow import ValidationError, fields, post_load, validates_schema

from app.core.schemas import Shown, StrictSchema, Text, UpdateSchema, Whole, Word, read_only_names
from app.tasks.values import LONGEST_COMMENT, TASK


class Content(Text):
    """What is written: more than white space."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(LONGEST_COMMENT, shortest=1, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        if not text.strip():
            raise ValidationError("Must not be blank.")
        return text


class CommentCreateSchema(StrictSchema):
    """A comment under either of its two names."""

    example_omits = ("comment",)

    content = Content(metadata={"description": "Required.", "example": "The tape was swapped."})
    comment = Content(metadata={"description": "Another name of content."})

    @validates_schema
    def _take_one(self, data: dict[str, Any], **_: Any) -> None:
        if not data and not self.partial:
            raise ValidationError("Missing data for required field.", "content")
        if len(data) == 2 and data["content"] != data["comment"]:
            raise ValidationError("Is content by another name: send one of them.", "comment")

    @post_load
    def _under_one_name(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {"content": next(iter(data.values()), None)}


class CommentSchema(Shown):
    """A comment; `author_id` is a person's or, by `author_kind`, a machine's."""

    entity_type = Word((TASK,), dump_only=True)
    entity_id = Whole(1, dump_only=True)
    content = fields.String(metadata={"example": "The tape was swapped."})
    author_kind = fields.String(dump_only=True, metadata={"example": "user"})
    author_id = Whole(1, dump_only=True, allow_none=True)
    author_name = fields.String(dump_only=True, metadata={"example": "alice"})


class CommentUpdateSchema(CommentCreateSchema, UpdateSchema):
    """Other words for a comment."""

    ignores = read_only_names(CommentSchema)

    content = Content(required=True, metadata={"example": "The tape was swapped."})
    comment = Content(required=True, metadata={"description": "Another name of content."})
