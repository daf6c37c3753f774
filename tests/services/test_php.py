"""php: pages and scripts, its own server, Apache's, and MySQL behind it."""

from __future__ import annotations

import pytest

from helpers.services_machine import Machine

CONFIGURATION = {
    "/etc/apache2/apache2.conf": "Include ports.conf\nIncludeOptional sites-enabled/*.conf\nIncludeOptional none/*.conf\n",
    "/etc/apache2/ports.conf": "Listen 8080\n",
    "/etc/apache2/sites-enabled/site.conf": "<VirtualHost *:8080>\nDocumentRoot /www\nDirectoryIndex index.php index.html\n</VirtualHost>\n",
    "/var/run/apache2/x": "",
}
TABLE = """
<?php
$db = new mysqli(getenv('DB') ?: '127.0.0.1', 'root', 'secret', 'shop');
$found = $db->query("SELECT name FROM things");
?>
<ul>
<?php while ($row = $found->fetch_assoc()): ?>
<li><?= htmlspecialchars($row['name']) ?></li>
<?php endwhile; ?>
</ul>
"""


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("<p><?php echo 'a' . \"b\\n\", 1 + 2 * 3; ?></p>", "<p>ab\n7</p>"),
        ("<?php $x = ['k' => 'v', 2]; foreach ($x as $k => $v) { echo \"$k=$v;{$x['k']} \"; }", "k=v;v 0=2;v "),
        ("<?php if (false): ?>a<?php elseif (true): ?>b<?php else: ?>c<?php endif; ?>", "b"),
        ("<?php function twice($x, $y = 2) { return $x * $y; } echo twice(4), twice(4, 3);", "812"),
        ("<?= getenv('X') ?: 'none' ?>\n<?= strtoupper('x') ?>", "setX"),
        (
            "<?php $i = 0; while ($i < 3) { $i++; } echo $i, PHP_EOL, json_encode([1, ['a' => null]]);",
            '3\n[1,{"a":null}]',
        ),
        ("<?php $a = ['b' => 'y']; echo <<<EOT\nhi {$a['b']}x\nEOT;\n// end\n", "hi yx"),
        ("plain\n", "plain\n"),
    ],
)
def test_pages(source: str, wanted: str) -> None:
    result = Machine({"/app/a.php": source}).sh("X=set php /app/a.php")
    assert (result.stdout, result.stderr, result.status) == (wanted, "", 0)


def test_complaints() -> None:
    box = Machine()
    mistake = 'fakedocker: php: line 1 of Command line code: "2" there, if it is no mistake, is not simulated\n'
    assert box.sh("php -r 'echo 1 2;'").stderr == mistake
    missing = box.sh("php -r 'echo imagecreate(1);'")
    assert (missing.stderr, missing.status) == (
        "fakedocker: php: the function imagecreate() is not simulated\n",
        255,
    )
    assert box.sh("php -r 'class A {}'").stderr == (
        "fakedocker: php: line 1 of Command line code: a statement such as class is not simulated\n"
    )
    assert "DivisionByZeroError: Division by zero" in box.sh("php -r 'echo 1 / 0;'").stderr


def test_its_own_server() -> None:
    box = Machine({"/www/index.php": "Hello <?= $_GET['n'] ?? 'you' ?>", "/www/a.txt": "text"})
    box.serve("php", "-S", "0.0.0.0:8000", "-t", "/www")
    assert box.sh("curl -s 'localhost:8000/?n=me'; curl -s localhost:8000/a.txt").stdout == "Hello metext"


def test_apache_as_debian_has_it() -> None:
    box = Machine(
        {
            **CONFIGURATION,
            "/www/index.php": "<?php header('X-A: b'); http_response_code(201); echo $_SERVER['REQUEST_METHOD'];",
            "/www/a.html": "a",
        }
    )
    server = box.serve("apache2", "-DFOREGROUND", PHP_VERSION="8.3.12")
    head = box.sh("curl -si -X POST localhost:8080/").stdout
    assert head.startswith("HTTP/1.1 201 Created\r\n")
    assert "Server: Apache/2.4.62 (Debian)\r\n" in head
    assert "X-Powered-By: PHP/8.3.12\r\n" in head
    assert head.endswith("\r\n\r\nPOST")
    assert box.sh("curl -s localhost:8080/a.html").stdout == "a"
    assert '"POST / HTTP/1.1" 201 4 "-" "curl/' in server.stdout
    assert "AH00163: Apache/2.4.62 (Debian) PHP/8.3.12 configured" in box.output["s2/2"].decode()


def test_pages_from_mysql() -> None:
    box = Machine({**CONFIGURATION, "/www/index.php": TABLE})
    server = box.serve("apache2", "-DFOREGROUND", PHP_VERSION="8.3.12")
    assert "500 Internal Server Error" in box.sh("curl -si localhost:8080").stdout
    assert "(mysqli_sql_exception: Connection refused) is not simulated" in server.stderr
    box.serve("mysqld", seconds=20, MYSQL_ROOT_PASSWORD="secret", MYSQL_DATABASE="shop")
    rows = "CREATE TABLE things (name VARCHAR(9)); INSERT INTO things VALUES ('<a>'), ('b')"
    assert box.sh(f'mysql -u root -psecret shop -e "{rows}"').status == 0
    assert box.sh("curl -s localhost:8080").stdout.split() == ["<ul>", "<li>&lt;a&gt;</li>", "<li>b</li>", "</ul>"]


def test_values_are_shown_as_php_shows_them() -> None:
    box = Machine()
    source = "var_dump(5, 1.5, 'abc', true, null, ['a' => 1, 2]); print_r(['x' => ['y' => 1], 'z' => 2]);"
    assert box.sh(f"cat > /a.php <<'X'\n<?php {source}\nX\nphp /a.php").stdout == (
        'int(5)\nfloat(1.5)\nstring(3) "abc"\nbool(true)\nNULL\narray(2) {\n  ["a"]=>\n  int(1)\n  [0]=>\n  int(2)\n}\n'
        "Array\n(\n    [x] => Array\n        (\n            [y] => 1\n        )\n\n    [z] => 2\n)\n"
    )


def test_what_is_not_simulated_says_so() -> None:
    box = Machine()
    assert "the function session_start() is not simulated" in box.sh("php -r 'session_start();'").stderr
    zones = "date_default_timezone_set('UTC'); echo 1; date_default_timezone_set('Europe/Berlin');"
    result = box.sh(f'php -r "{zones}"')
    assert (result.stdout, result.stderr) == (
        "1",
        "fakedocker: php: another time zone than UTC is not simulated\n",
    )
    assert box.sh("php -r 'echo strlen(str_repeat(1, 20000)), extension_loaded(1) ? 1 : 0;'").stdout == "200000"
