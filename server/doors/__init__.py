"""HTTP and pages: how requests come in, and where from."""
