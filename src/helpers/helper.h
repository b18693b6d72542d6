/* SPDX-License-Identifier: Apache-2.0
 *
 * helper: programs of our own that do one dangerous or heavy thing outside the server, and the frames they
 * talk in.
 *
 * A helper program lies beside the running program (or in /usr/lib/anze) and is started as `<program> <job>
 * [words…]` with an empty environment and these descriptors only: 0  the input: a file opened by the caller,
 * or (no file given) a socket of frames written by the caller 1  frames to the caller 2  dropped (shown only
 * with ANZE_HELPER_STDERR=1) 3  an output file opened by the caller, when one is given The child confines
 * itself (helper_child_confine) before it reads a byte; the parent enforces the wall deadline and the size of
 * a frame, and checks every length it decodes. A helper that dies, lies or is late is an error of the call
 * with a fault on field "file"; nothing it said before is to be kept (the caller's transaction rolls back).
 * ANZE_SANDBOX=off in the server's environment starts helpers without limits and without the system-call
 * filter (sanitizers).
 */
#ifndef ANZE_HELPERS_HELPER_H
#define ANZE_HELPERS_HELPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/call.h"
#include "base/err.h"
#include "base/str.h"

/* ---- the caller's side ---- */

#define HELPER_NO_FD (-1)

struct helper_job {
    const char *program;  /* "anze-paper" */
    const char *job;      /* the first argument, e.g. "scan" */
    const char *words[6]; /* further arguments, NULL-terminated */
    int in_fd;            /* becomes descriptor 0; HELPER_NO_FD: frames by helper_send */
    int out_fd;           /* becomes descriptor 3; HELPER_NO_FD: none */
    int64_t wall_ms;      /* from start to the last frame; 0 means 60,000 */
    size_t frame_max; /* largest frame accepted from the child (it takes that much of call->arena); 0 means 1
                         MiB */
    const char *key_prefix; /* message keys that the child may use in faults, e.g. "paper."; NULL: none */
};

struct helper;

struct helper_frame {
    uint8_t kind;    /* of the job's own list, 1…250 */
    struct str body; /* fields; valid until the next call on this helper */
};

/* ERR_FAILED when the program is not there or cannot be started. Killed and reaped with call->arena at the
 * latest. */
MUST_USE enum err helper_start(struct call *call, const struct helper_job *job, struct helper **ret);
/* One frame to the child, up to 64 MiB (only without in_fd). */
MUST_USE enum err helper_send(struct call *call, struct helper *helper, uint8_t kind, struct str body);
/* Says that no further frame will be sent. */
void helper_send_end(struct helper *helper);
/* The next frame. *ret_end is true once, after the child has said that it is done and has exited with 0.
 * Faults that the child found are recorded on the call and returned as its error word. */
MUST_USE enum err helper_receive(struct call *call, struct helper *helper, struct helper_frame *ret,
                                 bool *ret_end);
/* Kills and reaps now; safe to call twice. */
void helper_stop(struct helper *helper);

/* ---- frames, both sides: a field is tag (1 byte), length (4 bytes, little-endian), bytes ---- */

void helper_put(struct buf *body, uint8_t tag, struct str value); /* an empty value is left out */
void helper_put_int(struct buf *body, uint8_t tag, int64_t value);
/* Cuts the next field off *rest. False at the end; *ret_bad is set when the bytes are no field. */
bool helper_field(struct str *rest, uint8_t *ret_tag, struct str *ret_value, bool *ret_bad);
/* A field written by helper_put_int; 0 when it is not 8 bytes long. */
int64_t helper_int(struct str value);

/* ---- the child's side ---- */

enum helper_filter {
    HELPER_FILTER_PARSE, /* read, write, memory, exit: not one file, socket, process */
    HELPER_FILTER_WRITE, /* the above, and opening files (temporary ones of the XLSX library, fonts); no
                            socket, no process */
};

struct helper_confine {
    enum helper_filter filter;
    size_t memory_bytes; /* address space; 0 means 256 MiB */
    int cpu_seconds;     /* 0 means 60 */
    size_t file_bytes;   /* largest file it may write; 0 means none */
};

/* Limits, no core, no new privileges, death with the parent, the system-call filter. Call after all libraries
 * are set up and before the first byte is read. Exits with 70 when the machine refuses. */
void helper_child_confine(const struct helper_confine *confine);
bool helper_child_sandboxed(void); /* false with ANZE_SANDBOX=off or in a sanitizer build */
/* Sends a frame to the caller; frames are gathered and written in large pieces. Exits when the caller is
 * gone. */
void helper_child_emit(uint8_t kind, struct str body);
/* The next frame from the caller (jobs without in_fd); false at the orderly end. Exits on a broken stream. */
bool helper_child_receive(struct arena *arena, struct helper_frame *ret);
/* Reports a fault and exits: nothing was done. row and column 0 when unknown. Up to 4 args. */
_Noreturn void helper_child_fail(enum err word, const char *key, int64_t row, const struct str *args,
                                 size_t many);
/* Says that everything was delivered, and exits with 0. */
_Noreturn void helper_child_done(void);

#endif
