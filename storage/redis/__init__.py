"""The bell: connections to Redis that are kept, what nodes call out to each other, and what may be forgotten."""
