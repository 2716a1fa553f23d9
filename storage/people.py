"""The people: staff and contacts, their passwords, sessions and one-time secrets.

Knows who exists and how they prove it. Refuses to know what they may do (server.core.rules). Tokens and secrets are stored
as SHA-256 only: whoever reads the database can't log in with what they find.
"""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, ClassVar, Final, Literal

from pymongo import IndexModel

from protocol.addresses import spellings
from protocol.contacts import ContactDetails
from protocol.letters import Delivery, DeliveryState
from protocol.people import Language, Right, Role, Side
from protocol.wire import Email, Id, Ms
from storage.mongo.collections import OfFirms
from storage.mongo.connection import Mongo, Row, Session
from storage.mongo.documents import Document, Unreadable, from_document, newer, readable, to_document
from storage.mongo.of_firms import Bound, FirmRows
from storage.mongo.together import Own, Together, all_by_id, by_id

LOGIN_PLACES_MAX: Final = 8
FAILED_MAX: Final = 20
"""Letters to one contact about one account that failed: of more, the latest can be tried again from the contact."""

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
    NEWER: ClassVar = (
        newer("role", Role, "employee"),
        newer("rights", Right, None),
        newer("language", Language, "en"),
    )


STAFF: Final = OfFirms(
    "staff",
    IndexModel([("firm_id", 1), ("email", 1)], unique=True),
    IndexModel("email"),
    # Asked for the owners with every batch of what follows, of as many firms as it is about.
    IndexModel([("firm_id", 1), ("role", 1)]),
)


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
    details: ContactDetails = ContactDetails()
    custom: dict[Id, list[str]] = {}
    """What is said in the firm's custom fields, as of an account (storage.accounts)."""
    NEWER: ClassVar = (newer("language", Language, "en"),)


CONTACTS: Final = OfFirms("contacts", IndexModel([("firm_id", 1), ("email", 1)], unique=True), IndexModel("email"))


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
    mail: Delivery | None = None
    """What became of the last letter to them about the account, of those that were tried."""
    failed: list[Id] = []
    """The latest letters to them about the account that failed and can be tried again, the latest last. One that has been
    tried again is none any more."""
    NEWER: ClassVar = (newer("mail.state", DeliveryState, "unknown"),)


LINKS: Final = OfFirms("links", IndexModel("contact_id"), IndexModel("account_id"))


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


SESSIONS: Final = OfFirms(
    "sessions",
    IndexModel("session_id", unique=True),
    IndexModel("user_id"),
    IndexModel("expires", expireAfterSeconds=0),
)


class SecretDoc(Document):
    """A one-time secret from a mail. Its id is the SHA-256 of the secret."""

    id: str
    purpose: Purpose
    firm_id: Id
    user_id: Id
    side: Side
    expires_at: Ms
    account_id: Id | None = None


SECRETS: Final = OfFirms(
    "secrets", IndexModel([("user_id", 1), ("purpose", 1)]), IndexModel("expires", expireAfterSeconds=0)
)


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


async def _held(own: Bound, user_id: Id, session: Session) -> Row | None:
    """A document that is written in a transaction so that no other one that does the same can commit beside it."""
    return await own.change_one({"_id": user_id}, {"$inc": {"held": 1}}, session=session)


class People:
    """Staff, contacts, links, sessions and secrets."""

    def __init__(self, mongo: Mongo) -> None:
        self._staff = FirmRows(mongo, STAFF)
        self._contacts = FirmRows(mongo, CONTACTS)
        self._links = FirmRows(mongo, LINKS)
        self._sessions = FirmRows(mongo, SESSIONS)
        self._secrets = FirmRows(mongo, SECRETS)
        self._staff_by_id = Together("staff", by_id(self._staff, StaffDoc))
        self._contact_by_id = Together("contacts", by_id(self._contacts, ContactDoc))
        self._session_by_digest = Together("sessions", self._sessions_by_digest)
        self._session_by_id = Together("sessions by id", self._sessions_by_id)
        self._links_by_contact = Together("links", self._links_of)

    # staff

    async def add_staff(self, staff: StaffDoc) -> None:
        """Store a new member of staff."""
        await self._staff.insert(to_document(staff))

    async def staff(self, firm_id: Id, staff_id: Id) -> StaffDoc | None:
        """One member of staff."""
        return await self._staff_by_id.get((firm_id, staff_id))

    async def firm_staff(self, firm_id: Id) -> list[StaffDoc]:
        """Everybody who works or worked at a firm, by name."""
        return await readable(self._staff.of(firm_id).find().sort("name", 1), StaffDoc)

    async def owners(self, firm_id: Id, session: Session | None = None) -> list[StaffDoc]:
        """A firm's owner: one, if all is well."""
        return await readable(self._staff.of(firm_id).find({"role": "owner"}, session=session), StaffDoc)

    async def staff_or_owners(self, firm_id: Id, staff_ids: list[Id]) -> list[StaffDoc]:
        """These members of a firm's staff, and its owners, by name."""
        query: Row = {"$or": [{"_id": {"$in": staff_ids}}, {"role": "owner"}]}
        rows = self._staff.of(firm_id).find(query, {"password_hash": 0}).sort("name", 1)
        return await readable(rows, StaffDoc)

    async def hold_staff(self, firm_id: Id, staff_id: Id, session: Session) -> StaffDoc | None:
        """Somebody as they are in a transaction, and held there: of two transactions that hold the same person one is
        done again after the other. Whatever decides by what somebody may, or changes it, holds them first."""
        row = await _held(self._staff.of(firm_id), staff_id, session)
        return from_document(row, StaffDoc) if row else None

    async def change_staff(
        self, firm_id: Id, staff_id: Id, fields: dict[str, Any], session: Session | None = None
    ) -> StaffDoc | None:
        """Set fields; the person as they are then."""
        row = await self._staff.of(firm_id).change_one({"_id": staff_id}, {"$set": fields}, session=session)
        return from_document(row, StaffDoc) if row else None

    # contacts and links

    async def add_contact(self, contact: ContactDoc, session: Session | None = None) -> None:
        """Store a new contact. Lets DuplicateKeyError out when the firm has one with this address."""
        await self._contacts.insert(to_document(contact), session=session)

    async def contact(self, firm_id: Id, contact_id: Id) -> ContactDoc | None:
        """One contact."""
        return await self._contact_by_id.get((firm_id, contact_id))

    async def contact_by_email(self, firm_id: Id, email: Email) -> ContactDoc | None:
        """A firm's contact with this address, however it was kept."""
        row = await self._contacts.of(firm_id).find_one({"email": {"$in": spellings(email)}})
        return from_document(row, ContactDoc) if row else None

    async def contacts(self, firm_id: Id, contact_ids: list[Id]) -> list[ContactDoc]:
        """Several contacts."""
        return await readable(self._contacts.of(firm_id).find({"_id": {"$in": contact_ids}}), ContactDoc)

    async def hold_contact(self, firm_id: Id, contact_id: Id, session: Session) -> ContactDoc | None:
        """The same as `hold_staff` for a contact."""
        row = await _held(self._contacts.of(firm_id), contact_id, session)
        return from_document(row, ContactDoc) if row else None

    async def change_contact(
        self, firm_id: Id, contact_id: Id, fields: dict[str, Any], session: Session | None = None
    ) -> ContactDoc | None:
        """Set fields; the person as they are then."""
        row = await self._contacts.of(firm_id).change_one({"_id": contact_id}, {"$set": fields}, session=session)
        return from_document(row, ContactDoc) if row else None

    async def forget_custom(self, firm_id: Id, field_id: Id) -> None:
        """A custom field is gone: nothing is said in it any more."""
        said = f"custom.{field_id}"
        await self._contacts.of(firm_id).update_many({said: {"$exists": True}}, {"$unset": {said: ""}})

    async def add_link(self, link: LinkDoc, session: Session | None = None) -> None:
        """Link a contact to an account. Lets DuplicateKeyError out when they are."""
        await self._links.insert(to_document(link), session=session)

    async def link(self, firm_id: Id, account_id: Id, contact_id: Id, session: Session | None = None) -> LinkDoc | None:
        """One link."""
        row = await self._links.of(firm_id).find_one({"_id": link_id(account_id, contact_id)}, session=session)
        return from_document(row, LinkDoc) if row else None

    async def links_of_account(self, firm_id: Id, account_id: Id) -> list[LinkDoc]:
        """Everybody on an account's side, in the order in which they were linked."""
        rows = self._links.of(firm_id).find({"account_id": account_id}).sort("_id", 1)
        return await readable(rows, LinkDoc)

    async def links_of_accounts(self, firm_id: Id, account_ids: list[Id]) -> list[LinkDoc]:
        """Everybody on the side of several accounts, in the order in which they were linked."""
        rows = self._links.of(firm_id).find({"account_id": {"$in": account_ids}}).sort("_id", 1)
        return await readable(rows, LinkDoc)

    async def links_of_contact(self, firm_id: Id, contact_id: Id) -> list[LinkDoc]:
        """The accounts a contact belongs to."""
        return await self._links_by_contact.get((firm_id, contact_id)) or []

    async def links_of_contacts(self, firm_id: Id, contact_ids: Iterable[Id]) -> dict[Id, list[LinkDoc]]:
        """The accounts that several contacts belong to, by contact."""
        found = await self._links_of([(firm_id, contact_id) for contact_id in contact_ids])
        return {contact_id: links for (_, contact_id), links in found.items()}

    async def _links_of(self, contacts: list[Own]) -> dict[Own, list[LinkDoc]]:
        found: dict[Own, list[LinkDoc]] = {}
        rows = self._links.of_any(firm_id for firm_id, _ in contacts)
        query = {"contact_id": {"$in": [contact_id for _, contact_id in contacts]}}
        for link in await readable(rows.find(query).sort("_id", 1), LinkDoc):
            found.setdefault((link.firm_id, link.contact_id), []).append(link)
        return found

    async def change_link(
        self, firm_id: Id, account_id: Id, contact_id: Id, fields: dict[str, Any], session: Session | None = None
    ) -> LinkDoc | None:
        """Set fields; the link as it is then."""
        row = await self._links.of(firm_id).change_one(
            {"_id": link_id(account_id, contact_id)}, {"$set": fields}, session=session
        )
        return from_document(row, LinkDoc) if row else None

    async def links_held(self, firm_id: Id, contact_id: Id, session: Session) -> list[LinkDoc]:
        """The accounts a contact belongs to, as a transaction sees them."""
        return await readable(self._links.of(firm_id).find({"contact_id": contact_id}, session=session), LinkDoc)

    async def forget_letters(self, firm_id: Id, contact_id: Id, session: Session) -> None:
        """A contact has another address: what was sent to the old one proves nothing any more, and its fate is nobody's."""
        await self._secrets.of(firm_id).delete_many({"user_id": contact_id}, session=session)
        gone: Row = {"$unset": {"mail": "", "failed": "", "invited_at": ""}}
        await self._links.of(firm_id).update_many({"contact_id": contact_id}, gone, session=session)

    async def note_mail(
        self,
        firm_id: Id,
        account_id: Id,
        contact_id: Id,
        mail: Delivery,
        session: Session | None = None,
        *,
        again: bool = False,
    ) -> None:
        """Keep what became of a letter, and whether it can be tried again. What is later known of another stays what is
        shown. That one waits takes back no failure, but for one that somebody has tried `again`."""
        puts_off = mail.state == "waiting" and not again
        shows: Row = {"$lte": [{"$ifNull": ["$mail.at", 0]}, mail.at]}
        if puts_off:
            shows = {"$and": [shows, {"$ne": ["$mail.state", "failed"]}]}
        change: Row = {"mail": {"$cond": [shows, {"$literal": to_document(mail)}, "$mail"]}}
        if not puts_off and not mail.invitation:
            others: Row = {
                "$filter": {
                    "input": {"$ifNull": ["$failed", []]},
                    "cond": {"$ne": ["$$this", {"$literal": mail.letter_id}]},
                }
            }
            with_it: Row = {"$slice": [{"$concatArrays": [others, [{"$literal": mail.letter_id}]]}, -FAILED_MAX]}
            change["failed"] = with_it if mail.state == "failed" else others
        await self._links.of(firm_id).update_one(
            {"_id": link_id(account_id, contact_id)}, [{"$set": change}], session=session
        )

    # proving who one is

    async def choose_first_password(
        self, firm_id: Id, user_id: Id, side: Side, password_hash: str, at: Ms, session: Session | None = None
    ) -> bool:
        """The first password of somebody who has none yet, which activates a contact; False for everybody else."""
        fields: Row = {"password_hash": password_hash} | ({} if side == "staff" else {"activated_at": at})
        query: Row = {"_id": user_id, "password_hash": None, "active": {"$ne": False}}
        own = self._of(firm_id, side)
        return (await own.update_one(query, {"$set": fields}, session=session)).matched_count == 1

    async def remember_place(self, firm_id: Id, user_id: Id, side: Side, place: str) -> None:
        """Note that somebody has logged in from a place, if it is new; the oldest beyond LOGIN_PLACES_MAX is forgotten."""
        await self._of(firm_id, side).update_one(
            {"_id": user_id, "login_places": {"$ne": place}},
            {"$push": {"login_places": {"$each": [place], "$slice": -LOGIN_PLACES_MAX}}},
        )

    async def may_write(self, firm_id: Id, user_id: Id, side: Side, now: Ms, per_hour_max: int) -> bool:
        """Whether somebody may be sent one more letter with a link for a new password; if so, it is counted."""
        written = await self._of(firm_id, side).update_one(
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

    def _of(self, firm_id: Id, side: Side) -> Bound:
        return (self._staff if side == "staff" else self._contacts).of(firm_id)

    async def by_email(self, email: Email) -> tuple[list[StaffDoc], list[ContactDoc]]:
        """Everybody with this address, however it was kept, at any firm."""
        kept = {"email": {"$in": spellings(email)}}
        staff = await readable(self._staff.across("login").find(kept), StaffDoc)
        contacts = await readable(self._contacts.across("login").find(kept), ContactDoc)
        return staff, contacts

    async def add_session(self, session: SessionDoc) -> None:
        """Store a login."""
        await self._sessions.insert(_expiring(to_document(session), session.expires_at))

    async def session(self, token: str, now: Ms) -> SessionDoc | None:
        """The login that a token proves, if it still holds."""
        session = await self._session_by_digest.get(digest(token))
        return session if session and session.expires_at > now else None

    async def _sessions_by_digest(self, digests: list[str]) -> dict[str, SessionDoc | Unreadable]:
        return await all_by_id(self._sessions.across("login"), SessionDoc, digests)

    async def session_by_id(self, firm_id: Id, session_id: Id, now: Ms) -> SessionDoc | None:
        """A login by its public id, if it still holds."""
        session = await self._session_by_id.get((firm_id, session_id))
        return session if session and session.expires_at > now else None

    async def sessions(self, wanted: Iterable[Own]) -> dict[Id, SessionDoc]:
        """Those of several logins, by firm and public id, that nobody has ended; some may have run out. By public id."""
        return {session_id: session for (_, session_id), session in (await self._session_by_id.many(wanted)).items()}

    async def _sessions_by_id(self, wanted: list[Own]) -> dict[Own, SessionDoc]:
        rows = self._sessions.of_any(firm_id for firm_id, _ in wanted)
        found = rows.find({"session_id": {"$in": [session_id for _, session_id in wanted]}})
        return {(session.firm_id, session.session_id): session for session in await readable(found, SessionDoc)}

    async def renew_session(self, firm_id: Id, session_id: Id, user_id: Id, expires_at: Ms) -> bool:
        """Make a login hold longer."""
        fields = _expiring({"expires_at": expires_at}, expires_at)
        query = {"session_id": session_id, "user_id": user_id}
        answer = await self._sessions.of(firm_id).update_one(query, {"$set": fields})
        return answer.matched_count == 1

    async def end_session(self, firm_id: Id, session_id: Id, session: Session | None = None) -> int:
        """End a login; how many there were."""
        own = self._sessions.of(firm_id)
        return (await own.delete_one({"session_id": session_id}, session=session)).deleted_count

    async def end_sessions(self, firm_id: Id, user_id: Id, session: Session | None = None) -> int:
        """End all of a person's logins; how many there were."""
        return (await self._sessions.of(firm_id).delete_many({"user_id": user_id}, session=session)).deleted_count

    async def replace_secret(self, secret: SecretDoc) -> None:
        """Store a one-time secret; earlier ones of this person for this purpose stop working."""
        own = self._secrets.of(secret.firm_id)
        await own.delete_many({"user_id": secret.user_id, "purpose": secret.purpose})
        await self._secrets.insert(_expiring(to_document(secret), secret.expires_at))

    async def add_secret(self, secret: SecretDoc) -> None:
        """Store a one-time secret beside the person's earlier ones."""
        await self._secrets.insert(_expiring(to_document(secret), secret.expires_at))

    async def secret(self, secret: str, purpose: Purpose, now: Ms) -> SecretDoc | None:
        """What a secret is for, if it still holds."""
        query = {"_id": digest(secret), "purpose": purpose, "expires_at": {"$gt": now}}
        row = await self._secrets.across("login").find_one(query)
        return from_document(row, SecretDoc) if row else None

    async def use_secret(
        self, secret: str, purpose: Purpose, now: Ms, session: Session | None = None
    ) -> SecretDoc | None:
        """Take a secret: of two who try at once, one gets it."""
        query: Row = {"_id": digest(secret), "purpose": purpose, "expires_at": {"$gt": now}}
        row = await self._secrets.across("login").find_one_and_delete(query, session=session)
        return from_document(row, SecretDoc) if row else None
