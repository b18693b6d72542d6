/* SPDX-License-Identifier: Apache-2.0 */
#include "helpers/paper/csv.h"
#include "helpers/paper/sheet.h"

static void give_head(struct paper_work *work)
{
    work->body.len = 0;
    helper_put(&work->body, PAPER_T_LAYOUT, STR("csv"));
    helper_put(&work->body, PAPER_T_ENCODING, str_of(paper_encoding_name(work->encoding)));
    helper_put_int(&work->body, PAPER_N_MANY, 1);
    work->emit(work, PAPER_KIND_SHEET, buf_str(&work->body));
    work->body.len = 0;
}

static enum err give_rows(struct paper_work *work, struct paper_csv *csv, struct paper_row *row)
{
    for (;;) {
        bool more = false;
        TRY(paper_csv_next(csv, &more));
        if (!more)
            return ERR_OK;
        paper_row_clear(row);
        for (size_t i = 0; i < csv->many; i++) {
            struct str text = csv->fields[i];
            /* ="00123" is how a text that looks like a number is forced upon Excel. */
            if (text.len >= 3 && text.at[0] == '=' && text.at[1] == '"' && text.at[text.len - 1] == '"')
                text = str_slice(text, 2, text.len - 3);
            else if (text.len && text.at[0] == '\'' && paper_csv_runs(text))
                text = str_slice(text, 1, text.len); /* as this program and spreadsheets guard a formula */
            TRY(paper_row_set(work, row, csv->row, i, PAPER_TEXT, false, text));
        }
        TRY(paper_row_give(work, row, csv->row));
    }
}

enum err paper_sheet_csv(struct paper_work *work)
{
    TRY(paper_text_open(work, STR_NONE));
    struct paper_row *row = ARENA_NEW(work->arena, struct paper_row);
    struct paper_csv csv;
    give_head(work);
    enum err word = paper_csv_open(&csv, work);
    if (word == ERR_OK)
        word = give_rows(work, &csv, row);
    paper_csv_close(&csv);
    buf_free(&row->text);
    return word;
}
