"""Courses from folders: what one says, and what of a hostile one is refused; and exams drawn by a seed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fakedocker_shell.scenarios import attending, course_folder, exam
from fakedocker_shell.scenarios.commands import learn
from fakedocker_shell.scenarios.player import prepare
from fakedocker_shell.scenarios.problems import ScenarioProblem
from helpers.paths import ROOT
from helpers.repl_screen import Terminal
from helpers.web_world import LESSON, write_course

EXAM = "[exam]\nminutes = 30\ntasks = 2\nseed = 7\n"


def problem(folder: Path) -> str:
    with pytest.raises(ScenarioProblem) as found:
        course_folder.read(str(folder))
    return str(found.value)


def test_lessons_come_in_their_order_with_the_course_s_files(tmp_path: Path) -> None:
    folder = write_course(tmp_path / "course", ("two", "one"), 'files = "given"')
    (folder / "given" / "below").mkdir(parents=True)
    (folder / "given" / "app.txt").write_text("hello\n")
    (folder / "given" / "below" / "run.sh").write_text("#!/bin/sh\n")
    course = course_folder.read(str(folder))
    assert [scenario.id for scenario in course.scenarios] == ["two", "one"]
    assert {file.path for file in course.scenarios[0].files} == {"app.txt", "below/run.sh"}
    prepare(course.scenarios[0])
    before = course.digest
    (folder / "given" / "app.txt").write_text("changed\n")
    assert course_folder.read(str(folder)).digest != before


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("", "not as a course is written down"),
        ("format = ", "not as a course"),
        ('format = 2\ntitle = "x"\nlessons = ["one.md"]', "format 1 is the one"),
        ('format = 1\ntitle = "x"\nlessons = ["one.md"]\nhook = "rm -rf /"', "unknown field"),
        ('format = 1\ntitle = "a\\u001b[2J"\nlessons = ["one.md"]', "a title is one line"),
        ('format = 1\ntitle = "a\\nb"\nlessons = ["one.md"]', "a title is one line"),
        ('format = 1\ntitle = "' + "x" * 300 + '"\nlessons = ["one.md"]', "a title is one line"),
        ('format = 1\ntitle = "x"\nlessons = []', "from 1 to"),
        ('format = 1\ntitle = "x"\nlessons = ["../one.md"]', "below its own folder"),
        ('format = 1\ntitle = "x"\nlessons = ["/etc/passwd"]', "below its own folder"),
        ('format = 1\ntitle = "x"\nlessons = ["a/./one.md"]', "below its own folder"),
        ('format = 1\ntitle = "x"\nlessons = ["a\\\\one.md"]', "below its own folder"),
        ('format = 1\ntitle = "x"\nlessons = ["one.md"]\nfiles = ".."', "below its own folder"),
        ('format = 1\ntitle = "x"\nlessons = ["nothing.md"]', "a file of its own was expected"),
        ('format = 1\ntitle = "x"\nlessons = ["one.md", "one.md"]', "has the id 'one'"),
        ('format = 1\ntitle = "x"\nlessons = ["one.md"]\n[exam]\nminutes = 0', "an exam takes"),
        ('format = 1\ntitle = "x"\nlessons = ["one.md"]\n[exam]\nminutes = 5\ntasks = 9', "draws 9 of 1"),
        ('format = 1\ntitle = "x"\nlessons = ["one.md"]\n[points]\nsolved = -1', "points are whole numbers"),
        ('format = 1\ntitle = "x"\nlessons = ["one.md"]\n[points]\nsolved = "many"', "not as a course"),
        ("x" * 100_000, "larger than 64 KiB"),
    ],
)
def test_a_head_that_is_wrong_is_refused(head: str, told: str, tmp_path: Path) -> None:
    folder = write_course(tmp_path / "course", ("one",))
    (folder / "course.toml").write_text(head)
    assert told in problem(folder)


@pytest.mark.parametrize(
    ("lesson", "told"),
    [
        (LESSON.format(id="one", title="x\x1b[2J"), "not shown"),
        (LESSON.format(id="one", title="x") + "\u202egnp", "not shown"),
        (LESSON.format(id="one", title="x" * 500), "a title is one line"),
        (LESSON.format(id="one", title="x") + "x" * 300_000, "larger than 256 KiB"),
        (
            LESSON.format(id="one", title="x").replace("[goal]", "[world]\nsetup = [" + '"true",' * 9000 + "]\n[goal]"),
            "at most 100 commands",
        ),
        ("no lesson", "a line +++ was expected"),
        ('+++\nformat = 1\nid = "x"\ntitle = "x"\n+++\n# x\n\n```console\n$ true\n```\n', "a lesson with a [goal]"),
    ],
)
def test_a_lesson_that_is_wrong_is_refused(lesson: str, told: str, tmp_path: Path) -> None:
    folder = write_course(tmp_path / "course", ("one",))
    (folder / "one.md").write_text(lesson)
    assert told in problem(folder)


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "one.md").write_text(LESSON.format(id="one", title="stolen"))
    folder = write_course(tmp_path / "course", ("two",))
    (folder / "one.md").symlink_to(secret / "one.md")
    (folder / "below").symlink_to(secret)
    for name in ("one.md", "below/one.md"):
        (folder / "course.toml").write_text(f'format = 1\ntitle = "x"\nlessons = ["{name}"]')
        assert "a file of its own was expected" in problem(folder)
    (folder / "course.toml").write_text('format = 1\ntitle = "x"\nlessons = ["two.md"]\nfiles = "below"')
    assert "below" in problem(folder)
    (folder / "given").mkdir()
    (folder / "given" / "link").symlink_to(secret / "one.md")
    (folder / "course.toml").write_text('format = 1\ntitle = "x"\nlessons = ["two.md"]\nfiles = "given"')
    assert "a file of its own was expected" in problem(folder)
    assert "a folder with course.toml was expected" in problem(tmp_path / "nothing")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    folder = write_course(tmp_path / "course", ("one",))
    (folder / "one.md").unlink()
    os.mkfifo(folder / "one.md")
    assert "one.md" in problem(folder)


def test_files_for_the_host_are_bounded(tmp_path: Path) -> None:
    folder = write_course(tmp_path / "course", ("one",), 'files = "given"')
    given = folder / "given"
    given.mkdir()
    for number in range(250):
        (given / f"{number}.txt").write_text("x")
    assert "more than 200" in problem(folder)


def test_scripts_in_titles_are_text(tmp_path: Path) -> None:
    folder = write_course(tmp_path / "course", ("one",))
    (folder / "one.md").write_text(LESSON.format(id="one", title="<script>alert(1)</script>"))
    assert course_folder.read(str(folder)).scenarios[0].title == "<script>alert(1)</script>"


def test_an_exam_is_drawn_by_its_seed_and_the_learner_s_name(tmp_path: Path) -> None:
    ids = tuple(f"l{number}" for number in range(12))
    course = course_folder.read(str(write_course(tmp_path / "course", ids, EXAM)))
    drawn = exam.draw(course, "Ada")
    assert exam.draw(course_folder.read(str(tmp_path / "course")), "Ada").scenarios == drawn.scenarios
    assert len(drawn.scenarios) == 2
    assert all(not each.hints and not each.explanation for each in drawn.scenarios)
    assert len({tuple(each.id for each in exam.draw(course, f"learner {n}").scenarios) for n in range(20)}) > 5
    other = course_folder.read(str(write_course(tmp_path / "course", ids, EXAM.replace("seed = 7", "seed = 8"))))
    assert any(
        [each.id for each in exam.draw(course, name).scenarios]
        != [each.id for each in exam.draw(other, name).scenarios]
        for name in ("Ada", "Bob", "Eve")
    )
    with pytest.raises(ScenarioProblem, match=r"no \[exam\]"):
        exam.draw(course_folder.read(str(write_course(tmp_path / "plain", ids))), "Ada")


@pytest.mark.parametrize(("name", "lessons"), [("exam", 12), ("workshop", 8)])
def test_the_courses_that_are_kept_here_are_read(name: str, lessons: int) -> None:
    course = course_folder.read(str(ROOT / "scenarios" / name))
    assert len(course.scenarios) == lessons
    assert all(scenario.goal is not None for scenario in course.scenarios)


def test_the_exam_that_is_kept_here_draws_six_by_name() -> None:
    course = course_folder.read(str(ROOT / "scenarios" / "exam"))
    drawn = {name: tuple(each.id for each in exam.draw(course, name).scenarios) for name in ("Ada", "Bob", "Eve")}
    assert all(len(set(ids)) == 6 for ids in drawn.values())
    assert len(set(drawn.values())) == 3


def test_a_task_of_an_exam_says_what_there_is(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    terminal.console._meta = exam.Refusing(exam.REFUSED).run
    course = course_folder.read(str(write_course(tmp_path / "course", more=EXAM)))
    terminal.console.course = exam.draw(course, "Ada")
    name = terminal.console.course.scenarios[0].id
    told = terminal.run(f":lesson {name}")
    assert "In an exam there are :goal" in told
    for refused in ("hint", "solution", "why"):
        assert f":{refused}" not in told
        assert "not in an exam" in terminal.run(f":{refused}")
    assert "not in an exam" not in terminal.run(":basics")


def test_a_terminal_has_the_lessons_of_its_course_alone(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    terminal.console.course = course_folder.read(str(write_course(tmp_path / "course")))
    assert "no lesson of that name" in terminal.run(":lesson ports-conflict")
    assert "no lesson of that name" in terminal.run(f":lesson {tmp_path}/course/one.md")
    assert "Lesson two" in terminal.run(":lesson list")
    terminal.run(":lesson two")
    told = terminal.run("docker volume create two")
    assert "Done with 1 command" in told and "Next: `:lesson three`" in told


def test_learn_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(write_course(tmp_path / "course"))
    assert attending.is_asked_for([folder]) and not attending.is_asked_for(["ports-conflict"])
    assert learn([folder], 0) == 2
    assert "a terminal was expected" in capsys.readouterr().err
    assert learn(["--exam", folder], 0) == 2
    assert "no [exam]" in capsys.readouterr().err
    assert learn(["--exam", "--name", "a\x1bb", folder], 0) == 2
    assert learn(["--exam", str(tmp_path / "nothing")], 0) == 2
