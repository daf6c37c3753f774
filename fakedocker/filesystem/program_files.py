"""What the file of a simulated program holds: the magic of an ELF file, and at byte 64 a line `fakedocker:FAMILY/NAME[<tab>VARIABLE=VERSION]`.

The rest is filler up to its size. So programs are files like any other: copied, linked, removed. The version is what the program
tells of itself, wherever its file is copied to. Who reads such a file is not known here.
"""

from __future__ import annotations

from fakedocker.filesystem.content import Content, filler, join

HEADER_BYTES = 256
PLACEHOLDER_FAMILY = "placeholder"
"""The family of programs that are made up for want of the real ones: none of them is simulated."""
ELF_MAGIC = b"\x7fELF"
LINE_AT = 64
LINE_MARK = b"fakedocker:"
MACHINE_AT = 18
MACHINES = {
    "amd64": 0x3E, "386": 0x03, "arm": 0x28, "arm64": 0xB7, "mips64le": 0x08, "ppc64le": 0x15, "riscv64": 0xF3, "s390x": 0x16,
}  # fmt: skip
"""Numbers of processors in an ELF header, by Go's names."""
_ELF_HEADER = ELF_MAGIC + b"\x02\x01\x01" + bytes(9) + b"\x02\x00%c\x00\x01\x00\x00\x00" + bytes(40)


def program_file(family: str, name: str, size_bytes: int) -> Content:
    """The content of a program's file, of at least 256 bytes. Only its head is held."""
    head = program_head(family, name)
    return join(head, filler(f"program:{family}/{name}", max(0, size_bytes - len(head))))


def program_head(family: str, name: str, version: str = "", architecture: str = "amd64") -> bytes:
    """How a program's file begins.

    Args:
        version: what it tells of itself, as VARIABLE=VERSION.
        architecture: the processor it is for; those of others do not run here.
    """
    line = LINE_MARK + f"{family}/{name}{chr(9) + version if version else ''}\n".encode()
    return (_ELF_HEADER % MACHINES[architecture] + line).ljust(HEADER_BYTES, b"\0")
