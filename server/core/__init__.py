"""What every noun needs: who asks and what they may, what time it is, how it was set up, and the shape of what follows."""
