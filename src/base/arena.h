/* SPDX-License-Identifier: Apache-2.0
 *
 * arena: memory that belongs to a request or a job and goes with it.
 *
 * Nothing in domain code calls malloc or free. An arena never returns NULL: when the machine is out of
 * memory, or when the arena passes its maximum, the process logs and aborts (the ledger and the database are
 * crash-safe; a half-served request is not worth continuing). Inputs are bounded before they get here.
 * Not thread-safe: one arena belongs to one thread at a time.
 */
#ifndef ANZE_BASE_ARENA_H
#define ANZE_BASE_ARENA_H

#include <stddef.h>

struct arena;

/* max_bytes: the most this arena may ever hold. Free with arena_free (or the ARENA cleanup local). */
struct arena *arena_new(size_t max_bytes);
void arena_free(struct arena *arena);  /* NULL is fine; runs the deferred functions, newest first */
void arena_reset(struct arena *arena); /* as arena_free + arena_new, keeping the first block */

/* Zeroed, aligned for any type; valid until the arena is reset or freed. */
void *arena_alloc(struct arena *arena, size_t bytes);
/* Runs release(thing) when the arena is reset or freed. */
void arena_defer(struct arena *arena, void (*release)(void *), void *thing);
size_t arena_used(const struct arena *arena);

#define ARENA_NEW(arena, type)         ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, many) ((type *)arena_alloc((arena), sizeof(type) * (size_t)(many)))

void arena_free_cleanup(struct arena **arena);
/* ARENA(name, max): a local arena that is freed when the scope ends. */
#define ARENA(name, max_bytes)                                                                               \
    __attribute__((cleanup(arena_free_cleanup))) struct arena *name = arena_new(max_bytes)

#endif
