"""Which job runs next, and why another does not."""

import sqlite3

from case import EndToEnd

ONE_AT_A_TIME = '[run]\nconcurrency = 1\n[security]\ncommands = "any"\n'
MANY = '[run]\nconcurrency = 8\n[security]\ncommands = "any"\n'


class Selection(EndToEnd):
    def order(self):
        """The names of the jobs in the order in which they were started."""
        return [name for name, in self.box.sql("SELECT job.name FROM run JOIN job ON job.id = run.job ORDER BY run.id")]

    def named(self, name, *options, script="true"):
        return self.box.shell(script, options=["--name", name, *options])

    def test_lower_priorities_run_first_then_older_jobs(self):
        self.box.configure(ONE_AT_A_TIME)
        self.named("third")
        self.named("fourth")
        self.named("last", "--priority", "5")
        self.named("second", "--priority", "-5")
        self.named("first", "--priority", "-6")
        self.box.tick()
        self.assertEqual(self.order(), ["first", "second", "third", "fourth", "last"])

    def test_no_queue_starves(self):
        """Of two slots each queue gets one, however many jobs wait in the other."""
        self.box.configure('[run]\nconcurrency = 2\n[security]\ncommands = "any"\n')
        for number in range(6):
            self.named(f"a{number}", "--queue", "a")
        self.named("b0", "--queue", "b")
        self.box.tick()
        self.assertEqual(self.order(), ["a0", "b0", "a1", "a2", "a3", "a4", "a5"])

    def test_a_queue_has_a_limit_of_its_own(self):
        self.box.configure(MANY + "[queue.narrow]\nconcurrency = 2\n")
        narrow, wide = self.box.held("narrow"), self.box.held("wide")
        jobs = [self.box.shell(narrow.script, options=["--queue", "narrow"]) for _ in range(3)]
        free = [self.box.shell(wide.script) for _ in range(3)]
        tick = self.box.start()
        self.assertEqual(sorted(narrow.wait_started(2)), jobs[:2])
        self.assertEqual(sorted(wide.wait_started(3)), free)
        self.assertFalse(narrow.started.has_line())
        self.assertState(jobs[2], "available")
        reason = self.box.show(jobs[2])["reason"]
        self.assertIn("narrow", reason)
        self.assertIn("2/2", reason)
        narrow.release()
        wide.release()
        self.box.finish(tick)
        self.assertState(jobs[2], "completed")

    def test_the_limit_of_all_holds_over_several_live_ticks(self):
        self.box.configure('[run]\nconcurrency = 2\n[security]\ncommands = "any"\n')
        held = self.box.held()
        jobs = [self.box.shell(held.script) for _ in range(3)]
        older = self.box.start()
        held.wait_started(2)
        newer = self.box.start()
        self.box.until(lambda: self.box.sql("SELECT count(*) FROM tick") == [(2,)])
        # The newer one stays, although no slot is free: nobody else takes the third job when one is.
        self.assertIn("2/2", self.box.show(jobs[2])["reason"])
        self.assertFalse(held.started.has_line())
        self.assertEqual(self.box.sql("SELECT count(*) FROM job WHERE state = 'running'"), [(2,)])
        held.release()
        self.box.finish(older)
        self.box.finish(newer)
        self.assertEqual([self.box.state_of(job) for job in jobs], ["completed"] * 3)
        self.assertEqual(self.most_at_once(), 2)

    def most_at_once(self, where="1"):
        """The most runs that were under way at the same time."""
        return self.box.sql(f"""
            SELECT max((SELECT count(*) FROM run AS other JOIN job ON job.id = other.job
                        WHERE {where} AND other.claimed_at <= run.claimed_at AND other.ended_at > run.claimed_at))
            FROM run""")[0][0]

    def test_jobs_with_the_same_key_run_one_by_one(self):
        self.box.configure(MANY)
        held = self.box.held()
        first = self.box.shell(held.script, options=["--key", "customer-7"])
        second = self.box.shell("true", options=["--key", "customer-7"])
        other = self.box.shell("true", options=["--key", "customer-8"])
        tick = self.box.start()
        held.wait_started()
        self.box.wait(other)
        self.assertState(second, "available")
        reason = self.box.show(second)["reason"]
        self.assertIn("customer-7", reason)
        self.assertIn(str(first), reason)
        held.release()
        self.box.finish(tick)
        self.assertState(second, "completed")

    def test_a_queue_may_let_more_jobs_share_a_key(self):
        self.box.configure(MANY + "[queue.default]\nconcurrency_per_key = 2\n")
        held = self.box.held()
        jobs = [self.box.shell(held.script, options=["--key", "k"]) for _ in range(3)]
        tick = self.box.start()
        self.assertEqual(sorted(held.wait_started(2)), jobs[:2])
        self.assertState(jobs[2], "available")
        held.release()
        self.box.finish(tick)

    def test_a_rate_bounds_the_starts_in_any_window(self):
        self.box.configure(MANY + '[queue.mail]\nrate = "3/h"\n')
        jobs = [self.box.shell("true", options=["--queue", "mail"]) for _ in range(5)]
        free = self.box.shell("true")
        self.box.tick()
        self.box.tick()
        self.assertEqual([self.box.state_of(job) for job in jobs], ["completed"] * 3 + ["available"] * 2)
        self.assertState(free, "completed")
        reason = self.box.show(jobs[3])["reason"]
        self.assertIn("mail", reason)
        self.assertIn("3", reason)
        # The window slides: starts of more than an hour ago do not count.
        self.box.sql("UPDATE run SET claimed_at = claimed_at - 3600001, started_at = started_at - 3600001,"
                     " ended_at = ended_at - 3600001 WHERE job = ?", jobs[0])
        self.box.tick()
        self.assertEqual([self.box.state_of(job) for job in jobs], ["completed"] * 4 + ["available"])

    def test_pauses_hold_one_queue_or_all_and_say_by_whom_and_why(self):
        self.box.configure(MANY)
        mail, other = self.named("m", "--queue", "mail"), self.named("o")
        self.box.escher("pause", "--reason", "relay is down", "--for", "2h", "mail")
        self.box.tick()
        self.assertState(mail, "available")
        self.assertState(other, "completed")
        reason = self.box.show(mail)["reason"]
        self.assertIn("paused", reason)
        self.assertIn("relay is down", reason)
        self.box.escher("resume", "mail")
        self.box.escher("pause")
        self.box.tick()
        self.assertState(mail, "available")
        self.box.escher("resume")
        self.box.tick()
        self.assertState(mail, "completed")

    def test_a_pause_ends_by_itself(self):
        self.box.configure(MANY)
        job = self.named("m")
        self.box.escher("pause", "--for", "100ms")
        self.box.until(lambda: self.box.tick() and self.box.state_of(job) == "completed")

    def test_resuming_what_is_not_paused_says_so(self):
        self.box.escher("init")
        result = self.box.escher("resume", "mail", status=None)
        self.assertIn("mail", result.err)


class UniqueKeys(EndToEnd):
    def test_add_prints_the_id_of_the_unfinished_job(self):
        first = self.box.add("true", options=["--unique", "rebuild"])
        self.assertEqual(self.box.add("true", options=["--unique", "rebuild"]), first)
        self.assertEqual(self.box.sql("SELECT count(*) FROM job"), [(1,)])
        added = self.box.escher("add", "--json", "--unique", "rebuild", "--", "true").out
        self.assertIn('"existed":true', added.replace(" ", ""))
        self.box.tick()
        self.assertNotEqual(self.box.add("true", options=["--unique", "rebuild"]), first)

    def test_a_running_job_counts_as_unfinished(self):
        held = self.box.held()
        first = self.box.shell(held.script, options=["--unique", "u"])
        tick = self.box.start()
        held.wait_started()
        self.assertEqual(self.box.shell("true", options=["--unique", "u"]), first)
        held.release()
        self.box.finish(tick)

    def test_by_sql_the_index_refuses_or_ignores(self):
        self.box.escher("init")
        statement = "INSERT INTO job (command, unique_key) VALUES ('[\"true\"]', 'rebuild')"
        self.box.sql(statement)
        with self.assertRaises(sqlite3.IntegrityError):
            self.box.sql(statement)
        self.box.sql(statement + " ON CONFLICT DO NOTHING")
        self.assertEqual(self.box.sql("SELECT count(*) FROM job"), [(1,)])
        self.box.tick()
        self.box.sql(statement)
        self.box.tick()
        self.assertEqual(self.box.sql("SELECT state, count(*) FROM job GROUP BY state"), [("completed", 2)])

    def test_a_retry_of_a_job_whose_key_is_taken_is_refused_with_a_word(self):
        first = self.box.add("false", options=["--unique", "u"])
        self.box.tick()
        second = self.box.add("true", options=["--unique", "u"])
        result = self.box.escher("retry", first, status=None)
        self.assertNotEqual(result.status, 70, result)
        self.assertTrue(result.err)
        self.assertState(first, "failed")
        self.assertState(second, "available")


class Dependencies(EndToEnd):
    def setUp(self):
        super().setUp()
        self.witness = self.box.path("witness")

    def word(self, text, *options, end="true"):
        return self.box.shell(f"echo {text} >> {self.witness}; {end}", options=list(options))

    def words(self):
        with open(self.witness, encoding="utf-8") as file:
            return file.read().split()

    def test_a_chain_runs_in_its_order_within_one_tick(self):
        one = self.word("one")
        two = self.word("two", "--after", one)
        three = self.word("three", "--after", f"{one},{two}", "--priority", "-9")
        self.assertIn(str(two), self.box.show(three)["reason"] + self.box.show(two)["reason"])
        self.box.tick()
        self.assertEqual(self.words(), ["one", "two", "three"])

    def test_a_failure_cancels_all_that_depend_on_it_through_any_depth(self):
        bad = self.word("bad", end="exit 1")
        chain = [bad]
        for number in range(20):
            chain.append(self.word(f"n{number}", "--after", chain[-1]))
        anyway = self.word("anyway", "--after-any", chain[-1])
        self.box.tick()
        self.assertState(bad, "failed")
        for before, job in zip(chain, chain[1:]):
            self.assertState(job, "cancelled", str(before))
        self.assertState(anyway, "completed")
        self.assertEqual(self.words(), ["bad", "anyway"])

    def test_after_any_waits_for_the_end_however(self):
        bad = self.word("bad", end="exit 1")
        good = self.word("good")
        both = self.word("both", "--after-any", f"{bad},{good}", "--priority", "-9")
        self.box.tick()
        self.assertState(both, "completed")
        self.assertEqual(self.words()[-1], "both")

    def test_a_retryable_failure_keeps_its_dependants_waiting(self):
        bad = self.word("bad", "--retries", "1", end="exit 1")
        waiting = self.word("waiting", "--after", bad)
        self.box.tick()
        self.assertState(bad, "retryable")
        self.assertState(waiting, "available")
        self.assertIn(str(bad), self.box.show(waiting)["reason"])

    def test_cancelling_cancels_the_dependants_too(self):
        first = self.word("first", "--in", "1h")
        second = self.word("second", "--after", first)
        third = self.word("third", "--after", second)
        self.box.escher("cancel", first)
        self.box.tick()
        self.assertState(second, "cancelled", str(first))
        self.assertState(third, "cancelled", str(second))

    def test_a_job_that_ended_already_counts_as_it_ended(self):
        good, bad = self.word("good"), self.word("bad", end="exit 1")
        self.box.tick()
        after_good, after_bad = self.word("x", "--after", good), self.word("y", "--after", bad)
        self.box.tick()
        self.assertState(after_good, "completed")
        self.assertState(after_bad, "cancelled", str(bad))

    def test_a_job_that_does_not_exist_cannot_be_waited_for(self):
        self.word("one")
        result = self.box.escher("add", "--after", "77", "--", "true", status=65)
        self.assertIn("77", result.err)
        self.assertEqual(self.box.sql("SELECT count(*) FROM job"), [(1,)])

    def test_by_sql_in_one_transaction(self):
        self.box.escher("init")
        with self.box.connection() as client:
            client.execute("BEGIN IMMEDIATE")
            first = client.execute("INSERT INTO job (command, priority) VALUES ('[\"false\"]', 5)").lastrowid
            second = client.execute("INSERT INTO job (command) VALUES ('[\"true\"]')").lastrowid
            third = client.execute("INSERT INTO job (command) VALUES ('[\"true\"]')").lastrowid
            client.execute("INSERT INTO dependency (job, needs) VALUES (?, ?)", (second, first))
            client.execute("INSERT INTO dependency (job, needs, any_end) VALUES (?, ?, 1)", (third, second))
            with self.assertRaises(sqlite3.IntegrityError):
                client.execute("INSERT INTO dependency (job, needs) VALUES (?, ?)", (first, third))
            client.execute("COMMIT")
        self.box.tick()
        self.assertEqual([self.box.state_of(job) for job in (first, second, third)],
                         ["failed", "cancelled", "completed"])
