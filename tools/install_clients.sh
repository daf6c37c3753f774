#!/bin/sh
# Put the clients that tests/clients drives into a folder, without touching the system: install_clients.sh FOLDER
#   docker, compose v2, buildx, docker-registry and skopeo of Debian trixie (skopeo with trixie's own C library beside it), and where this
#   machine is Debian bookworm its skopeo, which speaks an API that is refused, dockerode where there is npm, and Ansible with community.docker of PyPI.
#   docker-compose 1.29 is used where it is installed.
# It takes amd64 and an apt that reaches Debian. Where that is not so it says so and fails; the tests then skip, and say so.
set -eu
mkdir -p "${1:?where to}"
folder=$(cd "$1" && pwd)
[ -e "$folder/complete" ] && exit 0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$folder/cli-plugins" "$folder/bin" "$work/lists/partial" "$work/cache/archives/partial" "$work/none" "$work/packages"
: > "$work/status"
mirror=$(sed -n 's/^ *\(URIs: *\|deb \(\[[^]]*\] *\)\{0,1\}\)\(http[^ ]*\/debian\/*\)\( .*\)\{0,1\}$/\3/p' /etc/apt/sources.list /etc/apt/sources.list.d/* 2> /dev/null | grep -v security | head -n 1)
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
echo "deb [signed-by=$keyring] ${mirror:-http://deb.debian.org/debian} trixie main" > "$work/sources.list"
cat > "$work/apt.conf" << CONF
Dir::State "$work"; Dir::State::status "$work/status"; Dir::State::lists "$work/lists"; Dir::Cache "$work/cache";
Dir::Etc::sourcelist "$work/sources.list"; Dir::Etc::sourceparts "$work/none"; Dir::Etc::preferencesparts "$work/none"; APT::Architecture "amd64";
CONF
fetch() { (cd "$work/packages" && APT_CONFIG="$work/apt.conf" apt-get download -qq "$@"); }
unpack() { dpkg -x "$work/packages/$1"_*.deb "$2"; }

APT_CONFIG="$work/apt.conf" apt-get update -qq
fetch docker-cli docker-compose docker-buildx docker-registry skopeo libc6 libgpgme11t64 libassuan9 libgpg-error0 libsqlite3-0
for package in docker-compose docker-buildx; do
  unpack "$package" "$work/unpacked"
  cp "$work/unpacked/usr/libexec/docker/cli-plugins/$package" "$folder/cli-plugins/"
done
trixie=$folder/trixie
for package in docker-cli docker-registry skopeo libc6 libgpgme11t64 libassuan9 libgpg-error0 libsqlite3-0; do unpack "$package" "$trixie"; done
for program in docker docker-registry skopeo; do
  printf '#!/bin/sh\nexec %s/usr/lib64/ld-linux-x86-64.so.2 --library-path %s/usr/lib/x86_64-linux-gnu %s/usr/bin/%s "$@"\n' \
    "$trixie" "$trixie" "$trixie" "$program" > "$folder/bin/$program"
  chmod +x "$folder/bin/$program"
done
command -v docker > /dev/null && rm "$folder/bin/docker" # the machine's own is used
if grep -q bookworm /etc/os-release; then
  mkdir -p "$work/bookworm"
  (cd "$work/bookworm" && apt-get download -qq skopeo libgpgme11 libassuan0 libdevmapper1.02.1 2> /dev/null) || true
  for package in "$work"/bookworm/*.deb; do dpkg -x "$package" "$folder/bookworm"; done
  printf '#!/bin/sh\nLD_LIBRARY_PATH=%s/usr/lib/x86_64-linux-gnu:%s/lib/x86_64-linux-gnu exec %s/usr/bin/skopeo "$@"\n' "$folder/bookworm" "$folder/bookworm" "$folder/bookworm" > "$folder/bin/skopeo-old"
  chmod +x "$folder/bin/skopeo-old"
fi
if command -v npm > /dev/null; then npm install --silent --no-fund --no-audit --ignore-scripts --prefix "$folder" dockerode@5 || echo "no dockerode"; fi
ansible() { # ansible-core, and of the big package of collections only the one that speaks to docker and what it stands on
  python3 -m venv "$folder/ansible" && "$folder/ansible/bin/pip" install --quiet --no-compile ansible-core requests &&
    "$folder/ansible/bin/pip" download --quiet --no-deps --dest "$work/packages" ansible &&
    "$folder/ansible/bin/python" - "$work/packages" << 'PYTHON' && ln -sfn "$folder/ansible/bin/ansible-playbook" "$folder/bin/ansible-playbook"
import pathlib, sys, sysconfig, zipfile
[wheel] = pathlib.Path(sys.argv[1]).glob("ansible-*.whl")
wanted = tuple(f"ansible_collections/community/{name}/" for name in ("docker", "library_inventory_filtering_v1"))
with zipfile.ZipFile(wheel) as archive:
    archive.extractall(sysconfig.get_path("purelib"), [name for name in archive.namelist() if name.startswith(wanted)])
PYTHON
}
ansible || echo "no ansible"
touch "$folder/complete"
ls "$folder/cli-plugins" "$folder/bin"
