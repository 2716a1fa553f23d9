"""Access: what follows when somebody gains or loses it (AC-15)."""
