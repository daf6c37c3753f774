"""Small tools of distributions that steps of builds call, and the tools of PHP's images."""

from __future__ import annotations

import pytest

from helpers.packages_world import Box


@pytest.fixture
def debian() -> Box:
    return Box("debian:12")


@pytest.fixture
def php() -> Box:
    return Box("php:8.3")


def test_locales(debian: Box) -> None:
    debian.sh("apt-get update; apt-get install -y locales")
    debian.sh("sed -i 's/# en_US/en_US/' /etc/locale.gen; update-locale LANG=en_US.UTF-8")
    assert debian.sh("cat /etc/default/locale").stdout == "LANG=en_US.UTF-8\n"
    made = debian.sh("locale-gen")
    assert made.stdout == (
        "Generating locales (this might take a while)...\n  en_US.UTF-8... done\nGeneration complete.\n"
    )
    assert (
        debian.sh("localedef -i en_US -c -f UTF-8 en_US.UTF-8 && ls /usr/lib/locale").stdout.split()[-1]
        == "locale-archive"
    )


def test_a_certificate_of_ones_own_is_added_once(debian: Box) -> None:
    debian.sh("apt-get update; apt-get install -y ca-certificates; echo own > /usr/local/share/ca-certificates/own.crt")
    assert "\n1 added, 0 removed; done.\n" in debian.sh("update-ca-certificates").stdout
    assert "\n0 added, 0 removed; done.\n" in debian.sh("update-ca-certificates").stdout
    assert debian.sh("tail -c 4 /etc/ssl/certs/ca-certificates.crt; cat /etc/ssl/certs/own.pem").stdout == "own\nown\n"


def test_alternatives(debian: Box) -> None:
    debian.sh("for n in 1 2; do printf '#!/bin/sh\\necho %s\\n' $n > /opt/t$n; chmod +x /opt/t$n; done")
    first = debian.sh("update-alternatives --install /usr/bin/tool tool /opt/t1 10")
    assert first.stderr == "update-alternatives: using /opt/t1 to provide /usr/bin/tool (tool) in auto mode\n"
    debian.sh("update-alternatives --install /usr/bin/tool tool /opt/t2 20")
    assert debian.sh("tool").stdout == "2\n"
    assert debian.sh("update-alternatives --set tool /opt/t1; tool").stdout == "1\n"
    assert debian.sh("update-alternatives --set tool /opt/t3").status == 2
    missing = debian.sh("update-alternatives --install /usr/bin/x x /opt/x 1")
    assert (missing.status, missing.stderr) == (
        2,
        "update-alternatives: error: alternative path /opt/x doesn't exist\n",
    )


def test_which_system_and_architecture(debian: Box) -> None:
    debian.sh("apt-get update; apt-get install -y lsb-release dpkg-dev")
    assert debian.sh("lsb_release -cs").stdout == "bookworm\n"
    assert debian.sh("lsb_release -ds").stdout == "Debian GNU/Linux 12 (bookworm)\n"
    assert debian.sh("dpkg-architecture --query DEB_BUILD_MULTIARCH").stdout == "x86_64-linux-gnu\n"
    assert debian.sh("dpkg-architecture -qDEB_HOST_ARCH").stdout == "amd64\n"
    assert debian.sh("dpkg-architecture -q NOSUCH").status == 2


def test_what_a_program_is_linked_with_is_not_known(debian: Box) -> None:
    assert debian.sh("ldconfig").status == 0
    assert debian.sh("ldd /bin/cat").stderr == "fakedocker: ldd: what a program is linked with is not simulated\n"
    assert debian.sh("ldd /etc/passwd").stderr == "\tnot a dynamic executable\n"
    assert debian.sh("ldd /nosuch").stderr == "ldd: /nosuch: No such file or directory\n"


def test_a_mode_copies_the_permissions_of_another(debian: Box) -> None:
    assert debian.sh("touch /a; chmod 640 /a; chmod g=u,o=g /a; stat -c %a /a").stdout == "666\n"
    assert debian.sh("chmod u=g,g-u /a; stat -c %a /a").stdout == "606\n"
    assert debian.sh("chmod g=ux /a").status == 1


def test_extensions_of_php(php: Box) -> None:
    assert "\npdo_mysql\n" not in php.sh("php -m").stdout
    installed = php.sh("docker-php-ext-install -j4 pdo_mysql gd && php -m")
    assert installed.status == 0 and {"pdo_mysql", "gd"} <= set(installed.stdout.split())
    where = "/usr/local/lib/php/extensions/no-debug-non-zts-20230831"
    assert php.sh("php -r 'echo ini_get(\"extension_dir\");'").stdout == where
    assert php.sh(f"ls {where}").stdout == "gd.so\npdo_mysql.so\n"
    missing = php.sh("docker-php-ext-install nosuch")
    assert missing.status == 1 and missing.stderr.startswith("error: /usr/src/php/ext/nosuch does not exist\n")


def test_extensions_of_pecl(php: Box) -> None:
    assert php.sh("docker-php-ext-enable redis").status == 1
    made = php.sh(
        "pecl install -D 'enable-redis-igbinary=\"no\"' redis-6.1.0 APCu && docker-php-ext-enable redis apcu && php -m"
    )
    assert "install ok: channel://pecl.php.net/redis-6.1.0\n" in made.stdout
    assert {"redis", "apcu"} <= set(made.stdout.split()) and php.sh("rm -r /tmp/pear").status == 0
    unknown = php.sh("pecl install nosuch")
    assert (unknown.status, unknown.stderr) == (
        1,
        "fakedocker: pecl: the package nosuch of pecl is not simulated\n",
    )


def test_alpine_images_of_php_have_their_user_and_tools() -> None:
    box = Box("php:8.3-cli-alpine")
    assert box.sh("id -u www-data").stdout == "82\n"
    assert box.sh("command -v curl xz tar openssl").status == 0


def test_apt_takes_patterns(debian: Box) -> None:
    debian.sh("apt-get update")
    made = debian.sh("apt-get install -y 'libbz2-1*' 'libicu[0-9][0-9]' '^zsh$'")
    assert made.status == 0
    for line in (
        "Note, selecting 'libbz2-1.0' for glob 'libbz2-1*'",
        "Note, selecting 'libicu72' for glob 'libicu[0-9][0-9]'",
        "Note, selecting 'zsh' for regex '^zsh$'",
    ):
        assert line in made.stdout.splitlines()
    assert debian.sh("command -v zsh").status == 0
    assert debian.sh("apt-get install -y 'nosuch*'").stderr == (
        "E: Unable to locate package nosuch*\n"
        "E: Couldn't find any package by glob 'nosuch*'\n"
        "E: Couldn't find any package by regex 'nosuch*'\n"
    )


def test_settings_of_apache(debian: Box) -> None:
    debian.sh("apt-get update; apt-get install -y --no-install-recommends apache2")
    made = debian.sh(
        "echo '# own' > /etc/apache2/conf-available/own.conf && a2enconf own && cat /etc/apache2/conf-enabled/own.conf"
    )
    assert made.status == 0 and made.stdout.startswith("Enabling conf own.\n") and made.stdout.endswith("# own\n")
    assert debian.sh("a2enconf nosuch").stderr == "ERROR: Conf nosuch does not exist!\n"
    assert debian.sh(". /etc/apache2/envvars; echo $APACHE_LOCK_DIR").stdout == "/var/lock/apache2\n"
