"""docker image: ls, history, rm, tag, prune, save, load, import; and the build cache's prune."""

from __future__ import annotations

import posixpath

from fakedocker.base.json_types import JsonObject
from fakedocker.base.units import human_size
from fakedocker_shell.cli import reference, releases
from fakedocker_shell.cli.api import checked_name, filters_query
from fakedocker_shell.cli.context import Context
from fakedocker_shell.cli.errors import CliError, DaemonError, UnsimulatedError
from fakedocker_shell.cli.formatting import choose_format, render
from fakedocker_shell.cli.images_tree import HINTED, image_list, is_dangling
from fakedocker_shell.cli.main import Invocation
from fakedocker_shell.cli.many import raise_all
from fakedocker_shell.cli.output_files import OutputFile
from fakedocker_shell.cli.platforms import platform_document, platform_documents
from fakedocker_shell.cli.progress import show_messages
from fakedocker_shell.cli.questions import confirm
from fakedocker_shell.cli.rows_images import (
    HISTORY_ROWS,
    HISTORY_TABLE,
    RAW,
    RAW_HISTORY_TABLE,
    RAW_WITH_DIGESTS,
    TABLE,
    TABLE_WITH_DIGESTS,
    HistoryRow,
    image_rows,
    rows_of,
)


async def image_ls(call: Invocation) -> int:
    """List images."""
    options = call.options
    wants_tree = _wants_tree(call)
    filters = dict(options["filter"])
    if call.arguments:
        filters["reference"] = [*filters.get("reference", []), call.arguments[0]]
    query = {**({"all": "1"} if options["all"] else {}), **({"manifests": "1"} if wants_tree else {})}
    summaries = await call.api.get("/images/json", {**query, **filters_query(filters)})
    if call.release.hides_untagged and not options["all"] and "false" in filters.get("dangling", ["false"]):
        summaries = [summary for summary in summaries if not is_dangling(summary)]
    if wants_tree and (options["tree"] or not call.config.text("imagesFormat")):
        call.context.out(_tree(call, summaries))
    else:
        call.context.out(_table(call, summaries))
    if call.release.lists_images_as_tree and not summaries and call.command.name == "images" and call.arguments:
        name = call.arguments[0]
        if name in HINTED:
            call.context.err(f'No images found matching "{name}": did you mean "docker image {name}"?\n')
    return 0


def _wants_tree(call: Invocation) -> bool:
    """Whether images are listed with their disk usage. Raises CliError where --tree is asked for with another view."""
    options = call.options
    if not call.release.lists_images_as_tree:
        if options["tree"]:
            raise UnsimulatedError("the --tree view of images is not simulated")
        return False
    for flag, name in (("quiet", "quiet"), ("no-trunc", "no-trunc"), ("digests", "show-digest"), ("format", "format")):
        if options[flag]:
            if options["tree"]:
                raise CliError(f"--{name} is not yet supported with --tree")
            return False
    return True


def _tree(call: Invocation, summaries: list[JsonObject]) -> str:
    is_terminal = call.context.is_terminal(1)
    columns = call.context.window_size()[1] if is_terminal else 0
    return image_list(
        summaries, call.options["tree"], columns, is_terminal and not call.context.environment.get("NO_COLOR")
    )


def _table(call: Invocation, summaries: list[JsonObject]) -> str:
    options = call.options
    format_text = options["format"] or ("" if options["quiet"] else call.config.text("imagesFormat"))
    if options["quiet"]:
        chosen = "image_id: {{.ID}}" if format_text == "raw" else "{{.ID}}"
        chosen = format_text if format_text not in ("", "table", "raw") else chosen
    else:
        table, raw = (TABLE_WITH_DIGESTS, RAW_WITH_DIGESTS) if options["digests"] else (TABLE, RAW)
        chosen = raw if format_text == "raw" else choose_format(format_text, table)
    rows = image_rows(
        summaries,
        call.context.now_ns(),
        truncate=not options["no-trunc"],
        digests=options["digests"] or "{{.Digest}}" in chosen,
        digests_only_rows=options["digests"],
    )
    return render(rows_of(call.release), chosen, rows)


async def image_history(call: Invocation) -> int:
    """Show how an image was made."""
    options = call.options
    name = checked_name("image", call.arguments[0])
    steps = await call.api.get(f"/images/{name}/history", platform_document(options["platform"]))
    now_ns = call.context.now_ns()
    rows = [HistoryRow(step, now_ns, not options["no-trunc"], options["human"]) for step in steps]
    table = HISTORY_TABLE if options["human"] else RAW_HISTORY_TABLE
    chosen = choose_format(options["format"], table, "{{.ID}}" if options["quiet"] else "")
    call.context.out(render(HISTORY_ROWS, chosen, rows))
    return 0


async def image_rm(call: Invocation) -> int:
    """Remove images."""
    query: JsonObject = {}
    if call.options["force"]:
        query["force"] = "1"
    if call.options["no-prune"]:
        query["noprune"] = "1"
    query |= platform_documents(call.options["platform"], "platforms")
    complaints = []
    all_missing = True
    for name in call.arguments:
        try:
            removed = await call.api.delete(f"/images/{checked_name('image', name)}", query)
        except CliError as error:
            if not (isinstance(error, DaemonError) and error.http_status == 404):
                all_missing = False
            complaints.append(error.message)
            continue
        call.context.out(_removals(removed, "Untagged", "Deleted"))
    if complaints and call.options["force"] and all_missing:
        call.context.err("\n".join(complaints) + "\n")
        return 0
    raise_all(complaints)
    return 0


def _removals(removed: list[dict[str, str]] | None, untagged: str, deleted: str) -> str:
    lines = [
        f"{deleted}: {entry['Deleted']}\n" if entry.get("Deleted") else f"{untagged}: {entry.get('Untagged', '')}\n"
        for entry in removed or []
    ]
    return "".join(lines)


async def image_tag(call: Invocation) -> int:
    """Give an image another name."""
    source, target = call.arguments
    try:
        reference.parse(source)
    except ValueError as error:
        if "64-byte hexadecimal" not in str(error):
            raise CliError(call.release.text(releases.PARSING_REFERENCE, name=source, problem=error)) from None
    try:
        parsed = reference.parse(target)
    except ValueError as error:
        raise CliError(call.release.text(releases.PARSING_REFERENCE, name=target, problem=error)) from None
    if parsed.digest:
        raise CliError("refusing to create a tag with a digest reference")
    query = {"repo": parsed.name, "tag": parsed.with_default_tag().tag}
    await call.api.post(f"/images/{checked_name('image', source)}/tag", query)
    return 0


async def image_prune(call: Invocation) -> int:
    """Remove images that nothing uses."""
    every = call.options["all"]
    filters = {**call.options["filter"], "dangling": ["false" if every else "true"]}
    what = "all images without at least one container associated to them" if every else "all dangling images"
    if not call.options["force"] and not await confirm(call.context, f"WARNING! This will remove {what}."):
        return 0
    answer = await call.api.post("/images/prune", filters_query(filters))
    call.context.out(deleted_images(answer))
    call.context.out(f"Total reclaimed space: {human_size(answer.get('SpaceReclaimed') or 0)}\n")
    return 0


def deleted_images(answer: JsonObject) -> str:
    """What prune says of the images it removed."""
    deleted = answer.get("ImagesDeleted") or []
    return "Deleted Images:\n" + _removals(deleted, "untagged", "deleted") + "\n" if deleted else ""


async def image_save(call: Invocation) -> int:
    """Write images as a tar archive."""
    output = call.options["output"]
    if not output and call.context.is_terminal(1):
        raise CliError("cowardly refusing to save to a terminal. Use the -o flag or redirect")
    target = OutputFile(call.context, output, "failed to save image")
    query: JsonObject = {"names": call.arguments, **platform_documents(call.options["platform"])}
    await target.take_all(await call.api.open("GET", "/images/get", query))
    return 0


async def read_input(context: Context, path: str) -> bytes:
    """All of a file, or of standard input for "-". Raises CliError."""
    if path != "-":
        return _read_file(context, path)
    content = bytearray()
    while chunk := await context.stdin.read():
        content += chunk
    return bytes(content)


def _read_file(context: Context, path: str) -> bytes:
    try:
        return context.files.read_bytes(posixpath.join(context.directory, path))
    except OSError as error:
        raise CliError(f"open {path}: {(error.strerror or '').lower()}") from None


async def image_load(call: Invocation) -> int:
    """Read images from a tar archive."""
    options = call.options
    if options["input"]:
        archive = _read_file(call.context, options["input"])
    elif call.context.is_terminal(0):
        raise CliError("requested load from stdin, but stdin is empty")
    else:
        archive = await read_input(call.context, "-")
    quiet = options["quiet"] or not call.context.is_terminal(1)
    query = {"quiet": "1" if quiet else "0", **platform_documents(options["platform"])}
    headers = {"Content-Type": "application/x-tar"}
    stream = await call.api.open("POST", "/images/load", query, archive, headers)
    if "json" in next((value for key, value in stream.headers.items() if key.lower() == "content-type"), ""):
        await show_messages(call.context, stream)
        return 0
    while chunk := await stream.read():
        call.context.out(chunk)
    return 0


async def image_import(call: Invocation) -> int:
    """Make an image of a tar archive of files."""
    source, target = [*call.arguments, ""][:2]
    remote = source.startswith(("http://", "https://"))
    query: JsonObject = {"fromSrc": source if remote else "-"}
    if target:
        try:
            reference.parse(target)
        except ValueError as error:
            raise CliError(str(error)) from None
        query["repo"] = target
    if call.options["message"]:
        query["message"] = call.options["message"]
    if call.options["platform"]:
        query["platform"] = call.options["platform"]
    if call.options["change"]:
        query["changes"] = call.options["change"]
    body = None if remote else await read_input(call.context, source)
    headers = None if remote else {"Content-Type": "text/plain"}
    await show_messages(call.context, await call.api.open("POST", "/images/create", query, body, headers))
    return 0


async def builder_prune(call: Invocation) -> int:
    """Empty the build cache."""
    every = call.options["all"]
    what = "all build cache" if every else "all dangling build cache"
    if not call.options["force"] and not await confirm(call.context, f"WARNING! This will remove {what}.", " "):
        return 0
    query = {"keep-storage": str(call.options["keep-storage"])} if call.options["keep-storage"] else {}
    if every:
        query["all"] = "1"
    answer = await call.api.post("/build/prune", {"filters": "", **query, **filters_query(call.options["filter"])})
    call.context.out(deleted_caches(answer))
    call.context.out(f"Total reclaimed space: {human_size(answer.get('SpaceReclaimed') or 0)}\n")
    return 0


def deleted_caches(answer: JsonObject) -> str:
    """What prune says of the build cache it removed."""
    deleted = answer.get("CachesDeleted") or []
    return "Deleted build cache objects:\n" + "".join(f"{name}\n" for name in deleted) + "\n" if deleted else ""
