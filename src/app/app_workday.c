/* SPDX-License-Identifier: Apache-2.0 */
#include "app/app.h"

#include <stdio.h>
#include <string.h>

#include "base/calendar.h"
#include "base/clock.h"
#include "rules/rules.h"

int app_workday_add(struct app_args *args)
{
    int32_t start;
    int64_t n;
    if (args->many_words != 2 || !clock_parse_date(str_of(args->words[0]), &start) ||
        !str_to_int(str_of(args->words[1]), &n) || n < -5000 || n > 5000)
        return app_complain(
            args,
            "workday add DATE N: a date such as 2026-09-30 and a number of working days from -5000 to 5000");
    struct calendar_due due = calendar_add(rules_calendar(), start, (int)n);
    struct clock_date from = clock_date(start), to = clock_date(due.day);
    if (!args->json) {
        printf("%s%s\n", to.text, due.provisional ? " *" : "");
        if (due.provisional)
            fprintf(stderr, "anze: * %s\n",
                    args->lang == CALL_EN
                        ? "provisional: a year on the way has no published holiday notice yet"
                        : "暂定：途经的年份尚未公布放假安排");
        return 0;
    }
    BUF(out, 4096);
    struct json_writer w = json_writer(&out);
    json_open_object(&w, NULL);
    json_put_c(&w, "start", from.text);
    json_put_int(&w, "working_days", n);
    json_put_c(&w, "due", to.text);
    json_put_bool(&w, "provisional", due.provisional);
    json_close_object(&w);
    app_print(&out);
    return 0;
}
