#!/bin/sh
# Print the Pythons of 3.11 to 3.14 on this machine, one of each version, on PATH or among pyenv's: VERSION PATH a line.
# Says on standard error which there are none of.
set -eu
for wanted in 3.11 3.12 3.13 3.14; do
  found=
  for candidate in "python$wanted" "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$wanted".*/bin/python; do
    version=$("$candidate" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2> /dev/null) || continue
    if [ "$version" = "$wanted" ]; then
      found=$(command -v "$candidate")
      break
    fi
  done
  if [ -n "$found" ]; then
    echo "$wanted $found"
  else
    echo "no Python $wanted on this machine" >&2
  fi
done
