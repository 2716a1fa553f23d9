"""Custom fields: what a firm wants to know of its accounts and contacts besides what everybody has (spec 2.3, 2.4, SC-9).

Knows which types there are. Refuses to know what fits into each (server.custom_fields.checking), and what is said of whom:
that stands with the account or the contact, by the field's id.
"""

from typing import Annotated, ClassVar, Final, Literal

import msgspec

from protocol.asked import Asked, Update
from protocol.folds import Folds, forgets, keeps
from protocol.happened import Happened
from protocol.kept import KeptList, KeptPage
from protocol.texts import normal
from protocol.wire import LINE, ONE_LINE, WRITTEN, ClientKey, Id, Ms, Seq, Wire

FieldOf = Literal["account", "contact"]
FieldKind = Literal["text", "number", "date", "choice", "choices", "email", "url", "phone", "money"]
"""What is said in it (SC-9). `choice` is one of its options, `choices` any number of them."""
CHOSEN: Final[frozenset[FieldKind]] = frozenset({"choice", "choices"})

FieldName = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=80,
        # A shortcode names it between brackets, and what is no text is no part of one.
        pattern=r"^[^\[\]\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ufffc]*\Z",
        description=f"a name {ONE_LINE} and square brackets",
        extra=WRITTEN,
    ),
]
FieldOption = Annotated[
    str,
    msgspec.Meta(min_length=1, max_length=80, pattern=rf"^{LINE}\Z", description=f"a text {ONE_LINE}", extra=WRITTEN),
]
FieldOptions = Annotated[list[FieldOption], msgspec.Meta(max_length=100)]
Currency = Annotated[str, msgspec.Meta(pattern=r"^(?:[A-Z]{3})?\Z", description="three letters of ISO 4217, or empty")]
FieldText = Annotated[
    str,
    msgspec.Meta(min_length=1, max_length=500, pattern=rf"^{LINE}\Z", description=f"a text {ONE_LINE}", extra=WRITTEN),
]
FieldValues = dict[Id, list[FieldText]]
"""What is said, by the field's id: of `choices` any number of texts, else one, and none takes back what was said. A number
is written 1234.5, a date 2026-11-29, an amount of money 1234.50, without its currency."""


def name_key(name: str) -> str:
    """By which a field is found: names are told apart by their letters, and neither by capitals nor by blanks."""
    return normal(" ".join(name.split()).lower())


class CustomField(Wire):
    """A field that the firm has defined."""

    id: Id
    of: FieldOf
    name: FieldName
    """What it is called where it is shown, and in its shortcode: `[ACCOUNT_CUSTOM_FIELD:name]` (SC-1)."""
    kind: FieldKind
    place: Seq
    """Fields of accounts, and those of contacts, are shown by it, ascending."""
    updated_at: Ms
    options: FieldOptions = []
    """Of `choice` and `choices`. What was said once stays where it was said, also when it is an option no more."""
    currency: Currency = ""
    """Of `money`."""


class CustomFieldUpdated(Happened, tag="custom_field.updated", stands="u"):
    """A custom field is new or has changed."""

    custom_field: CustomField
    folds: ClassVar[Folds] = (keeps("custom_field", ".event.custom_field"),)


class CustomFieldDeleted(Happened, tag="custom_field.deleted", stands="u"):
    """A custom field is gone, with all that was said in it."""

    custom_field_id: Id
    folds: ClassVar[Folds] = (forgets("custom_field", ".event.custom_field_id"),)


class CustomFieldPage(KeptPage, kw_only=True):
    """Custom fields."""

    entities: list[CustomField]


class CustomFieldList(KeptList, tag="custom_field.list", may="staff", cost=2):
    """The firm's custom fields."""

    Result: ClassVar[type[Wire]] = CustomFieldPage


class CustomFieldCreate(Asked, tag="custom_field.create", may="firm_with:manage_custom_fields", cost=3):
    """Define a field, behind the others. Whose it is, what is said in it and its currency stay for good."""

    client_field_id: ClientKey
    of: FieldOf
    name: FieldName
    kind: FieldKind
    options: FieldOptions = []
    currency: Currency = ""
    Result: ClassVar[type[Wire]] = CustomField


class CustomFieldUpdate(Update, tag="custom_field.update", may="firm_with:manage_custom_fields", cost=3):
    """Change a field's name or options; what is absent stays. Texts that name the field by its former name don't follow."""

    custom_field_id: Id
    name: FieldName | None = None
    options: FieldOptions | None = None
    Result: ClassVar[type[Wire]] = CustomField


class CustomFieldMove(Asked, tag="custom_field.move", may="firm_with:manage_custom_fields", cost=3):
    """Put a field before another one of the same, or behind all of them."""

    custom_field_id: Id
    before_id: Id | None = None
    Result: ClassVar[type[Wire]] = CustomField


class CustomFieldDelete(Asked, tag="custom_field.delete", may="firm_with:manage_custom_fields", cost=3):
    """Delete a field, and with it what was said in it of every account or contact. Messages keep what they say."""

    custom_field_id: Id
