#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Everything that must hold before a change is handed in. Ends with one line: N passed, N failed.
set -uo pipefail
cd "$(dirname "$0")"
. tools/house.sh

logs=$PWD/build/test-logs
all_stages="packages checkers release web debug tidy sample asan postgres fuzz blackbox blackbox-pg"

usage() {
    cat <<END
./test.sh             everything (about half an hour on two cores)
./test.sh STAGE…      only these: $all_stages
./test.sh quick       checkers release web debug blackbox

Logs are kept in build/test-logs/, pages and papers of the browser tests in tests/artefacts/.
END
}

P=0 F=0 # of the running stage

# One thing that holds or does not: it "name" command…
it() {
    local name=$1
    shift
    if "$@"; then
        echo "ok      $name"
        P=$((P + 1))
    else
        echo "NOT OK  $name"
        F=$((F + 1))
    fi
}

# What must work before the rest of a stage makes sense.
need() {
    local name=$1
    shift
    ("$@") && return 0
    echo "NOT OK  $name"
    F=$((F + 1))
    return 1
}

# Counts that a runner printed. Both kinds of lines: "12 passed, 1 failed" and node's "# pass 12", vitest's "Tests  12 passed | 1 failed".
add_counts() {
    local passed failed
    read -r passed failed < <(awk '
        { gsub(/\033\[[0-9;]*m/, "") }
        /^[0-9]+ passed, [0-9]+ failed/ { p += $1; f += $3 }
        /^(#|ℹ) pass [0-9]+$/ { p += $3 }
        /^(#|ℹ) (fail|cancelled) [0-9]+$/ { f += $3 }
        /^ *(Tests|Test Files|Errors) / { for (i = 2; i < NF; i++) {
            if ($(i + 1) == "failed" && $1 == "Tests") f += $i
            if ($(i + 1) == "passed" && $1 == "Tests") p += $i
            if ($(i + 1) == "failed" && $1 == "Test" && $2 == "Files") files = $i
            if ($(i + 1) ~ /^errors?$/) f += $i } }
        END { if (files && !f) f = files; print p + 0, f + 0 }' "$1")
    P=$((P + passed))
    F=$((F + failed))
}

# A runner with its own counts: counted "name" command…
counted() {
    local name=$1 before=$((P + F)) failed=$F out code
    shift
    out=$(mktemp)
    "$@" 2>&1 | tee "$out"
    code=${PIPESTATUS[0]}
    add_counts "$out"
    rm -f "$out"
    if [ "$code" != 0 ] && [ "$F" = "$failed" ] || [ $((P + F)) = "$before" ]; then
        echo "NOT OK  $name: exit code $code without a count"
        F=$((F + 1))
    fi
}

# Every cmocka case counts; a test program that fails without naming a case counts as one.
run_ctest() {
    local build=$1 log=$1/Testing/Temporary/LastTest.log broken
    shift
    rm -f "$log"
    ctest --test-dir "$build" -j2 --output-on-failure --no-tests=error "$@" | tee "$build/ctest.out"
    broken=$(sed -n 's/.*tests passed, \([0-9]*\) tests\{0,1\} failed out of.*/\1/p' "$build/ctest.out")
    if [ ! -s "$log" ] || [ -z "$broken" ]; then
        echo "NOT OK  ctest did not run to its end"
        F=$((F + 1))
        return
    fi
    local passed failed said
    read -r passed failed said < <(awk '
        /\[       OK \]/ { ok++ }
        /\[  FAILED  \] [0-9]+ test\(s\)/ { failed += $4; said++ }
        END { print ok + 0, failed + 0, said + 0 }' "$log")
    P=$((P + passed))
    F=$((F + failed + (broken > said ? broken - said : 0)))
}

# ---- the stages ----

stage_packages() {
    it "Debian packages" install_quietly
    it "Node.js" sub check_node
}
sub() { ("$@"); }
install_quietly() { (install_packages tools/packages.txt tools/packages-test.txt); }

check_format() {
    local file bad=0
    while read -r file; do
        clang-format --dry-run -Werror "$file" >/dev/null 2>&1 && continue
        echo "error: $file is not laid out: clang-format -i $file"
        bad=1
    done < <(git ls-files 'src/*.c' 'src/*.h' 'docs/*.c' 'docs/*.h')
    return $bad
}

# This cppcheck does not read __VA_OPT__, so it is given a copy of the sources in which the macros do without.
check_cppcheck() {
    rm -rf build/lint && mkdir -p build/lint && cp -r src build/lint/ || return 1
    grep -rl __VA_OPT__ build/lint/src |
        xargs sed -i -E 's/__VA_OPT__\(, \) ?__VA_ARGS__/, ##__VA_ARGS__/g; s/__VA_OPT__\(, \) ?(\{0\}|STR_NONE)?//g'
    (cd build/lint && cppcheck --library=../../tools/cppcheck.cfg --suppressions-list=../../tools/cppcheck.txt \
        --enable=warning,performance,portability --inline-suppr --std=c11 -q -j2 -Isrc --error-exitcode=1 \
        --template='{file}:{line}: {severity}: {message} [{id}]' src)
}

stage_checkers() {
    it "layers" tools/check-layers
    it "style" tools/check-style
    it "words" tools/check-words
    it "glossary" tools/check-glossary
    it "layout (clang-format)" check_format
    it "cppcheck" check_cppcheck
    counted "the checkers find what is planted" node --test tests/house/
    counted "gen-api" node --test tools/gen-api/
}

stage_web() {
    [ -x build/release/anze ] || need "programs" build_all || return
    need "npm ci" install_npm web || return
    need "types of the interface" make_types release || return
    it "types" npm --prefix web run --silent check
    counted "unit tests" npm --prefix web test --silent -- --no-color
}

describe() { build/debug/anze describe --openapi >build/openapi.json && tools/check-words . build/openapi.json; }

stage_debug() {
    need "build" build_program debug || return
    it "names" tools/check-names build/debug
    it "labels of every field and value" describe
    run_ctest build/debug
}

# What was good stays good until it is compiled anew: its object is younger then than the mark.
tidy() {
    local file mark object
    git ls-files 'src/*.c' | grep -v -E '_(test|fuzz)\.c$' | while read -r file; do
        mark=build/tidy/${file//\//.}
        object=$(echo build/debug/CMakeFiles/*.dir/"$file".o)
        [ "$mark" -nt "${object%% *}" ] && [ "$mark" -nt .clang-tidy ] || printf '%s\0%s\0' "$file" "$mark"
    done | xargs -0 -r -P2 -n2 sh -c 'clang-tidy -p build/debug --quiet "$0" 2>/dev/null && touch "$1"'
}

stage_tidy() {
    [ -f build/debug/compile_commands.json ] || need "build" build_program debug || return
    mkdir -p build/tidy
    it "clang-tidy" tidy
}

stage_release() {
    rm -f build/web.sum # the pages are built anew, not taken from before
    it "programs and pages" sub build_all
}

stage_sample() { it "the sample capability builds and passes its tests" docs/sample-capability/build.sh; }

stage_asan() {
    need "build" build_program asan || return
    ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 \
        run_ctest build/asan
}

stage_postgres() {
    [ -x build/debug/anze ] || need "build" build_program debug || return
    local tests
    tests=$(grep -l ANZE_TEST_PG build/debug/*_test | xargs -r -n1 basename | paste -sd'|')
    if [ -z "$tests" ]; then
        it "there are tests that know PostgreSQL" false
        return
    fi
    # run_ctest counts from ctest's own log, so only the program is wrapped.
    ctest() { tests/pg.sh "$(type -P ctest)" "$@"; }
    run_ctest build/debug -R "^($tests)\$" --timeout 600
    unset -f ctest
}

stage_fuzz() {
    need "build" build_program fuzz || return
    local one name corpus any=0
    for one in build/fuzz/*_fuzz; do
        [ -x "$one" ] || continue
        any=1
        name=$(basename "$one")
        corpus=build/fuzz/corpus/$name
        mkdir -p "$corpus" build/fuzz/found
        it "$name: corpus" "$one" -runs=0 -rss_limit_mb=2048 "tests/fuzz/$name"
        it "$name: ${ANZE_FUZZ_SECONDS:-10} s" "$one" -max_total_time="${ANZE_FUZZ_SECONDS:-10}" -timeout=20 -rss_limit_mb=2048 \
            -print_final_stats=1 -artifact_prefix=build/fuzz/found/ "$corpus" "tests/fuzz/$name"
    done
    [ "$any" = 1 ] || it "fuzz targets" false
}

stage_blackbox() {
    [ -x build/release/anze ] || need "programs" build_all || return
    need "npm ci" install_npm tests || return
    it "types" npm --prefix tests run --silent check
    CI=1 ANZE_BIN=$PWD/build/release counted "suites" npm --prefix tests test --silent -- --no-color
}

stage_blackbox_pg() {
    [ -x build/release/anze ] || need "programs" build_all || return
    need "npm ci" install_npm tests || return
    CI=1 ANZE_BIN=$PWD/build/release ANZE_SUITE=api counted "API on PostgreSQL" tests/pg.sh npm --prefix tests test --silent -- --no-color
}

# ---- running them ----

case ${1:-} in
help | -h | --help)
    usage
    exit 0
    ;;
quick) set -- checkers release web debug blackbox ;;
'') set -- $all_stages ;;
esac
for stage in "$@"; do
    case " $all_stages " in
    *" $stage "*) ;;
    *)
        usage >&2
        exit 2
        ;;
    esac
done

mkdir -p "$logs"
total_passed=0 total_failed=0 begun=$SECONDS
for stage in "$@"; do
    P=0 F=0 start=$SECONDS
    printf '%-12s ' "$stage"
    "stage_${stage//-/_}" >"$logs/$stage.log" 2>&1 </dev/null
    # A stage that counted nothing did not run.
    [ $((P + F)) -gt 0 ] || F=1
    printf '%6d passed %4d failed %6d s\n' "$P" "$F" $((SECONDS - start))
    if [ "$F" -gt 0 ]; then
        grep -n -E '^NOT OK|^\[  FAILED  \] [a-z_]|\*\*\*(Failed|Exception|Timeout)|^ *(FAIL|×|✗|✖) |^not ok|error:|: (warning|error): |^anze: ' \
            "$logs/$stage.log" | head -n 25 | cut -c1-240 | sed 's/^/    /'
        echo "    the whole log: build/test-logs/$stage.log"
    fi
    total_passed=$((total_passed + P)) total_failed=$((total_failed + F))
done
echo "took $(((SECONDS - begun) / 60)) min $(((SECONDS - begun) % 60)) s"
echo "$total_passed passed, $total_failed failed"
[ "$total_failed" = 0 ]
