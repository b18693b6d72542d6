# SPDX-License-Identifier: Apache-2.0
# What run.sh and test.sh share: packages, the browser side, the release build. Sourced from the top of the tree.

say() { printf '%s\n' "anze: $*"; }
fail() {
    printf '%s\n' "anze: $*" >&2
    exit 1
}

# The packages of the lists that are not installed. A newer Node.js than Debian's brings its own npm, so these two are
# looked for as commands.
missing_packages() {
    for package in $(cat "$@"); do
        case $package in
        nodejs) command -v node >/dev/null 2>&1 && continue ;;
        npm) command -v npm >/dev/null 2>&1 && continue ;;
        esac
        case $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) in
        installed) ;;
        *) echo "$package" ;;
        esac
    done
}

install_packages() {
    if ! command -v dpkg-query >/dev/null 2>&1; then
        say "this is not a Debian system: the packages of $* must be there already"
        return 0
    fi
    missing=$(missing_packages "$@")
    [ -n "$missing" ] || return 0
    as=
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null 2>&1 ||
            fail "these packages are missing, and there is no sudo to install them. As root:  apt-get install" $missing
        as="sudo -n"
        $as true 2>/dev/null || as=sudo
    fi
    say "installing" $missing
    mkdir -p build
    log=build/packages.log
    quiet="env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0"
    : >"$log"
    # The lists of a fresh system are empty, those of an old one may name versions that are gone.
    $as $quiet install --no-install-recommends $missing >>"$log" 2>&1 </dev/null && return 0
    $as $quiet update >>"$log" 2>&1 </dev/null ||
        fail "apt-get update failed, see $log: $(tail -n 1 "$log")"
    $as $quiet install --no-install-recommends $missing >>"$log" 2>&1 </dev/null ||
        fail "apt-get install failed, see $log: $(grep '^E:' "$log" | tail -n 1)"
}

check_node() {
    command -v node >/dev/null 2>&1 || fail "node is missing (package nodejs, 18.19 or newer)"
    node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 18 || (a === 18 && b >= 13) ? 0 : 1)' ||
        fail "Node.js $(node --version) is too old: 18.13 or newer is needed"
}

# $1: a folder with package.json. npm ci, when the lock file is not the one that was installed.
install_npm() {
    want=$(cksum <"$1/package-lock.json")
    have=$(cat "$1/node_modules/.anze-lock" 2>/dev/null || true)
    [ "$want" = "$have" ] && return 0
    say "npm ci in $1"
    mkdir -p build
    log=$PWD/build/npm-$(basename "$1").log
    (cd "$1" && npm ci --no-audit --no-fund --no-progress --loglevel=error) >"$log" 2>&1 </dev/null || {
        tail -n 15 "$log" >&2
        fail "npm ci in $1 failed; the whole log is $log. It needs the network once, for the libraries of $1/package-lock.json"
    }
    printf '%s\n' "$want" >"$1/node_modules/.anze-lock"
}

# One number for everything that the browser side is built from.
web_sources() {
    find web -path web/node_modules -prune -o -path web/dist -prune -o -type f -print | LC_ALL=C sort |
        while read -r file; do cksum "$file"; done | cksum
}

# The types of the browser side are what the program says of itself. Needs the program of preset $1. Written only when
# they changed, so that an unchanged browser side is not built again.
make_types() {
    check_node
    types=web/src/api/types.gen.ts
    "build/$1/anze" describe --openapi >build/openapi.json || fail "anze describe fails"
    node tools/gen-api/gen-api.mjs build/openapi.json build/types.gen.ts || fail "the types of the browser side cannot be written"
    cmp -s build/types.gen.ts "$types" || cp build/types.gen.ts "$types"
}

build_web() {
    [ -f web/package.json ] || fail "web/ is missing: this is not a whole tree"
    have=$(cat build/web.sum 2>/dev/null || true)
    if [ -f web/dist/index.html ] && [ "$(web_sources)" = "$have" ]; then
        return 0
    fi
    check_node
    install_npm web
    say "building the browser side"
    mkdir -p build
    (cd web && npm run --silent build) >build/web.log 2>&1 </dev/null || {
        tail -n 25 build/web.log >&2
        fail "the browser side does not build; the whole log is build/web.log"
    }
    web_sources >build/web.sum
}

# $1: preset; further words: targets.
build_program() {
    preset=$1
    shift
    mkdir -p build
    cmake --preset "$preset" >"build/cmake-$preset.log" 2>&1 || {
        tail -n 20 "build/cmake-$preset.log" >&2
        fail "cmake failed; the whole log is build/cmake-$preset.log"
    }
    # Cheap to ask, and "building" with nothing to build would be noise.
    case $(ninja -C "build/$preset" -n "$@" 2>/dev/null) in
    *"no work to do"*) return 0 ;;
    esac
    say "building $preset"
    ninja -C "build/$preset" "$@" >"build/ninja-$preset.log" 2>&1 || {
        grep -A 12 -E '^FAILED|error:' "build/ninja-$preset.log" | head -n 40 >&2
        fail "the program does not build; the whole log is build/ninja-$preset.log"
    }
}

# The programs with their pages. The browser side is made from what the program says of its interface, and is then
# built into the program.
build_all() {
    build_program release anze anze-paper anze-press
    make_types release
    build_web
    build_program release anze
}
