"""Transcripts are played again and marked: a course played by two learners, an exam, and transcripts that lie."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from fakedocker_shell.grading import command, marking
from fakedocker_shell.grading.transcript import LARGEST_BYTES
from fakedocker_shell.grading.transcript_reading import MOST_LOOKS, TranscriptProblem, read, read_file
from fakedocker_shell.grading.transcript_writing import TranscriptFile, file_name
from fakedocker_shell.links import Link, write
from fakedocker_shell.repl import meta
from fakedocker_shell.repl.console import Console
from fakedocker_shell.repl.opening import begin_terminal
from fakedocker_shell.repl.session_journal import SessionJournal
from fakedocker_shell.repl.state_directory import program_version
from fakedocker_shell.repl.tty import Tty
from fakedocker_shell.scenarios import course_folder, exam
from fakedocker_shell.scenarios.course import Course
from fakedocker_shell.scenarios.model import SOLUTION
from fakedocker_shell.web.classroom import Rules
from helpers.paths import ROOT
from helpers.repl_screen import TypedScreen
from helpers.web_world import ClassWorld, a_class, write_course

POINTS = "[points]\nsolved = 10\nhint = 2\nover_par = 1\nleast = 3\n"
EXAM = "[exam]\nminutes = 30\ntasks = 2\nseed = 7\n"
SESSION = {
    "kind": "session", "version": 1, "learner": "Eve", "course": "Volumes", "digest": "", "is_exam": False, "minutes": 0.0,
    "began": ["fakedocker session", 1, program_version(), 0, "", "", "", [], "", [24, 80], {}, {}, "", "29", "2026-08-21", False, "overlayfs"],
}  # fmt: skip


def line(text: str, after_ms: int = 1) -> dict[str, object]:
    return {"kind": "input", "entry": ["line", after_ms, text, "", 24, 80]}


def idle(times: int = 200, after_ms: int = 10) -> dict[str, object]:
    return {"kind": "input", "entry": ["idle", after_ms, times]}


def told(*notes: dict[str, object]) -> bytes:
    return "".join(json.dumps(note) + "\n" for note in notes).encode()


def session(course: Course, *lines: str, late_ms: int = 0, is_exam: bool = False) -> list[dict[str, object]]:
    """The notes of a session in which lines are typed; the last one so late."""
    begun = begin_terminal(0, {"TERM": "xterm"}, (24, 80), course=course)
    entries: list[bytes] = []
    journal = SessionJournal(begun, entries.append)
    own = exam.Refusing(exam.REFUSED).run if is_exam else meta.run
    console = Console(lambda data: None, (24, 80), own, 0, {"TERM": "xterm"})
    console.course = exam.draw(course, "Eve") if is_exam else course
    screen = TypedScreen()
    tty = Tty(console, screen, lambda: screen.now_ns // 10**6 * 10**6, journal)
    for number, text in enumerate(lines, 1):
        screen.now_ns += late_ms * 10**6 if number == len(lines) else 0
        tty.run(text)
        journal.flush()
    head = {**SESSION, "began": json.loads(entries[0])}
    return [head, *({"kind": "input", "entry": json.loads(entry)} for entry in entries[1:])]


def mark(course: Course, *notes: dict[str, object], is_exam: bool = False) -> marking.Marked:
    return marking.mark(course, read(told(*notes)), is_exam, 600)


def play_two(folder: Path, transcripts: Path) -> None:
    """Ada solves all three with a hint in one of them; Bob solves one with too many commands, and looks at a solution."""

    async def played(world: ClassWorld) -> None:
        ada, bob = await world.learner("Ada"), await world.learner("Bob <b>")
        for text in (
            ":lesson one", "docker volume create one", ":lesson two", ":hint", "docker volume create two",
            ":lesson three", "docker run -it --name box alpine sh -c 'echo re""ady; read x; echo got $x; exit 0'",
        ):  # fmt: skip
            before = ada.ended()
            ada.send("keys", text=text + "\r")
            if "read x" in text:
                await ada.until(lambda: "ready" in ada.output)
                ada.send("keys", text="three\r")
            await ada.until(lambda before=before: ada.ended() > before)
        await ada.type("docker volume create three")
        for text in (
            ":lesson one", "docker volume create other", "docker volume create one", ":lesson two", ":solution",
            "docker volume create two",
        ):  # fmt: skip
            await bob.type(text)
        ada.abort()
        again = await world.learner("Ada", identifier=ada.id)
        await again.type("docker volume ls")

    async def run() -> None:
        rules = Rules(is_class=True, transcripts=str(transcripts))
        async with a_class(rules, course_folder.read(str(folder))) as world:
            await played(world)

    asyncio.run(run())


def test_a_course_played_by_two_learners_is_marked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, transcripts = write_course(tmp_path / "course", more=POINTS), tmp_path / "transcripts"
    transcripts.mkdir()
    play_two(folder, transcripts)
    junit, report = tmp_path / "junit.xml", tmp_path / "marks.json"
    assert command.main([str(folder), str(transcripts), "--junit", str(junit), "--json", str(report)]) == 0
    text = capsys.readouterr().out
    assert "Ada: 27 of 30 points" in text and "Bob <b>: 9 of 30 points" in text
    assert "two: 8 of 10: solved with 1 command, par is 1; 1 hint: 2 off" in text
    assert "three: 9 of 10: solved with 2 commands, par is 1; 1 over par: 1 off" in text
    assert "two: 0 of 10: only solved after its solution was shown" in text
    assert "three: 0 of 10: never opened" in text
    assert "!" not in text
    suites = {suite.get("name"): suite for suite in ElementTree.parse(junit).getroot()}
    assert set(suites) == {"Ada", "Bob <b>"}
    assert [suites[name].get("failures") for name in ("Ada", "Bob <b>")] == ["0", "2"]
    assert [case.get("name") for case in suites["Ada"].iter("testcase")] == [
        f"{n}: Lesson {n}" for n in ("one", "two", "three")
    ]
    marks = json.loads(report.read_text())
    assert [learner["points"] for learner in marks["learners"]] == [27, 9]
    ada = (transcripts / file_name("Ada")).read_text().splitlines()
    notes = [json.loads(each) for each in ada]
    assert {"kind": "solved", "id": "one", "commands": 1} in notes
    assert {"kind": "hint", "id": "two", "taken": 1, "solution": False} in notes
    commands = [note for note in notes if note["kind"] == "command"]
    assert commands[1]["text"] == "docker volume create one" and commands[1]["virtual"].startswith("20")
    assert commands[-1]["text"] == "docker volume ls"


def test_what_a_transcript_claims_does_not_count(tmp_path: Path) -> None:
    course = course_folder.read(str(write_course(tmp_path / "course")))
    marked = mark(course, SESSION, {"kind": "lesson", "id": "one"}, {"kind": "solved", "id": "one", "commands": 1})
    assert marked.points == 0
    assert "it says that 'one' was solved, and it was not" in marked.remarks
    assert "it was made with another version of the course" in marked.remarks
    marked = mark(course, *session(course, ":lesson one", "docker volume create one"))
    assert [each.points for each in marked.marks] == [10, 0, 0]


def test_solving_it_again_gives_the_better_mark(tmp_path: Path) -> None:
    course = course_folder.read(str(write_course(tmp_path / "course", more=POINTS)))
    poor = (":lesson one", "docker volume create other; docker volume create one")
    good = (":lesson one", "docker volume create one")
    assert mark(course, *session(course, *poor)).points == 9
    assert mark(course, *session(course, *poor, *good)).points == 10
    assert mark(course, *session(course, *good), *session(course, *poor)).points == 10


def test_an_exam_marks_the_tasks_that_are_drawn_and_the_time(tmp_path: Path) -> None:
    course = course_folder.read(str(write_course(tmp_path / "course", more=EXAM)))
    drawn = [scenario.id for scenario in exam.draw(course, "Eve").scenarios]
    left = next(each.id for each in course.scenarios if each.id not in drawn)
    lines = [text for name in (left, *drawn) for text in (f":lesson {name}", f"docker volume create {name}")]
    marked = mark(course, *session(course, *lines, late_ms=31 * 60_000, is_exam=True), is_exam=True)
    assert {each.lesson: each.points for each in marked.marks} == {drawn[0]: 10, drawn[1]: 0}
    assert "solved when the time of the exam was over" in marked.marks[1].reasons
    assert mark(course, *session(course, *lines[2:4]), is_exam=True).points == 10


def test_an_exam_in_a_class(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, transcripts = write_course(tmp_path / "course", more=EXAM), tmp_path / "transcripts"
    transcripts.mkdir()
    now = [0.0]

    async def played() -> None:
        course = course_folder.read(str(folder))
        rules = Rules(is_class=True, is_exam=True, transcripts=str(transcripts))
        async with a_class(rules, course, clock=lambda: now[0]) as world:
            ada = await world.learner("Ada")
            drawn = [entry["id"] for entry in json.loads(ada.last("course"))]
            assert drawn == [scenario.id for scenario in exam.draw(course, "Ada").scenarios]
            assert json.loads(ada.last("hello"))["minutes"] == 30 and json.loads(ada.last("joined"))["left"] == 1800
            await ada.type(f":lesson {drawn[0]}")
            for text in (":hint", ":solution", ":why"):
                await ada.type(text)
            assert ada.output.count("not in an exam") == 3
            await ada.type(f"docker volume create {drawn[0]}")
            state = json.loads(ada.last("state"))["lesson"]
            assert state["is_solved"] and "Because" not in state["explanation"] and "Because" not in ada.output
            now[0] = 1801.0
            world.classroom.sweep()
            await ada.until(lambda: ada.last("ended"))
            assert "time of the exam is over" in ada.last("problem")
            again = await world.learner("Ada", identifier=ada.id)
            assert again.last("denied") == "the time of the exam is over"

    asyncio.run(played())
    assert command.main([str(folder), str(transcripts), "--exam"]) == 0
    assert "Ada: 10 of 20 points" in capsys.readouterr().out


def test_a_played_exam_of_the_kept_course_is_graded_to_junit(tmp_path: Path) -> None:
    folder = ROOT / "scenarios" / "exam"
    course = course_folder.read(str(folder))
    task = exam.draw(course, "Eve").scenarios[0]
    solution = [step.command for step in task.blocks_of(SOLUTION)[0].steps]
    notes = session(course, f":lesson {task.id}", *solution, is_exam=True)
    transcript, junit = tmp_path / "eve.jsonl", tmp_path / "junit.xml"
    transcript.write_bytes(told(*notes))
    assert command.main([str(folder), str(transcript), "--exam", "--junit", str(junit)]) == 0
    (suite,) = ElementTree.parse(junit).getroot()
    assert (suite.get("name"), suite.get("tests"), suite.get("failures")) == ("Eve", "6", "5")
    solved = [case.get("name", "") for case in suite.iter("testcase") if case.find("failure") is None]
    assert [name.partition(":")[0] for name in solved] == [task.id]


def test_what_is_done_after_a_link_to_a_lesson_is_marked(tmp_path: Path) -> None:
    """Where the link has commands too it is not, as those are nobody's who learns."""
    folder = write_course(tmp_path / "course")

    async def played(name: str, link: Link) -> None:
        rules = Rules(is_class=True, transcripts=str(tmp_path))
        async with a_class(rules, course_folder.read(str(folder))) as world:
            page = await world.learner(name, link=write(link))
            if link.run:
                await page.until(lambda: page.last("ask"))
                page.send("answer", yes=True)
                await page.until(lambda: page.ended() > 0)
            await page.prompt()
            await page.type("docker volume create one")

    course = course_folder.read(str(folder))
    asyncio.run(played("Ada", Link(lesson="one")))
    assert marking.mark(course, read_file(str(tmp_path / file_name("Ada"))), False, 600).points == 10
    asyncio.run(played("Bob", Link(lesson="one", run="docker ps")))
    with pytest.raises(TranscriptProblem, match="no session"):
        read_file(str(tmp_path / file_name("Bob")))


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "no session"),
        (b"\x00\xff\n", "line 1 is none"),
        (b"[" * 100_000 + b"\n", "line 1 is none"),
        (b'{"kind":"nonsense"}\n', "line 1 is none"),
        (told(line("docker ps")), "does not belong there"),
        (told(SESSION, {"kind": "input", "entry": ["input", ""]}), "does not belong there"),
        (told(SESSION, {**SESSION, "learner": "Bob"}), "of two learners"),
        (told({**SESSION, "learner": "a\x1b[2J"}), "no name"),
        (told({**SESSION, "learner": "x" * 100}), "no name"),
        (told({**SESSION, "version": 9}), "its format"),
        (told({**SESSION, "began": [*SESSION["began"][:2], "0.0.0", *SESSION["began"][3:]]}), "another fakedocker"),  # type: ignore[index]
        (told(SESSION, line("x", -5)), "backwards"),
        (told(SESSION, line("x", 10**12)), "a week"),
        (told(SESSION, idle(MOST_LOOKS + 1, 0)), "more than"),
        (told(SESSION, idle(MOST_LOOKS // 2, 10**9)), "a week"),
        (told(SESSION, {"kind": "input", "entry": ["keys", 1, "", 10**9, 80]}), "no window"),
        (told(*[SESSION] * 1001), "more than 1000 sessions"),
    ],
)  # fmt: skip
def test_hostile_transcripts_are_refused_in_words(data: bytes, problem: str) -> None:
    with pytest.raises(TranscriptProblem, match=problem):
        read(data)


def test_a_refused_transcript_is_an_error_in_the_reports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_course(tmp_path / "course")
    bad = tmp_path / "bad.jsonl"
    bad.write_bytes(b"nonsense\n")
    junit = tmp_path / "junit.xml"
    assert command.main([str(folder), str(bad), str(tmp_path / "nothing"), "--junit", str(junit)]) == 1
    assert capsys.readouterr().out.count(": refused: ") == 2
    assert len(list(ElementTree.parse(junit).getroot().iter("error"))) == 2
    assert command.main([str(tmp_path / "nothing"), str(bad)]) == 2
    with open(tmp_path / "huge", "wb") as file:
        file.truncate(LARGEST_BYTES * 2)
    with pytest.raises(TranscriptProblem, match="larger than"):
        read_file(str(tmp_path / "huge"))


def test_what_takes_too_long_is_bounded(tmp_path: Path) -> None:
    course = course_folder.read(str(write_course(tmp_path / "course")))
    ticks = iter(range(10**9))
    transcript = read(told(SESSION, line("while :; do :; done"), idle(100_000, 0)))
    marked = marking.mark(course, transcript, False, 50, lambda: float(next(ticks)))
    assert any("takes longer than 50 seconds" in remark for remark in marked.remarks)


def test_inputs_that_do_not_fit_end_the_session(tmp_path: Path) -> None:
    course = course_folder.read(str(write_course(tmp_path / "course")))
    keys = {"kind": "input", "entry": ["keys", 1, "eA==", 24, 80]}
    marked = mark(course, *session(course, ":lesson one", "docker volume create one"), keys, keys)
    assert marked.points == 10
    lesson = {**SESSION, "began": [*SESSION["began"][:12], "nothing", *SESSION["began"][13:]]}  # type: ignore[index]
    assert any("cannot be played" in remark for remark in mark(course, lesson).remarks)


def test_a_full_transcript_says_so(tmp_path: Path) -> None:
    file = TranscriptFile(str(tmp_path / "x.jsonl"))
    for _ in range(40):
        file.add(b"x" * (1 << 20))
    file.close()
    data = (tmp_path / "x.jsonl").read_bytes()
    assert len(data) <= LARGEST_BYTES + 100 and data.endswith(b'{"kind":"full"}\n')


def test_the_name_of_a_file_is_harmless() -> None:
    for name in ("../../etc/passwd", "a/b", "..", "", "\x00", "x" * 500, "Ada", "ada"):
        assert "/" not in file_name(name) and len(file_name(name)) < 60 and not file_name(name).startswith(".")
    assert file_name("Ada") != file_name("ada")
