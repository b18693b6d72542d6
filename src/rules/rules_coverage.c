/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/rules_inner.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

/* fulfilled, due, late, exempt: of duties, then of units. */
struct counts {
    struct str article;
    int64_t duties[4], units[4], cases;
};

struct tally {
    struct call *call;
    struct counts *at;
    size_t many, cap;
};

static struct counts *counts_of(struct tally *tally, struct str article)
{
    for (size_t i = 0; i < tally->many; i++)
        if (str_eq(tally->at[i].article, article))
            return &tally->at[i];
    if (tally->many == tally->cap)
        return NULL;
    tally->at[tally->many].article = str_copy(tally->call->arena, article);
    return &tally->at[tally->many++];
}

/* Units by their worst duty: 3 late, 2 due, 1 exempt, 0 fulfilled. */
static enum err count(struct tally *tally, struct str scope)
{
    static const int place[4] = {0, 3, 1, 2};
    struct str end = str_format(tally->call->arena, "%.*sz", STR_ARG(scope));
    DB_ROWS(rows);
    TRY(db_query(tally->call, &rows,
                 "SELECT article, worst, COUNT(*), SUM(fulfilled), SUM(due), SUM(late), SUM(exempt) FROM"
                 " (SELECT article, unit_id,"
                 "   MAX(CASE WHEN state = 'satisfied' THEN 0 WHEN state = 'waived' THEN 1 WHEN late_at_ms "
                 "IS NULL THEN 2 ELSE 3 END) AS worst,"
                 "   SUM(CASE WHEN state = 'satisfied' THEN 1 ELSE 0 END) AS fulfilled,"
                 "   SUM(CASE WHEN state = 'open' AND late_at_ms IS NULL THEN 1 ELSE 0 END) AS due,"
                 "   SUM(CASE WHEN state = 'open' AND late_at_ms IS NOT NULL THEN 1 ELSE 0 END) AS late,"
                 "   SUM(CASE WHEN state = 'waived' THEN 1 ELSE 0 END) AS exempt"
                 "  FROM rules_duty WHERE current = 1 AND unit_path >= $1 AND unit_path < $2 GROUP BY "
                 "article, unit_id) AS by_unit"
                 " GROUP BY article, worst",
                 db_str(scope), db_str(end)));
    while (db_next(&rows)) {
        struct counts *at = counts_of(tally, db_col_str(&rows, 0));
        int64_t worst = db_col_int(&rows, 1);
        if (!at || worst < 0 || worst > 3)
            continue;
        at->units[place[worst]] += db_col_int(&rows, 2);
        for (int i = 0; i < 4; i++)
            at->duties[i] += db_col_int(&rows, 3 + i);
    }
    return db_end(&rows);
}

static enum err count_cases(struct tally *tally, struct str scope)
{
    struct str end = str_format(tally->call->arena, "%.*sz", STR_ARG(scope));
    DB_ROWS(rows);
    TRY(db_query(
        tally->call, &rows,
        "SELECT article, COUNT(*) FROM rules_case WHERE unit_path >= $1 AND unit_path < $2 GROUP BY article",
        db_str(scope), db_str(end)));
    while (db_next(&rows)) {
        struct counts *at = counts_of(tally, db_col_str(&rows, 0));
        if (at)
            at->cases += db_col_int(&rows, 1);
    }
    return db_end(&rows);
}

#define COUNT_OF(pack, list, id)                                                                             \
    __extension__({                                                                                          \
        int64_t n_ = 0;                                                                                      \
        for (size_t i_ = 0; i_ < (pack)->many_##list; i_++)                                                  \
            n_ += !strcmp((pack)->list[i_].article, (id));                                                   \
        n_;                                                                                                  \
    })

static void put_counts(struct json_writer *w, const int64_t counts[4])
{
    static const char *const names[4] = {"fulfilled", "due", "late", "exempt"};
    for (int i = 0; i < 4; i++)
        json_put_int(w, names[i], counts[i]);
}

static void put_article(struct json_writer *w, const struct rules_pack *pack,
                        const struct rules_article *article, const struct counts *counts, bool in_force)
{
    static const struct counts none;
    counts = counts ? counts : &none;
    json_open_object(w, NULL);
    json_put_c(w, "pack", pack->id);
    json_put_c(w, "article", article->id);
    json_put_c(w, "cite", article->cite);
    json_put_c(w, "title", article->title);
    json_put_c(w, "title_en", article->title_en ? article->title_en : article->title);
    json_put_c(w, "summary", article->summary);
    json_put_c(w, "summary_en", article->summary_en ? article->summary_en : article->summary);
    json_put_bool(w, "in_force", in_force);
    json_put_bool(w, "informs", article->informs);
    json_put_bool(w, "supported", article->fed || article->informs);
    json_put_c(w, "not_yet", article->not_yet);
    json_put_c(w, "not_yet_en", article->not_yet_en ? article->not_yet_en : article->not_yet);
    put_counts(w, counts->duties);
    json_open_object(w, "units");
    put_counts(w, counts->units);
    json_close_object(w);
    json_put_int(w, "cases", counts->cases);
    json_open_object(w, "rules");
    json_put_int(w, "duties", COUNT_OF(pack, duties, article->id));
    json_put_int(w, "gates", COUNT_OF(pack, gates, article->id));
    json_put_int(w, "consequences", COUNT_OF(pack, consequences, article->id));
    json_put_int(w, "thresholds", COUNT_OF(pack, thresholds, article->id));
    json_close_object(w);
    json_close_object(w);
}

enum err rules_coverage(struct call *call, struct str scope_path, struct json_writer *w)
{
    const struct rules_set *set;
    struct tally tally = {.call = call, .cap = 2000};
    tally.at = ARENA_ARRAY(call->arena, struct counts, tally.cap);
    TRY(rules_set_of(call, &set));
    TRY(count(&tally, scope_path));
    TRY(count_cases(&tally, scope_path));
    json_open_array(w, "articles");
    for (size_t i = 0; i < set->many; i++) {
        const struct rules_pack *pack = set->packs[i];
        bool in_force = rules_in_force(pack, clock_day_of(call->now_ms));
        for (size_t j = 0; j < pack->many_articles; j++) {
            const struct counts *found = NULL;
            for (size_t k = 0; k < tally.many && !found; k++)
                if (str_is(tally.at[k].article, pack->articles[j].id))
                    found = &tally.at[k];
            put_article(w, pack, &pack->articles[j], found, in_force);
        }
    }
    json_close_array(w);
    return ERR_OK;
}
