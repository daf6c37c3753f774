"""gzip, bzip2, xz and their relatives: files squeezed and restored with the standard library.

Other levels than the default give the same bytes as it; only the sizes tell.
"""

from __future__ import annotations

import zlib
from typing import Final, NamedTuple

from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.inputs import State, read_all
from fakedocker.userland.tools import Register, base_name, is_busybox, parse_options, say, tell

PROGRAMS = Register()


class Format(NamedTuple):
    """A way of compressing: the program's name, its suffix, the bytes that files begin with."""

    name: str
    suffix: str
    magic: bytes


_FORMATS: Final = (
    Format("gzip", ".gz", b"\x1f\x8b"),
    Format("bzip2", ".bz2", b"BZh"),
    Format("xz", ".xz", b"\xfd7zXZ"),
)
_SHORTER: Final = {".tgz": ".tar", ".tbz2": ".tar", ".tbz": ".tar", ".txz": ".tar"}
_FORMAT_OF: Final = {
    name: form
    for form, names in zip(
        _FORMATS, ("gzip gunzip zcat", "bzip2 bunzip2 bzcat", "xz unxz xzcat lzma unlzma"), strict=True
    )
    for name in names.split()
}


def compressed(data: bytes, name: str) -> bytes:
    """`data` in a format: gzip, bzip2 or xz."""
    if name == "gzip":
        import gzip

        return gzip.compress(data, mtime=0)
    if name == "bzip2":
        import bz2

        return bz2.compress(data)
    import lzma

    return lzma.compress(data)


def decompressed(data: bytes, name: str) -> bytes | None:
    """What was compressed, None where it is damaged or in another format.

    Raises:
        Unsimulated: it is too much.
    """
    if len(data) < 1 << 10 or name == format_of(data):
        limit = max(64 << 20, 20 * len(data))
        if _is_larger(data, name, limit):
            raise Unsimulated(f"unpacking {len(data)} bytes to more than {limit >> 20} MiB")
    try:
        if name == "gzip":
            import gzip

            return gzip.decompress(data)
        if name == "bzip2":
            import bz2

            return bz2.decompress(data)
        import lzma

        try:
            return lzma.decompress(data)
        except lzma.LZMAError:
            return None
    except (OSError, EOFError, ValueError, zlib.error):
        return None


def _is_larger(data: bytes, name: str, limit_bytes: int) -> bool:
    """Whether more than so many bytes are in a stream; False where it is damaged."""
    import bz2
    import gzip
    import io
    import lzma

    source = io.BytesIO(data)
    size = 0
    try:
        with (
            gzip.open(source) if name == "gzip" else bz2.open(source) if name == "bzip2" else lzma.open(source)
        ) as stream:
            while size <= limit_bytes and (part := stream.read(1 << 20)):
                size += len(part)
    except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError):
        return False
    return size > limit_bytes


def format_of(data: bytes) -> str:
    """gzip, bzip2 or xz by the first bytes, "" for none of them."""
    return next((form.name for form in _FORMATS if data.startswith(form.magic)), "")


@PROGRAMS.program(*_FORMAT_OF, usage="[-cfkdt123456789] [FILE]...\n")
def _compress(system: System, argv: tuple[str, ...], state: State) -> int:
    name = base_name(argv[0])
    form = _FORMAT_OF[name]
    long = {
        "decompress": "d", "stdout": "c", "keep": "k", "force": "f", "best": "9", "fast": "1", "test": "t",
        "quiet": "q", "verbose": "v", "to-stdout": "c",
    }  # fmt: skip
    options = parse_options(system, argv, "cdfkt0123456789nqvzT:", long)
    test = "t" in options
    unpack = test or "d" in options or name.startswith(("gun", "bun", "un")) or name.endswith("cat")
    to_output = "c" in options or name.endswith("cat")
    if not options.operands or options.operands == ("-",):
        data = _converted(read_all(system, state, ()), form, unpack)
        if data is None:
            tell(system, "invalid magic", f"stdin: not in {form.name} format")
            return 1
        if not test:
            system.put(data)
        return 0
    status = 0
    for path in options.operands:
        status = max(status, _one_file(system, path, form, unpack, test, to_output, "k" in options))
    return status


def _converted(data: bytes, form: Format, unpack: bool) -> bytes | None:
    return decompressed(data, form.name) if unpack else compressed(data, form.name)


def _one_file(system: System, path: str, form: Format, unpack: bool, test: bool, to_output: bool, keep: bool) -> int:
    """Convert a file; it makes room for the result unless `keep`. Gives the exit status."""
    try:
        found = system.stat(path)
        content = system.read_file(path, 1 << 40)
    except OSError as problem:
        _complain(system, form, f"{path}: {problem.strerror}")
        return 1
    target = _target(path, form) if unpack else path + form.suffix
    if unpack and target == path and not to_output and not test:
        _complain(system, form, f"{path}: unknown suffix {'-' if is_busybox(system) else '--'} ignored")
        return 1 if is_busybox(system) else 2
    data = _converted(content, form, unpack)
    if data is None:
        _complain(system, form, "invalid magic" if is_busybox(system) else f"{path}: not in {form.name} format")
        return 1
    if test:
        return 0
    if to_output:
        system.put(data)
        return 0
    system.write_file(target, data)
    system.change_mode(target, found.mode)
    system.set_times(target, found.mtime_ns)
    if not keep:
        system.remove_file(path)
    return 0


def _target(path: str, form: Format) -> str:
    shorter = next((suffix for suffix in _SHORTER if path.endswith(suffix)), "")
    return path.removesuffix(shorter) + _SHORTER[shorter] if shorter else path.removesuffix(form.suffix)


def _complain(system: System, form: Format, message: str) -> None:
    """GNU's gunzip and zcat are scripts that run gzip, whose name the messages bear."""
    if form.name == "gzip" and not is_busybox(system):
        system.put(f"gzip: {message}\n", 2)
    else:
        say(system, message)
