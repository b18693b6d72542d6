/* SPDX-License-Identifier: Apache-2.0 */
#include "helpers/paper/fuzz_work.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    fuzz_run(bytes, len, paper_marks_read);
    return 0;
}
