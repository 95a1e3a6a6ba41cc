# SPDX-License-Identifier: Apache-2.0
"""docs/serving.md: its commands print what it shows, and no flag, limit or route is missing in it."""
import os
import re
import shutil
import subprocess

import pytest
from conftest import PATIENCE, ROOT

PAGE = (ROOT / "docs/serving.md").read_text()


def examples():
    """Commands with what is shown below them."""
    lines = PAGE.splitlines()
    for number, line in enumerate(lines):
        if line.startswith("    $ curl "):
            shown = []
            for each in lines[number + 1:]:
                if not each.startswith("    ") or each.startswith("    $ "):
                    break
                shown.append(each[4:])
            yield pytest.param(line[6:], "\n".join(shown), id=f"line {number + 1}")


@pytest.mark.parametrize("command, shown", list(examples()))
def test_a_command_prints_what_is_shown(server, sound, tmp_path, command, shown):
    shutil.copy(sound, tmp_path / "talk.wav")
    printed = subprocess.run(command.replace("localhost:8080", f"127.0.0.1:{server.port}"), shell=True, cwd=tmp_path,
                             capture_output=True, text=True, timeout=PATIENCE).stdout.rstrip("\n")
    pattern = ".*".join(map(re.escape, shown.split("...")))
    assert re.fullmatch(pattern, printed, re.DOTALL), printed


def test_every_flag_and_limit_is_there():
    flags = subprocess.run([os.environ["TRANSEPT_SERVE"], "--help"], capture_output=True, text=True).stdout
    for flag in set(re.findall(r"--[a-z-]+", flags)) - {"--help", "--version"}:
        assert f"`{flag}`" in PAGE, flag


def test_every_route_is_there():
    table = (ROOT / "serve/Routes.cpp").read_text()
    routes = re.findall(r'\.path = "([^"]+)"', table)
    assert len(routes) > 10
    for route in routes:
        pattern = re.escape(route).replace(r"\{\}", "[^/ ]+").replace("{}", "[^/ ]+")
        assert re.search(pattern, PAGE), route


def test_every_metric_is_there(server):
    for name in re.findall(r"^# TYPE (\S+)", server.get("/metrics").body.decode(), re.MULTILINE):
        stem = name.removeprefix("transept_encoder_cache")
        assert name in PAGE or f"`{stem}`" in PAGE, name
