"""New chats that are created at a later time."""
