"""Record what the real node prints for the cases of tests/data/node-cases.

    python tools/record_node_cases.py [SUBJECT...]

Each case is run three times, as root, in an empty folder /app, in namespaces of mounts and of the network of its own (so
that nothing of this machine is touched, and nothing but its own loopback is reached). What differs between the three is no
case: it is named, and left out. Tests need only what is recorded.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from helpers.node_cases import (  # noqa: E402
    DIRECTORY,
    ENVIRONMENT,
    VERSION,
    Answer,
    Case,
    read_answers,
    read_cases,
    subjects,
    without_chance,
    write_answers,
)

LONGEST_SECONDS = 20
ALONE = f'chmod 755 "$0" && mkdir -p {DIRECTORY} && mount --bind "$0" {DIRECTORY} && ip link set lo up && cd {DIRECTORY} && exec node "$@"'


def run(case: Case) -> Answer:
    """Run a case once."""
    with tempfile.TemporaryDirectory() as directory:
        for name, text in case.files.items():
            path = Path(directory) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        done = subprocess.run(
            ["unshare", "--mount", "--net", "sh", "-c", ALONE, directory, *case.arguments],
            env={**ENVIRONMENT, **case.environment},
            input=case.stdin.encode(),
            capture_output=True,
            timeout=LONGEST_SECONDS,
        )
    status = done.returncode if done.returncode >= 0 else 128 - done.returncode
    return Answer(
        without_chance(done.stdout.decode("utf-8", "replace")),
        without_chance(done.stderr.decode("utf-8", "replace")),
        status,
    )


def record(case: Case) -> Answer | None:
    """What a case prints, None if it is not the same each time."""
    answers = [run(case) for _ in range(3)]
    return answers[0] if answers.count(answers[0]) == len(answers) else None


def main() -> None:
    parser = argparse.ArgumentParser(description="Record what node prints for the cases of tests/data/node-cases.")
    parser.add_argument("subject", nargs="*", default=subjects())
    parser.add_argument("--new", action="store_true", help="only cases without an answer")
    options = parser.parse_args()
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if version != f"v{VERSION}":
        sys.exit(f"the cases are those of node {VERSION}; here is {version}")
    os.umask(0o022)
    for subject in options.subject:
        known = read_answers(subject) if options.new else {}
        answers: dict[str, Answer] = {}
        cases = read_cases(subject)
        with ThreadPoolExecutor(4) as workers:
            recorded = list(workers.map(lambda case, known=known: known.get(case.name) or record(case), cases))
        for case, answer in zip(cases, recorded, strict=True):
            if answer is None:
                print(f"{subject}: {case.name}: not the same each time")
            else:
                answers[case.name] = answer
        write_answers(subject, answers)


if __name__ == "__main__":
    main()
