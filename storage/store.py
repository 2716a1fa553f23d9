"""The whole of what is remembered, as one object: every collection by its name."""

from storage.accounts import Accounts
from storage.audit import Audit
from storage.blobs.blobs import Blobs
from storage.blobs.places import Nowhere, Place
from storage.bulk import BulkPortions, BulkRuns
from storage.carried import Carried
from storage.chores import Chores
from storage.copies import Copies
from storage.custom_fields import CustomFields
from storage.documents import Documents
from storage.facts import Facts
from storage.firms import Firms
from storage.folders import Folders
from storage.letters import Letters
from storage.log.streams import Streams
from storage.logos import Logos
from storage.looks import Looks
from storage.marks import Marks
from storage.mongo.connection import Mongo
from storage.notifications import Notifications
from storage.people import People
from storage.previews import Previews
from storage.readers import Readers
from storage.relay import Relay
from storage.reminders import ReminderRows
from storage.saved_replies import SavedReplies
from storage.scans import Scans
from storage.scheduled_chats import ScheduledChats
from storage.scheduled_sends import ScheduledSends
from storage.tasks import Tasks
from storage.templates import Templates
from storage.thread_rows import Threads
from storage.unpacked import Unpacked
from storage.uploads import Uploads


class Store:
    """All collections over one connection, and files in one place; without one, whoever asks for files is told so."""

    def __init__(self, mongo: Mongo, files: Place | None = None) -> None:
        self.mongo = mongo
        self.streams = Streams(mongo)
        self.firms = Firms(mongo)
        self.logos = Logos(mongo)
        self.people = People(mongo)
        self.readers = Readers(mongo)
        self.accounts = Accounts(mongo)
        self.threads = Threads(mongo)
        self.marks = Marks(mongo)
        self.tasks = Tasks(mongo)
        self.notifications = Notifications(mongo)
        self.audit = Audit(mongo)
        self.letters = Letters(mongo)
        self.copies = Copies(mongo)
        self.relay = Relay(mongo)
        self.reminder_rows = ReminderRows(mongo)
        self.chores = Chores(mongo)
        self.facts = Facts(mongo)
        self.looks = Looks(mongo)
        self.saved_replies = SavedReplies(mongo)
        self.scheduled_chats = ScheduledChats(mongo)
        self.scheduled_sends = ScheduledSends(mongo)
        self.bulk_runs = BulkRuns(mongo)
        self.bulk_portions = BulkPortions(mongo)
        self.templates = Templates(mongo)
        self.custom_fields = CustomFields(mongo)
        self.blobs = Blobs(mongo, files or Nowhere())
        self.uploads = Uploads(mongo, self.blobs)
        self.unpacked = Unpacked(mongo, self.blobs, self.uploads)
        self.folders = Folders(mongo)
        self.documents = Documents(mongo)
        self.previews = Previews(mongo)
        self.scans = Scans(mongo)
        self.carried = Carried(mongo)
