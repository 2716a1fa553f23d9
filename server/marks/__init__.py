"""Marks: how far somebody has read and received."""
