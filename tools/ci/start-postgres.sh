#!/bin/sh
# Starts a PostgreSQL of its own in a folder, on a free port of the loopback, and prints the URL that
# the tests need (TEST_POSTGRES_URL). It runs until it is stopped or the machine is.
#
#   tools/ci/start-postgres.sh [FOLDER]      default: .work/postgres
set -eu

mkdir -p "${1:-.work/postgres}"
folder=$(cd "${1:-.work/postgres}" && pwd)
bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')

# PostgreSQL refuses to run as root.
as_owner() { "$@"; }
if [ "$(id -u)" = 0 ]; then
  folder=/var/tmp/docport-postgres-$port
  install -d -o postgres -m 700 "$folder"
  as_owner() { runuser -u postgres -- "$@"; }
fi

as_owner "$bin/initdb" -D "$folder/data" -U docport -A trust -E UTF8 --no-sync >/dev/null
as_owner "$bin/pg_ctl" -D "$folder/data" -l "$folder/log" -w -s \
  -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off -c max_connections=200" start >/dev/null
echo "postgres://docport@127.0.0.1:$port/postgres"
