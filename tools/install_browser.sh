#!/bin/sh
# node, npm and Chromium for the page and its tests, where apt can give them. Nothing is done where they are there.
set -eu
command -v node > /dev/null && command -v npm > /dev/null && command -v chromium > /dev/null && exit 0
apt-get update -qq > /dev/null
apt-get install -y -qq --no-install-recommends nodejs npm chromium > /dev/null
