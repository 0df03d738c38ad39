"""What a point came to, and the sum of all points of a sweep."""

import collections
import dataclasses

from faults import INCIDENTAL


@dataclasses.dataclass
class Verdict:
    spec: str
    call: str = ""  # what was struck at, for "each call was struck"
    struck: bool = True
    kinds: tuple = ()
    violations: list = dataclasses.field(default_factory=list)  # (kind, text)
    counts: dict = dataclasses.field(default_factory=dict)  # figures of the targeted cases


class Sum:
    """The points of one sweep."""

    def __init__(self, name, space, is_provable, strikes_each_call=True):
        self.name = name
        self.strikes_each_call = strikes_each_call
        self.space = space
        self.is_provable = is_provable
        self.points = 0
        self.struck = 0
        self.violations = 0
        self.unproved = 0
        self.seconds = 0.0
        self.by_kind = collections.Counter()  # violations; zero for kinds that were there
        self.by_call = collections.Counter()  # struck points; zero for calls that were tried
        self.counts = collections.Counter()

    def take(self, verdict):
        """Counts a point and prints what it violated."""
        self.points += 1
        self.struck += verdict.struck
        if verdict.call:
            self.by_call[verdict.call] += verdict.struck
        for kind in verdict.kinds:
            self.by_kind[kind] += 0
        for kind, text in verdict.violations:
            if self.is_provable(kind):
                self.by_kind[kind] += 1
                self.violations += 1
                word = "violation"
            else:
                self.unproved += 1
                word = "unproved"
            print(f"{word}: {self.name} {kind}: {text} | tests/sweep/run point {self.name} {verdict.spec}", flush=True)
        for name, count in verdict.counts.items():
            self.counts[name] += count

    def missed_calls(self):
        return sorted(call for call, struck in self.by_call.items() if not struck)

    def tests(self):
        """(name, passed) of each kind; what was not struck proves nothing, which is a failure."""
        yield from ((f"{self.name} {kind}", count == 0) for kind, count in sorted(self.by_kind.items()))
        if self.strikes_each_call:
            for call in set(self.missed_calls()) - INCIDENTAL:
                yield f"{self.name} never struck at {call}", False
        elif 2 * self.struck < self.points:
            yield f"{self.name} struck {self.struck} points of {self.points}", False
        if not self.points:
            yield f"{self.name} without a point", False


def print_table(sums):
    print()
    print(f"{'sweep':<12} {'of':>7} {'points':>7} {'struck':>7} {'not struck':>10} {'violations':>10} "
          f"{'unproved':>8} {'seconds':>8}")
    for total in sums:
        print(f"{total.name:<12} {total.space:>7} {total.points:>7} {total.struck:>7} "
              f"{total.points - total.struck:>10} {total.violations:>10} {total.unproved:>8} {total.seconds:>8.0f}")
    for total in sums:
        if total.missed_calls():
            print(f"{total.name}: tried and never struck: {' '.join(total.missed_calls())}")
        if total.counts:
            print(f"{total.name}: " + ", ".join(f"{name} {count}" for name, count in sorted(total.counts.items())))


def print_summary(sums):
    tests = [test for total in sums for test in total.tests()]
    for name, passed in tests:
        if not passed:
            print(f"failed: {name}")
    passed = sum(ok for _, ok in tests)
    print(f"summary: {passed} passed, {len(tests) - passed} failed")
    return passed == len(tests) and passed > 0
