"""apt and dpkg: what they install, remove, say, and how they fail."""

from __future__ import annotations

import pytest

from fakedocker.testing import FakeDocker
from helpers.packages_world import Box

READING = "Reading package lists...\nBuilding dependency tree...\nReading state information...\n"


@pytest.fixture
def box() -> Box:
    made = Box("debian:bookworm")
    made.sh("apt-get update")
    return made


def test_update_fetches_the_lists() -> None:
    box = Box("debian:bookworm")
    assert box.sh("apt-get install -y tree").stderr == "E: Unable to locate package tree\n"
    result = box.sh("apt-get update")
    assert result.stdout.startswith(
        "Get:1 http://deb.debian.org/debian bookworm InRelease [151 kB]\n"
        "Get:2 http://deb.debian.org/debian bookworm-updates InRelease [55.4 kB]\n"
        "Get:3 http://deb.debian.org/debian-security bookworm-security InRelease [48.0 kB]\n"
        "Get:4 http://deb.debian.org/debian bookworm/main amd64 Packages [8787 kB]\n"
    )
    assert "Fetched 9222 kB in 1s (" in result.stdout
    assert result.stdout.endswith("Reading package lists...\n")
    assert "deb.debian.org_debian_dists_bookworm_InRelease" in box.sh("ls /var/lib/apt/lists").stdout.split()
    assert box.sh("apt-get update").stdout.startswith("Hit:1 http://deb.debian.org/debian bookworm InRelease\n")
    box.sh("rm -rf /var/lib/apt/lists/*")
    result = box.sh("apt-get install -y tree nosuch")
    assert (result.status, result.stderr) == (
        100,
        "E: Unable to locate package tree\nE: Unable to locate package nosuch\n",
    )


def test_install_of_one_package(box: Box) -> None:
    result = box.sh("apt-get install -y tree")
    assert result.status == 0
    said = "\n".join(line.rpartition("\r")[2] for line in result.stdout.rstrip("\n").split("\n"))
    assert said == READING + (
        "The following NEW packages will be installed:\n"
        "  tree\n"
        "0 upgraded, 1 newly installed, 0 to remove and 0 not upgraded.\n"
        "Need to get 52.6 kB of archives.\n"
        "After this operation, 116 kB of additional disk space will be used.\n"
        "Get:1 http://deb.debian.org/debian bookworm/main amd64 tree amd64 2.1.0-1 [52.6 kB]\n"
        "Fetched 52.6 kB in 0s (2157 kB/s)\n"
        "Selecting previously unselected package tree.\n"
        "(Reading database ... 6047 files and directories currently installed.)\n"
        "Preparing to unpack .../tree_2.1.0-1_amd64.deb ...\n"
        "Unpacking tree (2.1.0-1) ...\n"
        "Setting up tree (2.1.0-1) ..."
    )


def test_dependencies_recommendations_and_their_lists(box: Box) -> None:
    lean = box.sh("apt-get install -y --no-install-recommends curl")
    assert lean.status == 0
    assert "Recommended packages:\n  ca-certificates krb5-locales libldap-common" in lean.stdout
    assert "\nSelecting previously unselected package libssl3:amd64.\n" in lean.stdout
    assert "\nProcessing triggers for libc-bin (2.36-9+deb12u8) ...\n" in lean.stdout
    assert box.sh("curl --version").status == 0
    assert all(len(line) < 80 for line in lean.stdout.split("Need to get")[0].splitlines())
    full = Box("debian:bookworm")
    full.sh("apt-get update")
    result = full.sh("apt-get install -y curl")
    assert "  ca-certificates krb5-locales libbrotli1 libcurl4 libgssapi-krb5-2\n" in result.stdout
    assert "Updating certificates in /etc/ssl/certs...\n140 added, 0 removed; done.\n" in result.stdout
    assert result.stderr == "debconf: delaying package configuration, since apt-utils is not installed\n"


def test_it_asks_when_more_than_asked_for_is_installed(box: Box) -> None:
    result = box.sh("apt-get install jq")
    assert (result.status, result.stdout.splitlines()[-1]) == (1, "Do you want to continue? [Y/n] Abort.")
    assert box.sh("jq --version").status == 127
    assert box.sh("apt-get install tree").status == 0


def test_what_is_there_already(box: Box) -> None:
    box.sh("apt-get install -y -qq jq")
    result = box.sh("apt-get install -y jq libjq1")
    assert result.stdout == READING + (
        "jq is already the newest version (1.6-2.1).\n"
        "libjq1 is already the newest version (1.6-2.1).\n"
        "libjq1 set to manually installed.\n"
        "0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n"
    )


def test_remove_and_autoremove(box: Box) -> None:
    box.sh("apt-get install -y jq")
    result = box.sh("apt-get remove -y jq")
    assert (
        "The following packages were automatically installed and are no longer required:\n  libjq1 libonig5\n"
        "Use 'apt autoremove' to remove them.\nThe following packages will be REMOVED:\n  jq\n"
    ) in result.stdout
    assert box.sh("ls /usr/bin/jq").status == 2
    assert "Removing libonig5 (6.9.8-1) ...\n" in box.sh("apt-get autoremove -y").stdout
    assert box.sh("dpkg -s libonig5").status == 1
    assert "Package 'jq' is not installed, so not removed\n" in box.sh("apt-get purge -y jq").stdout
    assert "  jq*\n" in box.sh("apt-get install -y -qq jq; apt-get purge -y jq").stdout


def test_dpkg_tells_of_what_is_installed(box: Box) -> None:
    box.sh("apt-get install -y tree")
    assert box.sh("dpkg -L tree").stdout == "/.\n/usr\n/usr/bin\n/usr/bin/tree\n"
    assert box.sh("dpkg -S /usr/bin/tree").stdout == "tree: /usr/bin/tree\n"
    assert "Version: 2.1.0-1\n" in box.sh("dpkg -s tree").stdout
    lines = box.sh("dpkg -l tree").stdout.splitlines()
    assert lines[3] == "||/ Name           Version      Architecture Description"
    assert lines[5] == "ii  tree           2.1.0-1      amd64        displays an indented directory tree, in color"
    assert box.sh("dpkg -l nosuch").stderr == "dpkg-query: no packages found matching nosuch\n"
    assert box.sh("dpkg --print-architecture").stdout == "amd64\n"
    assert box.sh("dpkg-query -W -f='${Package} ${Version}\\n' tree").stdout == "tree 2.1.0-1\n"
    assert "Package: tree\nStatus: install ok installed\n" in box.sh("cat /var/lib/dpkg/status").stdout
    assert box.sh("apt-mark showmanual tree").stdout == "tree\n"


def test_apt_warns_and_answers(box: Box) -> None:
    result = box.sh("apt list tree")
    assert result.stderr == "\nWARNING: apt does not have a stable CLI interface. Use with caution in scripts.\n\n"
    assert result.stdout == "Listing...\ntree/stable 2.1.0-1 amd64\n"
    assert "jq/stable 1.6-2.1 amd64\n  lightweight and flexible" in box.sh("apt search jq").stdout
    assert "Package: jq\nPriority: optional\n" in box.sh("apt show jq").stdout
    assert box.sh("apt-cache policy curl").stdout == "curl:\n  Installed: (none)\n  Candidate: 7.88.1-10+deb12u7\n"
    assert box.sh("apt-get frob").stderr == "E: Invalid operation frob\n"


def test_virtual_packages_and_versions(box: Box) -> None:
    result = box.sh("apt-get install -y netcat")
    assert result.status == 100
    assert result.stderr.endswith("E: Package 'netcat' has no installation candidate\n")
    assert "Version '1.0' for 'curl' was not found\n" in box.sh("apt-get install -y curl=1.0").stderr
    assert box.sh("apt-get install -y tree=2.1.0*").status == 0


def test_ubuntu_has_its_own_names_and_archives() -> None:
    box = Box("ubuntu:24.04")
    assert "Get:1 http://archive.ubuntu.com/ubuntu noble InRelease [256 kB]\n" in box.sh("apt-get update").stdout
    result = box.sh("apt-get install -y curl")
    assert "noble-updates/main amd64 libcurl4t64 amd64 8.5.0-2ubuntu10.4 [390 kB]\n" in result.stdout
    assert result.status == 0


def test_without_a_network() -> None:
    box = Box("debian:bookworm", online=False)
    result = box.sh("apt-get update")
    assert result.status == 0
    assert (
        "Err:1 http://deb.debian.org/debian bookworm InRelease\n  Temporary failure resolving 'deb.debian.org'\n"
        in (result.stdout)
    )
    assert result.stderr.endswith(
        "W: Some index files failed to download. They have been ignored, or old ones used instead.\n"
    )


def test_who_may_not(box: Box) -> None:
    result = box.sh("apt-get install -y tree", user=(1000, 1000))
    assert (result.status, result.stderr) == (
        100,
        "E: Could not open lock file /var/lib/dpkg/lock-frontend - open (13: Permission denied)\n"
        "E: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), are you root?\n",
    )
    assert "List directory /var/lib/apt/lists/partial is missing. - Acquire (13: Permission denied)" in (
        box.sh("apt-get update", user=(1000, 1000)).stderr
    )


@pytest.mark.parametrize(("answer", "status"), [(b"n\n", 1), (b"y\n", 0), (b"\n", 0)])
def test_a_terminal_is_asked_and_told_done(box: Box, answer: bytes, status: int) -> None:
    pid, stream = box.start("apt-get", "install", "jq", terminal=True)
    box.settle(pid)
    said = box.output[f"{stream}/1"].decode()
    assert said.startswith("Reading package lists... Done\r\n")
    assert said.endswith("Do you want to continue? [Y/n] ")
    box.kernel.feed(stream, answer)
    box.settle(pid)
    assert box.exited[pid] == status
    assert box.sh("ls /usr/bin/jq").status == (2 if status else 0)


def test_service_runs_the_script_of_a_package() -> None:
    box = Box("debian:bookworm")
    assert box.sh("service nginx start").stderr == "nginx: unrecognized service\n"
    box.sh("apt-get update && apt-get install -y nginx curl")
    assert box.sh("service nginx status").stdout == "nginx is not running.\n"
    assert box.sh("service nginx start; service nginx status; curl -s localhost | grep -c Welcome").stdout == (
        "Starting nginx: nginx.\nnginx is running.\n2\n"
    )
    assert box.sh(
        "service nginx restart; service nginx reload; service nginx stop; sleep 1; service nginx status"
    ).stdout == (
        "Restarting nginx: nginx.\nReloading nginx configuration: nginx.\nStopping nginx: nginx.\nnginx is not running.\n"
    )


@pytest.mark.parametrize("image", ["ubuntu:18.04", "debian:buster"])
def test_older_releases_have_packages(image: str) -> None:
    box = Box(image)
    assert "Fetched" in box.sh("apt-get update").stdout
    assert box.sh("apt-get install -y tree >/dev/null && tree --version").status == 0


@pytest.mark.parametrize(
    "command",
    [
        "apt-get install -y --no-install-recommends bzip2 xz-utils busybox-static lsof strace htop tree rsync",
        "apt-cache pkgnames",
        "apt search nginx",
    ],
)
def test_what_takes_longer_than_a_turn_is_done_once(command: str) -> None:
    """A command that charges its work before it has kept what it found would begin again in every turn."""
    box = Box("debian:bookworm")
    box.sh("apt-get update; touch /var/lib/apt/extended_states")
    done = box.sh(command)
    assert done.status == 0
    assert len(done.stdout) > 100
    assert done.stdout.count("Listing...") == ("list" in command.split())
    assert done.stdout.count("Sorting...") == ("apt search" in command)


def test_every_name_that_is_looked_up_takes_its_time() -> None:
    with FakeDocker(images=["debian:bookworm"]) as fake:

        def taken_ns(names: str) -> int:
            before_ns = fake.engine.now_ns
            fake.client.containers.run(
                "debian:bookworm", ["sh", "-c", f"apt-get update; apt-get install -s {names}; date"]
            )
            return fake.engine.now_ns - before_ns

        assert taken_ns("bzip2 " * 101) > taken_ns("bzip2") + 250_000_000
