/* SPDX-License-Identifier: Apache-2.0
 *
 * press_wire: the frames that anze-press sends. A fault's last argument is its place in the document; the
 * front takes it off again and makes it the fault's field.
 */
#ifndef ANZE_HELPERS_PRESS_WIRE_H
#define ANZE_HELPERS_PRESS_WIRE_H

enum { PRESS_FRAME_BYTES = 1, PRESS_FRAME_REPORT = 2 };
enum { PRESS_TAG_PAGES = 1, PRESS_TAG_MISSING = 2, PRESS_TAG_STANDING_IN = 3 };

#define PRESS_CHUNK ((size_t)256 << 10)

#endif
