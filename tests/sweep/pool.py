"""Points are run by several workers, each a process with places of its own, in the order of the plan."""

import multiprocessing
import signal
import time
import traceback

from verdict import Verdict


def work(sweep, plan, turn, stop_at, results):
    """One worker: takes the next point until there is none or the time is over."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        while time.monotonic() < stop_at:
            with turn.get_lock():
                number = turn.value
                turn.value += 1
            if number >= len(plan):
                break
            results.put(attempt(sweep, plan[number]))
    finally:
        sweep.close()
        results.put(None)


def attempt(sweep, spec):
    """A point at which the harness itself fails is a violation: it has proved nothing."""
    try:
        return sweep.execute(spec)
    except Exception:  # pylint: disable=broad-except
        return Verdict(spec, kinds=("any",), violations=[("any", "the harness failed: " +
                                                          " ".join(traceback.format_exc()[-700:].split()))])


def run_points(sweep, plan, workers, stop_at, total):
    """Runs the plan until its end or until `stop_at`; each verdict goes into `total`."""
    context = multiprocessing.get_context("fork")
    turn = context.Value("L", 0)
    results = context.SimpleQueue()
    processes = [context.Process(target=work, args=(sweep, plan, turn, stop_at, results))
                 for _ in range(min(workers, max(1, len(plan))))]
    for process in processes:
        process.start()
    living = len(processes)
    try:
        while living:
            verdict = results.get()
            if verdict is None:
                living -= 1
            else:
                total.take(verdict)
    finally:
        for process in processes:
            if living:
                process.terminate()
            process.join()
    for process in processes:
        if process.exitcode != 0:
            total.take(Verdict("", kinds=("any",), violations=[("any", f"a worker died: {process.exitcode}")]))
