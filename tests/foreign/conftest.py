"""Files in a bucket are tried here: whoever runs other tests only needs no server of another project."""

from tests.buckets import s3, s3_process

__all__ = ["s3", "s3_process"]
