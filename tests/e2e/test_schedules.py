"""Schedules, with the clock set by faketime: the tick, its jobs' rows and the ledger agree."""

import json

from case import EndToEnd, not_fast

CONFIG = """
[run]
concurrency = 8
[security]
commands = "any"
"""

# Midnight before the first day of the story, UTC.
DAY = "2027-03-0{} {}"


@not_fast
class Schedules(EndToEnd):
    def at(self, when, *words, status=0):
        """Runs the binary at this time."""
        program = ["faketime", "-f", f"@{when}", *self.binary()]
        return self.box.escher(*words, program=program, status=status,
                               env={"FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"})

    @staticmethod
    def binary():
        from sandbox import BINARY
        return [BINARY]

    def tick_at(self, when):
        result = self.at(when)
        self.assertEqual((result.out, result.err), ("", ""), when)

    def schedule(self, text):
        self.box.configure(CONFIG + '[schedule.s]\nargv = ["echo", "hello"]\ntimezone = "UTC"\n' + text)

    def ledger(self):
        return [(row[0][5:], row[1]) for row in self.box.sql(
            "SELECT strftime('%Y-%m-%d %H:%M', nominal_at / 1000, 'unixepoch'), result FROM occurrence"
            " ORDER BY nominal_at")]

    def jobs(self):
        return self.box.sql("SELECT state, strftime('%m-%d %H:%M', nominal_at / 1000, 'unixepoch') FROM job ORDER BY id")

    def test_a_daily_schedule_runs_once_a_day_however_many_ticks_there_are(self):
        self.schedule('cron = "30 3 * * *"')
        for when in ("2027-03-01 00:00:00", "2027-03-01 03:29:59"):
            self.tick_at(when)
            self.assertEqual(self.ledger(), [])
        for when in ("2027-03-01 03:30:00", "2027-03-01 03:30:00", "2027-03-01 03:31:00", "2027-03-01 23:00:00"):
            self.tick_at(when)
            self.assertEqual(self.ledger(), [("03-01 03:30", "created")])
            self.assertEqual(self.jobs(), [("completed", "03-01 03:30")])
        self.tick_at("2027-03-02 03:30:10")
        self.assertEqual(self.jobs(), [("completed", "03-01 03:30"), ("completed", "03-02 03:30")])
        self.assertEqual(self.box.log(1), "hello\n")
        shown = self.box.show(1)
        self.assertEqual((shown["schedule"], shown["nominal_at"]), ("s", "2027-03-01T03:30:00Z"))
        listed = self.at("2027-03-02 03:31:00", "list", "-a", "--json", "--schedule", "s")
        self.assertEqual([job["id"] for job in json.loads(listed.out)["jobs"]], [1, 2])

    def test_missed_times_make_one_job_by_default(self):
        self.schedule('cron = "0 * * * *"')
        self.tick_at("2027-03-01 00:30:00")
        self.tick_at("2027-03-01 04:10:00")
        self.assertEqual(self.ledger(), [("03-01 01:00", "coalesced"), ("03-01 02:00", "coalesced"),
                                         ("03-01 03:00", "coalesced"), ("03-01 04:00", "created")])
        self.assertEqual(self.jobs(), [("completed", "03-01 04:00")])

    def test_missed_times_can_be_made_up_for_each_or_not_at_all(self):
        self.schedule('cron = "0 * * * *"\ncatch_up = "all"\noverlap = "allow"')
        self.tick_at("2027-03-01 00:30:00")
        self.tick_at("2027-03-01 03:10:00")
        self.assertEqual([job[1] for job in self.jobs()], ["03-01 01:00", "03-01 02:00", "03-01 03:00"])
        self.schedule('cron = "0 * * * *"\ncatch_up = "none"')
        self.tick_at("2027-03-01 03:30:00")
        self.tick_at("2027-03-01 06:30:00")
        self.assertEqual(len(self.jobs()), 3)
        self.assertIn("skipped", [result for _, result in self.ledger()])

    def test_a_clock_that_goes_back_creates_nothing_twice(self):
        self.schedule('cron = "0 * * * *"')
        self.tick_at("2027-03-01 00:30:00")
        self.tick_at("2027-03-01 01:00:30")
        for when in ("2027-03-01 00:40:00", "2027-03-01 00:59:30", "2027-03-01 01:00:00", "2027-03-01 01:30:00"):
            self.at(when)
        self.assertEqual(self.ledger(), [("03-01 01:00", "created")])
        self.tick_at("2027-03-01 02:00:00")
        self.assertEqual(len(self.ledger()), 2)

    def test_a_changed_schedule_starts_from_now(self):
        self.schedule('cron = "0 * * * *"')
        self.tick_at("2027-03-01 00:30:00")
        self.schedule('cron = "15 * * * *"')
        self.tick_at("2027-03-01 05:00:00")
        self.assertEqual(self.jobs(), [])
        self.tick_at("2027-03-01 05:15:00")
        self.assertEqual([job[1] for job in self.jobs()], ["03-01 05:15"])

    def test_an_unfinished_job_of_its_own_skips_the_next(self):
        held = self.box.held()
        self.box.configure(CONFIG + f'[schedule.s]\nargv = ["sh", "-c", "{held.script}"]\ntimezone = "UTC"\n'
                                    'cron = "* * * * *"')
        self.tick_at("2027-03-01 00:00:30")
        child = self.box.start("-f", "@2027-03-01 00:01:10", *self.binary(), program=["faketime"],
                               env={"FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"})
        held.wait_started()
        self.at("2027-03-01 00:02:10", "--once")  # one of cron would stay as long as the other sees its job home
        self.assertEqual(dict(self.ledger()), {"03-01 00:01": "created", "03-01 00:02": "skipped"})
        held.release()
        self.box.finish(child)
        self.tick_at("2027-03-01 00:03:10")
        self.assertEqual(dict(self.ledger())["03-01 00:03"], "created")

    def test_daylight_saving_fires_a_fixed_time_once(self):
        self.schedule('cron = "30 2 * * *"')
        self.box.configure(CONFIG + '[schedule.s]\nargv = ["echo", "hello"]\ntimezone = "Europe/Berlin"\n'
                                    'cron = "30 2 * * *"')
        self.tick_at("2027-03-27 12:00:00")
        for when in ("2027-03-28 00:59:00", "2027-03-28 01:00:00", "2027-03-28 01:30:00", "2027-03-28 03:00:00"):
            self.tick_at(when)
        self.assertEqual(len(self.jobs()), 1, "in the gap: once, right after it")
        self.tick_at("2027-10-30 12:00:00")
        before = len(self.jobs())
        for when in ("2027-10-31 00:29:00", "2027-10-31 00:30:00", "2027-10-31 01:30:00", "2027-10-31 02:30:00"):
            self.tick_at(when)
        self.assertEqual(len(self.jobs()) - before, 1, "in the repeated hour: the first time")

    def test_a_disabled_schedule_and_one_of_a_paused_queue_create_nothing(self):
        self.schedule('cron = "0 * * * *"\nenabled = false')
        self.tick_at("2027-03-01 00:30:00")
        self.tick_at("2027-03-01 02:30:00")
        self.assertEqual(self.jobs(), [])
        self.schedule('cron = "0 * * * *"\nqueue = "q"')
        self.tick_at("2027-03-01 02:40:00")
        self.at("2027-03-01 02:41:00", "pause", "q")
        self.tick_at("2027-03-01 03:30:00")
        self.assertEqual(self.jobs(), [])
        self.assertEqual(self.ledger()[-1], ("03-01 03:00", "skipped"))

    def test_a_schedule_of_a_task_passes_its_parameters(self):
        self.box.configure(CONFIG + '[task.greet]\nargv = ["echo", "hello {name}"]\nparams = { name = "[a-z]+" }\n'
                                    '[schedule.s]\ntask = "greet"\nparams = { name = "cron" }\nevery = "15m"\n')
        self.tick_at("2027-03-01 00:01:00")
        self.tick_at("2027-03-01 00:15:00")
        self.assertEqual(self.box.log(1), "hello cron\n")
        self.assertEqual(self.jobs(), [("completed", "03-01 00:15")])

    def test_reboot_schedules_run_once_a_boot(self):
        self.schedule('cron = "@reboot"')
        self.tick_at("2027-03-01 00:00:00")
        self.tick_at("2027-03-01 00:01:00")
        self.assertLessEqual(len(self.jobs()), 1)
        count = len(self.jobs())
        # Another boot, as the database sees it.
        self.box.sql("UPDATE schedule SET boot_id = 'another'")
        self.tick_at("2027-03-01 00:02:00")
        self.tick_at("2027-03-01 00:03:00")
        self.assertEqual(len(self.jobs()), count + 1)

    def test_a_clock_of_1970_holds_schedules_and_says_so(self):
        self.schedule('cron = "0 * * * *"')
        self.tick_at("2027-03-01 00:30:00")
        self.tick_at("2027-03-01 01:00:00")
        result = self.at("1970-01-02 00:00:00", status=None)
        self.assertTrue(result.err)
        self.assertEqual(len(self.jobs()), 1)
        self.tick_at("2027-03-01 02:00:00")
        self.assertEqual([job[1] for job in self.jobs()], ["03-01 01:00", "03-01 02:00"])


class BadSchedules(EndToEnd):
    def test_each_mistake_is_told_with_its_place_and_what_to_write(self):
        for toml, text in (
                ('cron = "0 0 * * * *"', "write five"), ('cron = "0 0 L * *"', "L"), ('cron = "0 0 15W * *"', "W"),
                ('cron = "0 0 * * 5#3"', "#"), ('cron = "0 0 ? * *"', "?"), ('cron = "0 0 30 2 *"', "never"),
                ('cron = "60 * * * *"', "60"), ('cron = "*/0 * * * *"', "0"), ('cron = "1,,2 * * * *"', "missing"),
                ('cron = "* * * * mun"', "mun"), ('every = "10s"', "1m"),
                ('cron = "@daily"\ntimezone = "Europe/Berlim"', "Berlim"), ('cron = "@daily"\noverlap = "skp"', "skip"),
                ('cron = "@daily"\nevery = "1h"', "every"), ('cron = "@daily"\ncatch_up = "some"', "latest")):
            self.box.configure(f'[schedule.s]\nargv = ["true"]\n{toml}')
            result = self.box.escher(status=78)
            self.assertIn("escher-cron.toml:", result.err)
            self.assertIn(text, result.err, toml)
        self.box.configure('[schedule.s]\ncron = "@daily"\ntask = "nowhere"')
        self.assertIn("nowhere", self.box.escher(status=78).err)
        self.box.configure('[schedule.s]\ncron = "@daily"')
        self.assertIn("argv", self.box.escher(status=78).err)


class Next(EndToEnd):
    def next(self, *words):
        return json.loads(self.box.escher("next", "--json", *words).out)

    def test_the_times_of_an_expression(self):
        found = self.next("30 3 * * 1-5", "--tz", "UTC", "--from", "2027-01-01T00:00:00Z", "-n", "3")
        self.assertEqual([entry["time"] for entry in found["times"]],
                         ["2027-01-01T03:30:00Z", "2027-01-04T03:30:00Z", "2027-01-05T03:30:00Z"])

    def test_daylight_saving_is_noted(self):
        found = self.next("30 2 * * *", "--tz", "Europe/Berlin", "--from", "2027-03-27T12:00:00Z", "-n", "2")
        self.assertEqual(found["times"][0]["time"], "2027-03-28T01:00:00Z")
        self.assertIn("note", json.dumps(found["times"][0]))
        text = self.box.escher("next", "30 2 * * *", "--tz", "Europe/Berlin", "--from", "2027-03-27T12:00:00Z").out
        self.assertIn("2027-03-28T03:00:00+02:00", text)

    def test_five_words_are_an_expression_too(self):
        quoted = self.next("*/15 9-17 * * mon-fri", "--from", "2027-01-01T00:00:00Z", "--tz", "UTC")
        unquoted = self.next("*/15", "9-17", "*", "*", "mon-fri", "--from", "2027-01-01T00:00:00Z", "--tz", "UTC")
        self.assertEqual(quoted["times"], unquoted["times"])
        self.assertEqual(len(quoted["times"]), 5)

    def test_schedules_by_name_and_all_of_them(self):
        self.box.configure('[schedule.nightly]\ncron = "30 3 * * *"\nargv = ["true"]\ntimezone = "UTC"\n'
                           '[schedule.often]\nevery = "15m"\nargv = ["true"]\n')
        found = self.next("nightly", "--from", "2027-01-01T00:00:00Z", "-n", "1")
        self.assertEqual(found["times"][0]["time"], "2027-01-01T03:30:00Z")
        text = self.box.escher("next").out
        self.assertIn("nightly", text)
        self.assertIn("often", text)
        self.assertIn("did you mean 'nightly'", self.box.escher("next", "nihgtly", status=64).err)

    def test_what_can_never_be_is_refused(self):
        self.assertIn("never", self.box.escher("next", "0 0 30 2 *", status=64).err)
        self.assertIn("zone", self.box.escher("next", "@daily", "--tz", "Mars/Olympus", status=64).err)
