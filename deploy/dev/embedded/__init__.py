"""Finds, starts, stops and torments real MongoDB and Valkey servers, for `dev.py run`, the tests and the benchmarks.

Standard library only (PyMongo is imported where a replica set is initiated), so that dev.py can use it early. Never part of
what a firm runs, which brings its own servers. Everything here blocks; from a coroutine call it in a thread.
"""

from deploy.dev.embedded.processes import HOST, SHARE, EmbeddedError, Process, free_port, is_running
from deploy.dev.embedded.programs import find_clamd, find_libcurl, find_mongod, find_valkey, has_libcurl
from deploy.dev.embedded.servers import Clamd, Mongod, ReplicaSet, Server, Valkey, is_owned

__all__ = [
    "HOST",
    "SHARE",
    "Clamd",
    "EmbeddedError",
    "Mongod",
    "Process",
    "ReplicaSet",
    "Server",
    "Valkey",
    "find_clamd",
    "find_libcurl",
    "find_mongod",
    "find_valkey",
    "free_port",
    "has_libcurl",
    "is_owned",
    "is_running",
]
