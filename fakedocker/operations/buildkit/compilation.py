"""From a Dockerfile's plan to the graph that makes it: which stages are needed, what each instruction becomes.

Nothing is run here; the configurations of base images are known by now, as variables in instructions come from them.
Source: buildkit frontend/dockerfile/dockerfile2llb/convert.go.
"""

from __future__ import annotations

import posixpath
from math import log10

from msgspec import UNSET
from msgspec.structs import fields, replace

from fakedocker.base.paths import clean
from fakedocker.build import git_urls, instructions as kinds, mounts
from fakedocker.build.arguments import Arguments
from fakedocker.build.git_urls import GitUrl
from fakedocker.build.graph import (
    NOTHING,
    ContextOp,
    CopyOp,
    DirectoryOp,
    ExecOp,
    GitOp,
    HttpOp,
    ImageOp,
    InlineOp,
    Op,
    Vertex,
    digest_of,
)
from fakedocker.build.instructions import Step
from fakedocker.build.lines import BadDockerfile
from fakedocker.build.mounts import parse_mount
from fakedocker.build.plan import Plan, Stage, parse_trigger
from fakedocker.build.substitution import expand, expand_shown, expand_words
from fakedocker.operations.buildkit.instruction_parts import checked_mode, filesystem_steps, position_among, summary
from fakedocker.operations.buildkit.needs import SCRATCH, Needs, full_name, pinned
from fakedocker.operations.classic_builder import configuring, copies, downloads
from fakedocker.operations.classic_builder.downloads import URL_SCHEMES
from fakedocker.operations.classic_builder.session import BuildFailure
from fakedocker.operations.containers.commit import image_config
from fakedocker.operations.containers.process_spec import DEFAULT_PATH
from fakedocker.wire.container import Config
from fakedocker.wire.image import ImageConfig
from fakedocker.world.builds import StageState
from fakedocker.world.solves import Base, HistoryStep, Outcome, SolveOptions

_CONTEXT, _REMOTE_CONTEXT = "[internal] load build context", "copy /context /"
_INLINE = "[internal] preparing inline document"
_DEFAULT_SHELL = ("/bin/sh", "-c")
_IMAGE_FIELDS = tuple(field.name for field in fields(ImageConfig))


class Compilation:
    """A plan being compiled. Also the `Editor` of the stage that is being looked at.

    Args:
        bases: the images by the names that the plan gives them.
        lists_ports: see `base.profiles.EngineProfile`.
    """

    def __init__(
        self, plan: Plan, needs: Needs, arguments: Arguments, options: SolveOptions, bases: dict[str, Base],
        engine_arguments: dict[str, str], lists_ports: bool,
    ) -> None:  # fmt: skip
        self._lists_ports = lists_ports
        self._plan = plan
        self._needs = needs
        self._arguments = arguments
        self._options = options
        self._bases = bases
        self._automatic = engine_arguments
        self._stage: StageState
        self._top = NOTHING
        self._history: list[HistoryStep] = []
        self._results: dict[int, tuple[StageState, int, tuple[HistoryStep, ...], str]] = {}
        self._image_name = ""
        self._shown_stage = ""
        self._index = 0
        self._count = self._total = 0
        self._paths: tuple[str, ...] = ()
        self.vertices: list[Vertex] = []

    def outcome(self, target: int) -> Outcome:
        """Compile what a stage needs, and say what it comes to.

        Raises:
            BadDockerfile: an instruction cannot be carried out.
        """
        self._place_context()
        for index in sorted(self._needs.bases):
            self._compile_stage(index)
        stage, top, history, image = self._results[target]
        if self._options.labels:
            stage = self._labelled(stage)
        return Outcome(
            vertex=top, base=image, config=image_config(stage.config, None), author=stage.author, history=history
        )

    def _labelled(self, stage: StageState) -> StageState:
        labels = {**(stage.config.labels or {}), **dict(self._options.labels)}
        return replace(stage, config=replace(stage.config, labels=labels))

    # the stage as an editor

    @property
    def stage(self) -> StageState:
        return self._stage

    def change_stage(self, **fields: object) -> None:
        self._stage = replace(self._stage, **fields)

    def configure(self, **fields: object) -> None:
        self.change_stage(config=replace(self._stage.config, **fields))

    def _variables(self) -> dict[str, str]:
        environment = self._stage.config.env or ()
        entries = (*environment, *self._stage.arguments.beside(environment))
        return {name: value for name, _, value in (entry.partition("=") for entry in entries)}

    def expanded(self, word: str) -> str:
        return expand(word, self._variables(), self._plan.escape)

    def expanded_words(self, word: str) -> list[str]:
        return expand_words(word, self._variables(), self._plan.escape)

    def shell(self) -> tuple[str, ...]:
        shell = self._stage.config.shell
        return shell if isinstance(shell, tuple) and shell else _DEFAULT_SHELL

    def say(self, text: str) -> None:
        """BuildKit has no remarks."""

    # vertices

    def _add(self, name: str, op: Op, inputs: tuple[int, ...], lines: tuple[int, int]) -> int:
        """A vertex, or the one that does the same already."""
        digest = digest_of(op, tuple(self.vertices[index].digest if index != NOTHING else "" for index in inputs))
        for index, vertex in enumerate(self.vertices):
            if vertex.digest == digest:
                return index
        self.vertices.append(
            Vertex(digest=digest, name=name, op=op, inputs=inputs, stage=self._shown_stage, lines=lines)
        )
        return len(self.vertices) - 1

    def _numbered(self, text: str) -> str:
        """A step's name with its place in the stage: [two 1/2] RUN ..."""
        self._count += 1
        width = int(1 + log10(self._total)) if self._total else 1
        stage = f"{self._shown_stage} " if self._shown_stage else ""
        return f"[{stage}{self._count:>{width}}/{self._total}] {text}"

    def _record(self, text: str, vertex: int = NOTHING) -> None:
        self._history.append(HistoryStep(created_by=text, vertex=vertex))

    # stages

    def _compile_stage(self, index: int) -> None:
        stage, base = self._plan.stages[index], self._needs.bases[index]
        self._index = index
        self._check_platform(stage)
        several = len(self._plan.stages) + self._needs.extra_states > 1
        self._shown_stage = (stage.origin.name or f"stage-{index}") if several else ""
        self._count, self._history = 0, []
        triggers: tuple[Step, ...] = ()
        if isinstance(base, int):
            before, top, history, image = self._results[base]
            self._stage = replace(before, name=stage.origin.name, arguments=self._arguments.stage(), command_set=False)
            self._top, self._history, self._image_name = top, list(history), image
            triggers = self._take_triggers()
            self._total = filesystem_steps((*triggers, *stage.steps))
        else:
            self._stage = StageState(
                name=stage.origin.name, image_id="", config=Config(), arguments=self._arguments.stage()
            )
            self._top, self._image_name = NOTHING, ""
            if base != SCRATCH:
                triggers = self._begin_with(self._bases[base], stage)
            self._total = self._total if base != SCRATCH else filesystem_steps(stage.steps)
        if not any(entry.startswith("PATH=") for entry in self._stage.config.env or ()):
            self.configure(env=(*(self._stage.config.env or ()), f"PATH={DEFAULT_PATH}"))
        for step in (*triggers, *stage.steps):
            try:
                self._compile_step(step)
            except (BadDockerfile, BuildFailure) as problem:
                raise BadDockerfile(str(problem), step.lines) from None
        self._results[index] = (self._stage, self._top, tuple(self._history), self._image_name)

    def _check_platform(self, stage: Stage) -> None:
        """FROM --platform: images are for one platform, which is this machine's."""
        platform = expand(stage.origin.platform, self._arguments.early_values(), self._plan.escape)
        if platform and platform.split("/")[:2] != ["linux", "amd64"]:
            name = stage.origin.base
            problem = f"{name}: failed to resolve source metadata for {full_name(name)}: no match for platform in manifest: not found"
            raise BadDockerfile(problem, stage.origin.lines)

    def _begin_with(self, base: Base, stage: Stage) -> tuple[Step, ...]:
        """The state that an image gives a stage, and what the image triggers."""
        values = {name: getattr(base.image.config, name) for name in _IMAGE_FIELDS}
        self.change_stage(config=Config(**{name: value for name, value in values.items() if value is not UNSET}))
        triggers = self._take_triggers()
        self._total = 1 + filesystem_steps((*triggers, *stage.steps))
        self._image_name = base.name
        op = ImageOp(name=base.name, digest=base.digest)
        context = self._needs.context_of(stage)
        name = (
            f"[context {context}] {base.name}" if context else self._numbered(f"FROM {pinned(base.name, base.digest)}")
        )
        self._top = self._add(name, op, (), stage.origin.lines)
        return triggers

    def _take_triggers(self) -> tuple[Step, ...]:
        triggers = self._stage.config.on_build or ()
        self.configure(on_build=None)
        return tuple(parse_trigger(text) for text in triggers)

    def _compile_step(self, step: Step) -> None:
        if isinstance(step, kinds.Run):
            self._run(step)
        elif isinstance(step, kinds.Copy):
            self._copy(step)
        elif isinstance(step, kinds.Workdir):
            path = configuring.enter(self, step)
            name = self._numbered(expand_shown(step.text, self._variables(), self._plan.escape))
            self._top = self._add(name, DirectoryOp(path=path), (self._top,), step.lines)
            self._record(f"WORKDIR {path}", self._top)
        elif isinstance(step, kinds.Arg):
            self._argument(step)
        else:
            comment = configuring.change(self, step)
            if isinstance(step, kinds.Expose):
                ports = configuring.exposed(self, step)
                as_map = " ".join(f"{port}:{{}}" for port in sorted(set(ports)))
                comment = f"EXPOSE [{' '.join(ports)}]" if self._lists_ports else f"EXPOSE map[{as_map}]"
            elif isinstance(step, kinds.Cmd):
                self.configure(args_escaped=True)
            self._record(comment)

    def _argument(self, step: kinds.Arg) -> None:
        """ARG; the engine's own arguments have values without a default. The history tells the value that counts."""
        pairs = tuple((name, self._automatic.get(name) if default is None else default) for name, default in step.pairs)
        configuring.change(self, replace(step, pairs=pairs))
        values = self._stage.arguments.values()
        names = [self.expanded(name) for name, _ in step.pairs]
        self._record("ARG " + " ".join(f"{name}={values[name]}" if name in values else name for name in names))

    # RUN

    def _run(self, step: kinds.Run) -> None:
        self._check_entitlements(step)
        words = configuring.command_words(self, step.command)
        arguments = self._stage.arguments.beside(self._stage.config.env or ())
        counted = [entry for entry in arguments if self._stage.arguments.counts(entry.partition("=")[0])]
        shown = expand_shown(step.text, self._variables(), self._plan.escape)
        heredocs = step.command.heredocs
        if len(heredocs) == 1 and words and words[-1] == heredocs[0].content:
            shown = f"{shown} ({summary(heredocs[0].content)})"
        at = self._stage.config.working_dir or "/"
        wanted = [
            mounts.below(mount, at)
            for mount in mounts.with_sockets([parse_mount(self.expanded(text)) for text in step.mounts])
        ]
        inputs = [self._top]
        placed = []
        for mount in wanted:
            position = 0
            if mount.type == mounts.BIND or mount.origin:
                position = len(inputs)
                inputs.append(self._origin(mount.origin) if mount.origin else self._from_context(step.lines))
            placed.append((mount, position))
        op = ExecOp(
            words=words, environment=(*(self._stage.config.env or ()), *counted), directory=self._stage.config.working_dir or "/",
            user=self._stage.config.user, mounts=tuple(placed), network=step.network or self._options.network, limits=self._options.limits,
            proxies=tuple(entry for entry in arguments if entry not in counted),
        )  # fmt: skip
        self._top = self._add(self._numbered(shown), op, tuple(inputs), step.lines)
        filed = (f"|{len(counted)}", *counted, *words) if counted else words
        self._record(f"RUN {' '.join(filed)} # buildkit", self._top)

    def _check_entitlements(self, step: kinds.Run) -> None:
        """What a step may not do by itself, and what is not simulated."""
        if step.security not in ("", "sandbox"):
            raise BadDockerfile(f"security.{step.security} is not allowed")
        allowed = self._options.network == "host" or "network.host" in self._options.entitlements
        if step.network == "host" and not allowed:
            raise BadDockerfile("network.host is not allowed")
        if "device" in step.flags:
            raise BadDockerfile("RUN --device is not simulated by fakedocker")

    def _origin(self, name: str) -> int:
        """The vertex whose files --from means."""
        stage = self._needs.stage_of(name)
        if stage is not None:
            current = self._plan.stages[self._index].origin.name or f"stage-{self._index}"
            if stage == self._index:
                raise BadDockerfile(f"circular dependency detected on stage: {current}")
            if stage not in self._results:
                raise BadDockerfile(
                    f'cannot copy from stage "{name}", it needs to be defined before current stage "{current}"'
                )
            return self._results[stage][1]
        directory = self._needs.directory_of(name)
        if directory:
            shown = f"[context {name}] load from client"
            return self._add(shown, ContextOp(directory=directory), (), (0, 0))
        name = self._needs.image_of(name)
        if name == SCRATCH:
            return NOTHING
        base = self._bases[name]
        return self._add(
            f"FROM {pinned(base.name, base.digest)}", ImageOp(name=base.name, digest=base.digest), (), (0, 0)
        )

    # COPY and ADD

    def _copy(self, step: kinds.Copy) -> None:
        given = [self.expanded(source) for source in step.sources]
        destination = self.expanded(step.destination)
        inputs: list[int] = [self._top]
        sources = []
        for source in given:
            git = git_urls.parse(source)
            if (git is not None or source.startswith(URL_SCHEMES)) and not step.unpacks:
                what = "a git ref" if git is not None else "a URL"
                raise BadDockerfile(f"source can't be {what} for COPY")
            if git is not None:
                vertex, path = self._repository(step, source, git), "/"
            elif source.startswith(URL_SCHEMES):
                vertex, path = self._download(step, source), downloads.file_name(source)
            else:
                vertex = self._origin(step.stage) if step.stage else self._from_context(step.lines)
                path = source
            sources.append((position_among(inputs, vertex), path))
        if step.heredocs:
            documents = tuple(
                (heredoc.name, copies.document(self, heredoc, self._plan.escape)) for heredoc in step.heredocs
            )
            vertex = self._add(_INLINE, InlineOp(documents=documents), (), step.lines)
            sources += [(position_among(inputs, vertex), name) for name, _ in documents]
        if len(sources) > 1 and not destination.endswith(("/", ".")):
            what = "more than one source file, the destination must be a directory and end with a /"
            raise BadDockerfile(f"When using {step.keyword} with {what}")
        mode = self.expanded(step.mode)
        target = f"{destination}/" if destination in (".", "..") or destination.endswith(("/.", "/..")) else destination
        op = CopyOp(
            keyword=step.keyword, sources=tuple(sources), destination=copies.absolute(self._stage.config.working_dir, target),
            owner=self.expanded(step.owner), keeps_owners=bool(step.stage), mode=checked_mode(mode), unpacks=step.unpacks,
            parents=step.parents, excludes=tuple(self.expanded(pattern) for pattern in step.excludes), link=step.link,
        )  # fmt: skip
        shown = expand_shown(step.text, self._variables(), self._plan.escape)
        self._top = self._add(self._numbered(shown), op, tuple(inputs), step.lines)
        flags = [f"--chown={op.owner}"] if op.owner else []
        flags += ["--parents"] if op.parents else []
        flags += [f"--chmod={mode}"] if mode else []
        names = [*given, *(f"<<{heredoc.name}" for heredoc in step.heredocs)]
        self._record(" ".join((step.keyword, *flags, *names, destination, "# buildkit")), self._top)

    def _download(self, step: kinds.Copy, url: str) -> int:
        name = downloads.file_name(url)
        if not name and not step.destination.endswith("/"):
            name = posixpath.basename(step.destination)
        checksum = self.expanded(step.checksum)
        if checksum and not checksum.startswith("sha256:"):
            raise BadDockerfile(f"unsupported digest algorithm {checksum!r}".replace("'", '"'))
        return self._add(url, HttpOp(url=url, name=name, checksum=checksum), (), step.lines)

    def _repository(self, step: kinds.Copy, url: str, git: GitUrl) -> int:
        if step.keep_git:
            raise BadDockerfile("ADD --keep-git-dir is not simulated by fakedocker")
        if not git.is_web:
            raise BadDockerfile(f"fetching {git.remote} by anything but HTTP is not simulated by fakedocker")
        checksum = self.expanded(step.checksum)
        return self._add(git.identifier, GitOp(url=url, checksum=checksum), (), step.lines)

    def _place_context(self) -> None:
        """What of the context is needed: the paths that COPY, ADD and binds name; all of it where one is a pattern."""
        paths: set[str] = set()
        for index in self._needs.bases:
            for step in self._plan.stages[index].steps:
                if isinstance(step, kinds.Copy) and not step.stage:
                    paths.update(
                        source
                        for source in step.sources
                        if not (source.startswith(URL_SCHEMES) or git_urls.parse(source))
                    )
                elif isinstance(step, kinds.Run):
                    binds = (parse_mount(text) for text in step.mounts)
                    paths.update(bind.source for bind in binds if bind.type == mounts.BIND and not bind.origin)
        plain = {clean(f"/{path}").lstrip("/") for path in paths}
        self._paths = () if any(not path or "$" in path for path in plain) else tuple(sorted(plain))

    def _from_context(self, lines: tuple[int, int]) -> int:
        name = _CONTEXT
        if self._options.remote:
            name = self._options.context if git_urls.parse(self._options.context) else _REMOTE_CONTEXT
            name = name if name == _REMOTE_CONTEXT else f"[internal] load git source {name}"
        return self._add(name, ContextOp(paths=self._paths), (), lines)
