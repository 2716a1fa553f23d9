"""The whole of what is remembered, as one object: every collection by its name."""

from storage.accounts import Accounts
from storage.audit import Audit
from storage.chores import Chores
from storage.facts import Facts
from storage.firms import Firms
from storage.letters import Letters
from storage.marks import Marks
from storage.mongo import Mongo
from storage.notifications import Notifications
from storage.people import People
from storage.reminders import ReminderRows
from storage.streams import Streams
from storage.tasks import Tasks
from storage.threads import Threads


class Store:
    """All collections over one connection."""

    def __init__(self, mongo: Mongo) -> None:
        self.mongo = mongo
        self.streams = Streams(mongo)
        self.firms = Firms(mongo)
        self.people = People(mongo)
        self.accounts = Accounts(mongo)
        self.threads = Threads(mongo)
        self.marks = Marks(mongo)
        self.tasks = Tasks(mongo)
        self.notifications = Notifications(mongo)
        self.audit = Audit(mongo)
        self.letters = Letters(mongo)
        self.reminder_rows = ReminderRows(mongo)
        self.chores = Chores(mongo)
        self.facts = Facts(mongo)
