"""The people: staff and contacts, their passwords, sessions and one-time secrets.

Knows who exists and how they prove it. Refuses to know what they may do (server.access). Tokens and secrets are stored as
SHA-256 only: whoever reads the database can't log in with what they find.
"""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final, Literal

from protocol.entities import Language, Right, Role, Side
from protocol.wire import Email, Id, Ms
from storage.documents import Document, from_document, readable, to_document
from storage.mongo import Mongo, Row, Rows, Session
from storage.together import Together, by_id

LOGIN_PLACES_MAX: Final = 8

Purpose = Literal["invitation", "password_reset"]


class StaffDoc(Document):
    """A member of staff."""

    id: Id
    firm_id: Id
    name: str
    email: Email
    role: Role
    rights: list[Right] = []
    active: bool = True
    language: Language = "en"
    password_hash: str | None = None
    last_login_at: Ms | None = None
    login_places: list[str] = []
    """From where they have logged in, hashed, the latest last (`remember_place`)."""
    reset_letters_at: list[Ms] = []
    """When letters with a link for a new password were asked for lately (`may_write`)."""


class ContactDoc(Document):
    """A person on the client's side. With a password they are activated; links say for which accounts."""

    id: Id
    firm_id: Id
    name: str
    email: Email
    language: Language = "en"
    password_hash: str | None = None
    activated_at: Ms | None = None
    last_login_at: Ms | None = None
    login_places: list[str] = []
    reset_letters_at: list[Ms] = []


class LinkDoc(Document):
    """A contact's place in an account. Its id is `<account>:<contact>`: there is one of each pair."""

    id: str
    firm_id: Id
    account_id: Id
    contact_id: Id
    login: bool
    notify: bool
    notify_messages: bool = True
    """The preference "messages and client tasks" (spec 1.3)."""
    invited_at: Ms | None = None
    typed_name: str = ""
    """Where somebody linked a person of the firm whom they might not see: the name that they typed for them."""


class SessionDoc(Document):
    """A login. Its id is the SHA-256 of the token."""

    id: str
    session_id: Id
    firm_id: Id
    user_id: Id
    side: Side
    created_at: Ms
    expires_at: Ms
    browser: bool = False


class SecretDoc(Document):
    """A one-time secret from a mail. Its id is the SHA-256 of the secret."""

    id: str
    purpose: Purpose
    firm_id: Id
    user_id: Id
    side: Side
    expires_at: Ms
    account_id: Id | None = None


def link_id(account_id: Id, contact_id: Id) -> str:
    """The id of the link between an account and a contact."""
    return f"{account_id}:{contact_id}"


def new_token() -> str:
    """256 random bits, for a session or a mail's link."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _expiring(document: Row, expires_at: Ms) -> Row:
    """With the date that MongoDB's TTL index works on."""
    return document | {"expires": datetime.fromtimestamp(expires_at / 1000, UTC)}


async def _held(rows: Rows, user_id: Id, session: Session) -> Row | None:
    """A document that is written in a transaction so that no other one that does the same can commit beside it."""
    return await rows.find_one_and_update(
        {"_id": user_id}, {"$inc": {"held": 1}}, return_document=True, session=session
    )


class People:
    """Staff, contacts, links, sessions and secrets."""

    def __init__(self, mongo: Mongo) -> None:
        self._staff = mongo.rows("staff")
        self._contacts = mongo.rows("contacts")
        self._links = mongo.rows("links")
        self._sessions = mongo.rows("sessions")
        self._secrets = mongo.rows("secrets")
        self._staff_by_id = Together("staff", by_id(self._staff, StaffDoc))
        self._contact_by_id = Together("contacts", by_id(self._contacts, ContactDoc))
        self._session_by_digest = Together("sessions", by_id(self._sessions, SessionDoc))
        self._session_by_id = Together("sessions by id", self._sessions_by_id)
        self._links_by_contact = Together("links", self.links_of_contacts)

    # staff

    async def add_staff(self, staff: StaffDoc) -> None:
        """Store a new member of staff."""
        await self._staff.insert_one(to_document(staff))

    async def staff(self, staff_id: Id) -> StaffDoc | None:
        """One member of staff."""
        return await self._staff_by_id.get(staff_id)

    async def firm_staff(self, firm_id: Id) -> list[StaffDoc]:
        """Everybody who works or worked at a firm, by name."""
        return await readable(self._staff.find({"firm_id": firm_id}).sort("name", 1), StaffDoc)

    async def owners(self, firm_id: Id, session: Session | None = None) -> list[StaffDoc]:
        """A firm's owner: one, if all is well."""
        return await readable(self._staff.find({"firm_id": firm_id, "role": "owner"}, session=session), StaffDoc)

    async def staff_or_owners(self, staff_ids: list[Id], firm_ids: list[Id]) -> list[StaffDoc]:
        """These members of staff, and the owners of these firms, by name."""
        query: Row = {"$or": [{"_id": {"$in": staff_ids}}, {"firm_id": {"$in": firm_ids}, "role": "owner"}]}
        rows = self._staff.find(query, {"password_hash": 0}).sort("name", 1)
        return await readable(rows, StaffDoc)

    async def hold_staff(self, staff_id: Id, session: Session) -> StaffDoc | None:
        """Somebody as they are in a transaction, and held there: of two transactions that hold the same person one is
        done again after the other. Whatever decides by what somebody may, or changes it, holds them first."""
        row = await _held(self._staff, staff_id, session)
        return from_document(row, StaffDoc) if row else None

    async def change_staff(
        self, staff_id: Id, fields: dict[str, Any], session: Session | None = None
    ) -> StaffDoc | None:
        """Set fields; the person as they are then."""
        row = await self._staff.find_one_and_update(
            {"_id": staff_id}, {"$set": fields}, return_document=True, session=session
        )
        return from_document(row, StaffDoc) if row else None

    # contacts and links

    async def add_contact(self, contact: ContactDoc, session: Session | None = None) -> None:
        """Store a new contact. Lets DuplicateKeyError out when the firm has one with this address."""
        await self._contacts.insert_one(to_document(contact), session=session)

    async def contact(self, contact_id: Id) -> ContactDoc | None:
        """One contact."""
        return await self._contact_by_id.get(contact_id)

    async def contact_by_email(self, firm_id: Id, email: Email) -> ContactDoc | None:
        """A firm's contact with this address (lower case)."""
        row = await self._contacts.find_one({"firm_id": firm_id, "email": email})
        return from_document(row, ContactDoc) if row else None

    async def contacts(self, contact_ids: list[Id]) -> list[ContactDoc]:
        """Several contacts."""
        return await readable(self._contacts.find({"_id": {"$in": contact_ids}}), ContactDoc)

    async def hold_contact(self, contact_id: Id, session: Session) -> ContactDoc | None:
        """The same as `hold_staff` for a contact."""
        row = await _held(self._contacts, contact_id, session)
        return from_document(row, ContactDoc) if row else None

    async def change_contact(
        self, contact_id: Id, fields: dict[str, Any], session: Session | None = None
    ) -> ContactDoc | None:
        """Set fields; the person as they are then."""
        row = await self._contacts.find_one_and_update(
            {"_id": contact_id}, {"$set": fields}, return_document=True, session=session
        )
        return from_document(row, ContactDoc) if row else None

    async def add_link(self, link: LinkDoc, session: Session | None = None) -> None:
        """Link a contact to an account. Lets DuplicateKeyError out when they are."""
        await self._links.insert_one(to_document(link), session=session)

    async def link(self, account_id: Id, contact_id: Id, session: Session | None = None) -> LinkDoc | None:
        """One link."""
        row = await self._links.find_one({"_id": link_id(account_id, contact_id)}, session=session)
        return from_document(row, LinkDoc) if row else None

    async def links_of_account(self, account_id: Id) -> list[LinkDoc]:
        """Everybody on an account's side, in the order in which they were linked."""
        rows = self._links.find({"account_id": account_id}).sort("_id", 1)
        return await readable(rows, LinkDoc)

    async def links_of_accounts(self, account_ids: list[Id]) -> list[LinkDoc]:
        """Everybody on the side of several accounts, in the order in which they were linked."""
        rows = self._links.find({"account_id": {"$in": account_ids}}).sort("_id", 1)
        return await readable(rows, LinkDoc)

    async def links_of_contact(self, contact_id: Id) -> list[LinkDoc]:
        """The accounts a contact belongs to."""
        return await self._links_by_contact.get(contact_id) or []

    async def links_of_contacts(self, contact_ids: list[Id]) -> dict[Id, list[LinkDoc]]:
        """The accounts that several contacts belong to, by contact."""
        found: dict[Id, list[LinkDoc]] = {}
        for link in await readable(self._links.find({"contact_id": {"$in": contact_ids}}).sort("_id", 1), LinkDoc):
            found.setdefault(link.contact_id, []).append(link)
        return found

    async def change_link(
        self, account_id: Id, contact_id: Id, fields: dict[str, Any], session: Session | None = None
    ) -> LinkDoc | None:
        """Set fields; the link as it is then."""
        row = await self._links.find_one_and_update(
            {"_id": link_id(account_id, contact_id)}, {"$set": fields}, return_document=True, session=session
        )
        return from_document(row, LinkDoc) if row else None

    # proving who one is

    async def choose_first_password(
        self, user_id: Id, side: Side, password_hash: str, at: Ms, session: Session | None = None
    ) -> bool:
        """The first password of somebody who has none yet, which activates a contact; False for everybody else."""
        rows = self._staff if side == "staff" else self._contacts
        fields: Row = {"password_hash": password_hash} | ({} if side == "staff" else {"activated_at": at})
        query: Row = {"_id": user_id, "password_hash": None, "active": {"$ne": False}}
        return (await rows.update_one(query, {"$set": fields}, session=session)).matched_count == 1

    async def remember_place(self, user_id: Id, side: Side, place: str) -> None:
        """Note that somebody has logged in from a place, if it is new; the oldest beyond LOGIN_PLACES_MAX is forgotten."""
        await self._rows_of(side).update_one(
            {"_id": user_id, "login_places": {"$ne": place}},
            {"$push": {"login_places": {"$each": [place], "$slice": -LOGIN_PLACES_MAX}}},
        )

    async def may_write(self, user_id: Id, side: Side, now: Ms, per_hour_max: int) -> bool:
        """Whether somebody may be sent one more letter with a link for a new password; if so, it is counted."""
        written = await self._rows_of(side).update_one(
            {
                "_id": user_id,
                "$or": [
                    {f"reset_letters_at.{per_hour_max - 1}": {"$exists": False}},
                    {"reset_letters_at.0": {"$lte": now - 3_600_000}},
                ],
            },
            {"$push": {"reset_letters_at": {"$each": [now], "$slice": -per_hour_max}}},
        )
        return written.matched_count == 1

    def _rows_of(self, side: Side) -> Rows:
        return self._staff if side == "staff" else self._contacts

    async def by_email(self, email: Email) -> tuple[list[StaffDoc], list[ContactDoc]]:
        """Everybody with this address (lower case), at any firm."""
        staff = await readable(self._staff.find({"email": email}), StaffDoc)
        contacts = await readable(self._contacts.find({"email": email}), ContactDoc)
        return staff, contacts

    async def add_session(self, session: SessionDoc) -> None:
        """Store a login."""
        await self._sessions.insert_one(_expiring(to_document(session), session.expires_at))

    async def session(self, token: str, now: Ms) -> SessionDoc | None:
        """The login that a token proves, if it still holds."""
        session = await self._session_by_digest.get(digest(token))
        return session if session and session.expires_at > now else None

    async def session_by_id(self, session_id: Id, now: Ms) -> SessionDoc | None:
        """A login by its public id, if it still holds."""
        session = await self._session_by_id.get(session_id)
        return session if session and session.expires_at > now else None

    async def sessions(self, session_ids: Iterable[Id]) -> dict[Id, SessionDoc]:
        """Those of several logins that nobody has ended, by public id; some may have run out."""
        return await self._session_by_id.many(session_ids)

    async def _sessions_by_id(self, session_ids: list[Id]) -> dict[Id, SessionDoc]:
        rows = self._sessions.find({"session_id": {"$in": session_ids}})
        return {session.session_id: session for session in await readable(rows, SessionDoc)}

    async def renew_session(self, session_id: Id, user_id: Id, expires_at: Ms) -> bool:
        """Make a login hold longer."""
        fields = _expiring({"expires_at": expires_at}, expires_at)
        answer = await self._sessions.update_one({"session_id": session_id, "user_id": user_id}, {"$set": fields})
        return answer.matched_count == 1

    async def end_session(self, session_id: Id, session: Session | None = None) -> int:
        """End a login; how many there were."""
        return (await self._sessions.delete_one({"session_id": session_id}, session=session)).deleted_count

    async def end_sessions(self, user_id: Id, session: Session | None = None) -> int:
        """End all of a person's logins; how many there were."""
        return (await self._sessions.delete_many({"user_id": user_id}, session=session)).deleted_count

    async def replace_secret(self, secret: SecretDoc) -> None:
        """Store a one-time secret; earlier ones of this person for this purpose stop working."""
        await self._secrets.delete_many({"user_id": secret.user_id, "purpose": secret.purpose})
        await self._secrets.insert_one(_expiring(to_document(secret), secret.expires_at))

    async def secret(self, secret: str, purpose: Purpose, now: Ms) -> SecretDoc | None:
        """What a secret is for, if it still holds."""
        row = await self._secrets.find_one({"_id": digest(secret), "purpose": purpose, "expires_at": {"$gt": now}})
        return from_document(row, SecretDoc) if row else None

    async def use_secret(
        self, secret: str, purpose: Purpose, now: Ms, session: Session | None = None
    ) -> SecretDoc | None:
        """Take a secret: of two who try at once, one gets it."""
        query: Row = {"_id": digest(secret), "purpose": purpose, "expires_at": {"$gt": now}}
        row = await self._secrets.find_one_and_delete(query, session=session)
        return from_document(row, SecretDoc) if row else None
