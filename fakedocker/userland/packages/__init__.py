"""Package managers that work offline: apk, apt and dpkg, pip, npm, over a small index that comes with fakedocker."""
