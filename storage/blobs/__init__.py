"""What people's files are made of: bytes, kept once for each firm and addressed by their SHA-256.

`places` says what a place for bytes can do, `folder` and `bucket` are the two there are, `blobs` knows which bytes a firm
has, and `references` who may refer to them. Refuses to know names, folders and who may see what.
"""
