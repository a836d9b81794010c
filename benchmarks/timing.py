"""What both environments share: a stopwatch, and jobs as JSON on stdin. Standard library only."""

from __future__ import annotations

import json
import resource
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any


def stopwatch(function: Callable[[], Any], seconds: float = 10.0, most: int = 7) -> dict[str, float]:
    """The first call's seconds and the median of the calls after it, and of what all cores worked in them.

    At most `most` calls after the first, about `seconds` in all. There is always one call after the first, which
    may compile and derive, unless the first took five times `seconds`.
    """
    times, worked = [], []
    begun = time.perf_counter()
    while len(times) < 2 or (len(times) <= most and time.perf_counter() - begun < seconds):
        start, before = time.perf_counter(), time.process_time()
        function()
        worked.append(time.process_time() - before)
        times.append(time.perf_counter() - start)
        if times[0] > 5 * seconds:
            break
    after = {"seconds": statistics.median(times[1:] or times), "processor": statistics.median(worked[1:] or worked)}
    return {"first": times[0]} | after


def serve(jobs: dict[str, Callable[..., dict[str, Any]]]) -> None:
    """Run the job named on stdin, under its memory limit, and print what it returns as JSON."""
    order = json.load(sys.stdin)
    limit = order.pop("memory", None)
    if limit:
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    result = jobs[order.pop("job")](**order)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    peak = max(usage.ru_maxrss, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)  # of a command: its own process
    result |= {"peak_bytes": 1024 * peak, "processor_seconds": usage.ru_utime + usage.ru_stime}
    print(json.dumps(result))
