"""dockerode, the SDK for node: a build by BuildKit with a session, and an ordinary run."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from helpers.programs import CLIENTS, Run

SCRIPT = """
const Docker = require('dockerode');
const docker = new Docker({socketPath: process.env.DOCKER_HOST.replace('unix://', '')});
const follow = stream => new Promise((resolve, reject) => docker.followProgress(stream, (e, o) => e ? reject(e) : resolve(o)));
(async () => {
  const build = {t: 'made:1', version: '2', buildargs: JSON.stringify({A: '5'})};
  const told = await follow(await docker.buildImage({context: process.cwd(), src: ['Dockerfile', 'a']}, build));
  console.log(told.map(one => one.stream || one.error).join(''));
  const [result] = await docker.run('made:1', ['cat', '/a', '/arg'], process.stdout);
  console.log(result.StatusCode);
  const failed = await follow(await docker.buildImage({context: process.cwd(), src: ['Dockerfile']}, {...build, dockerfile: 'none'}));
  console.log(failed.at(-1).error);
})().catch(problem => { console.log(problem); process.exitCode = 1; });
"""


def test_a_build_with_a_session(run: Run, tmp_path: Path) -> None:
    node = shutil.which("node")
    modules = CLIENTS / "node_modules"
    if node is None or not (modules / "dockerode").is_dir():
        pytest.skip("node and dockerode are not installed; `make clients` fetches dockerode where there is npm")
    (tmp_path / "node_modules").symlink_to(modules)
    (tmp_path / "Dockerfile").write_text("FROM alpine\nARG A\nCOPY a /\nRUN echo $A > /arg\n")
    (tmp_path / "a").write_text("one\n")
    text = run(node, "-e", SCRIPT).stdout
    assert "Built image: sha256:" in text
    assert text.endswith("one\n5\n0\nfailed to read dockerfile: open none: no such file or directory\n")
