"""Those who talk, as shown beside what they do."""

from typing import Literal

from protocol.wire import Id, Name, Wire

Side = Literal["staff", "contact"]

Role = Literal["owner", "admin", "employee"]

Right = Literal[
    "view_all_accounts", "view_all_contacts", "manage_accounts", "manage_contacts", "manage_documents",
    "manage_templates", "manage_pipelines", "manage_custom_fields", "assign_teammates",
]  # fmt: skip

Language = Literal["sv", "en"]


class Person(Wire):
    """Somebody as shown beside what they did."""

    id: Id
    side: Side
    name: Name
