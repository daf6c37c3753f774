"""`:why`: what an error means in plain words, and what to try.

One table from patterns over what was printed to explanations, the particular before the general, and one over exit
statuses for where nothing was printed that says more. Groups of a pattern are inserted where {0}, {1} ... stand. This
module must not know the terminal.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Explanation(NamedTuple):
    """What happened, and what to do about it, a command or a sentence each."""

    meaning: str
    advice: tuple[str, ...]


class _Row(NamedTuple):
    pattern: str
    meaning: str
    advice: tuple[str, ...] = ()


_TABLE = (
    # names and references
    _Row(r'container name "/([^"]+)" is already in use by container "([0-9a-f]{12})',
         "Names are unique, and a stopped container keeps its name until it is removed. {0} belongs to container {1}.",
         ("docker rm {0}", "docker rename {0} OTHER", "run the new one under another --name, or with --rm from the start")),
    _Row(r"Invalid container name \(([^)]*)\)",
         "A container's name begins with a letter or digit and has at least two characters: letters, digits, _ . and -. {0!r} does not fit.",
         ("choose another --name",)),
    _Row(r"repository name \(([^)]+)\) must be lowercase", "The path of an image's name is written in small letters only.", ("write it in lower case",)),
    _Row(r"invalid reference format",
         "That is no image name. One is [HOST[:PORT]/]PATH[:TAG][@DIGEST]. Often an option stands after the image, or a variable is empty.",
         ("check the order: docker run [OPTIONS] IMAGE [COMMAND]", "put quotes around what has blanks in it")),
    _Row(r"pull access denied for ([^,\s]+)",
         "The registry has no repository {0} that you may read. It says the same of a private one and of one that does not exist.",
         ("check the spelling: docker search {0}", "docker login, if it is private")),
    _Row(r"manifest for (\S+) not found", "The repository exists, the tag or digest does not: {0}.", ("try another tag, or leave it out for latest",)),
    _Row(r'failed to resolve reference "([^"]+)": \S+: not found', "The registry has no such repository, or in it no such tag or digest: {0}.",
         ("try another tag, or leave it out for latest",)),
    _Row(r"repository (\S+) not found: name unknown", "The registry has no repository {0}.", ("check the spelling",)),
    _Row(r"no such manifest: (\S+)", "The registry has nothing of that name: {0}.", ("check the spelling, and what stands behind the colon",)),
    _Row(r"no matching manifest for (\S+)", "The image is not made for the platform {0}.", ("docker manifest inspect IMAGE lists its platforms",)),
    _Row(r"no suitable export target found|doesn't provide the requested platform|does not match the specified platform",
         "The image is here, but not for that platform.", ("docker pull --platform PLATFORM IMAGE", "docker images --tree")),
    _Row(r"client version (\S+) is too old\. Minimum supported API version is ([\d.]+)",
         "The client speaks API {0}, and this engine none before {1}. Docker 28 spoke 1.24 and later, Docker 29 speaks 1.40 and later.",
         ("take a newer client", "fakedocker --profile 28")),
    _Row(r"client version (\S+) is too new\. Maximum supported API version is ([\d.]+)", "The client speaks API {0}, and this engine none after {1}.",
         ("DOCKER_API_VERSION={1}",)),
    _Row(r"dial tcp: lookup (\S+?):? .*no such host", "The name of the registry's host, {0}, cannot be resolved.", ("check what stands before the first / of the image's name",)),
    _Row(r'"(https?://[^"]+)": dial tcp', "The registry at {0} cannot be reached.", ("is it running?", "check what stands before the first / of the image's name")),
    _Row(r"(?:An image does not exist locally with the tag|tag does not exist): ([^\s:]+(?::\d+/[^\s:]+)?)", "What is pushed must be an image here, under the very name of the place it goes to.",
         ("docker images", "docker tag IMAGE {0}:TAG")),
    _Row(r"No such image: (\S+)", "There is no image {0} on this engine.", ("docker images", "docker pull {0}")),
    _Row(r"No such container: (\S+)", "There is no container of the name or id {0}. Stopped ones are listed only with -a.", ("docker ps -a",)),
    _Row(r"[Nn]o such object: (\S+)", "No container, image, network or volume is called {0}.", ("docker ps -a", "docker images")),
    _Row(r"(?:get|remove) (\S+): no such volume", "There is no volume {0}.", ("docker volume ls",)),
    _Row(r"network (\S+) not found", "There is no network {0}.", ("docker network ls", "docker network create {0}")),
    _Row(r"value is empty", "A name was expected and none was there. Often a variable or $( ) gave nothing.", ("echo the value first",)),
    _Row(r"multiple IDs found with provided prefix: (\S+)", "More than one id begins with {0}.", ("write more of its digits, or the name",)),
    # states
    _Row(r'cannot remove container "([^"]+)": container is running', "A running container is only removed when it is forced.",
         ("docker stop {0}, then docker rm {0}", "docker rm -f {0}: it is killed first")),
    _Row(r'cannot remove container "([^"]+)": container is paused', "A paused container cannot be removed as it is.", ("docker unpause {0}", "docker rm -f {0}")),
    _Row(r"Container (\S+) is paused, unpause", "All processes of a paused container are frozen; nothing new can run in it.", ("docker unpause {0}",)),
    _Row(r"cannot start a paused container", "It runs already, frozen.", ("docker unpause it",)),
    _Row(r"[Cc]ontainer (\S+) is already paused", "It is paused as it is.", ("docker unpause {0}",)),
    _Row(r"Container (\S+) is not paused", "Only a paused container can be unpaused.", ("docker ps -a shows the states",)),
    _Row(r"removal of container (\S+) is already in progress", "Somebody else is removing it, often the --rm it was started with.", ("nothing is to be done",)),
    _Row(r"Container (\S+) is restarting", "Its main process keeps ending and its restart policy starts it again.",
         ("docker logs {0}", "docker update --restart no {0}")),
    _Row(r"container (\S+) is not running", "That can only be done to a running container. Its main process has ended, or was never started.",
         ("docker ps -a", "docker logs {0}", "docker start {0}")),
    _Row(r"cannot specify both --restart and --rm", "A container that is removed when it ends cannot be started again by a policy.", ("choose one of --restart and --rm",)),
    _Row(r"because AutoRemove is enabled", "It was started with --rm, and then no restart policy is possible.", ("make it again without --rm",)),
    _Row(r"invalid restart policy", "Restart policies are no, always, unless-stopped and on-failure[:COUNT].", ("docker run --restart on-failure:3 ...",)),
    # running something
    _Row(r'OCI runtime exec failed.*exec: "([^"]+)": (?:executable file not found|stat \S+: no such file)',
         "The container runs, but it has no program {0}. Every image brings its own programs. (Status 127.)",
         ("docker exec CONTAINER ls /bin: is it there?", "many images have sh and no bash", "install it in the image")),
    _Row(r'exec: "([^"]+)": (?:executable file not found|stat \S+: no such file)',
         "The container could not start, as its image has no program {0}. Every image brings its own programs. (Status 127.)",
         ("docker run --rm IMAGE ls /bin: is it there?", "check the order: what stands after the image is the command", "install it in the image")),
    _Row(r'exec: "([^"]+)": (?:permission denied|is a directory)', "{0} exists and cannot be executed: it lacks the x permission, or is no program. (Status 126.)",
         ("chmod +x, in the image or before copying it there", "run an interpreter with it: sh {0}")),
    _Row(r"exec format error", "The file is no program for this machine; a script needs a first line like #!/bin/sh.", ("check the platform: docker image inspect", "begin the script with #!")),
    _Row(r"chdir to cwd|working directory '([^']*)' is invalid", "The working directory cannot be entered.", ("-w takes an absolute path",)),
    _Row(r"unable to find user (\S+):", "The image's /etc/passwd has no user {0}.", ("give a number: --user 1000", "add the user in the Dockerfile")),
    _Row(r"unable to find group (\S+):", "The image's /etc/group has no group {0}.", ("give a number",)),
    _Row(r"no command specified", "Neither the image nor the command line says what to run.", ("write a command after the image",)),
    _Row(r"the input device is not a TTY|cannot attach stdin to a TTY-enabled container", "-t asks for a terminal, and standard input is none: it is a pipe or a file.", ("leave -t away: docker run -i ...",)),
    _Row(r"cannot specify both --attach and --detach", "-a stays with the container, -d does not.", ("choose one",)),
    _Row(r"container ID file found", "--cidfile never overwrites: the file exists already.", ("remove the file",)),
    _Row(r"invalid signal: (\S+)", "There is no signal {0}.", ("signals: TERM, KILL, HUP, INT, USR1 ...",)),
    _Row(r"Minimum memoryswap limit should be larger", "--memory-swap is memory and swap together, so it cannot be less than --memory.",
         ("--memory 200m --memory-swap 300m allows 100 MB of swap", "--memory-swap equal to --memory: no swap", "leave --memory-swap away")),
    _Row(r"You should always set the Memory limit when using Memoryswap", "--memory-swap means nothing without --memory.", ("--memory 200m --memory-swap 300m",)),
    _Row(r"Memory limit should be smaller than already set memoryswap limit", "--memory-swap counts memory and swap together, and the new --memory would be more than that.",
         ("docker update --memory 500m --memory-swap 1g NAME",)),
    _Row(r"Minimum memory limit allowed", "A container needs at least 6 MB.", ("-m 64m",)),
    _Row(r"range of CPUs is from", "--cpus may not exceed what the machine has.", ("docker info",)),
    # ports and networks
    _Row(r"Bind for (\S+):(\d+) failed: port is already allocated", "Port {1} of the host is held by another container; a port has one owner at a time.",
         ("docker ps shows who has it", "publish another one: -p {1}0:..., or -p 0:... to have one picked", "stop the other container")),
    _Row(r"address already in use", "A process of the host has the port.", ("choose another host port",)),
    _Row(r"Address already in use", "Another container has that IP address in the network.", ("leave --ip away", "docker network inspect NETWORK")),
    _Row(r"invalid (?:hostPort|containerPort): (\d+)", "{0} is not a port: ports go from 1 to 65535.", ("-p 8080:80",)),
    _Row(r"invalid (?:hostPort|containerPort|proto|IP address)|invalid port specification|invalid ranges specified",
         "-p is [ADDRESS:][HOST PORT:]CONTAINER PORT[/tcp|udp|sctp]; ports go from 1 to 65535, ranges are of equal length.", ("-p 8080:80",)),
    _Row(r"[Nn]o public port '([^']+)' published for (\S+)", "{1} does not publish port {0}. Publishing is decided when a container is made.", ("docker port {1}", "docker run -p ...")),
    _Row(r"network (\S+) has active endpoints", "Running containers are still connected to {0}.", ("docker network disconnect {0} CONTAINER", "stop the containers")),
    _Row(r"network with name (\S+) already exists", "Network names are unique.", ("docker network rm {0}", "choose another name")),
    _Row(
        r"invalid network config|netip\.Parse",
        "The addresses of the network do not fit together, or are none. A subnet is ADDRESS/BITS.",
        ("--subnet 172.30.0.0/16 --gateway 172.30.0.1",),
    ),
    _Row(r"Pool overlaps", "The subnet overlaps with that of another network.", ("docker network inspect the others", "leave --subnet away, docker picks a free one")),
    _Row(r"endpoint with name (\S+) already exists in network (\S+)", "{0} is connected to {1} already.", ("docker network inspect {1}",)),
    _Row(r"is not connected to (?:the )?network (\S+)", "There is nothing to disconnect.", ("docker network inspect {0}",)),
    _Row(r"pre-?defined", "bridge, host and none belong to docker itself; they cannot be made, removed or given names.", ("docker network create MINE",)),
    _Row(r"user configured subnets|user.specified IP address|invalid endpoint settings", "Fixed addresses and aliases work only in a network that you made, addresses only with a --subnet.",
         ("docker network create --subnet 172.30.0.0/16 MINE",)),
    _Row(r"bad address|Could not resolve host|Name or service not known|Temporary failure in name resolution",
         "The name has no address there. Docker's DNS knows containers by name in networks that you made, not in the default bridge.",
         ("docker network create NET, and run both with --network NET",)),
    _Row(r"Connection refused", "The address is right, but nobody listens on that port: not started yet, another port, or only on 127.0.0.1 inside a container.",
         ("docker ps: is the port published?", "docker logs CONTAINER")),
    # images
    _Row(r"Content will be removed from all images referencing this variant", "Images that share the platform's content would lose it too.",
         ("docker image rm -f --platform ...", "docker rmi IMAGE takes the whole image")),
    _Row(r"with experimental features enabled", "Docker has that for trials only, and this engine's are off.", ()),
    _Row(r"login attempt to (\S+) failed with status: 401", "The registry at {0} does not know that name with that password.", ("docker login again",)),
    _Row(r"(\S+) is not yet supported with --tree", "The tree of images has one form: {0} is for the list.", ("leave one of the two away",)),
    _Row(r"requires the buildx component", "This docker has no buildx, which builds with BuildKit.", ("install the plugin docker-buildx",)),
    _Row(r"(?:conflict: unable to remove repository reference \"|conflict: unable to delete )([^\"\s]+)\"? \(must (?:be )?force(?:d)?\) - container", "A container was made from {0}, and keeps it.", ("docker ps -a --filter ancestor={0}", "docker rm those containers", "docker rmi -f {0} takes the name only")),
    _Row(r"conflict: unable to delete (\S+) \(cannot be forced\) - image is being used by running", "A running container uses {0}; no force removes that.", ("docker stop and docker rm the container",)),
    _Row(r"conflict: unable to delete (\S+) .*dependent child", "Other images were built on {0}.", ("remove those first: docker images -a",)),
    _Row(r"conflict: unable to delete (\S+) .*multiple repositories", "{0} has several names.", ("docker rmi NAME for each", "docker rmi -f {0}")),
    _Row(r"conflict: unable to delete (\S+)", "{0} is in use.", ("docker ps -a", "docker rmi -f {0}")),
    _Row(r"dockerfile parse error|unknown instruction", "The Dockerfile does not follow its language.", ("look at the line it names",)),
    _Row(r"(?:COPY|ADD) failed|file not found in build context", "COPY and ADD see only the files of the build context, and those that .dockerignore leaves.", ("paths are relative to the directory given to docker build",)),
    _Row(r"returned a non-zero code: (\d+)", "A command of a RUN instruction has failed with status {0}.", ("its output stands above",)),
    _Row(r"unable to prepare context|failed to read dockerfile|Cannot locate.*Dockerfile", "The directory or the Dockerfile is not there.", ("ls", "docker build -f FILE DIRECTORY")),
    # compose
    _Row(r"no configuration file provided: not found", "There is no compose.yaml in this directory or above it.",
         ("ls", "cd to the project's directory", "docker compose -f FILE ...")),
    _Row(r"no such service: (\S+)", "The project has no service {0}.", ("docker compose config --services",)),
    # volumes and files
    _Row(r"volume is in use - \[([0-9a-f]{0,12})", "A container, running or not, still has that volume ({0}).", ("docker ps -a --filter volume=NAME", "docker rm the container first")),
    _Row(r"bind source path does not exist: (\S+)", "--mount does not make the host's directory, -v does.", ("mkdir -p {0}",)),
    _Row(r"invalid (?:mount config|volume specification|mode)|mount path must be absolute|target is required|Duplicate mount point",
         "That mount cannot be. -v is SOURCE:TARGET[:ro], where the target is an absolute path and used once.", ("--mount type=volume,source=NAME,target=/PATH",)),
    _Row(r"includes invalid characters for a local volume name", "A volume's name has letters, digits, _ . and -. For a directory of the host write its absolute path.", ('-v "$PWD/data:/data"',)),
    _Row(r"Could not find the file (\S+) in container (\S+)", "{1} has no {0}.", ("docker exec {1} ls", "docker diff {1}")),
    _Row(r"copying between containers", "docker cp goes from or to the host.", ("copy it to the host first, or use tar: docker cp a:/x - | docker cp - b:/",)),
    _Row(r"must specify at least one container source", "One side of docker cp must be CONTAINER:PATH.", ("docker cp FILE CONTAINER:/PATH",)),
    _Row(r"(?i)read-only file system", "The file system is mounted read-only: --read-only, or :ro at a mount.", ("leave :ro away", "--tmpfs /tmp gives a place to write")),
    _Row(r"(?i)no space left on device", "The file system is full, or its size limit is reached.", ("docker system df", "docker system prune", "a larger --tmpfs size")),
    _Row(r"env file|invalid environment variable", "An environment variable is NAME=VALUE, with no blank in the name.", ("-e NAME=VALUE",)),
    _Row(r"(?i)(?:open|lstat|stat) (\S+): no such file or directory", "There is no file {0} on the host.", ("ls", "pwd")),
    # the command line
    _Row(r"unknown command: (docker(?: \S+)*) (\S+)", "{0} has no command {1}.", ("{0} --help",)),
    _Row(r"unknown (?:flag|shorthand flag): (\S+)", "The command has no option {0}. Options of docker stand before the image's or container's name.", ("docker COMMAND --help",)),
    _Row(r"flag needs an argument: (\S+)", "{0} takes a value.", ("{0} VALUE",)),
    _Row(r'invalid argument "([^"]*)" for "([^"]+)" flag', "The value {0!r} does not suit {1}.", ("docker COMMAND --help",)),
    _Row(r"'(docker [^']+)' (requires|accepts) ([^\n]+)", "The command has too many or too few arguments: {0} {1} {2}.", ("{0} --help",)),
    _Row(r"invalid filter|bad format of filter", "Filters are NAME=VALUE, and each list has its own names.", ("press Tab after --filter",)),
    _Row(r"at <\.NetworkSettings\.(\w+)>.*no entry for key", "Docker 29 tells addresses of each network; what Docker 28 had besides, {0} of the default bridge, is gone.",
         ("--format '{{{{range .NetworkSettings.Networks}}}}{{{{.IPAddress}}}} {{{{end}}}}'",)),
    _Row(r"can't evaluate field (\S+)|no entry for key \"([^\"]+)\"", "There is no such field to show.", ("press Tab after {{{{.", "--format json shows all fields")),
    _Row(r"template(?: parsing error)?:", "The --format is no valid Go template.", ("each {{{{ needs its }}}}", "put it in single quotes")),
    _Row(r"failed to parse value as time or duration", "A time is 10m, 1h30m, a date like 2026-01-05T09:00:00, or seconds since 1970.", ("--since 10m",)),
    _Row(r"conflicts with|[Cc]onflicting options", "Two options exclude each other.", ("leave one away",)),
    _Row(r"you must provide one or more flags", "docker update needs something to change.", ("docker update --memory 128m NAME",)),
    _Row(r"logging driver does not support reading", "Only some log drivers keep what docker logs shows.", ("run it with --log-driver json-file",)),
    _Row(r"logging plugin|unknown log opt", "There is no such log driver or option.", ("--log-driver json-file --log-opt max-size=10m",)),
    # swarm
    _Row(r"not a swarm manager", "That command is for swarms, and this engine is in none.", ("docker swarm init begins one",)),
    _Row(r"already part of a swarm", "An engine is in one swarm at a time, and this one is in one.", ("docker info", "docker swarm leave --force ends it, and all its services")),
    _Row(r"not part of a swarm", "This engine is in no swarm.", ("docker swarm init begins one",)),
    _Row(r"attempting to leave the swarm on a node that is participating as a manager", "The last manager knows what the swarm is: with it all services, secrets and configs are gone.",
         ("docker swarm leave --force, if that is what you want",)),
    _Row(r"demote the last manager", "A swarm needs a manager.", ("docker node ls",)),
    _Row(r"cannot rotate because autolock", "There is a key only where managers are locked.", ("docker swarm update --autolock",)),
    _Row(r"no unlock key is set|swarm is not locked", "Managers of this swarm are not locked.", ("docker swarm update --autolock",)),
    _Row(r"only updates to Labels are allowed", "What a secret or a config keeps never changes; a stack whose file has changed asks for just that.",
         ("give it another name, in the stack's file too: name: token_v2", "docker stack rm, if the stack may go down")),
    _Row(r"(secret|config) '([^']+)' is in use by the following services?: (\S+)", "A service still uses the {0} {1}.",
         ("docker service update --{0}-rm {1} {2}", "docker service rm {2}")),
    _Row(r"(secret|config) not found: (\S+)", "There is no {0} {1}. A service can only be given what is there.", ("docker {0} ls", "docker {0} create {1} FILE")),
    _Row(r"(secret|config) data must be larger|data is empty", "There must be something to keep.", ("printf hush | docker secret create NAME -",)),
    _Row(r"name conflicts with an existing object: service (\S+) already exists", "There is a service {0} already; a service is changed, not made anew.",
         ("docker service update {0}", "docker service rm {0}")),
    _Row(r"desc = (secret|config) (\S+) already exists", "Names are unique, and what a {0} keeps never changes.", ("choose another name: {1}_v2", "docker {0} rm {1}")),
    _Row(r"port '(\d+)' is already in use by service '([^']+)'", "Each node publishes port {0} for {1}; a port has one service at a time.", ("docker service ls", "publish another one")),
    _Row(r"service (?:update|rollback) paused", "New tasks have failed, so the update has stopped where it was. The old tasks that are left go on.",
         ("docker service ps --no-trunc NAME shows what is wrong", "docker service rollback NAME", "docker service update --update-failure-action rollback ...")),
    _Row(r"does not have a previous spec", "There is nothing to go back to: the service has never been changed.", ("docker service inspect --pretty NAME",)),
    _Row(r"update out of sequence", "Somebody else has changed it in the meantime.", ("do it again",)),
    _Row(r"scale can only be used with replicated|replicas can only be used with replicated", "A global service has one task on each node, whatever you say.", ("docker service ls shows the modes",)),
    _Row(r"invalid scale specifier", "It is NAME=COUNT.", ("docker service scale web=3",)),
    _Row(r"no such (?:task or )?service|service \S+ not found", "There is no service of that name. A task's container is called NAME.SLOT.ID, the service NAME.", ("docker service ls",)),
    _Row(r"(node|secret|config|task) (\S+) not found", "There is no {0} {1}.", ("docker {0} ls",)),
    _Row(r"doesn't exist in node's labels", "Only a label that is there can be removed.", ("docker node inspect --pretty self",)),
    _Row(r"invalid name, only 64|name must be valid as a DNS name component|name must be 63 characters", "Names are made of letters, digits, - and (but for services) _ and dots.", ("choose another name",)),
    _Row(r"secret file is required", "A secret is made of a file, or of what comes through a pipe.", ("printf hush | docker secret create NAME -",)),
    _Row(r"extra formatting options to the pretty template|incompatible with human friendly format", "--pretty is a format of its own.", ("leave --format or --pretty away",)),
    _Row(r"invalid (?:Availability|Role|RestartCondition|resolution mode)|Unknown mode|unrecognized update (?:order|failure action)", "That value is not among the possible ones.", ("press Tab after the option",)),
    _Row(r"not supported for jobs", "A job's tasks end by themselves; there is nothing to update bit by bit.", ("leave the --update and --rollback options away",)),
    _Row(r"nothing found in stack: (\S*)", "No service belongs to a stack {0}.", ("docker stack ls",)),
    _Row(r'network "([^"]+)" is declared as external, but', "The stack is to use a network {0} that somebody else makes, and there is none for swarms.", ("docker network create -d overlay {0}",)),
    _Row(r"cannot be used with services\. Only networks scoped to the swarm", "Tasks may run on any node, so their networks must reach all of them.", ("docker network create -d overlay NET",)),
    _Row(r"service is already attached to network (\S+)", "It is in {0} as it is.", ("docker service inspect --pretty NAME",)),
    _Row(r"not manually attachable", "An overlay network takes services; containers only if it was made so.", ("docker network create -d overlay --attachable NET",)),
    _Row(r"tty service logs only supported with --raw", "What goes to a terminal cannot be told apart by task.", ("docker service logs --raw NAME",)),
    _Row(r"pecify a Compose file", "A stack is described by a file.", ("docker stack deploy -c stack.yml NAME",)),
    _Row(r"unsupported Compose file version|Additional property (\S+) is not allowed", "Stacks take compose files of version 3: not all that docker compose understands.", ("docker stack config -c FILE checks it",)),
    _Row(r"no suitable node", "No node may take a task: see what the constraints, the resources and the ports ask for.", ("docker service ps --no-trunc NAME", "docker node ls")),
    _Row(r"(?m)^fakedocker: [^\n]+ is not simulated", "The real program could do this; this simulation cannot, and says so instead of pretending.", (":unsimulated", "see docs/fidelity.md")),
    _Row(r"is not simulated by fakedocker", "The real docker could do this; this simulation cannot, and says so instead of pretending.", ("see docs/fidelity.md",)),
    _Row(r"plugin \"([^\"]+)\" not found", "There is no driver {0}.", ("leave the driver away",)),
    _Row(r"Cannot connect to the Docker daemon at (\S+?)\.?\s", "The client looks for an engine at {0}, and nobody is there.", ("unset DOCKER_HOST", "docker context use default")),
    _Row(r"invalid pull option|unknown type|Renaming a container with the same name", "That value is not among the possible ones.", ("the message names them",)),
    # the shell
    _Row(r"(?:^|\n)(?:\S+: )?(?:line \d+: )?(\S+): (?:command )?not found", "There is no program {0} here, neither in PATH nor built in. (Status 127.)", ("check the spelling", "ls /usr/bin")),
    _Row(r"syntax error|unexpected EOF", "The shell cannot read the command: a quote, bracket, do or fi is missing, or there is one too many.", ("look where it points",)),
    _Row(r"(?i)permission denied", "The user who runs this may not do it.", ("ls -l, id", "chmod, chown, or another --user")),
    _Row(r"(?i)no such file or directory", "A path leads nowhere.", ("pwd, ls",)),
)  # fmt: skip

_STATUSES = {
    125: Explanation("docker itself has failed, before anything ran in a container.", ("read the message above",)),
    126: Explanation("The command was found and could not be executed.", ("chmod +x, or run it with sh",)),
    127: Explanation("The command was not found.", ("check the spelling, and what the image has",)),
    130: Explanation("Ended by Ctrl-C: 128 + 2, the number of SIGINT.", ()),
    131: Explanation("Ended by Ctrl-\\: 128 + 3, the number of SIGQUIT.", ()),
    137: Explanation(
        "Killed: 128 + 9, the number of SIGKILL. docker kill and rm -f do that, docker stop after its 10 seconds of grace, "
        "and the kernel when memory runs out (OOM).",
        (
            "docker inspect -f '{{.State.OOMKilled}}' CONTAINER",
            "a main process without a handler ignores TERM: use --init, or exec in the script",
        ),
    ),
    139: Explanation("The program has crashed: 128 + 11, the number of SIGSEGV.", ()),
    141: Explanation("Nobody read what the program wrote: 128 + 13, the number of SIGPIPE.", ()),
    143: Explanation("Asked to end: 128 + 15, the number of SIGTERM, as docker stop sends it.", ()),
}


def explain(output: str, status: int) -> Explanation | None:
    """What the end of a command means.

    Args:
        output: what it printed, or the end of that.
        status: its exit status.

    Returns:
        None when it has not failed, or there is nothing to say about it.
    """
    if status == 0:
        return None
    found = _last_match(output.replace("\r\n", "\n"))
    if found is not None:
        row, match = found
        words = [group or "" for group in match.groups()]
        return Explanation(row.meaning.format(*words), tuple(text.format(*words) for text in row.advice))
    known = _STATUSES.get(status)
    if known is not None:
        return known
    if status > 128:
        from fakedocker.base import signals

        return Explanation(f"Ended by {signals.name(status - 128)}: status {status} is 128 + {status - 128}.", ())
    return Explanation(
        f"The command exited with status {status}. 0 means success; its manual says what {status} means.", ()
    )


def _last_match(output: str) -> tuple[_Row, re.Match[str]] | None:
    """The first row that says something about the last line about which any does: the last error is the one that counts."""
    best: tuple[_Row, re.Match[str]] | None = None
    best_line = -1
    for row in _TABLE:
        for match in re.finditer(row.pattern, output):
            line = output.count("\n", 0, match.end())
            if line > best_line:
                best, best_line = (row, match), line
    return best
