/* SPDX-License-Identifier: Apache-2.0 */
#include "helpers/paper/fuzz_work.h"

static enum err read_first(struct paper_work *work)
{
    return paper_sheet_read(work, STR_NONE);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    fuzz_run(bytes, len, read_first);
    return 0;
}
