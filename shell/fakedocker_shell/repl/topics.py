"""The words of `:help`."""

from __future__ import annotations

INTRODUCTION = (
    "A simulated Linux host with docker on it. Type commands as on any machine: nothing touches the real one.\n"
    "Commands that begin with a colon are the terminal's own:"
)
CLOSING = "Topics: :help start, :help lessons, :help keys, :help time, :help host. F1 shows this, F2 the world, Ctrl-D leaves."

TOPICS = {
    "keys": (
        "Tab          complete; the second column says what each word is\n"
        "Enter        run the line; with a chosen menu entry, take it; in an unfinished command, go on in the next line\n"
        "→, Ctrl-E    take the grey suggestion from the history\n"
        "↑, Ctrl-R    earlier commands, searching in them\n"
        "Ctrl-C       at the prompt: clear the line; in a command: interrupt it\n"
        "Ctrl-Z       stop a command; fg and bg go on with it, jobs lists what there is\n"
        "Ctrl-D       leave, or end the input of a command\n"
        "Ctrl-P Ctrl-Q  detach from a container's terminal\n"
        "F1, F2       help, the world\n"
        "FAKEDOCKER_EDITING_MODE=vi or `set -o vi` gives vi's keys."
    ),
    "time": (
        "The clock is a virtual one. It never runs slower than the real one, and when a command only waits (sleep, docker stop,\n"
        "docker wait) it leaps to the end of the wait. What a command prints after a leap comes at the real pace.\n"
        ":wait 5m lets time pass and tells what happened; :time wall turns the leaping off."
    ),
    "host": (
        "The host is a Debian 12 with bash and the usual tools (ls, grep, sed, awk, jq, curl, tar ...); ls /usr/bin shows all.\n"
        "Its files live in memory and are gone at the end. Published ports can be reached with curl localhost:PORT.\n"
        "Images come from a built-in catalogue under their Docker Hub names; a registry listens at localhost:5000."
    ),
    "lessons": (
        ":lesson list   all lessons and incidents; :lesson next begins the next one, :lesson ID any of them\n"
        ":goal          what is to be reached, each check with what was found; it is looked at after every command\n"
        ":hint, F3      the next hint for the present state; :solution shows a way\n"
        ":undo, :reset  take back what went wrong; errors, looking around and what was taken back do not count against par\n"
        "`fakedocker learn` opens the terminal in a lesson; what was solved is kept."
    ),
    "start": (
        "docker run hello-world\n"
        "docker run -it alpine sh          (exit or Ctrl-D leaves it)\n"
        "docker run -d --name web -p 8080:80 nginx\n"
        "curl localhost:8080\n"
        "docker ps\n"
        ":world"
    ),
}
