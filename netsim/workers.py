"""Tasks on many processes: those of this machine, or of a Dask scheduler elsewhere."""

from __future__ import annotations

import logging
import sys
import threading
import types
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from dask.config import set as set_dask
from distributed import Client, LocalCluster, as_completed, get_worker

from devicegen.errors import ConfigError

Task = dict[str, Any]
"""What travels to a worker: a "name" and little else, paths in place of arrays (large arguments end the scheduler)."""

Result = TypeVar("Result")

_log = logging.getLogger(__name__)

_PACKAGES = ("devicegen", "netsim")
_ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("NUMBA", "OMP", "OPENBLAS", "MKL")}


class _ToTheClient(logging.Handler):
    """What a task has to say goes to who gave it, at once; a worker's other threads are left alone."""

    def __init__(self, topic: str) -> None:
        super().__init__(logging.WARNING)
        self.topic, self.thread = topic, threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self.thread:
            get_worker().log_event(self.topic, record.getMessage())


def _on_a_worker(function: Callable[[Task], Result], task: Task, topic: str) -> Result:
    """Run a task in a worker, its warnings sent to `topic`."""
    handler, loggers = _ToTheClient(topic), [logging.getLogger(package) for package in _PACKAGES]
    for logger in loggers:
        logger.addHandler(handler)
    try:
        return function(task)
    finally:
        for logger in loggers:
            logger.removeHandler(handler)


@contextmanager
def _heard(client: Client, topic: str) -> Iterator[None]:
    """Say here what workers send to a topic: as it comes, and at the end what has not come yet."""
    said = []

    def say(event: tuple[Any, str]) -> None:
        said.append(event)
        _log.warning("%s", event[1])

    client.subscribe_topic(topic, say)
    try:
        yield
    finally:
        client.unsubscribe_topic(topic)
        events: Any = client.get_events(topic)  # not a coroutine, as the client is not asynchronous
        for event in events[len(said) :]:
            say(event)


@contextmanager
def _without_main_module() -> Iterator[None]:
    """Keep starting worker processes from importing the caller's script again.

    A spawned process runs the main module of its parent; a workflow script without a guard would start the whole
    sweep again in every worker. Tasks need nothing from it.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


@contextmanager
def _client(workers: int, scheduler: str | None) -> Iterator[Client]:
    if scheduler is not None:
        try:
            client = Client(scheduler)
        except (OSError, ValueError) as error:
            raise ConfigError(
                f"scheduler: found {scheduler!r}, where no Dask scheduler answers ({error}): start one, give the "
                "address that it prints, such as tcp://10.0.0.5:8786, or leave it out to use this machine."
            ) from None
        with client:
            yield client
        return
    environment = {"distributed.nanny.pre-spawn-environ": _ONE_THREAD}
    with (
        set_dask(environment),
        _without_main_module(),
        LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=":0") as cluster,
        Client(cluster) as client,
    ):
        yield client


def finished(
    function: Callable[[Task], Result], tasks: Sequence[Task], workers: int, scheduler: str | None
) -> Iterator[tuple[int, Result]]:
    """Index and result of each task, in the order in which they finish; an error of a task is raised here.

    function  : importable by name; its warnings are said here, whichever process it runs in
    tasks     : the longest first
    workers   : processes on this machine, one thread each; 1 runs in this process
    scheduler : address of a Dask scheduler whose workers see the same files; replaces `workers`
    """
    if not tasks:
        return
    if scheduler is None and workers == 1:
        for index, task in enumerate(tasks):
            yield index, function(task)
        return
    topic = f"dev2net-{uuid.uuid4()}"  # a scheduler may serve several
    with _client(min(workers, len(tasks)), scheduler) as client, _heard(client, topic):
        # the scheduler takes high priorities first
        futures = {
            client.submit(_on_a_worker, function, task, topic, key=task["name"], priority=-index, pure=False): index
            for index, task in enumerate(tasks)
        }
        for future in as_completed(list(futures)):
            yield futures[future], future.result()
