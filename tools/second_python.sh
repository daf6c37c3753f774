#!/bin/sh
# Print the newest Python of 3.11 to 3.14 on this machine that is of another version than the one named: second_python.sh PYTHON
# It looks on PATH and among pyenv's. Fails, and says so, where there is none.
set -eu
first=$("${1:?which Python is the first}" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
for wanted in 3.14 3.13 3.12 3.11; do
  [ "$wanted" = "$first" ] && continue
  for candidate in "python$wanted" "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$wanted".*/bin/python; do
    version=$("$candidate" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2> /dev/null) || continue
    if [ "$version" = "$wanted" ]; then
      command -v "$candidate"
      exit 0
    fi
  done
done
echo "no Python of 3.11 to 3.14 beside $first on this machine" >&2
exit 1
