"""Uploads: files on their way to the server, before they are anybody's document."""
