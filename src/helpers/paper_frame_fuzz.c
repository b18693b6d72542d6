/* SPDX-License-Identifier: Apache-2.0
 * The parent's side: bytes that a taken-over helper might send as the body of a frame, and as a text to look
 * for marks in. */
#include "helpers/paper_mark.h"
#include "helpers/paper_wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct paper_cell cells[PAPER_COLUMNS_MAX];
    const struct str body = {(const char *)bytes, len};
    struct paper_fields fields;
    int64_t row = 0;
    size_t many = 0;
    struct str mark;
    if (paper_decode_row(body, &row, cells, PAPER_COLUMNS_MAX, &many) && many > PAPER_COLUMNS_MAX)
        __builtin_trap();
    (void)paper_decode(body, &fields);
    (void)paper_ranges_have(body, 443);
    if (paper_mark_find(body, true, &mark) && (mark.at < body.at || mark.at + mark.len > body.at + body.len))
        __builtin_trap();
    return 0;
}
