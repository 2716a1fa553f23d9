"""A process behind the fence that does what no reader should: what is tested is what becomes of it."""

import os
import signal
import sys
import time

from server.files.fence import limits

if __name__ == "__main__":
    limits.put_on()
    match sys.argv[1]:
        case "hang":
            time.sleep(3600)
        case "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "flood":
            while True:
                os.write(1, bytes(1024 * 1024))
        case "babble":
            os.write(1, b"this is no answer")
