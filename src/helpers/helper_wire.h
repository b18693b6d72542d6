/* SPDX-License-Identifier: Apache-2.0
 *
 * helper_wire: what both ends of a helper's pipe agree on. A frame is a 32-bit little-endian length of all
 * that follows, a kind (1 byte), and fields.
 */
#ifndef ANZE_HELPERS_HELPER_WIRE_H
#define ANZE_HELPERS_HELPER_WIRE_H

#define HELPER_HEAD 5 /* length and kind */

enum helper_kind {
    HELPER_KIND_FAULT = 251, /* ends the job: nothing was done */
    HELPER_KIND_DONE = 252,  /* ends the job: all was delivered */
};

enum helper_fault_tag {
    HELPER_FAULT_WORD = 1,
    HELPER_FAULT_KEY = 2,
    HELPER_FAULT_ROW = 3,
    HELPER_FAULT_ARG = 4, /* up to CALL_FAULT_ARGS times, in order; empty ones as one blank */
};

#endif
