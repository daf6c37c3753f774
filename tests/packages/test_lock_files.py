"""npm, yarn and pnpm with lock files of all versions (made by the real ones), with packages of which little is known, and with hostile files."""

from __future__ import annotations

import json

import pytest

from fakedocker.kernel import marks
from fakedocker.userland.packages import lock_files, npm_registry, npm_versions
from fakedocker.userland.packages.lock_files import BadLock
from helpers.packages_world import Box
from helpers.paths import DATA

LOCKS = DATA / "locks"
MANIFEST = json.loads((LOCKS / "package.json").read_text())
SEMVER = json.loads((DATA / "semver_cases.json").read_text())
FILES = {
    "npm-1.json": ("package-lock.json", lock_files.read_npm),
    "npm-2.json": ("package-lock.json", lock_files.read_npm),
    "npm-3.json": ("package-lock.json", lock_files.read_npm),
    "yarn-1.lock": ("yarn.lock", lock_files.read_yarn),
    "yarn-4.lock": ("yarn.lock", lock_files.read_yarn),
    "pnpm-5.yaml": ("pnpm-lock.yaml", lock_files.read_pnpm),
    "pnpm-6.yaml": ("pnpm-lock.yaml", lock_files.read_pnpm),
    "pnpm-9.yaml": ("pnpm-lock.yaml", lock_files.read_pnpm),
}
INSTALLS = {
    "package-lock.json": "npm ci",
    "yarn.lock": "yarn install --frozen-lockfile",
    "pnpm-lock.yaml": "corepack enable && pnpm install --frozen-lockfile",
}


def node(**files: str) -> Box:
    box = Box("node:20")
    outside = box.kernel.outside("box")
    outside.make_directory("/app")
    for name, text in files.items():
        outside.write_file(f"/app/{name}", text.encode())
    return box


def project(**manifest: object) -> Box:
    return node(**{"package.json": json.dumps({"name": "app", "version": "1.0.0", **manifest})})


@pytest.mark.parametrize("case", SEMVER["contained"])
def test_ranges_contain_what_npms_own_contain(case: str) -> None:
    found = [version for version in SEMVER["versions"] if npm_versions.contains(case, version)]
    assert found == SEMVER["contained"][case]


@pytest.mark.parametrize("name", FILES)
def test_every_kind_of_lock_file_means_the_same(name: str) -> None:
    graph = FILES[name][1]((LOCKS / name).read_text())
    lean = dict(MANIFEST["dependencies"])
    found = {(npm_registry.name_at(entry.place), entry.version) for entry in graph.closure(lean.items())}
    assert {("debug", "2.6.9"), ("debug", "4.4.3"), ("ms", "2.0.0"), ("ms", "2.1.3"), ("@types/ms", "0.7.34")} <= found
    assert [each for each, _ in sorted(found) if each.startswith("@esbuild/")] == ["@esbuild/linux-x64"]
    assert len(found) == 22 + (("ms", "2.1.3") in found)
    whole = graph.closure([*lean.items(), *MANIFEST["devDependencies"].items()])
    assert len(whole) == 34
    assert ("rimraf", "3.0.2") in {(entry.place, entry.version) for entry in whole}


@pytest.mark.parametrize("name", FILES)
def test_installing_by_a_lock_file(name: str) -> None:
    place, _ = FILES[name]
    box = node(**{"package.json": json.dumps(MANIFEST), place: (LOCKS / name).read_text()})
    result = box.sh(INSTALLS[place], directory="/app")
    assert (result.status, result.stderr) == (0, "")
    there = box.sh(
        "ls node_modules node_modules/.bin; grep version node_modules/debug/package.json", directory="/app"
    ).stdout
    assert '"version": "4.4.3"' in there
    assert {"send", "rimraf", "brace-expansion", "esbuild"} <= set(there.split())
    assert box.sh(f"cat {place}", directory="/app").stdout == (LOCKS / name).read_text()
    if place == "package-lock.json":
        assert "added 34 packages, and audited 35 packages" in result.stdout
        assert '"version": "2.6.9"' in box.sh("cat /app/node_modules/send/node_modules/debug/package.json").stdout
        assert "added 23 packages" in box.sh("npm ci --omit=dev", directory="/app").stdout
    assert not box.draft.freeze().marks


def test_a_lock_file_that_lags_behind() -> None:
    manifest = {**MANIFEST, "dependencies": {**MANIFEST["dependencies"], "express": "^4.18.0"}}
    box = node(**{"package.json": json.dumps(manifest), "package-lock.json": (LOCKS / "npm-3.json").read_text()})
    assert "Missing: express@^4.18.0 from lock file" in box.sh("npm ci", directory="/app").stderr
    assert box.sh("npm install", directory="/app").status == 0
    assert '"version": "4.21.0"' in box.sh("cat /app/node_modules/express/package.json").stdout
    assert '"node_modules/express"' in box.sh("cat /app/package-lock.json").stdout


def test_packages_of_the_projects_own() -> None:
    lock = {
        "lockfileVersion": 3,
        "packages": {
            "": {"workspaces": ["packages/*"]},
            "node_modules/shared": {"resolved": "packages/shared", "link": True},
            "packages/shared": {"version": "1.0.0", "dependencies": {"ms": "^2.1.0"}},
            "node_modules/ms": {"version": "2.1.3"},
        },
    }
    box = node(
        **{
            "package.json": json.dumps({"name": "app", "dependencies": {"shared": "*"}}),
            "package-lock.json": json.dumps(lock),
        }
    )
    assert box.sh("npm ci", directory="/app").status == 0
    assert (
        box.sh("readlink node_modules/shared; ls node_modules", directory="/app").stdout
        == "../packages/shared\nms\nshared\n"
    )


def test_a_package_of_the_list_is_installed_at_a_version_that_fits() -> None:
    box = project(dependencies={"fastify": "^4.26.0", "react": "18.2.0", "koa": "*", "left": "npm:left-pad@^1.3.0"})
    result = box.sh("npm install", directory="/app")
    assert (result.status, result.stderr) == (0, "")
    versions = box.sh(
        "grep -h version node_modules/fastify/package.json node_modules/react/package.json", directory="/app"
    ).stdout
    assert versions == '  "version": "4.26.0",\n  "version": "18.2.0",\n'
    assert box.draft.marks[1].what == "what fastify depends on"
    assert (
        "fakedocker: node: the module fastify is not simulated"
        in box.sh("node -e \"require('fastify')\"", directory="/app").stderr
    )


def test_what_is_not_known_may_exist_and_the_rest_is_installed() -> None:
    box = project(
        dependencies={
            "express": "^4.0.0",
            "our-private-package": "latest",
            "lodash": "^99.0.0",
            "x": "git+ssh://git@h/x.git",
        }
    )
    result = box.sh("npm install", directory="/app")
    assert result.status == 1
    assert sorted(result.stderr.splitlines()) == [
        "fakedocker: npm: installing x from git+ssh://git@h/x.git is not simulated",
        "fakedocker: npm: lodash@^99.0.0 (known is 4.17.21) is not simulated",
        "fakedocker: npm: the package our-private-package is not simulated",
    ]
    assert "404" not in result.stderr and "ETARGET" not in result.stderr
    assert box.sh("ls /app/node_modules/express/package.json").status == 0
    assert box.sh("ls /app/package-lock.json").status == 2
    assert {mark.why for mark in box.draft.freeze().marks.values()} == {marks.PACKAGE}
    assert box.sh("yarn add our-private-package", directory="/app").status == 1
    assert (
        box.sh("npm i -g our-private-package").stderr
        == "fakedocker: npm: the package our-private-package is not simulated\n"
    )


def test_commands_of_packages_of_which_little_is_known() -> None:
    box = project(
        dependencies={"prisma": "5.0.0", "fastify": "4.0.0"}, scripts={"a": "prisma generate", "b": "nosuch-cli"}
    )
    box.sh("npm install", directory="/app")
    assert "fakedocker: node: the package prisma is not simulated" in box.sh("npm run a", directory="/app").stderr
    result = box.sh("npm run b", directory="/app")
    assert (result.status, result.stderr) == (
        127,
        "sh: 1: nosuch-cli: not found\nfakedocker: npm: a command of the script b is not simulated\n",
    )
    assert box.sh("npm publish", directory="/app").stderr == "fakedocker: npm: npm publish is not simulated\n"
    assert (
        box.sh("npm init vite@latest x").stderr
        == "fakedocker: npm: making a project with create-vite is not simulated\n"
    )


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"package.json": '{"dependencies": ' + '{"a":' * 100_000 + "1"}, "so deeply nested a file as package.json"),
        (
            {"package.json": "{}", "package-lock.json": "[" * 100_000},
            "so deeply nested a lock file (package-lock.json)",
        ),
        ({"package.json": "{}", "package-lock.json": "[]"}, "a lock file that is no object (package-lock.json)"),
        (
            {
                "package.json": "{}",
                "package-lock.json": '{"dependencies": ' + '{"a": {"dependencies": ' * 300 + "{}" + "}}" * 300 + "}",
            },
            "so deeply nested a lock file (package-lock.json)",
        ),
    ],
)
def test_hostile_files_are_refused_in_words(files: dict[str, str], said: str) -> None:
    result = node(**files).sh("npm install", directory="/app")
    assert (result.status, result.stderr) == (1, f"fakedocker: npm: {said} is not simulated\n")


def test_hostile_manifests_are_no_errors_of_ours() -> None:
    for text in (
        '{"dependencies": 3, "scripts": [1], "devDependencies": {"a": {}}}',
        "[]",
        '{"version": ' + "9" * 5000 + "}",
    ):
        box = node(**{"package.json": text})
        for command in ("npm install", "yarn install", "npm run x", "npm ls", "npm uninstall x"):
            assert box.sh(command, directory="/app").status is not None, command


def test_lock_files_in_circles_and_large_ones_end() -> None:
    circle = {f"node_modules/{a}": {"version": "1.0.0", "dependencies": {b: "*"}} for a, b in ("ab", "ba")}
    graph = lock_files.read_npm(json.dumps({"packages": circle}))
    assert [entry.place for entry in graph.closure([("a", "*")])] == ["a", "b"]
    with pytest.raises(BadLock, match="more than 50000 packages"):
        lock_files.read_npm(json.dumps({"packages": {f"node_modules/p{n}": {} for n in range(50_001)}}))
    with pytest.raises(BadLock, match="more than 50000 packages"):
        lock_files.read_yarn('a@1:\n  version "1"\n' * 50_001)
    for long in (" " * 3_000_000 + "x", "a:" * 1_500_000, "'" + "a" * 3_000_000):
        assert not lock_files.read_yarn(f"a@1:\n  version {long}\n").entries
        assert not lock_files.read_pnpm(f"packages:\n  {long}:\n").entries
    with pytest.raises(BadLock, match="so deeply nested"):
        lock_files.read_pnpm("".join(" " * depth + f"k{depth}:\n" for depth in range(100)))
