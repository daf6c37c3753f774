#!/bin/sh
# node, npm and Chromium for the page and its tests, where apt can give them. What is there already stays as it is: a node
# from elsewhere and Debian's npm exclude each other.
set -eu
wanted=""
command -v node > /dev/null || wanted="nodejs"
command -v npm > /dev/null || wanted="$wanted npm"
command -v chromium > /dev/null || wanted="$wanted chromium"
test -n "$wanted" || exit 0
apt-get update -qq > /dev/null
apt-get install -y -qq --no-install-recommends $wanted > /dev/null
