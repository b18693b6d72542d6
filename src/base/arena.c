/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. A chain of blocks, newest first; allocation bumps an offset in the newest one. A block that is
 * asked for doubles the last size up to BLOCK_MOST; something larger than that gets a block of its own, put
 * behind the newest so that the room left there is not lost. The arena's own record sits at the start of the
 * first block, which reset keeps. Under AddressSanitizer the unused part of each block is poisoned.
 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"

#if defined(__SANITIZE_ADDRESS__)
#define WITH_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ASAN 1
#endif
#endif
#ifdef WITH_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(at, len)   ASAN_POISON_MEMORY_REGION((at), (len))
#define UNPOISON(at, len) ASAN_UNPOISON_MEMORY_REGION((at), (len))
#else
#define POISON(at, len)   ((void)0)
#define UNPOISON(at, len) ((void)0)
#endif

#define BLOCK_FIRST 8192
#define BLOCK_MOST  (1024 * 1024)
#define ALIGN       alignof(max_align_t)

struct block {
    struct block *older;
    size_t size, used; /* both count the bytes after this header */
};

struct deferred {
    struct deferred *older;
    void (*release)(void *);
    void *thing;
};

struct arena {
    struct block *newest, *first;
    struct deferred *deferred;
    size_t max, held, used, next_size;
};

static size_t round_up(size_t bytes)
{
    return (bytes + ALIGN - 1) & ~(ALIGN - 1);
}

static char *block_bytes(struct block *block)
{
    return (char *)block + round_up(sizeof(struct block));
}

static struct block *new_block(size_t size)
{
    struct block *block = malloc(round_up(sizeof(struct block)) + size);
    if (!block)
        log_abort("out of memory: %zu bytes", size);
    *block = (struct block){NULL, size, 0};
    POISON(block_bytes(block), size);
    return block;
}

static void free_block(struct block *block)
{
    UNPOISON(block_bytes(block), block->size);
    free(block);
}

/* Places the arena's record at the start of its first block. */
static struct arena *settle(struct block *first, size_t max_bytes)
{
    first->older = NULL;
    first->used = round_up(sizeof(struct arena));
    UNPOISON(block_bytes(first), first->used);
    struct arena *arena = (struct arena *)(void *)block_bytes(first);
    *arena = (struct arena){first, first, NULL, max_bytes, first->size, 0, BLOCK_FIRST * 2};
    return arena;
}

struct arena *arena_new(size_t max_bytes)
{
    return settle(new_block(BLOCK_FIRST), max_bytes);
}

/* Deferred functions may still read what else the arena holds, so they all run before any block goes. */
static void release_all(struct arena *arena)
{
    while (arena->deferred) {
        struct deferred *one = arena->deferred;
        arena->deferred = one->older;
        one->release(one->thing);
    }
    struct block *first = arena->first;
    for (struct block *block = arena->newest; block;) {
        struct block *older = block->older;
        if (block != first)
            free_block(block);
        block = older;
    }
}

void arena_free(struct arena *arena)
{
    if (!arena)
        return;
    struct block *first = arena->first;
    release_all(arena);
    free_block(first);
}

void arena_reset(struct arena *arena)
{
    struct block *first = arena->first;
    size_t max = arena->max;
    release_all(arena);
    POISON(block_bytes(first), first->size);
    settle(first, max);
}

static struct block *add_block(struct arena *arena, size_t bytes)
{
    bool own = bytes > BLOCK_MOST / 4;
    size_t size = own ? bytes : arena->next_size;
    if (size < bytes)
        size = round_up(bytes * 2);
    struct block *block = new_block(size);
    arena->held += size;
    if (own) {
        block->older = arena->newest->older;
        arena->newest->older = block;
        return block;
    }
    if (arena->next_size < BLOCK_MOST)
        arena->next_size *= 2;
    block->older = arena->newest;
    arena->newest = block;
    return block;
}

void *arena_alloc(struct arena *arena, size_t bytes)
{
    if (bytes > arena->max || arena->used + bytes > arena->max)
        log_abort("arena passed its maximum: %zu used, %zu asked, %zu allowed", arena->used, bytes,
                  arena->max);
    size_t room = round_up(bytes ? bytes : 1);
    struct block *block = arena->newest;
    if (block->size - block->used < room)
        block = add_block(arena, room);
    void *at = block_bytes(block) + block->used;
    block->used += room;
    arena->used += room;
    UNPOISON(at, bytes);
    memset(at, 0, bytes);
    return at;
}

void arena_defer(struct arena *arena, void (*release)(void *), void *thing)
{
    struct deferred *one = ARENA_NEW(arena, struct deferred);
    *one = (struct deferred){arena->deferred, release, thing};
    arena->deferred = one;
}

size_t arena_used(const struct arena *arena)
{
    return arena->used;
}

void arena_free_cleanup(struct arena **arena)
{
    arena_free(*arena);
}
