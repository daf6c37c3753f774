"""pip and npm: what they install, remove, say, and how they fail."""

from __future__ import annotations

import json

import pytest

from helpers.packages_world import Box


@pytest.fixture
def python() -> Box:
    return Box("python:3.12")


@pytest.fixture
def node() -> Box:
    box = Box("node:20")
    box.sh("mkdir /app")
    return box


def test_pip_installs_with_what_is_needed(python: Box) -> None:
    result = python.sh("pip install --no-cache-dir flask")
    assert result.status == 0
    assert result.stdout.startswith("Collecting flask\n  Downloading flask-3.0.3-py3-none-any.whl.metadata (")
    assert "Collecting Werkzeug>=3.0.0 (from flask)\n" in result.stdout
    assert result.stdout.endswith(
        "Successfully installed Jinja2-3.1.4 MarkupSafe-2.1.5 Werkzeug-3.0.4 blinker-1.8.2 click-8.1.7 flask-3.0.3"
        " itsdangerous-2.2.0\n"
    )
    assert result.stderr.startswith("WARNING: Running pip as the 'root' user can result in broken permissions")
    assert python.sh("ls /usr/local/bin/flask /usr/local/lib/python3.12/site-packages/flask").status == 0
    again = python.sh("pip install flask")
    assert again.stdout == "Requirement already satisfied: flask in /usr/local/lib/python3.12/site-packages (3.0.3)\n"


def test_pip_versions_and_requirements(python: Box) -> None:
    python.sh("printf 'requests==2.31.0  # pinned\\n\\nidna>=3\\n' >/tmp/r.txt")
    assert python.sh("pip install -q -r /tmp/r.txt").stdout == ""
    assert python.sh("pip freeze").stdout.splitlines()[-2:] == ["requests==2.31.0", "urllib3==2.2.3"]
    python.sh("pip install -U requests")
    assert "requests==2.32.3" in python.sh("python -m pip freeze").stdout
    result = python.sh("pip install 'flask>9'")
    assert result.status == 1
    assert result.stderr == "fakedocker: pip: the version flask>9 (known is 3.1.3) is not simulated\n"
    assert python.sh("pip install -r no.txt").stderr.startswith(
        "ERROR: Could not open requirements file: [Errno 2] No such file or directory: 'no.txt'\n"
    )


def test_pip_does_not_know_everything(python: Box) -> None:
    result = python.sh("pip install nosuch")
    assert (result.status, result.stderr) == (1, "fakedocker: pip: the project nosuch is not simulated\n")


def test_pip_shows_and_uninstalls(python: Box) -> None:
    python.sh("pip install -q click")
    assert python.sh("pip list").stdout.startswith("Package Version\n------- -------\nclick   8.1.7\npip     24")
    assert "Name: click\nVersion: 8.1.7\n" in python.sh("pip show click").stdout
    assert "Successfully uninstalled click-8.1.7\n" in python.sh("pip uninstall -y click").stdout
    assert python.sh("ls /usr/local/lib/python3.12/site-packages/click").status == 2
    assert "Skipping click as it is not installed" in python.sh("pip uninstall -y click").stderr
    assert python.sh("pip --version").stdout.startswith("pip 24")


def test_pip_without_a_network_or_rights(python: Box) -> None:
    result = Box("python:3.12", online=False).sh("pip install flask")
    assert result.status == 1
    assert result.stderr.count("WARNING: Retrying (Retry(total=") == 5
    assert "ERROR: No matching distribution found for flask\n" in result.stderr
    result = python.sh("mkdir -p /tmp/h; HOME=/tmp/h pip install click; ls /tmp/h/.local/lib", user=(1000, 1000))
    assert result.stdout.startswith("Defaulting to user installation because normal site-packages is not writeable\n")
    assert result.stdout.endswith("python3.12\n") and "root" not in result.stderr


def test_pip_leaves_the_distributions_python_alone() -> None:
    box = Box("alpine:3.20")
    box.sh("apk add -q python3 py3-pip")
    assert box.sh("pip install flask").stderr.startswith("error: externally-managed-environment\n")
    assert box.sh("pip install -q --break-system-packages flask; pip freeze | grep -c Flask").stdout == "1\n"


def test_npm_makes_and_fills_a_project(node: Box) -> None:
    assert node.sh("npm init -y", directory="/app").stdout.startswith("Wrote to /app/package.json:\n\n{\n")
    result = node.sh("npm install express", directory="/app")
    assert result.status == 0
    assert "\nadded 63 packages, and audited 64 packages in 2s\n" in result.stdout
    assert result.stdout.endswith("\nfound 0 vulnerabilities\n")
    manifest = json.loads(node.sh("cat /app/package.json").stdout)
    assert manifest["dependencies"] == {"express": "^4.21.0"}
    assert json.loads(node.sh("cat /app/node_modules/express/package.json").stdout)["version"] == "4.21.0"
    lock = json.loads(node.sh("cat /app/package-lock.json").stdout)
    assert lock["lockfileVersion"] == 3 and "node_modules/qs" in lock["packages"]
    assert node.sh("npm ls", directory="/app").stdout == "app@1.0.0 /app\n└── express@4.21.0\n\n"
    assert "up to date, audited 64 packages" in node.sh("npm i", directory="/app").stdout
    assert "removed 63 packages" in node.sh("npm uninstall express", directory="/app").stdout
    assert node.sh("ls /app/node_modules").stdout == ""


def test_npm_installs_what_the_files_say(node: Box) -> None:
    node.sh(
        """printf '{"name":"app","dependencies":{"lodash":"4.17.20"},"devDependencies":{"nodemon":"^3.0.0"}}' >package.json""",
        directory="/app",
    )
    result = node.sh("npm ci", directory="/app")
    assert result.status == 1 and result.stderr.startswith("npm error code EUSAGE\n")
    assert "added 1 package, and audited 2 packages" in node.sh("npm install --omit=dev", directory="/app").stdout
    assert "4.17.20" in node.sh("cat node_modules/lodash/package.json", directory="/app").stdout
    node.sh("npm install; rm -r node_modules", directory="/app")
    assert "added " in node.sh("npm ci", directory="/app").stdout
    assert node.sh("ls node_modules/.bin", directory="/app").stdout.split()[:2] == ["nodemon", "nodetouch"]
    node.sh("rm -r node_modules", directory="/app")
    assert "added " in node.sh("npm install", directory="/app").stdout


def test_npm_runs_scripts(node: Box) -> None:
    scripts = {"prestart": "echo first", "start": "echo on $PORT", "fail": "exit 3", "show": "echo"}
    node.sh(
        f"cat >package.json <<'X'\n{json.dumps({'name': 'app', 'version': '1.0.0', 'scripts': scripts})}\nX",
        directory="/app",
    )
    assert node.sh("PORT=80 npm start", directory="/app").stdout == (
        "\n> app@1.0.0 prestart\n> echo first\n\nfirst\n\n> app@1.0.0 start\n> echo on $PORT\n\non 80\n"
    )
    assert node.sh("npm run -s show -- a 'b c'", directory="/app").stdout == "a b c\n"
    assert node.sh("npm run fail", directory="/app").status == 3
    result = node.sh("npm run nosuch", directory="/app")
    assert (result.status, result.stderr.splitlines()[0]) == (1, 'npm error Missing script: "nosuch"')
    assert node.sh("npm run --if-present nosuch", directory="/app").status == 0


def test_npm_fails_in_its_own_words(node: Box) -> None:
    result = node.sh("npm install nosuch", directory="/app")
    assert result.status == 1
    assert result.stderr == "fakedocker: npm: the package nosuch is not simulated\n"
    assert node.sh("npm install 'no such'", directory="/app").stderr.startswith(
        'npm error code EINVALIDPACKAGENAME\nnpm error Invalid package name "no such" of package "no such@latest": '
    )
    assert node.sh("npm start", directory="/app").stderr.startswith("npm error code ENOENT\n")
    offline = Box("node:20", online=False)
    assert offline.sh("mkdir /app; cd /app; npm install express").stderr.startswith("npm error code EAI_AGAIN\n")
    assert node.sh("npx cowsay").status == 1
    assert node.sh("npm --version").stdout == "10.8.2\n"
    assert node.sh("yarn --version").stdout == "1.22.22\n"
