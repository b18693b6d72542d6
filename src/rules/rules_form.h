/* SPDX-License-Identifier: Apache-2.0
 *
 * rules_form: what a pack has units fill in and promise. A form: its fields, a table with fixed or free rows,
 * where the first values come from, and whether the printed sheet must be stamped. A pledge: its
 * undertakings, each with the duties that prove or break it, or why none does yet. Whoever collects them asks
 * here; a new rule needs no code.
 *
 *     forms:
 *       - id: SA2.responsibility_table      id begins with the article
 *         article: SA2
 *         title: 网络安全责任体系表          (title_en, corner, intro, intro_en are optional)
 *         subject: unit
 *         prefill: org.posts                a source that a capability declares; else the unit's last answer
 *         seal: required                    required | optional | none
 *         page: portrait                    portrait | landscape
 *         fields: [{name: office, label: 办公室, type: text, required: true}]
 *         rows: [{name: party_head, label: 党组织主要负责人}]     or {min: 0, max: 500}: rows that the unit
 *                                                                 adds itself
 *         columns: [{name: mobile, label: 移动电话, type: text, format: mobile, personal: true}]
 *     pledges:
 *       - {id: SA1.pledge, article: SA1, title: …, version: "2022-1", preamble: …,
 *          since: 2022-01-19                 the day from which this version is the text
 *          signing: scan                     account | scan | both
 *          second_factor: required           signing by account asks for the code; required | none
 *          undertakings: [{id: "1", text: …, articles: [S3, Y5], duties: [SA1.drill]},
 *                         {id: "2", text: …, not_yet: why nothing in the books can show it}]}
 */
#ifndef ANZE_RULES_RULES_FORM_H
#define ANZE_RULES_RULES_FORM_H

#include "base/call.h"
#include "base/field.h"

#define RULES_FORM_FIELDS_MAX 40
#define RULES_FORM_ROWS_MAX   500
#define RULES_PLEDGE_MAX      60

struct rules_form_field {
    const char *name, *label, *label_en, *help, *help_en, *format;
    enum field_type type; /* TEXT NOTE INT MONEY BOOL DATE ENUM */
    bool required, personal;
    int64_t min, max;
    struct field_enum of; /* ENUM: the labels themselves */
};
struct rules_form_row {
    const char *name, *label, *label_en;
};
enum rules_seal { RULES_SEAL_REQUIRED, RULES_SEAL_OPTIONAL, RULES_SEAL_NONE };
struct rules_form {
    const char *id, *article, *title, *title_en, *corner, *intro, *intro_en, *prefill;
    const char *pack_title, *version; /* of the pack */
    enum rules_seal seal;
    bool landscape;
    struct rules_form_field *fields, *columns;
    struct rules_form_row *rows; /* fixed ones; none: free ones */
    size_t many_fields, many_columns, many_rows;
    int64_t min_rows, max_rows;
};
struct rules_undertaking {
    const char *id, *text, *text_en, *not_yet, *not_yet_en;
    const char **articles, **duties; /* NULL-terminated: every rule of the article, or these rules alone */
    int line, column;
};
struct rules_pledge {
    const char *id, *article, *title, *title_en, *version, *since, *corner, *preamble, *preamble_en, *closing,
        *closing_en;
    const char *pack_title;
    bool by_account, by_scan, second_factor;
    int line, column;
    struct rules_undertaking *undertakings;
    size_t many;
};

/* What the packs in force hold; valid until call->arena ends. ERR_NOT_FOUND. */
MUST_USE enum err rules_form_find(struct call *call, struct str form_id, const struct rules_form **ret);
/* pledge_id empty: the first one in force. */
MUST_USE enum err rules_pledge_find(struct call *call, struct str pledge_id, const struct rules_pledge **ret);
MUST_USE enum err rules_form_each(struct call *call,
                                  enum err (*each)(struct call *call, const struct rules_form *form,
                                                   void *context),
                                  void *context);
/* Why nothing feeds the article yet: the pack's words; NULL when something does, or when the article is
 * unknown. */
MUST_USE enum err rules_article_unfed(struct call *call, const char *article, const char **ret_why);
/* The closed list of sources that `prefill` may name (NULL-terminated); at start, before threads. */
void rules_declare_prefills(const char *const *names);

#endif
