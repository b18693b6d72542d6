/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/rules_duty.h"

#include <string.h>

#include "base/clock.h"

#define GATE_BYTES_MAX (64ULL * 1024 * 1024)

struct gate_ask {
    struct rules_look *look;
    struct call *call;
    const char *change;
    int64_t subject_id;
    struct json_writer *w; /* NULL: faults instead */
    int64_t unmet;
};

static enum err condition(struct gate_ask *ask, const struct rules_cond *cond, bool *ret)
{
    struct rules_cursor cursor = {.cond = cond, .period = rules_period_of(RULES_ONCE, 0)};
    int64_t since;
    return rules_cursor_holds(ask->look, &cursor, ask->subject_id, ret, &since);
}

static enum err exempt_until(struct gate_ask *ask, const struct rules_gate_rule *gate, struct str *ret)
{
    int32_t until;
    *ret = STR_NONE;
    if (!gate->exemption.procedure)
        return ERR_OK;
    TRY(rules_own_exempt(ask->look, gate->subject, gate->id, &until));
    if (until != RULES_DAY_NONE)
        *ret = str_copy(ask->call->arena, str_of(clock_date(until).text));
    return ERR_OK;
}

static void tell(struct gate_ask *ask, const struct rules_gate_rule *gate,
                 const struct rules_require *require, bool met, struct str exempt)
{
    const struct rules_pack *pack = gate->pack;
    const struct rules_article *article = pack->articles;
    while (strcmp(article->id, gate->article))
        article++;
    if (ask->w) {
        json_open_object(ask->w, NULL);
        json_put_c(ask->w, "rule", gate->id);
        json_put_c(ask->w, "article", gate->article);
        json_put_c(ask->w, "cite", article->cite);
        json_put_c(ask->w, "text", require->text);
        json_put_c(ask->w, "text_en", require->text_en ? require->text_en : require->text);
        json_put_c(ask->w, "fact", require->fact.fact->name);
        json_put_bool(ask->w, "met", met);
        if (exempt.len)
            json_put_str(ask->w, "exempt_until", exempt);
        else
            json_put_null(ask->w, "exempt_until");
        json_close_object(ask->w);
        return;
    }
    if (met || exempt.len)
        return;
    bool english = ask->call->lang == CALL_EN && require->text_en;
    struct call_fault *fault = call_fault_add(ask->call, NULL, "rules.fault.unmet");
    ask->unmet++;
    if (!fault)
        return;
    fault->article = str_c(call_lasting(ask->call), str_of(gate->article));
    fault->args[0] = str_copy(call_lasting(ask->call), str_of(english ? require->text_en : require->text));
    fault->args[1] = str_format(call_lasting(ask->call), "《%s》%s", pack->title, article->cite);
    fault->args[2] = str_of(require->fact.fact->name);
}

static enum err ask_gate(struct gate_ask *ask, const struct rules_gate_rule *gate)
{
    struct str exempt;
    TRY(exempt_until(ask, gate, &exempt));
    for (size_t i = 0; i < gate->many; i++) {
        const struct rules_require *require = &gate->require[i];
        bool asked = true, met;
        for (size_t j = 0; j < require->when.many && asked; j++)
            TRY(condition(ask, &require->when.at[j], &asked));
        if (!asked)
            continue;
        TRY(condition(ask, &require->fact, &met));
        tell(ask, gate, require, met, exempt);
    }
    return ERR_OK;
}

static enum err ask_all(struct gate_ask *ask)
{
    ARENA(arena, GATE_BYTES_MAX);
    const struct rules_set *set;
    struct rules_look look = {.call = ask->call, .arena = arena, .subject_id = ask->subject_id};
    look.today = clock_day_of(ask->call->now_ms);
    look.today_on = str_copy(arena, str_of(clock_date(look.today).text));
    ask->look = &look;
    TRY(rules_set_of(ask->call, &set));
    for (size_t i = 0; i < set->many; i++)
        for (size_t j = 0; rules_in_force(set->packs[i], look.today) && j < set->packs[i]->many_gates; j++)
            if (!strcmp(set->packs[i]->gates[j].change, ask->change))
                TRY(ask_gate(ask, &set->packs[i]->gates[j]));
    return ERR_OK;
}

enum err rules_gate(struct call *call, const char *change, int64_t subject_id)
{
    struct gate_ask ask = {.call = call, .change = change, .subject_id = subject_id};
    TRY(ask_all(&ask));
    return ask.unmet ? ERR_REFUSED : ERR_OK;
}

enum err rules_gate_show(struct call *call, const char *change, int64_t subject_id, struct json_writer *w)
{
    struct gate_ask ask = {.call = call, .change = change, .subject_id = subject_id, .w = w};
    json_open_array(w, "requirements");
    enum err word = ask_all(&ask);
    json_close_array(w);
    return word;
}
