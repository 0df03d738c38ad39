"""The base of all end-to-end tests."""

import os
import unittest

from sandbox import PATIENCE, Sandbox


def slow(test):
    """A test that takes long by its nature: it is started first, and left out by --fast."""
    test.slow = True
    test.fast = False
    return test


def not_fast(test):
    """A test that is left out by --fast, where the binary is built with sanitizers."""
    test.fast = False
    return test


def as_root(test):
    """A test that needs root."""
    return unittest.skipIf(os.geteuid() != 0, "needs root")(test)


class EndToEnd(unittest.TestCase):
    # A failed comparison shows all of both sides.
    maxDiff = None

    # For tests that leave runs behind on purpose.
    unfinished_runs_allowed = False

    def setUp(self):
        self.box = Sandbox(os.environ["ESCHER_E2E_BASE"])

    def tearDown(self):
        try:
            self.box.check_invariants(self.unfinished_runs_allowed)
        finally:
            if self.failed_so_far():
                print("\n".join(self.box.history[-12:]))
            self.box.destroy()

    def failed_so_far(self):
        result = self._outcome.result
        return any(test is self for test, _ in result.failures + result.errors) or not self._outcome.success

    def assertState(self, job, state, reason=None):
        """The job is in this state, its reason containing `reason`."""
        actual = self.box.sql("SELECT state, reason FROM job WHERE id = ?", job)
        self.assertEqual(len(actual), 1, f"no job {job}")
        self.assertEqual(actual[0][0], state, f"job {job}: {actual[0]}")
        if reason is not None:
            self.assertIn(reason, actual[0][1] or "")

    @staticmethod
    def patient(seconds):
        return seconds * PATIENCE
