#!/bin/sh
# Runs a command in a network of its own: the loopback only, every port free (80 and 443 too), and an
# /etc/hosts of its own, so that a CA which validates on the real ports can be tested without touching
# the machine. Needs root, or a kernel that allows user namespaces; exits with 77 where neither is.
#
#   tools/ci/own-network.sh COMMAND [ARGUMENT...]
set -eu

enter="unshare --net --mount"
[ "$(id -u)" = 0 ] || enter="unshare --map-root-user --net --mount"
$enter true 2>/dev/null || {
  echo "own-network: this needs root or user namespaces" >&2
  exit 77
}

hosts=$(mktemp)
trap 'rm -f "$hosts"' EXIT
echo "127.0.0.1 localhost docs.example.test www.example.test" > "$hosts"
# shellcheck disable=SC2016
OWN_NETWORK=1 $enter sh -euc \
  'mount --bind "$0" /etc/hosts; ip link set lo up; exec "$@"' "$hosts" "$@"
