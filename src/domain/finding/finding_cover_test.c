/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "domain/finding/finding_inner.h"

static struct finding_cover *cover_of(struct call *call, const struct finding_piece *pieces, size_t many)
{
    struct finding_cover *cover = finding_cover_new(call);
    for (size_t i = 0; i < many; i++)
        finding_cover_add(cover, &pieces[i]);
    return cover;
}

#define HOST(address, is_up)                                                                                 \
    {                                                                                                        \
        .kind = SPOOL_HOST, .numbers = {is_up}, .texts = { STR(address) }                                    \
    }
#define PORT(address, number, condition)                                                                     \
    {                                                                                                        \
        .kind = SPOOL_PORT, .numbers = {number}, .texts = { STR(address), {0}, STR("tcp"), STR(condition) }  \
    }
#define COVER(address, said, how)                                                                            \
    {                                                                                                        \
        .kind = SPOOL_COVER, .numbers = {how, 0}, .texts = { STR(address), {0}, STR("tcp"), STR(said) }      \
    }

static bool has(struct call *call, const struct finding_cover *cover, const char *address, int32_t port,
                bool *closed)
{
    return finding_cover_has(cover, finding_host_key(call, str_of(address), STR_NONE), port, STR("tcp"),
                             closed);
}

static void absence_means_gone_only_where_the_scan_looked(void **state)
{
    (void)state;
    ARENA(arena, 1 << 20);
    struct call call = {.arena = arena};
    const struct finding_piece pieces[] = {
        HOST("10.0.0.1", 1),
        HOST("10.0.0.2", 0),
        HOST("10.0.0.3", 1),
        PORT("10.0.0.1", 22, "open"),
        PORT("10.0.0.1", 23, "closed"),
        PORT("10.0.0.1", 25, "filtered"),
        COVER("10.0.0.1", "1-100", PAPER_TRIED),
        COVER("", "8000-8100", PAPER_ANSWERED),
        COVER("10.0.0.3", "1-65535", PAPER_SILENT),
    };
    struct finding_cover *cover = cover_of(&call, pieces, sizeof(pieces) / sizeof(pieces[0]));
    bool closed;
    assert_true(has(&call, cover, "10.0.0.1", 0, &closed));
    assert_true(has(&call, cover, "10.0.0.1", 22, &closed));
    assert_false(closed);
    assert_true(has(&call, cover, "10.0.0.1", 23, &closed));
    assert_true(closed);
    assert_false(has(&call, cover, "10.0.0.1", 25,
                     &closed)); /* filtered proves nothing, though it lies in the range */
    assert_true(has(&call, cover, "10.0.0.1", 80, &closed));
    assert_false(closed); /* tried, but not surely answered */
    assert_false(has(&call, cover, "10.0.0.1", 443, &closed));
    assert_true(has(&call, cover, "10.0.0.1", 8080, &closed));
    assert_true(closed);
    assert_false(has(&call, cover, "10.0.0.2", 0, &closed));  /* down */
    assert_false(has(&call, cover, "10.0.0.3", 80, &closed)); /* silent */
    assert_false(has(&call, cover, "10.9.9.9", 80, &closed)); /* not in the file */
}

static void numbers_in_paths_are_one_place(void **state)
{
    (void)state;
    ARENA(arena, 1 << 20);
    assert_true(str_is(finding_path_template(arena, STR("/user/12/edit?x=1")), "/user/{n}/edit"));
    assert_true(str_is(finding_path_template(arena, STR("/a/0123456789abcdef0123/b")), "/a/{n}/b"));
    assert_true(str_is(finding_path_template(arena, STR("/login")), "/login"));
    assert_true(str_is(finding_path_template(arena, STR("")), ""));
}

static void severities_are_ordered(void **state)
{
    (void)state;
    assert_true(finding_severity_at_least(STR("critical"), STR("high")));
    assert_true(finding_severity_at_least(STR("high"), STR("high")));
    assert_false(finding_severity_at_least(STR("medium"), STR("high")));
    assert_false(finding_severity_at_least(STR("unheard"), STR("info")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(absence_means_gone_only_where_the_scan_looked),
        cmocka_unit_test(numbers_in_paths_are_one_place),
        cmocka_unit_test(severities_are_ordered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
