"""What goes out at a later time."""
