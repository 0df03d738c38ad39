#!/usr/bin/python3
"""Compares due times with those of two other implementations: differential.py NEXT_TIMES [CASES]

NEXT_TIMES is the program of next_times.cpp. The others are Debian's python3-croniter and
php-dragonmantank-cron-expression. Random expressions, from a fixed seed, within the dialect that all three share:

- A day field is `*`, or it is restricted and does not begin with a star: croniter and dragonmantank take `*/2` and
  `1-31` for what Debian's cron does not.
- The elements of a list ascend and do not overlap: dragonmantank takes the first in the list for the first in time.
- A name stands alone: dragonmantank does not take it in a range.
- Zones that change their clocks are asked for fixed times in the daytime only: the others have rules of their own for
  times that are missing or come twice. On the days of the change both are wrong about other times too (croniter by an
  hour, dragonmantank by a day), so they are asked in local time as if it were UTC, and the zone is left to Python.

Prints "N cases, M differences" at the end and exits with 1 if there are any.
"""

import datetime
import pathlib
import random
import subprocess
import sys
import zoneinfo

from croniter import croniter

SEED = 20260329
PHP_SCRIPT = pathlib.Path(__file__).with_name("differential.php")
STEADY_ZONES = ["UTC", "UTC", "Asia/Tokyo", "Asia/Kolkata", "America/Phoenix"]
CHANGING_ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
WEEKDAYS = "sun mon tue wed thu fri sat".split()
TIMES_EACH = 3


def element(rng, first, last, write):
    """A value, a range, or a range with a step, from first to last."""
    kind = rng.random()
    if kind < 0.5 or last == first:
        return write(first)
    if kind < 0.8 or last - first < 2:
        return f"{first}-{last}"
    return f"{first}-{last}/{rng.randint(1, last - first)}"


def values(text, low, names):
    """The values of a field without a star."""
    found = set()
    for part in text.split(","):
        bounds, _, step = part.partition("/")
        first, _, last = bounds.partition("-")
        first, last = (names.index(v) + low if names and v in names else int(v) for v in (first, last or first))
        found.update(range(first, last + 1, int(step or 1)))
    return found


def field(rng, low, high, star=0.0, step=0.0, names=None):
    kind = rng.random()
    if kind < star:
        return "*"
    if kind < star + step:
        return f"*/{rng.randint(2, (high - low) // 2)}"
    def write(value):
        return names[value - low] if names and rng.random() < 0.3 else str(value)

    while True:
        bounds = sorted(rng.sample(range(low, high + 1), 2 * rng.choice([1, 1, 1, 2, 3])))
        text = ",".join(element(rng, first, last, write) for first, last in zip(bounds[::2], bounds[1::2]))
        # A full set without a star would be one of the known disagreements.
        if len(values(text, low, names)) <= high - low:
            return text


def exists(days, months):
    """True if one of the months has one of the days, in most years."""
    longest = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    of_months = range(1, 13) if months == "*" else values(months, 1, MONTHS)
    return days == "*" or any(d <= longest[m - 1] for d in values(days, 1, None) for m in of_months)


def expression(rng, steady):
    if steady:
        minute = field(rng, 0, 59, star=0.2, step=0.2)
        hour = field(rng, 0, 23, star=0.3, step=0.1)
    else:
        minute = field(rng, 0, 59)
        hour = field(rng, 5, 21)
    while True:
        day = field(rng, 1, 31, star=0.6)
        month = field(rng, 1, 12, star=0.7, names=MONTHS)
        if exists(day, month):
            break
    weekday = field(rng, 0, 6, star=0.6, names=WEEKDAYS)
    return f"{minute} {hour} {day} {month} {weekday}"


def case(rng):
    steady = rng.random() < 0.8
    zone = rng.choice(STEADY_ZONES if steady else CHANGING_ZONES)
    # 2000 to 2036, any second of any minute.
    start = rng.randint(946684800, 2082758400)
    return expression(rng, steady), zone, start


def to_wall(zone, instant):
    """What the clocks of the zone show, as if it were UTC."""
    shown = datetime.datetime.fromtimestamp(instant, zoneinfo.ZoneInfo(zone))
    return int(shown.replace(tzinfo=datetime.timezone.utc).timestamp())


def from_wall(zone, wall):
    """The instant at which the clocks of the zone show that."""
    shown = datetime.datetime.fromtimestamp(wall, datetime.timezone.utc)
    return int(shown.replace(tzinfo=zoneinfo.ZoneInfo(zone)).timestamp())


def by_croniter(text, wall):
    try:
        times = croniter(text, datetime.datetime.fromtimestamp(wall, datetime.timezone.utc))
        return " ".join(str(int(times.get_next(datetime.datetime).timestamp())) for _ in range(TIMES_EACH))
    except Exception as error:  # whatever it objects to is a difference
        return f"error: {type(error).__name__}: {error}"


def by_program(command, questions):
    text = "".join(f"{expr}\t{zone}\t{start}\t{TIMES_EACH}\n" for expr, zone, start in questions)
    lines = subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout.splitlines()
    if len(lines) != len(questions):
        sys.exit(f"{len(questions)} questions to {command[0]}, but {len(lines)} answers")
    return lines


def main():
    rng = random.Random(SEED)
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 20000
    cases = [case(rng) for _ in range(count)]
    walls = [to_wall(zone, start) for _, zone, start in cases]
    ours = by_program([sys.argv[1]], cases)
    php = by_program(["php", str(PHP_SCRIPT)], [(expr, "UTC", wall) for (expr, _, _), wall in zip(cases, walls)])

    differences = 0
    for (expr, zone, start), wall, our, of_php in zip(cases, walls, ours, php):

        def placed(answer, zone=zone):
            if answer.startswith("error"):
                return answer
            return " ".join(str(from_wall(zone, int(time))) for time in answer.split())

        answers = {"ours": our, "croniter": placed(by_croniter(expr, wall)), "dragonmantank": placed(of_php)}
        if len(set(answers.values())) > 1 or our.startswith("error") or len(our.split()) != TIMES_EACH:
            differences += 1
            if differences <= 20:
                print(f"'{expr}' in {zone} after {start}: {answers}")
    print(f"{count} cases, {differences} differences")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
