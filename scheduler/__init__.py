"""What happens by itself: a clock that calls the same actions a person does, and the mail that goes out."""
