/* SPDX-License-Identifier: Apache-2.0
 *
 * fuzz_work: what the fuzz targets of this room share. Every frame that a parser emits must be one that the
 * front accepts.
 */
#ifndef ANZE_HELPERS_PAPER_FUZZ_WORK_H
#define ANZE_HELPERS_PAPER_FUZZ_WORK_H

#include <stdlib.h>
#include "helpers/paper/jobs.h"

#define FUZZ_ARENA_MAX ((size_t)512 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static inline void fuzz_emit(struct paper_work *work, uint8_t kind, struct str body)
{
    static struct paper_cell cells[PAPER_COLUMNS_MAX];
    struct paper_fields fields;
    int64_t row = 0;
    size_t many = 0;
    bool good = kind == PAPER_KIND_ROW
                    ? paper_decode_row(body, &row, cells, PAPER_COLUMNS_MAX, &many) && row > 0
                    : paper_decode(body, &fields);
    (void)work;
    if (!good || body.len > (size_t)1 << 20)
        abort();
}

/* Runs one job on bytes in memory. A failure must come with a key, a success without. */
static inline void fuzz_run(const uint8_t *bytes, size_t len, enum err (*job)(struct paper_work *work))
{
    static struct paper_work work;
    ARENA(arena, FUZZ_ARENA_MAX);
    paper_work_open(&work, arena, -1, (struct str){(const char *)bytes, len});
    work.emit = fuzz_emit;
    enum err word = job(&work);
    if ((word == ERR_OK) != (work.key == NULL))
        abort();
    paper_work_close(&work);
}

#endif
