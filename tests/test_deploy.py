"""The files of deploy/: as far as a machine can tell without being the one that they are for."""

from __future__ import annotations

import getpass
import grp
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from crawling import ROOT, SCRAPY, environment

from crawler import settings
from crawler.alerts.secrets import SECRETS

DEPLOY = ROOT / "deploy"
MAX_EXPOSURE = 20  # of 100, as systemd-analyze counts: "OK" ends at 40
USER, GROUP = getpass.getuser(), grp.getgrgid(os.getgid()).gr_name


def needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed")


def run(*words: str | Path) -> str:
    """Run a program; return what it says on both channels. Fail if it does."""
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout
    return done.stdout


def read_commands(text: str) -> list[list[str]]:
    """Return the arguments of each call of scrapy in a file of deploy/."""
    return [line.split() for line in re.findall(r"^(?!#).*\bscrapy (.*)$", text, re.MULTILINE)]


SERVICES = ("broadsheet.service", "broadsheet-worker.service")


@needs("systemd-analyze")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    for name in SERVICES:
        unit = (DEPLOY / name).read_text("utf-8")
        unit = unit.replace("/srv/broadsheet/.venv/bin/scrapy", str(SCRAPY)).replace("User=broadsheet", f"User={USER}")
        (tmp_path / name).write_text(unit.replace("Group=broadsheet", f"Group={GROUP}"), "utf-8")
    shutil.copy(DEPLOY / "broadsheet.timer", tmp_path)
    units = [tmp_path / name for name in (*SERVICES, "broadsheet.timer")]
    said = run("systemd-analyze", "verify", *units)
    assert "broadsheet" not in said  # a key that it does not know is told, and no error


@needs("systemd-analyze")
@pytest.mark.parametrize("name", SERVICES)
def test_the_service_may_do_little(name: str) -> None:
    said = run("systemd-analyze", "security", "--offline=true", f"--threshold={MAX_EXPOSURE}", DEPLOY / name)
    assert "Overall exposure level" in said


@needs("systemd-analyze")
def test_the_timer_starts_a_night_a_day() -> None:
    [when] = re.findall(r"^OnCalendar=(.*)", (DEPLOY / "broadsheet.timer").read_text("utf-8"), re.MULTILINE)
    said = run("systemd-analyze", "calendar", "--iterations=2", when)
    assert len(re.findall(r"02:00:00", said)) >= 3


@needs("crontab")
def test_cron_takes_the_crontab() -> None:
    assert "success" in run("crontab", "-n", DEPLOY / "crontab")


@needs("logrotate")
def test_logrotate_turns_the_log(tmp_path: Path) -> None:
    (tmp_path / "nightly.log").write_text("a night\n", "utf-8")
    tmp_path.chmod(0o750)
    text = (DEPLOY / "logrotate").read_text("utf-8").replace("/var/log/broadsheet", str(tmp_path))
    file = tmp_path / "logrotate"
    file.write_text(text.replace("broadsheet broadsheet", f"{USER} {GROUP}"), "utf-8")
    file.chmod(0o644)
    assert "error" not in run("logrotate", "-d", "-s", tmp_path / "state", file)
    run("logrotate", "-f", "-s", tmp_path / "state", file)
    assert (tmp_path / "nightly.log.1").read_text("utf-8") == "a night\n"
    assert (tmp_path / "nightly.log").stat().st_size == 0


def test_the_environment_names_what_there_is() -> None:
    known = {"BROADSHEET_CONTACT", "MAILTO", *SECRETS, *(name for name in vars(settings) if name.isupper())}
    for name in ("environment", "crontab"):
        text = (DEPLOY / name).read_text("utf-8")
        assert set(re.findall(r"^#?([A-Z_]+)=", text, re.MULTILINE)) <= known
    text = (DEPLOY / "environment").read_text("utf-8")
    assert all(re.fullmatch(r"#?[A-Z_]+=\S*|#.*|", line) for line in text.splitlines())


def test_the_service_of_a_fleet_starts_a_worker() -> None:
    [service] = read_commands((DEPLOY / "broadsheet-worker.service").read_text("utf-8"))
    assert service == ["fleet", "worker"]


def test_the_service_and_cron_start_the_same_night() -> None:
    [service] = read_commands((DEPLOY / "broadsheet.service").read_text("utf-8"))
    [cron] = read_commands((DEPLOY / "crontab").read_text("utf-8"))
    assert service == cron == ["nightly", "--logfile=/var/log/broadsheet/nightly.log"]
    assert json.loads(dockerfile()["CMD"][0]) == ["nightly", "--until", "06:00"]
    assert "\nNIGHTLY_UNTIL=06:00\n" in (DEPLOY / "environment").read_text("utf-8")


INSTALLED = {
    "etc/broadsheet/crontab",
    "etc/broadsheet/environment",
    "etc/logrotate.d/broadsheet",
    "etc/systemd/system/broadsheet.service",
    "etc/systemd/system/broadsheet.timer",
    "var/lib/broadsheet/.profile",
    "var/lib/broadsheet/scrapy.cfg",
}


def install(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    line = [DEPLOY / "install.sh", *arguments]
    return subprocess.run(line, capture_output=True, text=True, check=False, timeout=60)


def test_the_script_writes_all_files_of_a_night_desk(tmp_path: Path) -> None:
    assert install("--root", tmp_path, "desk@university.example").returncode == 0
    written = {str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*") if not file.is_dir()}
    assert written == INSTALLED
    desk = tmp_path / "var/lib/broadsheet"
    assert (desk / "scrapy.cfg").read_text("utf-8") == (ROOT / "scrapy.cfg").read_text("utf-8")
    for name in ("crontab", "environment"):
        text = (tmp_path / "etc/broadsheet" / name).read_text("utf-8")
        assert "desk@university.example" in text
        assert "you@" not in text
    for unit in ("broadsheet.service", "broadsheet.timer"):
        shipped = (DEPLOY / unit).read_text("utf-8")
        written_unit = (tmp_path / "etc/systemd/system" / unit).read_text("utf-8")
        assert written_unit == shipped.replace("/srv/broadsheet", str(ROOT))
    assert (tmp_path / "etc/broadsheet/environment").stat().st_mode & 0o007 == 0


def test_a_second_time_keeps_what_the_operator_wrote(tmp_path: Path) -> None:
    assert install("--root", tmp_path, "desk@university.example").returncode == 0
    environment_file = tmp_path / "etc/broadsheet/environment"
    mine = environment_file.read_text("utf-8") + "ALERTS=file\n"
    environment_file.write_text(mine, "utf-8")
    profile = (tmp_path / "var/lib/broadsheet/.profile").read_text("utf-8")
    (tmp_path / "etc/systemd/system/broadsheet.timer").write_text("of an older version\n", "utf-8")
    assert "kept" in install("--root", tmp_path).stdout
    assert environment_file.read_text("utf-8") == mine
    assert (tmp_path / "var/lib/broadsheet/.profile").read_text("utf-8") == profile
    assert "OnCalendar" in (tmp_path / "etc/systemd/system/broadsheet.timer").read_text("utf-8")
    assert "desk@university.example" in (tmp_path / "etc/broadsheet/crontab").read_text("utf-8")


def test_a_shell_of_the_user_knows_what_a_night_knows(tmp_path: Path) -> None:
    assert install("--root", tmp_path, "desk@university.example").returncode == 0
    profile = tmp_path / "profile"
    text = (tmp_path / "var/lib/broadsheet/.profile").read_text("utf-8")
    profile.write_text(text.replace("/etc/broadsheet", str(tmp_path / "etc/broadsheet")), "utf-8")
    said = run("sh", "-c", f'. {profile} && sh -c "echo \\$BROADSHEET_CONTACT \\$NIGHTLY_UNTIL; echo \\$PATH"')
    contact, path = said.splitlines()
    assert contact == "desk@university.example 06:00"
    assert path.startswith(str(ROOT / ".venv/bin:"))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "your mail address"),
        (["nobody"], "no mail address"),
        (["a;b@example.org"], "misread"),
        (["--root"], "wants a folder"),
    ],
)
def test_the_script_refuses_in_one_line(tmp_path: Path, arguments: list[str], told: str) -> None:
    before = arguments if arguments == ["--root"] else ["--root", str(tmp_path), *arguments]
    done = install(*before)
    assert done.returncode == 2
    assert told in done.stderr
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def dockerfile() -> dict[str, list[str]]:
    """Return the arguments of each instruction of the Dockerfile, by its name; those of HEALTHCHECK as its command."""
    found: dict[str, list[str]] = {}
    text = (DEPLOY / "Dockerfile").read_text("utf-8")
    for line in re.sub(r"\\\n", " ", text).splitlines():
        if line and not line.startswith("#"):
            name, _, rest = line.partition(" ")
            found.setdefault(name, []).append(rest.partition(" CMD ")[2] if name == "HEALTHCHECK" else rest)
    return found


def test_the_image_runs_as_a_user_with_one_volume() -> None:
    instructions = dockerfile()
    assert instructions["FROM"][0].endswith("-slim")
    assert instructions["USER"] == ["broadsheet"]
    assert instructions["VOLUME"] == ["/data"]
    assert instructions["WORKDIR"][-1] == "/data"
    assert instructions["ENTRYPOINT"] == ['["scrapy"]']
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    copied = [source for line in instructions["COPY"] for source in line.split()[:-1]]
    assert next(line for line in ignored if not line.startswith("#")) == "*"
    assert {f"!{source}" for source in copied} == {line for line in ignored if line.startswith("!")}


def test_what_the_image_copies_is_all_that_it_needs(tmp_path: Path) -> None:
    """Its steps without docker: the files that it copies, its environment, and the command of its health check."""
    image, volume = tmp_path / "image", tmp_path / "data"
    volume.mkdir()
    instructions = dockerfile()
    for line in instructions["COPY"]:
        *sources, target = line.split()
        for source in sources:
            destination = image / target / ("" if (ROOT / source).is_dir() else source)
            destination.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, destination, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / source, destination)
    variables = dict(pair.split("=", 1) for line in instructions["ENV"] for pair in line.split())
    assert (image / Path(variables.pop("PIP_CONSTRAINT")).name).exists()
    program, *arguments = json.loads(instructions["HEALTHCHECK"][0])
    assert program == "scrapy"
    line = [sys.executable, "-c", "from scrapy.cmdline import execute; execute()", *arguments]
    given = environment(**variables, PYTHONPATH=str(image))

    def check() -> subprocess.CompletedProcess[str]:
        return subprocess.run(line, cwd=volume, env=given, capture_output=True, text=True, check=False, timeout=100)

    assert check().returncode != 0  # no site is listed yet
    (volume / "sites.toml").write_text('[[site]]\nname = "a"\nurl = "https://a.example/"\n', "utf-8")
    healthy = check()
    assert (healthy.returncode, healthy.stdout) == (0, "all well\n"), healthy.stderr


@needs("docker")
def test_docker_builds_the_image() -> None:
    if subprocess.run(["docker", "info"], capture_output=True, check=False).returncode:
        pytest.skip("docker has no daemon here")
    run("docker", "build", "-q", "-f", DEPLOY / "Dockerfile", ROOT)
