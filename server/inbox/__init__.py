"""The inbox of staff: news, who hears of it, and how it is told."""
