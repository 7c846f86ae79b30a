"""The app, made from its parts by whoever serves it; never on import."""

from fastapi import Depends, FastAPI

from api import health, jobs, patches
from api.limits import BodyLimit
from api.parts import Parts
from api.problems import handle_problems
from api.security import admitted
from optimizer import __version__

_LARGEST_BODY = 64 * 1024  # bytes
_ABOUT = """\
Submit repositories, follow their jobs, read and review patches.

Every address under `/v1` needs a token, made by `optimizer token create NAME` and sent as
`Authorization: Bearer opt_...`. Whatever goes wrong is answered by `{"error": "one sentence"}`. Lists are
paged: ask again with `next` as `before`. Times are UTC.
"""


def make_app(parts: Parts) -> FastAPI:
    app = FastAPI(
        title="optimizer",
        version=__version__,
        description=_ABOUT,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.parts = parts
    app.add_middleware(BodyLimit, largest=_LARGEST_BODY)
    handle_problems(app)
    app.include_router(health.router)
    for router in (jobs.router, patches.router):
        app.include_router(router, prefix="/v1", dependencies=[Depends(admitted)])
    return app
