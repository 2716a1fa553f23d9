"""Brings a file with tuspy, as packaged, and prints the upload's address.

`uploads.py <endpoint> <token> <path> <bytes of a request, or 0>`
"""

import sys

from tusclient import client

endpoint, token, path, chunk = sys.argv[1:]
tus = client.TusClient(endpoint, headers={"Authorization": f"Bearer {token}"})
more = {"chunk_size": int(chunk)} if int(chunk) else {}
uploader = tus.uploader(path, metadata={"filename": "brought by tuspy.bin"}, retries=30, retry_delay=1, **more)
uploader.upload()
print(uploader.url)
