"""Where a process keeps files, by its set-up: the one place that knows which kinds of places there are."""

from server.core.settings import Settings
from storage.blobs.folder import Folder
from storage.blobs.places import Place


def place_of(settings: Settings) -> Place:
    """The place for files that the settings say."""
    return Folder(settings.blobs_folder)
