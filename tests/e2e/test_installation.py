"""What `meson install` puts where, and what `meson dist` packs."""

import os
import shutil
import subprocess
import tarfile
import unittest

from case import EndToEnd, not_fast
from sandbox import BINARY

BUILD = os.environ.get("ESCHER_CRON_BUILD", "")
REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


@not_fast
@unittest.skipUnless(os.path.exists(os.path.join(BUILD, "build.ninja")), "the binary is in no build directory")
class Installation(EndToEnd):
    def run_here(self, *command, **options):
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=self.patient(200), **options)

    def test_everything_is_installed(self):
        root = self.box.path("root")
        self.run_here("meson", "install", "-C", BUILD, "--no-rebuild", "--destdir", root)
        installed = {os.path.relpath(os.path.join(folder, name), root)
                     for folder, _, names in os.walk(root) for name in names}
        for ending in ("bin/escher-cron", "man/man1/escher-cron.1", "man/man5/escher-cron.toml.5",
                       "man/man7/escher-cron-db.7", "escher-cron.toml", "bash-completion/completions/escher-cron",
                       "escher-cron.service", "escher-cron.timer", "escher-cron.path"):
            self.assertTrue(any(name.endswith((ending, ending + ".gz")) for name in installed), (ending, installed))
        self.assertTrue(any("cron.d" in name for name in installed), installed)
        binary, = [name for name in installed if name.endswith("bin/escher-cron")]
        self.assertFalse([name for name in installed if "doctest" in name or "test_" in name])
        self.box.escher("--version", program=[os.path.join(root, binary)])
        reference, = [name for name in installed if name.endswith("/escher-cron.toml")]
        self.box.escher("-c", os.path.join(root, reference), "next")

    @unittest.skipUnless(os.path.exists(os.path.join(REPOSITORY, ".git")), "not a repository")
    def test_dist_packs_what_is_needed_and_only_that(self):
        build = self.box.path("build")
        self.run_here("meson", "setup", build, REPOSITORY)
        self.run_here("meson", "dist", "-C", build, "--no-tests", "--formats", "gztar", "--allow-dirty")
        archive, = [name for name in os.listdir(os.path.join(build, "meson-dist")) if name.endswith(".gz")]
        with tarfile.open(os.path.join(build, "meson-dist", archive)) as packed:
            names = {name.split("/", 1)[-1] for name in packed.getnames()}
        self.assertLessEqual({"meson.build", "src/main.cpp", "man/escher-cron.1", "tests/run"}, names)

    def test_the_quickstart_shows_jobs_of_each_kind(self):
        """In a copy of its own, and with the binary that is built already in the place of its build."""
        copy = self.box.path("copy")
        for name in ("etc/quickstart", "meson.build"):
            os.makedirs(os.path.join(copy, os.path.dirname(name)), exist_ok=True)
            shutil.copy(os.path.join(REPOSITORY, name), os.path.join(copy, name))
        os.makedirs(os.path.join(copy, "build-quickstart", "src"))
        with open(os.path.join(copy, "build-quickstart", "build.ninja"), "w", encoding="utf-8") as file:
            file.write(f"rule copy\n  command = cp $in $out\nbuild src/escher-cron: copy {BINARY}\n")
        environment = {**self.box.environment}
        environment.pop("ESCHER_CRON_CONFIG")
        result = subprocess.run([os.path.join(copy, "etc", "quickstart")], env=environment, capture_output=True,
                                text=True, check=False, timeout=self.patient(200), cwd=self.box.home)
        text = result.stdout + result.stderr
        self.assertEqual(result.returncode, 0, text[-3000:])
        for word in ("completed", "failed", "scheduled"):
            self.assertIn(word, text)
