"""Where a process keeps files, by its set-up: the one place that knows which kinds of places there are."""

from server.core.settings import Settings
from storage.blobs.folder import Folder
from storage.blobs.places import Place


def place_of(settings: Settings) -> Place:
    """The place for files that the settings say."""
    if settings.blobs:
        # Only whoever keeps files there pays for the library.
        from storage.blobs.bucket import Bucket

        return Bucket(
            settings.blobs.removeprefix("s3://"),
            endpoint=settings.s3_endpoint,
            region=settings.s3_region,
            access_key=settings.s3_access_key,
            secret_key=settings.s3_secret_key,
            scratch=settings.data,
        )
    return Folder(settings.blobs_folder)
