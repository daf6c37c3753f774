"""Images that stages begin with or copy from: earlier stages, local images, and those that have to be pulled.

Source: moby builder/dockerfile (dispatchers.go getFromImage, imagecontext.go) and daemon/images/image_builder.go.
"""

from __future__ import annotations

from msgspec import UNSET
from msgspec.structs import fields, replace

from fakedocker.base.numbers import is_digits
from fakedocker.build.instructions import From
from fakedocker.build.lines import BadDockerfile
from fakedocker.build.substitution import expand
from fakedocker.images.model import Image
from fakedocker.operations.classic_builder.session import BuildFailure, Session
from fakedocker.operations.containers.process_spec import DEFAULT_PATH
from fakedocker.operations.registry import pull
from fakedocker.operations.system import lookup
from fakedocker.wire.container import Config
from fakedocker.wire.image import ImageConfig
from fakedocker.world.builds import StageResult, StageState

SCRATCH = "scratch"
_IMAGE_FIELDS = tuple(field.name for field in fields(ImageConfig))


def open_stage(session: Session, origin: From) -> bool:
    """Begin a stage, or begin to fetch its image.

    Returns:
        False while the image is being pulled; this is called again when it is there.

    Raises:
        BuildFailure: the name or platform is none, or is taken by an earlier stage.
        Refusal: the registry has no such image.
    """
    if origin.name and any(result.name == origin.name for result in session.task.results):
        raise BuildFailure(f"{origin.name} stage name already used")
    name = _expanded(session, origin.base)
    if not name:
        raise BuildFailure(f"base name ({origin.base}) should not be blank")
    platform = _expanded(session, origin.platform) or session.task.options.platform
    stage = _stage_named(session, name)
    if stage is not None:
        begin(session, origin, session.draft.images.get(stage.image_id))
        return True
    if name == SCRATCH:
        begin(session, origin, None)
        return True
    image = fetch(session, name, platform)
    if image is None:
        return False
    begin(session, origin, image)
    return True


def fetch(session: Session, name: str, platform: str) -> Image | None:
    """An image by name: the one that is here, or the registry's.

    Returns:
        None while it is being pulled; this is called again then.

    Raises:
        Refusal: the name is none, or the registry has no such image.
    """
    pulled = session.task.pull
    image = None if session.task.options.pull and not pulled else _local(session, name, platform)
    if image is None and pulled:
        image = lookup.image(session.draft, name)
    if image is None:
        wanted = pull.parse(name, "").with_default_tag()
        session.change(pull=pull.begin(session.draft, wanted, platform))
        return None
    session.change(pull=0)
    return image


def _expanded(session: Session, text: str) -> str:
    """FROM sees only the arguments before the first FROM."""
    try:
        return expand(text, session.task.arguments.early_values(), session.task.plan.escape)
    except BadDockerfile as problem:
        raise BuildFailure(str(problem)) from None


def _stage_named(session: Session, name: str) -> StageResult | None:
    return next((result for result in session.task.results if result.name and result.name == name.lower()), None)


def _local(session: Session, name: str, platform: str) -> Image | None:
    """The image of that name that is here, if it is one of the platform."""
    image = lookup.find_image(session.draft, name)
    if image is None or not platform:
        return image
    system, _, architecture = platform.partition("/")
    if system != image.os or (architecture and architecture.partition("/")[0] != image.architecture):
        return None
    return image


def begin(session: Session, origin: From, image: Image | None) -> None:
    """The state that a stage starts from: the configuration of its image, and what that image triggers."""
    config = _config_of(image)
    if not any(entry.startswith("PATH=") for entry in config.env or ()):
        config = replace(config, env=(*(config.env or ()), f"PATH={DEFAULT_PATH}"))
    triggers = config.on_build or ()
    state = StageState(
        name=origin.name,
        image_id=image.id if image is not None else "",
        config=replace(config, on_build=None),
        arguments=session.task.arguments.stage(),
    )
    session.change(stage=state, triggers=tuple(triggers))
    if triggers:
        session.say(f"# Executing {len(triggers)} build trigger{'s' if len(triggers) > 1 else ''}\n")


def _config_of(image: Image | None) -> Config:
    if image is None:
        return Config()
    values = {name: getattr(image.config, name) for name in _IMAGE_FIELDS}
    return Config(**{name: value for name, value in values.items() if value is not UNSET})


def copied_from(session: Session, name: str) -> Image | None:
    """The image that --from means: a stage by name or number, or any image.

    Returns:
        None while it is being pulled; this is called again then.

    Raises:
        BuildFailure: a number that is no earlier stage's, or a stage without an image.
        Refusal: the name is none, or the registry has no such image.
    """
    stage = _stage_named(session, name)
    results = session.task.results
    if stage is None and is_digits(name.lstrip("-")):
        if int(name) == len(results):
            raise BuildFailure("refers to current build stage")
        if not 0 <= int(name) < len(results):
            raise BuildFailure("index out of bounds")
        stage = results[int(name)]
    if stage is None:
        return fetch(session, name, session.task.options.platform)
    if not stage.image_id:
        raise BuildFailure("stage has no image")
    return session.draft.images[stage.image_id]
