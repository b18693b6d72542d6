/* SPDX-License-Identifier: Apache-2.0
 *
 * Method: at launch the form's definition is written down beside the collection, and from then on read from
 * there. What a unit was asked, what it filled and what was printed stay one thing, whatever the packs say
 * later. Equal definitions give equal texts, so that a standing collection knows whether it still asks what
 * the pack in force asks.
 */
#include "domain/collection/collection_inner.h"

#define FORM_MAX (512u << 10)

/* ---- writing ---- */

static void put_fields(struct json_writer *w, const char *key, const struct rules_form_field *fields,
                       size_t many)
{
    json_open_array(w, key);
    for (size_t i = 0; i < many; i++) {
        const struct rules_form_field *field = &fields[i];
        json_open_object(w, NULL);
        json_put_c(w, "name", field->name);
        json_put_c(w, "label", field->label);
        json_put_c(w, "label_en", field->label_en);
        json_put_c(w, "help", field->help);
        json_put_c(w, "help_en", field->help_en);
        json_put_c(w, "format", field->format);
        json_put_int(w, "type", (int64_t)field->type);
        json_put_bool(w, "required", field->required);
        json_put_bool(w, "personal", field->personal);
        json_put_int(w, "min", field->min);
        json_put_int(w, "max", field->max);
        json_open_array(w, "of");
        for (size_t k = 0; field->of.names && field->of.names[k]; k++)
            json_put_c(w, NULL, field->of.names[k]);
        json_close_array(w);
        json_close_object(w);
    }
    json_close_array(w);
}

static void put_rows(struct json_writer *w, const struct rules_form *form)
{
    json_open_array(w, "rows");
    for (size_t i = 0; i < form->many_rows; i++) {
        json_open_object(w, NULL);
        json_put_c(w, "name", form->rows[i].name);
        json_put_c(w, "label", form->rows[i].label);
        json_put_c(w, "label_en", form->rows[i].label_en);
        json_close_object(w);
    }
    json_close_array(w);
}

/* The texts of a form, in the order in which they are written and read. */
#define TEXTS(of)                                                                                            \
    {                                                                                                        \
        {"id", &(of)->id}, {"article", &(of)->article}, {"title", &(of)->title},                             \
            {"title_en", &(of)->title_en}, {"corner", &(of)->corner}, {"intro", &(of)->intro},               \
            {"intro_en", &(of)->intro_en}, {"prefill", &(of)->prefill}, {"pack_title", &(of)->pack_title},   \
            {"version", &(of)->version},                                                                     \
    }

enum err collection_form_write(struct call *call, const struct rules_form *form, struct str *ret)
{
    const struct {
        const char *key;
        const char *const *text;
    } texts[] = TEXTS(form);
    BUF(out, FORM_MAX);
    struct json_writer w = json_writer(&out);
    json_open_object(&w, NULL);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        json_put_c(&w, texts[i].key, *texts[i].text);
    json_put_int(&w, "seal", (int64_t)form->seal);
    json_put_bool(&w, "landscape", form->landscape);
    json_put_int(&w, "min_rows", form->min_rows);
    json_put_int(&w, "max_rows", form->max_rows);
    put_fields(&w, "fields", form->fields, form->many_fields);
    put_fields(&w, "columns", form->columns, form->many_columns);
    put_rows(&w, form);
    json_close_object(&w);
    TRY(buf_check(&out));
    *ret = str_copy(call->arena, buf_str(&out));
    return ERR_OK;
}

/* ---- reading ---- */

static const char *text_of(struct call *call, const struct json *node, const char *key)
{
    const struct json *at = json_get(node, key);
    return json_kind(at) == JSON_TEXT ? str_c(call->arena, json_text(at)) : NULL;
}

static struct rules_form_field *read_fields(struct call *call, const struct json *list, size_t *ret_many)
{
    *ret_many = json_count(list);
    struct rules_form_field *fields = ARENA_ARRAY(call->arena, struct rules_form_field, *ret_many + 1);
    for (size_t i = 0; i < *ret_many; i++) {
        const struct json *node = json_item(list, i), *of = json_get(node, "of");
        const char **names = ARENA_ARRAY(call->arena, const char *, json_count(of) + 1);
        for (size_t k = 0; k < json_count(of); k++)
            names[k] = str_c(call->arena, json_text(json_item(of, k)));
        fields[i] =
            (struct rules_form_field){.name = text_of(call, node, "name"),
                                      .label = text_of(call, node, "label"),
                                      .label_en = text_of(call, node, "label_en"),
                                      .help = text_of(call, node, "help"),
                                      .help_en = text_of(call, node, "help_en"),
                                      .format = text_of(call, node, "format"),
                                      .type = (enum field_type)json_int(json_get(node, "type"), FIELD_TEXT),
                                      .required = json_bool(json_get(node, "required"), false),
                                      .personal = json_bool(json_get(node, "personal"), false),
                                      .min = json_int(json_get(node, "min"), 0),
                                      .max = json_int(json_get(node, "max"), 0)};
        if (fields[i].type == FIELD_ENUM)
            fields[i].of = (struct field_enum){"form_choice", names, NULL};
    }
    return fields;
}

static void read_rows(struct call *call, const struct json *list, struct rules_form *form)
{
    form->many_rows = json_count(list);
    form->rows = ARENA_ARRAY(call->arena, struct rules_form_row, form->many_rows + 1);
    for (size_t i = 0; i < form->many_rows; i++)
        form->rows[i] = (struct rules_form_row){text_of(call, json_item(list, i), "name"),
                                                text_of(call, json_item(list, i), "label"),
                                                text_of(call, json_item(list, i), "label_en")};
}

enum err collection_form_read(struct call *call, struct str text, const struct rules_form **ret)
{
    const struct json *root;
    struct rules_form *form = ARENA_NEW(call->arena, struct rules_form);
    const struct {
        const char *key;
        const char **text;
    } texts[] = TEXTS(form);
    if (json_parse(call->arena, text, &root, NULL) != ERR_OK)
        return call_fail(call, ERR_FAILED, NULL, "collection.fault.frozen");
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        *texts[i].text = text_of(call, root, texts[i].key);
    form->seal = (enum rules_seal)json_int(json_get(root, "seal"), RULES_SEAL_NONE);
    form->landscape = json_bool(json_get(root, "landscape"), false);
    form->min_rows = json_int(json_get(root, "min_rows"), 0);
    form->max_rows = json_int(json_get(root, "max_rows"), 0);
    form->fields = read_fields(call, json_get(root, "fields"), &form->many_fields);
    form->columns = read_fields(call, json_get(root, "columns"), &form->many_columns);
    read_rows(call, json_get(root, "rows"), form);
    if (!form->id || !form->title)
        return call_fail(call, ERR_FAILED, NULL, "collection.fault.frozen");
    *ret = form;
    return ERR_OK;
}

enum err collection_form_of(struct call *call, int64_t collection_id, const struct rules_form **ret)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows, "SELECT form_id, form_json FROM collection WHERE collection_id = $1",
               db_int(collection_id)));
    struct str form_id = db_col_copy(call, &rows, 0), frozen = db_col_copy(call, &rows, 1);
    db_rows_close(&rows);
    if (frozen.len)
        return collection_form_read(call, frozen, ret);
    enum err word = rules_form_find(call, form_id, ret);
    return word == ERR_NOT_FOUND ? call_fail(call, ERR_REFUSED, "form_id", "collection.fault.form", form_id)
                                 : word;
}
