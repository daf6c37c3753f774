"""The keys that detach from a container: ctrl-p ctrl-q, or those of --detach-keys."""

from __future__ import annotations

from fakedocker_shell.cli.errors import CliError

DEFAULT_KEYS = b"\x10\x11"
_AFTER_CTRL = "abcdefghijklmnopqrstuvwxyz@[\\]^_"


def parse_keys(text: str) -> bytes:
    """The bytes of "ctrl-p,ctrl-q". Raises CliError."""
    keys = bytearray()
    for key in text.split(","):
        if len(key) == 1:
            keys += key.encode()
            continue
        letter = key.removeprefix("ctrl-")
        if letter == key or len(letter) != 1 or letter not in _AFTER_CTRL:
            raise CliError(f"Unknown character: '{key}'")
        keys.append(0 if letter == "@" else ord(letter.upper()) - 64)
    return bytes(keys)


class DetachWatch:
    """Looks for the keys in what is typed; keys that begin the sequence wait until it is whole or broken."""

    def __init__(self, keys: bytes) -> None:
        self._keys = keys
        self._matched = 0
        self.detached = False

    def feed(self, data: bytes) -> bytes:
        """What to pass on. Nothing is after the sequence is complete."""
        passed = bytearray()
        for byte in data:
            if byte == self._keys[self._matched]:
                self._matched += 1
                if self._matched == len(self._keys):
                    self.detached = True
                    break
                continue
            passed += self._keys[: self._matched]
            self._matched = 0
            if byte == self._keys[0]:
                self._matched = 1
            else:
                passed.append(byte)
        return bytes(passed)
