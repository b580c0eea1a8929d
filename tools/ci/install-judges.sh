#!/bin/sh
# Puts the independent judges that Debian's stable suites have too old into a folder: Pebble with ARI
# and profiles, testssl.sh with a grade. They come from the suite that has them, without touching the
# system: apt works on a configuration, lists and cache of its own inside that folder. Prints the
# folder with the programs.
#
#   tools/ci/install-judges.sh [FOLDER]      default: .work/judges
#   JUDGES_SUITE                             default: sid
set -eu

suite=${JUDGES_SUITE:-sid}
mkdir -p "${1:-.work/judges}"
folder=$(cd "${1:-.work/judges}" && pwd)
bin="$folder/root/usr/bin"

if [ -x "$bin/pebble" ] && [ -x "$bin/pebble-challtestsrv" ] && [ -x "$bin/testssl" ]; then
  echo "$bin"
  exit 0
fi

# The archive is the one that this machine has its own suite from.
codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
uri=$(apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
  awk -v codename="$codename" '$1 == codename && $2 == "main" { print $3; exit }')
if [ -z "$uri" ]; then
  echo "install-judges: no apt source has $codename/main" >&2
  exit 1
fi

mkdir -p "$folder/lists/partial" "$folder/cache/archives/partial" "$folder/parts"
: > "$folder/status"
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
options=""
if [ -f "$keyring" ]; then options="[signed-by=$keyring] "; fi
echo "deb $options$uri $suite main" > "$folder/sources.list"

apt_get() {
  apt-get -qq \
    -o Dir::Etc::SourceList="$folder/sources.list" -o Dir::Etc::SourceParts="$folder/parts" \
    -o Dir::State::Lists="$folder/lists" -o Dir::State::Status="$folder/status" \
    -o Dir::Cache="$folder/cache" -o APT::Sandbox::User=root -o Acquire::Languages=none "$@"
}

apt_get update >&2
(cd "$folder" && rm -f ./*.deb && apt_get download pebble testssl.sh >&2)
for package in "$folder"/*.deb; do dpkg -x "$package" "$folder/root"; done
rm -rf "$folder/lists" "$folder/cache" "$folder"/*.deb
echo "$bin"
