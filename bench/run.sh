#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Measures anze side by side with other programs; README.md beside this file says what and how to read it.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/house.sh

usage() {
    cat <<'END'
bench/run.sh                 the whole comparison (about a quarter of an hour; the first time longer)
bench/run.sh --scale         a country: 41,000 units, 100,000 systems, 1,000 collections (below ten minutes, making them included)
bench/run.sh --smoke         both on little data, a minute: only to see that they work
    --only=PARTS             some of: start,requests,verify,scan
    --repeats=N --seconds=N  5 and 3 are good for figures that are to be kept (usual: 3 and 3)
    --systems=N --units=N    size of the register (usual: 100000 and 1000)
    --collections=N          with --scale (usual: 1000)
    --nessus-mb=N            size of the generated scanner file (usual: 100)
    --no-directus            leave the peer from npm out
    --fresh                  make the register anew instead of using the one of the last run
    --limit=SECONDS          give up after this time (usual: 3600)
ANZE=/path/to/anze           measure this program instead of building build/release/anze

Results: build/bench/results.md and results.json; with --scale build/bench/scale.md and scale.json
END
}

case " $* " in
*" --help "* | *" -h "*) usage; exit 0 ;;
esac

mkdir -p build/bench
install_packages tools/packages.txt tools/packages-bench.txt
check_node
if [ -z "${ANZE:-}" ]; then
    build_all
fi
cc -O2 -Wall -Wextra -Werror -o build/bench/flush bench/flush.c
cc -O2 -Wall -Wextra -Werror -o build/bench/chain bench/chain.c -lsqlite3 -lgcrypt
cc -O2 -Wall -Wextra -Werror -o build/bench/bare bench/bare.c -lsqlite3
cc -O2 -Wall -Wextra -Werror -o build/bench/sheet bench/sheet.c -lsqlite3 -lxlsxwriter
case " $* " in
*" --scale "*) exec node bench/scale.mjs "$@" ;;
*" --smoke "*)
    node bench/main.mjs "$@"
    exec node bench/scale.mjs "$@"
    ;;
esac
exec node bench/main.mjs "$@"
