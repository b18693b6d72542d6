/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/ip.h"

static void address_becomes_sortable_key(void **state)
{
    (void)state;
    struct ip_key a, b;
    assert_true(ip_parse(STR(" 10.20.3.4 "), &a));
    assert_string_equal(a.text, "00000000000000000000ffff0a140304");
    assert_true(ip_parse(STR("10.20.3.10"), &b));
    assert_true(str_cmp(str_of(a.text), str_of(b.text)) < 0);
    assert_true(ip_parse(STR("2001:db8::1"), &a));
    assert_string_equal(a.text, "20010db8000000000000000000000001");
    assert_false(ip_parse(STR("10.20.3"), &a));
    assert_false(ip_parse(STR("10.20.3.256"), &a));
    assert_false(ip_parse(STR(""), &a));
}

static void ranges_in_every_spelling(void **state)
{
    (void)state;
    struct ip_key first, last;
    ARENA(arena, 1 << 16);
    assert_true(ip_parse_range(STR("10.20.3.77/24"), &first, &last));
    assert_true(str_is(ip_text(arena, &first), "10.20.3.0"));
    assert_true(str_is(ip_text(arena, &last), "10.20.3.255"));
    assert_true(ip_parse_range(STR("10.20.3.5-9"), &first, &last));
    assert_true(str_is(ip_text(arena, &last), "10.20.3.9"));
    assert_true(ip_parse_range(STR("10.20.3.5 - 10.20.4.1"), &first, &last));
    assert_true(str_is(ip_text(arena, &last), "10.20.4.1"));
    assert_true(ip_parse_range(STR("2001:db8::/32"), &first, &last));
    assert_true(str_is(ip_text(arena, &last), "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"));
    assert_false(ip_parse_range(STR("10.0.0.9-10.0.0.1"), &first, &last));
    assert_false(ip_parse_range(STR("10.0.0.0/33"), &first, &last));
    assert_false(ip_parse_range(STR("10.0.0.0-::1"), &first, &last));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(address_becomes_sortable_key),
        cmocka_unit_test(ranges_in_every_spelling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
