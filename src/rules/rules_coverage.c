/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/rules_inner.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/kept.h"

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

/* Units by their worst duty: 3 late, 2 due, 1 exempt, 0 fulfilled. Article by article, since an index has its
 * rows in order: two million duties are walked without sorting one. */
static enum err count_article(struct tally *tally, const char *article, struct str scope, struct str end)
{
    static const int place[4] = {0, 3, 1, 2};
    struct counts *at = counts_of(tally, str_of(article));
    DB_ROWS(rows);
    TRY(db_query(tally->call, &rows,
                 "SELECT worst, COUNT(*), SUM(fulfilled), SUM(due), SUM(late), SUM(exempt) FROM"
                 " (SELECT "
                 "   MAX(CASE WHEN state = 'satisfied' THEN 0 WHEN state = 'waived' THEN 1 WHEN late_at_ms "
                 "IS NULL THEN 2 ELSE 3 END) AS worst,"
                 "   SUM(CASE WHEN state = 'satisfied' THEN 1 ELSE 0 END) AS fulfilled,"
                 "   SUM(CASE WHEN state = 'open' AND late_at_ms IS NULL THEN 1 ELSE 0 END) AS due,"
                 "   SUM(CASE WHEN state = 'open' AND late_at_ms IS NOT NULL THEN 1 ELSE 0 END) AS late,"
                 "   SUM(CASE WHEN state = 'waived' THEN 1 ELSE 0 END) AS exempt"
                 "  FROM rules_duty WHERE current = 1 AND article = $1 AND unit_path >= $2 AND unit_path < $3"
                 "  GROUP BY unit_path) AS by_unit GROUP BY worst",
                 db_c(article), db_str(scope), db_str(end)));
    while (at && db_next(&rows)) {
        int64_t worst = db_col_int(&rows, 0);
        if (worst < 0 || worst > 3)
            continue;
        at->units[place[worst]] += db_col_int(&rows, 1);
        for (int i = 0; i < 4; i++)
            at->duties[i] += db_col_int(&rows, 2 + i);
    }
    return db_end(&rows);
}

static enum err count(struct tally *tally, const struct rules_set *set, struct str scope)
{
    struct str end = str_format(tally->call->arena, "%.*sz", STR_ARG(scope));
    for (size_t i = 0; i < set->many; i++)
        for (size_t j = 0; j < set->packs[i]->many_articles; j++)
            TRY(count_article(tally, set->packs[i]->articles[j].id, scope, end));
    return ERR_OK;
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

struct asked {
    const struct rules_set *set;
    struct str scope;
};

static enum err make(struct call *call, struct json_writer *w, void *context)
{
    const struct asked *asked = context;
    const struct rules_set *set = asked->set;
    struct str scope_path = asked->scope;
    struct tally tally = {.call = call, .cap = 2000};
    tally.at = ARENA_ARRAY(call->arena, struct counts, tally.cap);
    TRY(count(&tally, set, scope_path));
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

enum err rules_coverage(struct call *call, struct str scope_path, struct json_writer *w)
{
    struct asked asked = {.scope = scope_path};
    TRY(rules_set_of(call, &asked.set));
    /* By the packs as they stand: whoever loads one sees the new articles at once. */
    struct str key = str_format(call->arena, "%d %.*s", clock_day_of(call->now_ms), STR_ARG(scope_path));
    for (size_t i = 0; i < asked.set->many; i++)
        key = str_format(call->arena, "%.*s %lld", STR_ARG(key), (long long)asked.set->packs[i]->row_id);
    return kept_figures(call, w, "rules.coverage", key, make, &asked);
}
