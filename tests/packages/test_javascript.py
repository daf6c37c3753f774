"""yarn, pnpm, npx, and the commands of packages that first projects have."""

from __future__ import annotations

import json

import pytest

from helpers.packages_world import Box

MANIFEST = {
    "name": "app", "version": "1.0.0", "dependencies": {"express": "^4.18.2", "nobody-knows-it": "^2.5.1"},
    "devDependencies": {"nodemon": "^3.0.0"}, "scripts": {"dev": "echo dev $1", "build": "react-scripts build"},
}  # fmt: skip


@pytest.fixture
def node() -> Box:
    box = Box("node:20")
    box.sh(f"mkdir -p /app && cd /app && echo '{json.dumps(MANIFEST)}' > package.json")
    return box


def test_yarn(node: Box) -> None:
    lines = node.sh("yarn install --production", directory="/app").stdout.splitlines()
    assert lines[:3] == ["yarn install v1.22.22", "info No lockfile found.", "[1/4] Resolving packages..."]
    assert lines[-2] == "success Saved lockfile."
    assert lines[-1].startswith("Done in ")
    assert node.sh("ls node_modules | grep -c .; ls node_modules/.bin", directory="/app").stdout.startswith("64\n")
    assert "nodemon" not in node.sh("ls node_modules", directory="/app").stdout
    assert 'express@^4.21.0:\n  version "4.21.0"\n' in node.sh("cat yarn.lock", directory="/app").stdout
    assert "success Already up-to-date." in node.sh("yarn --prod", directory="/app").stdout
    added = node.sh("yarn add axios", directory="/app").stdout
    assert "info Direct dependencies\n└─ axios@1.7.7\n" in added
    assert json.loads(node.sh("cat package.json", directory="/app").stdout)["dependencies"]["axios"] == "^1.7.7"
    ran = node.sh("yarn dev x", directory="/app")
    assert ran.stdout.startswith("yarn run v1.22.22\n$ echo dev $1 x\ndev x\nDone in ")
    missing = node.sh("yarn nope", directory="/app")
    assert (missing.stderr, missing.status) == ('error Command "nope" not found.\n', 1)
    assert "success Saved lockfile." in node.sh("yarn remove axios", directory="/app").stdout
    assert "axios" not in node.sh("cat package.json", directory="/app").stdout


def test_a_package_that_only_the_project_knows_is_taken_to_exist(node: Box) -> None:
    assert node.sh("npm install", directory="/app").status == 0
    assert '"version": "2.5.1"' in node.sh("cat node_modules/nobody-knows-it/package.json", directory="/app").stdout
    result = node.sh("npm install nobody-knows-that", directory="/app")
    assert (result.status, result.stderr) == (1, "fakedocker: npm: the package nobody-knows-that is not simulated\n")


def test_pnpm_comes_with_corepack(node: Box) -> None:
    assert node.sh("pnpm -v", directory="/app").status == 127
    shown = node.sh("corepack enable && pnpm install && pnpm dev", directory="/app").stdout
    assert "Progress: resolved " in shown
    assert "dependencies:\n+ express 4.21.0\n" in shown
    assert shown.endswith("dev\n")


def test_a_build_of_react(node: Box) -> None:
    node.sh(
        "mkdir -p public src; echo '<html><head></head><p>hi</p></html>' > public/index.html; echo 1 > src/index.js",
        directory="/app",
    )
    built = node.sh("npm install react-scripts && npm run build", directory="/app")
    assert "Compiled successfully." in built.stdout
    page = node.sh("cat build/index.html; ls build/static", directory="/app").stdout
    assert page.startswith('<html><head><script defer="defer" src="/static/js/main.')
    assert page.endswith("css\njs\n")
    node.sh("echo 2 > src/index.js; npm run build", directory="/app")
    assert node.sh("cat build/index.html", directory="/app").stdout != page
    assert node.sh("rm public/index.html; npm run build", directory="/app").status == 1


def test_nodemon_runs_a_program_again_when_a_file_changes(node: Box) -> None:
    node.sh("npm i nodemon", directory="/app")
    node.sh("echo \"process.on('SIGUSR2', () => { console.log('asked'); process.exit() })\" > a.js", directory="/app")
    node.sh("echo \"console.log('up'); setInterval(() => {}, 1000)\" >> a.js; echo 1 > note.txt", directory="/app")
    node.sh("node_modules/.bin/nodemon -q a.js > log & echo $! > pid", directory="/app")
    node.sh(
        "sleep 3; echo 2 > note.txt; mkdir -p node_modules/x; echo 3 > node_modules/x/x.js; sleep 3", directory="/app"
    )
    assert node.sh("cat log", directory="/app").stdout == "up\n"
    node.sh("sed -i s/up/again/ a.js; sleep 3", directory="/app")
    assert node.sh("cat log", directory="/app").stdout == "up\nasked\nagain\n"
    node.sh("echo 'process.exit(1)' > a.js; sleep 3; echo \"console.log('well')\" > a.js; sleep 3", directory="/app")
    assert node.sh("cat log", directory="/app").stdout == "up\nasked\nagain\nasked\nwell\n"
    ended = node.sh("kill $(cat pid); sleep 1; grep State /proc/$(cat pid)/status", directory="/app").stdout
    assert ended.split()[1] == "Z", "nobody waits for it here"


def test_npx_fetches_and_runs(node: Box) -> None:
    shown = node.sh("echo 'console.log(1)' > a.js; timeout 3 npx nodemon a.js", directory="/app").stdout
    assert shown == (
        "\x1b[33m[nodemon] 3.1.7\x1b[39m\n\x1b[33m[nodemon] to restart at any time, enter `rs`\x1b[39m\n"
        "\x1b[33m[nodemon] watching path(s): *.*\x1b[39m\n\x1b[33m[nodemon] watching extensions: js,mjs,cjs,json\x1b[39m\n"
        "\x1b[32m[nodemon] starting `node a.js`\x1b[39m\n1\n"
        "\x1b[32m[nodemon] clean exit - waiting for changes before restart\x1b[39m\n"
    )
    assert node.sh("npx nodemon --version", directory="/app").stdout == "3.1.7\n"
    assert node.sh("npx cowsay", directory="/app").stderr == "fakedocker: node: the package cowsay is not simulated\n"
    node.sh("npm i typescript", directory="/app")
    assert node.sh("npx tsc", directory="/app").stderr == "fakedocker: node: the package typescript is not simulated\n"


def test_serve_answers_with_the_page_of_the_application(node: Box) -> None:
    node.sh("mkdir -p build; echo app > build/index.html; npm i -g serve", directory="/app")
    shown = node.sh("serve -s build & sleep 1; curl -s localhost:3000/some/page; kill %1", directory="/app").stdout
    assert shown.endswith("app\n")


def test_corepack_that_was_installed_is_the_one_that_node_brings() -> None:
    box = Box("node:22-alpine")
    made = box.sh("npm install -g corepack && corepack enable && command -v pnpm")
    assert (made.status, made.stderr) == (0, "")
    assert made.stdout.endswith("/pnpm\n")


def test_the_value_of_an_option_of_yarn_is_no_package() -> None:
    box = Box("node:22-alpine")
    box.sh('mkdir /a && cd /a && echo \'{"dependencies": {"express": "^4.19.0"}}\' > package.json')
    made = box.sh("cd /a && yarn install --network-timeout 1000000 --production && ls node_modules/express")
    assert (made.status, made.stderr) == (0, "")
    assert "1000000" not in box.sh("cat /a/package.json").stdout


def test_npm_stays_a_program_when_it_is_upgraded(node: Box) -> None:
    assert "changed 1 package in " in node.sh("npm install -g npm@10.9.0").stdout
    assert node.sh("npm --version; npx --version").stdout == "10.9.0\n10.9.0\n"
    assert node.sh("npm install", directory="/app").status == 0


def test_a_global_package_has_what_it_needs_within_itself(node: Box) -> None:
    before = node.sh("npm ls -g").stdout
    assert before.startswith("/usr/local/lib\n├── corepack@")
    assert "added 29 packages in " in node.sh("npm install -g nodemon").stdout
    assert node.sh("npm ls -g").stdout.splitlines()[2] == "├── nodemon@3.1.7"
    assert "chokidar" in node.sh("ls /usr/local/lib/node_modules/nodemon/node_modules").stdout
    assert "removed 1 package in " in node.sh("npm uninstall -g nodemon").stdout
    assert node.sh("npm ls -g").stdout == before
    assert node.sh("nodemon").status == 127


def test_a_global_package_does_not_replace_a_program_that_is_not_its_own(node: Box) -> None:
    result = node.sh("npm install -g yarn")
    assert result.status == 1
    assert result.stderr.startswith(
        "npm error code EEXIST\nnpm error path /usr/local/bin/yarn\nnpm error EEXIST: file already exists\n"
        "npm error File exists: /usr/local/bin/yarn\nnpm error Remove the existing file and try again, or run npm\n"
        "npm error with --force to overwrite files recklessly.\n"
    )
    assert node.sh("npm install -g --force yarn@1.22.19 pnpm@8.15.0").status == 0
    assert node.sh("yarn --version; pnpm --version").stdout == "1.22.19\n8.15.0\n"
