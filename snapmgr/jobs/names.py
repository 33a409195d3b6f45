"""What a job may be called (util/id.c: id_wellformed; job.c: job_create)."""

from __future__ import annotations

import re
from collections.abc import Container

from snapmgr.errors import UsageError
from snapmgr.names import quoted

_WELL_FORMED = re.compile(r"[A-Za-z][A-Za-z0-9._-]*")


def check_id(job_id: str, taken: Container[str]) -> None:
    """Raise UsageError ``job-id`` for an id that is malformed, or that a job has which is not dismissed yet."""
    if not _WELL_FORMED.fullmatch(job_id):
        raise UsageError(
            "job-id",
            f"{quoted(job_id)} cannot be the id of a job",
            hint="An id begins with a letter; letters, digits, and - . _ may follow.",
            qemu=f"Invalid job ID '{job_id}'",
        )
    if job_id in taken:
        raise UsageError(
            "job-id",
            f"there is a job {quoted(job_id)} already",
            hint="Choose another id, or dismiss that job.",
            qemu=f"Job ID '{job_id}' already in use",
        )
