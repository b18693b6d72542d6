/* SPDX-License-Identifier: Apache-2.0
 * Every scanner format: the format is told by the content, so one target reaches them all. */
#include "helpers/paper/fuzz_work.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    fuzz_run(bytes, len, paper_scan_read);
    return 0;
}
