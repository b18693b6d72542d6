/* SPDX-License-Identifier: Apache-2.0
 *
 * flush FILE BYTES SECONDS: appends BYTES to FILE and calls fdatasync, again and again, and prints how often a second
 * and how long one took. It is the rate at which this disk makes single small writes durable: the yardstick for creates.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TIMES_MAX 4000000

static double now_us(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec * 1e6 + (double)at.tv_nsec / 1e3;
}

static int by_size(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static int fail(const char *what)
{
    fprintf(stderr, "flush: %s: %s\n", what, strerror(errno));
    return 1;
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return fprintf(stderr, "usage: flush FILE BYTES SECONDS\n"), 2;
    size_t bytes = strtoul(argv[2], NULL, 10), many = 0;
    double until = now_us() + strtod(argv[3], NULL) * 1e6, began = now_us(), at = began;
    char *block = calloc(1, bytes);
    float *times = malloc(sizeof(float) * TIMES_MAX);
    int fd = open(argv[1], O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    if (!block || !times || fd < 0)
        return fail(argv[1]);
    memset(block, 'x', bytes);
    while (at < until && many < TIMES_MAX) {
        if (write(fd, block, bytes) != (ssize_t)bytes || fdatasync(fd) != 0)
            return fail(argv[1]);
        double after = now_us();
        times[many++] = (float)(after - at);
        at = after;
    }
    close(fd);
    unlink(argv[1]);
    qsort(times, many, sizeof(float), by_size);
    printf("{\"per_s\":%.0f,\"p50_us\":%.1f,\"p99_us\":%.1f,\"flushes\":%zu}\n", (double)many * 1e6 / (at - began),
           (double)times[many / 2], (double)times[many * 99 / 100], many);
    free(times);
    free(block);
    return 0;
}
