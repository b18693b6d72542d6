#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Starts a throw-away PostgreSQL in a temporary folder, runs the given command with ANZE_TEST_PG set to its address, and stops it.
#     tests/pg.sh ctest --test-dir build/debug
# Needs the package postgresql (any version). Existing clusters are neither used nor touched. Root hands the server over to
# the user postgres, since PostgreSQL refuses to run as root; the command itself runs as whoever called.
set -eu

[ $# -gt 0 ] || { echo "usage: tests/pg.sh COMMAND [ARGUMENT…]" >&2; exit 2; }

bin=
for dir in /usr/lib/postgresql/*/bin; do
    [ -x "$dir/initdb" ] && bin=$dir
done
[ -n "$bin" ] || { echo "tests/pg.sh: PostgreSQL is not installed: apt-get install postgresql" >&2; exit 2; }

dir=$(mktemp -d /tmp/anze-pg.XXXXXX)
as=
if [ "$(id -u)" = 0 ]; then
    id postgres >/dev/null 2>&1 || { echo "tests/pg.sh: there is no user postgres to run the server" >&2; exit 2; }
    chown postgres "$dir"
    as="runuser -u postgres --"
fi

stop() {
    code=$?
    trap - EXIT INT TERM HUP
    [ -f "$dir/data/postmaster.pid" ] && (cd / && $as "$bin/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null 2>&1) || true
    rm -rf "$dir"
    exit "$code"
}
trap stop EXIT
trap 'exit 130' INT TERM HUP

# A port by chance; when it is taken the server does not start, and another is tried.
some_port() {
    echo $((20000 + $(od -An -N2 -tu2 /dev/urandom) % 12000))
}

cd /
umask 077
password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
echo "$password" > "$dir/password"
[ -z "$as" ] || chown postgres "$dir/password"
if ! $as "$bin/initdb" -D "$dir/data" -U anze -A scram-sha-256 --pwfile="$dir/password" -E UTF8 --locale=C.UTF-8 \
    >"$dir.log" 2>&1; then
    cat "$dir.log" >&2
    rm -f "$dir.log"
    exit 1
fi
rm -f "$dir.log" "$dir/password"

started=
for attempt in 1 2 3 4 5; do
    port=$(some_port)
    if $as "$bin/pg_ctl" -D "$dir/data" -w -t 30 -l "$dir/data/server.log" \
        -o "-c listen_addresses=127.0.0.1 -p $port -k $dir -c max_connections=60 -c shared_buffers=64MB" start >/dev/null 2>&1; then
        started=1
        break
    fi
done
[ -n "$started" ] || { cat "$dir/data/server.log" >&2; exit 1; }

cd "$OLDPWD"
ANZE_TEST_PG="postgresql://anze:$password@127.0.0.1:$port/postgres"
ANZE_TEST_PG_BIN=$bin ANZE_TEST_PG_DIR=$dir
export ANZE_TEST_PG ANZE_TEST_PG_BIN ANZE_TEST_PG_DIR
code=0
"$@" || code=$?
exit "$code"
