"""What `files` compares with: Starlette and aiofiles, which write what comes into one file and hand parts of it out,
without asking who anybody is. `python -m benchmarks.plain_files PORT FILE`.
"""

import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiofiles
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

PIECE = 64 * 1024


def app(path: Path) -> Starlette:
    async def put(request: Request) -> Response:
        async with aiofiles.open(path, "wb") as file:
            async for piece in request.stream():
                await file.write(piece)
        return Response(status_code=204)

    async def get(request: Request) -> Response:
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", request.headers["range"])
        assert asked is not None
        start, end = int(asked[1]), int(asked[2]) + 1

        async def pieces() -> AsyncIterator[bytes]:
            async with aiofiles.open(path, "rb") as file:
                await file.seek(start)
                left = end - start
                while left:
                    piece = await file.read(min(left, PIECE))
                    left -= len(piece)
                    yield piece

        return StreamingResponse(pieces(), 206, {"content-length": str(end - start)})

    return Starlette(routes=[Route("/", put, methods=["PUT"]), Route("/", get)])


if __name__ == "__main__":
    uvicorn.run(app(Path(sys.argv[2])), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", http="httptools")
