"""The truth: the connection to MongoDB and its guarantees, documents, migrations, reads together."""
