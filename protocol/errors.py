"""What may go wrong, as codes that clients can act on.

    ChattarError
    ├── Invalid             malformed or over a limit: says where, what was expected and what came
    │   └── UnknownCommand
    ├── Unauthenticated     nobody is logged in, or the token is not valid any more
    ├── Forbidden           logged in, but not allowed
    ├── NotFound            it doesn't exist, or the asker may not know that it does
    ├── Conflict            allowed and well-formed, but not in the state that things are in
    ├── RateLimited         too much at once; `retry_after_ms` says when
    ├── Unavailable         temporary: the outcome is unknown or nothing was done; try again with the same key
    └── InternalError       our fault

A class's docstring is its default message.
"""

from typing import ClassVar, Literal

from msgspec.structs import replace

from protocol.wire import Wire

ReasonToContacts = Literal[
    "clients_may_not_create", "document_private", "file_name", "folder_deep", "folder_gone", "folder_kept",
    "key_reused", "no_room", "nothing_to_download", "other_person", "thread_archived", "too_large", "too_long", "too_many",
    "too_many_files", "too_many_to_download", "unreadable", "zip_damaged", "zip_deep", "zip_empty", "zip_entries",
    "zip_entry_bytes", "zip_kind", "zip_path", "zip_ratio", "zip_total_bytes",
]  # fmt: skip
"""What a contact's page can meet, and a colleague's as well."""

ReasonToStaff = Literal[
    "account_archived", "account_not_activated", "already_activated", "already_linked", "assignee_without_access",
    "bulk_over", "email_address", "email_taken", "field_exists", "login_off", "mention_without_access", "no_copy_address",
    "nobody_to_notify", "nothing_to_remind_of", "one_owner", "owner_only", "owner_stays", "secret_gone", "send_gone",
    "template_gone",
]  # fmt: skip
"""What only a colleague's page can meet."""

ReasonElsewhere = Literal[
    "address_taken", "choose_firm", "http_only", "identity_expired", "identity_too_long", "no_login", "not_renewable",
    "origin_not_allowed", "too_many_sockets", "wrong_login",
]  # fmt: skip
"""What pages that need a login never show in words: of logging in (server.doors.page_words), of the widget's identity, of
the command line, and of programs."""

Reason = ReasonToContacts | ReasonToStaff | ReasonElsewhere
"""A new one stands with those who meet it: pages have words for theirs in every language, or they don't compile."""


class Problem(Wire):
    """An error as clients see it: `code` is for programs, `message` for people, the rest says where and what."""

    code: str
    message: str
    reason: str | None = None
    """A more precise code within `code`, such as `account_not_activated`."""
    path: str | None = None
    """Where in what was sent: `$` is the frame (over HTTP the body), `$.command.positions["…"]` a member, `[0]` an item."""
    expected: str | None = None
    got: str | None = None
    retry_after_ms: int | None = None

    def inside(self, name: str) -> "Problem":
        """The same problem of a value that stands in the member `name` of another one."""
        if self.path is None or not self.path.startswith("$"):
            return self
        path = f"$.{name}{self.path[1:]}"
        said = self.message.startswith(f"{self.path}:")
        message = path + self.message.removeprefix(self.path) if said else self.message
        return replace(self, path=path, message=message)


class ChattarError(Exception):
    """Something went wrong."""

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500

    def __init__(
        self,
        message: str | None = None,
        *,
        reason: Reason | None = None,
        path: str | None = None,
        expected: str | None = None,
        got: str | None = None,
        retry_after_ms: int | None = None,
    ) -> None:
        if message is None:
            message = (type(self).__doc__ or "").strip()
            if expected is not None:
                message = f"{path or 'input'}: expected {expected}, got {got}"
        super().__init__(message)
        self.problem = Problem(
            code=self.code,
            message=message,
            reason=reason,
            path=path,
            expected=expected,
            got=got[:200] if got else got,
            retry_after_ms=retry_after_ms,
        )

    @property
    def reason(self) -> str | None:
        """The more precise code, if there is one."""
        return self.problem.reason


class Invalid(ChattarError):
    """The input is not valid."""

    code = "invalid"
    status = 422


class UnknownCommand(Invalid):
    """There is no such command."""

    code = "unknown_command"
    status = 404


class Unauthenticated(ChattarError):
    """Log in first."""

    code = "unauthenticated"
    status = 401


class Forbidden(ChattarError):
    """You are not allowed to do this."""

    code = "forbidden"
    status = 403


class NotFound(ChattarError):
    """There is nothing here that you may see."""

    code = "not_found"
    status = 404


class Conflict(ChattarError):
    """This can't be done in the present state."""

    code = "conflict"
    status = 409


class RateLimited(ChattarError):
    """Too much at once."""

    code = "rate_limited"
    status = 429


class Unavailable(ChattarError):
    """Not possible at the moment; try again with the same key."""

    code = "unavailable"
    status = 503


class InternalError(ChattarError):
    """Something went wrong on the server."""

    code = "internal"
    status = 500


ERRORS: dict[str, type[ChattarError]] = {
    error.code: error
    for error in (
        Invalid, UnknownCommand, Unauthenticated, Forbidden, NotFound, Conflict, RateLimited, Unavailable,
        InternalError,
    )
}  # fmt: skip
"""Every code and its class: a client raises what the server said."""


def error_from(problem: Problem) -> ChattarError:
    """The exception that a problem stands for; an unknown code becomes InternalError."""
    error = ERRORS.get(problem.code, InternalError)(problem.message)
    error.problem = problem
    return error
