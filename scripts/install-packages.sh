#!/bin/sh
# Install the Debian packages named, where they are missing and can be installed; say so where not.
set -u

command -v dpkg-query >/dev/null 2>&1 || {
    command -v fluidsynth >/dev/null 2>&1 || echo "FluidSynth is missing: see the README for how to install it on this system"
    exit 0
}

missing=""
for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q "install ok installed" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
    as_root=""
elif sudo -n true 2>/dev/null; then
    as_root="sudo"
else
    echo "missing:$missing. To install: sudo apt-get install$missing"
    exit 0
fi

echo "installing$missing"
# shellcheck disable=SC2086 # a list of words each
$as_root apt-get update -qq &&
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null ||
    echo "could not install$missing: MuseGen runs without, see the README"
exit 0
