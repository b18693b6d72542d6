/* SPDX-License-Identifier: Apache-2.0
 *
 * work: what every parser of anze-paper is given: the input as a stream of UTF-8, an arena, a place to emit
 * frames, and one fault. Nothing here touches a file name; a test or a fuzzer gives bytes in memory and its
 * own emit function.
 */
#ifndef ANZE_HELPERS_PAPER_WORK_H
#define ANZE_HELPERS_PAPER_WORK_H

#include <iconv.h>
#include "helpers/paper_wire.h"

enum paper_encoding {
    PAPER_UTF8,
    PAPER_GB18030, /* also for GBK and GB2312: it contains them */
    PAPER_UTF16LE,
    PAPER_UTF16BE,
    PAPER_LATIN1,
    PAPER_BIG5,
    PAPER_ENCODINGS,
};

struct paper_work {
    struct arena *arena;
    void (*emit)(struct paper_work *work, uint8_t kind, struct str body);
    void *context;   /* of emit */
    struct buf body; /* scratch for the frame being made */

    /* input: a file descriptor that can seek, or memory */
    int fd;
    struct str memory;
    int64_t at, bytes; /* raw bytes read so far; of the whole file */

    /* text */
    enum paper_encoding encoding;
    iconv_t converters[PAPER_ENCODINGS]; /* opened before the sandbox closes: loading one needs files */
    char raw[65536];
    size_t raw_at, raw_end;
    bool raw_eof;

    /* the fault, when a function returned an error */
    enum err word;
    const char *key;
    int64_t row;
    struct str args[CALL_FAULT_ARGS];
    size_t many_args;
};

/* fd or memory; opens the converters. The work owns nothing but the converters and body. */
void paper_work_open(struct paper_work *work, struct arena *arena, int fd, struct str memory);
void paper_work_close(struct paper_work *work);
/* Raw bytes from the current place; 0 at the end, -1 on a read error. */
ptrdiff_t paper_work_read(struct paper_work *work, void *at, size_t len);
void paper_work_rewind(struct paper_work *work);
/* Up to len raw bytes from the start; the place is then again the start. */
size_t paper_work_peek(struct paper_work *work, char *at, size_t len);

/* Records the fault and returns word. row: line or row, 0 unknown. */
enum err paper_work_fail(struct paper_work *work, enum err word, const char *key, int64_t row,
                         struct str arg0, struct str arg1);

/* Decides the encoding (BOM, the encoding that XML declares, else UTF-8 when the whole file is valid UTF-8,
 * else GB18030) and goes to the first byte of text. `declared` may be STR_NONE. */
MUST_USE enum err paper_text_open(struct paper_work *work, struct str declared);
/* Bytes of UTF-8 text; *ret_len 0 at the end. Bytes that do not belong to the encoding and NULs are faults
 * with their line. */
MUST_USE enum err paper_text_read(struct paper_work *work, char *at, size_t len, size_t *ret_len);
const char *paper_encoding_name(enum paper_encoding encoding);

#endif
