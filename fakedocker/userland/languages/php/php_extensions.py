"""PHP's extensions: where they are, which are loaded, and pecl, which fetches them.

An extension is a file in the directory of extensions, and a line in a file of conf.d that loads it; what it does is not simulated. The names
of pecl's packages are those that images are often built with: of any other it is not known whether it exists.
"""

from __future__ import annotations

import posixpath
import re
from typing import Final

from fakedocker.kernel import marks
from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.inputs import State
from fakedocker.userland.languages.toolchains.versions import version_of
from fakedocker.userland.packages.unpack import read_text_or
from fakedocker.userland.tools import Register, stat_or_none

PROGRAMS = Register()
CONFIGURATION: Final = "/usr/local/etc/php/conf.d"
_FOLDER: Final = "/usr/local/lib/php/extensions"
_PEAR: Final = "/tmp/pear"
_LATEST: Final = "20250925"
_API: Final = {
    "5.6": "20131226", "7.0": "20151012", "7.1": "20160303", "7.2": "20170718", "7.3": "20180731", "7.4": "20190902", "8.0": "20200930",
    "8.1": "20210902", "8.2": "20220829", "8.3": "20230831", "8.4": "20240924", "8.5": _LATEST,
}  # fmt: skip
"""ZEND_MODULE_API_NO by release (php-src Zend/zend_modules.h)."""
_STATIC: Final = ("Core ctype curl date dom fileinfo filter hash iconv json libxml mbstring mysqlnd openssl pcre PDO pdo_sqlite Phar posix random"
    " readline Reflection session SimpleXML sodium SPL sqlite3 standard tokenizer xml xmlreader xmlwriter zlib").split()  # fmt: skip
"""What `php -m` lists of the official images before anything is switched on."""
_PECL: Final = {
    **{name: name for name in (
        "amqp apcu apcu_bc ast brotli couchbase decimal ds ev event excimer gmagick gnupg grpc igbinary imagick inotify lzf mailparse maxminddb mcrypt memcache"
        " memcached mongodb msgpack mysql_xdevapi oauth opentelemetry openswoole parallel pcov pdo_sqlsrv protobuf psr raphf rdkafka redis smbclient"
        " solr sqlsrv ssh2 stomp swoole timezonedb uploadprogress uuid vips xdebug xhprof xlswriter xmlrpc yaml zip zstd"
    ).split()},
    "pecl_http": "http",
}  # fmt: skip
"""Packages of pecl, and what their extensions are called."""
ELF: Final = b"\x7fELF\x02\x01\x01" + bytes(9)
"""How the file of an extension begins."""


def directory(version: str) -> str:
    """The directory of extensions of a release, as the official images configure it: without threads or debugging."""
    return f"{_FOLDER}/no-debug-non-zts-{_API.get('.'.join(version.split('.')[:2]), _LATEST)}"


def loaded(system: System) -> list[str]:
    """The modules of PHP, in the order of `php -m`."""
    try:
        names = system.list_directory(CONFIGURATION)
    except OSError:
        names = []
    added: set[str] = set()
    for name in names:
        if name.endswith(".ini"):
            text = read_text_or(system, posixpath.join(CONFIGURATION, name))
            lines = re.findall(r"^\s*extension\s*=\s*\"?([\w./-]+)", text, re.MULTILINE)
            added |= {posixpath.basename(line).removesuffix(".so") for line in lines}
    known = {name.lower() for name in _STATIC}
    return sorted((*_STATIC, *(name for name in added if name.lower() not in known)), key=str.lower)


@PROGRAMS.program("pecl")
def _pecl(system: System, argv: tuple[str, ...], state: State) -> int:
    takes = ("-D", "--configureoptions", "-d")
    words = [
        word for place, word in enumerate(argv) if place and not word.startswith("-") and argv[place - 1] not in takes
    ]
    match words:
        case ["install" | "upgrade", *packages] if packages:
            return _install(system, packages)
        case ["channel-update" | "update-channels", *_]:
            system.put('Updating channel "pecl.php.net"\nChannel "pecl.php.net" is up to date\n')
            return 0
        case ["clear-cache", *_]:
            system.put("reading directory /tmp/pear/cache\n0 cache entries cleared\n")
            return 0
    raise Unsimulated(" ".join(("pecl", *words[:1])))


def _install(system: System, packages: list[str]) -> int:
    where = directory(version_of(system, "PHP_VERSION", "8.3.12"))
    for package in packages:
        name, _, version = package.rpartition("/")[2].partition("-")
        extension = _PECL.get(name.lower(), "")
        if not extension or ("://" in package and "pecl.php.net" not in package):
            raise Unsimulated(f"the package {package} of pecl", why=marks.PACKAGE)
        if not version:
            system.unsimulated(f"which version of {name} is the newest", marks.PACKAGE, quiet=True)
        _make_directories(system, where)
        _make_directories(system, f"{_PEAR}/temp")
        system.write_file(f"{where}/{extension}.so", ELF)
        system.put(
            f"Build process completed successfully\nInstalling '{where}/{extension}.so'\n"
            f"install ok: channel://pecl.php.net/{name}{'-' * bool(version)}{version}\n"
            f'configuration option "php_ini" is not set to php.ini location\nYou should add "extension={extension}.so" to php.ini\n'
        )
    return 0


def _make_directories(system: System, path: str) -> None:
    above = ""
    for part in path.strip("/").split("/"):
        above += f"/{part}"
        if stat_or_none(system, above) is None:
            system.make_directory(above)
