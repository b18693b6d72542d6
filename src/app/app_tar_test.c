/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "app/app_tar.h"

#define MEMBERS 4
static const struct {
    const char *name;
    size_t size;
} members[MEMBERS] = {{"anze.db", 700}, {"empty", 0}, {"full.block", 512}, {"ledger.key", 1}};

static char content[1024];
static char *bytes;
static size_t many;

static void fill(void)
{
    for (size_t i = 0; i < sizeof content; i++)
        content[i] = (char)(i * 31 + 7);
}

/* An archive of four members in memory. */
static int make(void **state)
{
    (void)state;
    crypt_init();
    fill();
    FILE *tar = open_memstream(&bytes, &many);
    assert_non_null(tar);
    for (size_t i = 0; i < MEMBERS; i++) {
        FILE *from = tmpfile();
        struct app_tar_member member = {.size = (int64_t)members[i].size};
        assert_int_equal(fwrite(content, 1, members[i].size, from), members[i].size);
        fflush(from);
        rewind(from);
        snprintf(member.name, sizeof member.name, "%s", members[i].name);
        assert_int_equal(app_tar_add(tar, fileno(from), &member, 1700000000), ERR_OK);
        struct crypt_sm3 want = crypt_sm3((struct str){content, members[i].size});
        assert_memory_equal(member.digest.bytes, want.bytes, CRYPT_SM3_LEN);
        fclose(from);
    }
    assert_int_equal(app_tar_end(tar), ERR_OK);
    fclose(tar);
    return 0;
}

static int drop(void **state)
{
    (void)state;
    free(bytes);
    return 0;
}

/* True when the archive reads as it was written: names, sizes, digests, the end. */
static bool reads_back(char *from, size_t len)
{
    FILE *tar = fmemopen(from, len, "r");
    bool good = true, end = false;
    for (size_t i = 0; good && i <= MEMBERS; i++) {
        struct app_tar_member member;
        BUF(text, 4096);
        good = app_tar_next(tar, &member, &end) == ERR_OK && end == (i == MEMBERS);
        if (!good || end)
            break;
        good = strcmp(member.name, members[i].name) == 0 && member.size == (int64_t)members[i].size &&
               app_tar_copy_bytes(tar, &member, &text) == ERR_OK;
        struct crypt_sm3 want = crypt_sm3((struct str){content, members[i].size});
        good = good && crypt_equal(member.digest.bytes, want.bytes, CRYPT_SM3_LEN);
    }
    fclose(tar);
    return good && end;
}

static void what_goes_in_comes_out(void **state)
{
    (void)state;
    assert_int_equal(many % 512, 0);
    assert_true(reads_back(bytes, many));
}

/* The time stamp is the one thing that may change unnoticed by the reader, were it not for the sum of the
 * header. */
static void every_flipped_bit_is_found(void **state)
{
    (void)state;
    for (size_t bit = 0; bit < many * 8; bit++) {
        bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
        if (reads_back(bytes, many))
            fail_msg("bit %zu of byte %zu", bit % 8, bit / 8);
        bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
    }
    assert_true(reads_back(bytes, many));
}

static void cut_or_lengthened_is_found(void **state)
{
    (void)state;
    for (size_t len = 1; len < many; len += 37)
        assert_false(reads_back(bytes, len));
    char *longer = calloc(1, many + 512);
    memcpy(longer, bytes, many);
    assert_false(reads_back(longer, many + 512));
    free(longer);
}

static void a_file_that_grows_is_refused(void **state)
{
    (void)state;
    FILE *from = tmpfile(), *tar = tmpfile();
    struct app_tar_member member = {.name = "x", .size = 3};
    fputs("four", from);
    fflush(from);
    rewind(from);
    assert_int_equal(app_tar_add(tar, fileno(from), &member, 0), ERR_CONFLICT);
    rewind(from);
    member.size = 5;
    assert_int_equal(app_tar_add(tar, fileno(from), &member, 0), ERR_CONFLICT);
    fclose(from);
    fclose(tar);
}

static void very_large_sizes_have_a_header(void **state)
{
    (void)state;
    char *text;
    size_t len;
    bool end;
    struct app_tar_member member = {.name = "anze.db", .size = 9LL << 30};
    FILE *from = fopen("/dev/null", "r"), *tar = open_memstream(&text, &len);
    assert_int_equal(app_tar_add(tar, fileno(from), &member, 0),
                     ERR_CONFLICT); /* no bytes came; the header is what counts */
    fclose(tar);
    tar = fmemopen(text, len, "r");
    member.size = 0;
    assert_int_equal(app_tar_next(tar, &member, &end), ERR_OK);
    assert_int_equal(member.size, 9LL << 30);
    fclose(tar);
    fclose(from);
    free(text);
}

static void names_stay_in_the_folder(void **state)
{
    (void)state;
    static const char *const good[] = {
        "anze.db", "ledger.key", "2027.json",
        "attachments/0f/99/0f9960fd4a33a2affffd04c32f0315a0c46e31b2c97d8c66a029d7166b66a141"};
    static const char *const bad[] = {
        "",
        "/etc/passwd",
        "../anze.db",
        "a/b",
        ".hidden",
        "attachments/../x",
        "attachments/0f/99/x",
        "attachments",
        "A",
        "attachments/00/99/0f9960fd4a33a2affffd04c32f0315a0c46e31b2c97d8c66a029d7166b66a141",
        "attachments/0f/99/0f9960fd4a33a2affffd04c32f0315a0c46e31b2c97d8c66a029d7166b66a14/",
        "attachments/0f/99/0F9960fd4a33a2affffd04c32f0315a0c46e31b2c97d8c66a029d7166b66a141"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(app_tar_name_ok(str_of(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (app_tar_name_ok(str_of(bad[i])))
            fail_msg("%s", bad[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_goes_in_comes_out, make, drop),
        cmocka_unit_test_setup_teardown(every_flipped_bit_is_found, make, drop),
        cmocka_unit_test_setup_teardown(cut_or_lengthened_is_found, make, drop),
        cmocka_unit_test_setup_teardown(a_file_that_grows_is_refused, make, drop),
        cmocka_unit_test_setup_teardown(very_large_sizes_have_a_header, make, drop),
        cmocka_unit_test(names_stay_in_the_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
