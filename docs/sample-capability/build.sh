#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Puts the sample capability where a capability goes, in a copy of the tree, and does what a contributor would do:
# configure, build, run its tests, hold it against the checkers.
set -eu
cd "$(dirname "$0")/../.."
scratch=build/sample
rm -rf $scratch/tree
mkdir -p $scratch/tree/src/domain $scratch/tree/web
cp -rp CMakeLists.txt CMakePresets.json cmake packs tools src $scratch/tree/
rm -rf $scratch/tree/src/domain/sample
mkdir $scratch/tree/src/domain/sample
(cd docs/sample-capability && cp -rp README.md ./*.c ./*.h steps words ../../$scratch/tree/src/domain/sample/)
cd $scratch/tree
tools/check-layers . && tools/check-words .
cmake --preset debug -B ../build >../cmake.log 2>&1 || { tail -n 20 ../cmake.log; exit 1; }
ninja -C ../build sample_test anze >../ninja.log 2>&1 || { grep -A 12 -E 'FAILED|error:' ../ninja.log; exit 1; }
../../../tools/check-names ../build
ctest --test-dir ../build -R '^sample_test$' --output-on-failure --no-tests=error
../build/anze describe --openapi | grep -q '"/api/sample-calls"' || { echo "the program does not have its routes"; exit 1; }
