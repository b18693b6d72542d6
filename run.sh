#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds anze and serves an example county. `./run.sh help` says more.
set -eu
cd "$(dirname "$0")"
. tools/house.sh

usage() {
    cat <<'END'
./run.sh          install what is missing (Debian packages, as root or by sudo), build, make an example
                  county in ./data if there is none, and serve it on http://127.0.0.1:8080/
./run.sh build    only build: the programs are then in build/release/ (anze, anze-paper, anze-press)
./run.sh help     this text

ANZE_LISTEN=127.0.0.1:9000 ./run.sh     another address
ANZE_DATA=/srv/anze ./run.sh            another data folder

The accounts of the example county are printed when it is made and kept in data/accounts.txt,
which only the owner may read. Ctrl-C ends the server; the data stay.
END
}

build() {
    install_packages tools/packages.txt
    build_all
}

serve() {
    data=${ANZE_DATA:-data}
    listen=${ANZE_LISTEN:-127.0.0.1:8080}
    anze=build/release/anze
    if [ ! -e "$data/anze.db" ]; then
        say "making the example county in $data"
        # A county that is half made would look like a whole one.
        [ ! -e "$data" ] || [ -z "$(ls -A "$data")" ] || fail "$data is there, but holds no anze.db; move it away, or set ANZE_DATA"
        fresh=$data.making.$$
        trap 'rm -rf "$fresh"' EXIT
        trap 'exit 130' INT TERM
        "$anze" demo --data "$fresh" || fail "the example county could not be made"
        [ ! -d "$data" ] || rmdir "$data"
        mv "$fresh" "$data"
        trap - EXIT INT TERM
        say "these accounts are kept in $data/accounts.txt; they are not shown again"
    fi
    say "serving $data on http://$listen/ (Ctrl-C ends it)"
    exec "$anze" serve --data "$data" --listen "$listen"
}

case ${1:-serve} in
serve) build && serve ;;
build) build && say "built build/release/anze" ;;
help | -h | --help) usage ;;
*)
    usage >&2
    exit 2
    ;;
esac
