"""System calls about files, and what /proc, /dev and /sys show."""

from __future__ import annotations

import errno
from typing import Any

import pytest

from fakedocker.filesystem.overlay import Filesystem
from fakedocker.filesystem.walk import Mount
from fakedocker.kernel.devices import standard_mounts
from fakedocker.kernel.program import APPEND, CREATE, EXCLUSIVE, READ, TRUNCATE, WRITE, System
from helpers.kernel_machine import START_NS, Machine, call, once

USER = (1000, 1000, ())


def test_files_are_written_appended_and_read() -> None:
    def action(system: System) -> Any:
        fd = system.open("/tmp/f", WRITE | CREATE, 0o666)
        system.put("hello", fd)
        system.put(" world", fd)
        again = system.open("/tmp/f", WRITE | APPEND)
        system.put("!", again)
        system.seek(fd, 0)
        system.put("J", fd)
        system.truncate(fd, 11)
        return system.read_file("/tmp/f"), oct(system.stat("/tmp/f").mode)

    assert call(action) == "(b'Jello world', '0o644')"


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (lambda s: s.open("/nosuch"), "ENOENT"),
        (lambda s: s.open("/nosuch/file", WRITE | CREATE), "ENOENT"),
        (lambda s: s.open("/etc/motd/x"), "ENOTDIR"),
        (lambda s: s.open("/etc/motd/"), "ENOTDIR"),
        (lambda s: s.open("/etc", WRITE), "EISDIR"),
        (lambda s: s.open("/etc/motd", WRITE | CREATE | EXCLUSIVE), "EEXIST"),
        (lambda s: s.read(9), "EBADF"),
        (lambda s: s.read(1), "EBADF"),
        (lambda s: s.list_directory("/etc/motd"), "ENOTDIR"),
        (lambda s: s.remove_file("/etc"), "EISDIR"),
        (lambda s: s.remove_directory("/etc"), "ENOTEMPTY"),
        (lambda s: s.remove_directory("/proc"), "EBUSY"),
        (lambda s: s.make_directory("/etc"), "EEXIST"),
        (lambda s: s.make_directory("/etc/"), "EEXIST"),
        (lambda s: s.rename("/etc", "/other"), "EXDEV"),
        (lambda s: s.rename("/etc/motd", "/dev/shm/motd"), "EXDEV"),
        (lambda s: s.rename("/etc/motd", "/home"), "EISDIR"),
        (lambda s: s.read_link("/etc/motd"), "EINVAL"),
        (lambda s: s.write_file("/sys/new", b""), "EROFS"),
        (lambda s: s.write_file("/proc/new", b""), "EPERM"),
        (lambda s: s.stat("/" + "x" * 256), "ENAMETOOLONG"),
        (lambda s: s.stat("/x" * 2100), "ENAMETOOLONG"),
        (lambda s: s.stat(""), "ENOENT"),
        (lambda s: s.write_file("/dev/full", b"x"), "ENOSPC"),
        (lambda s: s.link("/etc", "/etc2"), "EPERM"),
        (lambda s: s.kill(77, 0), "ESRCH"),
        (lambda s: s.reap(77), "ECHILD"),
        (lambda s: s.set_session(), "EPERM"),
        (lambda s: s.catch(9, "catch"), "EINVAL"),
        (lambda s: s.window_size(0), "ENOTTY"),
        (lambda s: s.accept(0), "ENOTSOCK"),
        (lambda s: s.identify("/etc/motd"), "EACCES"),
    ],
)
def test_errors_are_linuxs(action: Any, expected: str) -> None:
    assert call(action) == expected


def test_a_link_to_itself_is_a_loop() -> None:
    assert call(lambda s: (s.symlink("loop", "/tmp/loop"), s.stat("/tmp/loop"))) == "ELOOP"


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (lambda s: s.write_file("/etc/new", b""), "EACCES"),
        (lambda s: s.write_file("/etc/motd", b""), "EACCES"),
        (lambda s: s.write_file("/tmp/mine", b"x"), ""),
        (lambda s: s.list_directory("/root"), "[]"),
        (lambda s: s.change_mode("/etc/motd", 0o777), "EPERM"),
        (lambda s: s.change_owner("/etc/motd", 1000, 1000), "EPERM"),
        (lambda s: s.set_user(0, 0), "EPERM"),
        (lambda s: s.kill(1, 9), "EPERM"),
        (lambda s: s.access("/etc/motd", read=True), "True"),
        (lambda s: s.access("/etc/motd", write=True), "False"),
        (lambda s: s.access("/bin/echo", execute=True), "True"),
    ],
)
def test_permissions_of_a_user(action: Any, expected: str) -> None:
    machine = Machine(probe=once(action))
    machine.start("sleep", "9")
    text, _ = machine.run("probe", user=USER, stream="probe", seconds=1)
    assert text.replace("None\n", "").rstrip("\n") == expected


def test_the_sticky_bit_protects_others_files() -> None:
    machine = Machine(write=once(lambda s: s.write_file("/tmp/f", b"")), remove=once(lambda s: s.remove_file("/tmp/f")))
    machine.start("sleep", "9")
    machine.start("write", user=USER, stream="a")
    machine.start("remove", user=(2000, 2000, ()), stream="b")
    machine.start("remove", user=USER, stream="c")
    machine.settle()
    assert (machine.output("b"), machine.output("c")) == ("EPERM\n", "")


def test_a_read_only_root_lets_tmpfs_be_written() -> None:
    def action(system: System) -> Any:
        system.write_file("/dev/shm/ok", b"1")
        try:
            system.write_file("/new", b"")
        except OSError as error:
            return system.read_file("/dev/shm/ok"), error.strerror
        return None

    machine = Machine(probe=once(action))
    machine.container(read_only=True)
    assert machine.run("probe")[0] == "(b'1', 'Read-only file system')\n"


def test_volumes_and_mounted_files_show_another_file_system() -> None:
    machine = Machine(probe=once(lambda s: (s.write_file("/data/f", b"kept"), s.read_file("/etc/motd"))[1]))
    machine.kernel.create_root("box", machine.image)
    volume = Filesystem.empty()
    other, inode = Filesystem.empty().create(1, "x", machine.image.nodes[machine.image.find("etc/motd") or 0], 0)
    machine.draft.put_filesystem("volume:v", volume)
    machine.draft.put_filesystem("other", other.with_content(inode, b"mounted\n", 0))
    mounts = standard_mounts(
        Mount("/", "box", "overlay", "overlay"), (Mount("/data", "volume:v"), Mount("/etc/motd", "other", root=inode))
    )
    machine.kernel.create_namespace("box", hostname="box", mounts=mounts)
    assert machine.run("probe")[0] == "b'mounted\\n'\n"
    kept = machine.draft.filesystems["volume:v"]
    assert kept.content(kept.find("f") or 0) == b"kept"
    assert machine.draft.filesystems["box"].find("data/f") is None


def test_an_unlinked_open_file_lives_until_it_is_closed() -> None:
    def action(system: System) -> Any:
        fd = system.open("/tmp/gone", READ | WRITE | CREATE)
        system.put("still", fd)
        system.remove_file("/tmp/gone")
        system.seek(fd, 0)
        text = system.read(fd)
        used = system.file_system_usage("/")[1]
        system.close(fd)
        return text, used, system.file_system_usage("/")[1]

    assert call(action) == "(b'still', 5, 0)"


def test_the_size_of_devs_shared_memory_is_a_limit() -> None:
    assert call(lambda s: s.write_file("/dev/shm/big", bytes(65 << 20))) == "ENOSPC"


def test_following_a_file_waits_until_it_grows() -> None:
    def follow(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
        if "fd" not in state:
            state["fd"] = system.open("/tmp/log", READ | CREATE | WRITE)
        while True:
            system.wait_for_growth(state["fd"])
            system.put(system.read(state["fd"]))

    machine = Machine(follow=follow, log=once(lambda s: s.write_file("/tmp/log", b"line\n", append=True)))
    machine.start("follow")
    machine.wait(1)
    for _ in range(2):
        machine.start("log", stream="other")
        machine.wait(1)
    assert machine.output() == "line\nline\n"


def test_a_fifo_joins_a_writer_and_a_reader() -> None:
    def writer(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
        fd = system.open("/tmp/fifo", WRITE)
        system.put("through", fd)
        return 0

    for order in (("cat", "writer"), ("writer", "cat")):
        machine = Machine(writer=writer)
        machine.start("sleep", "9")
        machine.kernel.outside("box").make_node("/tmp/fifo", "fifo")
        for name in order:
            machine.start(name, *(["/tmp/fifo"] if name == "cat" else []), stream=name)
            machine.settle()
        assert machine.output("cat") == "through"
        assert len(machine.exits()) == 2


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/proc/self/comm", "probe\n"),
        ("/proc/1/cmdline", "probe\0"),
        ("/proc/self/environ", "PATH=/usr/bin:/bin\0HOME=/root\0"),
        ("/proc/sys/kernel/hostname", "box\n"),
        ("/proc/uptime", "1000.00 1960.00\n"),
        ("/sys/fs/cgroup/memory.max", "max\n"),
        ("/sys/fs/cgroup/pids.max", "50\n"),
        ("/sys/class/net/lo/address", "00:00:00:00:00:00\n"),
        ("/dev/null", ""),
    ],
)
def test_what_the_kernel_tells(path: str, expected: str) -> None:
    machine = Machine(probe=once(lambda s: s.put(s.read_file(path))))
    machine.container(pids_limit=50)
    assert machine.run("probe")[0] == expected


def test_proc_lists_processes_and_files() -> None:
    def action(system: System) -> Any:
        fd = system.open("/etc/motd")
        numbers = [name for name in system.list_directory("/proc") if name.isdigit()]
        links = [system.read_link(f"/proc/self/fd/{n}") for n in (0, fd)]
        return numbers, system.list_directory("/proc/self/fd"), links, system.read_link("/proc/self")

    assert call(action) == "(['1'], ['0', '1', '2', '3', '4'], ['/dev/null', '/etc/motd'], '1')"


def test_status_has_the_pids_of_both_namespaces_seen_from_the_host() -> None:
    machine = Machine()
    machine.container("host")
    pid = machine.start("sleep", "9")
    status = machine.kernel.host_view().read_file(f"/proc/{pid}/status").decode()
    assert f"NSpid:\t{pid}\t1\n" in status and "Name:\tsleep\n" in status


def test_mounts_are_listed_as_in_proc_mounts() -> None:
    machine = Machine(probe=once(lambda s: s.put(s.read_file("/proc/mounts"))))
    text, _ = machine.run("probe")
    assert text.splitlines()[0] == "overlay / overlay rw,relatime 0 0"
    assert "sysfs /sys sysfs ro,nosuid,nodev,noexec,relatime 0 0" in text


def test_standard_streams_can_be_opened_by_their_names() -> None:
    def action(system: System) -> Any:
        system.write_file("/dev/stdout", b"out ")
        fd = system.open("/dev/stderr", WRITE | TRUNCATE)
        system.put("err", fd)
        return system.stat("/dev/stdout").kind

    machine = Machine(probe=once(action))
    assert machine.run("probe")[0] == "out fifo\n"
    assert machine.output(fd=2) == "err"


def test_random_numbers_come_from_the_seed() -> None:
    def action(system: System) -> Any:
        return [system.random(1000) for _ in range(5)], system.read_file("/dev/urandom", 4).hex()

    assert call(action) == call(action)


def test_times_and_owners() -> None:
    def action(system: System) -> Any:
        system.write_file("/tmp/f", b"")
        system.change_owner("/tmp/f", 5, -1)
        system.change_mode("/tmp/f", 0o4711)
        made = system.stat("/tmp/f").mtime_ns
        system.set_times("/tmp/f", 42)
        status = system.stat("/tmp/f")
        return made == START_NS, status.mtime_ns, oct(status.mode), status.uid, status.gid

    assert call(action) == "(True, 42, '0o4711', 5, 0)"


def test_memory_of_all_contents_together_is_limited() -> None:
    machine = Machine(probe=once(lambda s: s.write_file("/tmp/f", b"x" * 2000)))
    machine.draft.held_limit_bytes = 1000
    assert machine.run("probe")[0] == "ENOSPC\n"


def test_a_gigabyte_of_zeros_takes_no_memory() -> None:
    def action(system: System) -> Any:
        fd = system.open("/tmp/big", WRITE | CREATE)
        for _ in range(1024):
            system.put(bytes(1 << 20), fd)
        return system.stat("/tmp/big").size_bytes

    machine = Machine(probe=once(action))
    assert machine.run("probe")[0] == f"{1 << 30}\n"
    assert machine.draft.held_bytes == 0


def test_error_texts_do_not_depend_on_this_machine() -> None:
    with pytest.raises(OSError) as caught:
        machine = Machine()
        machine.container()
        machine.kernel.outside("box").stat("/nosuch")
    assert (caught.value.errno, caught.value.strerror) == (errno.ENOENT, "No such file or directory")
