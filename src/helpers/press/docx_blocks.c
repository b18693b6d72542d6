/* SPDX-License-Identifier: Apache-2.0 */
#include "helpers/press/docx.h"

#include <math.h>
#include <string.h>

int press_docx_type_width(const struct press_docx *d)
{
    double width = d->letter->a3 ? 297 : 210, height = d->letter->a3 ? 420 : 297;
    return TWIPS(d->landscape ? height - 72 : width - 54);
}

/* ---- tables ---- */

struct grid {
    struct press_docx *d;
    const struct press_table *table;
    int widths[PRESS_COLUMNS_MAX];
    const struct press_cell *reach[PRESS_COLUMNS_MAX]; /* the cell above that goes on here */
    int left[PRESS_COLUMNS_MAX];                       /* for how many more rows */
};

static void cell_open(struct grid *g, int column, int span, const char *merge)
{
    int width = 0;
    for (int i = 0; i < span; i++)
        width += g->widths[column + i];
    buf_format(g->d->xml, "<w:tc><w:tcPr><w:tcW w:w=\"%d\" w:type=\"dxa\"/>", width);
    if (span > 1)
        buf_format(g->d->xml, "<w:gridSpan w:val=\"%d\"/>", span);
    if (merge)
        buf_format(g->d->xml, "<w:vMerge%s/>", merge);
    buf_add_str(g->d->xml, STR("<w:vAlign w:val=\"center\"/></w:tcPr>"));
}

static void cell_texts(struct grid *g, const struct press_cell *cell)
{
    double size = g->table->size_pt;
    struct press_docx_par par = {.align = cell->align, .line = (int)lround(size * 28)};
    press_docx_open(g->d, &par);
    press_docx_runs(g->d, &cell->text, size);
    press_docx_close(g->d);
    if (!cell->foot.len)
        return;
    par.align = PRESS_RIGHT;
    /* Room for a signature between what is written and the foot. */
    double room = cell->height_mm > 0 ? cell->height_mm * 72 / 25.4 - 3 * size * 1.4 : 0;
    par.before = room > 0 ? (int)(room * 20) : 0;
    press_docx_line(g->d, cell->foot, &par, &(struct press_docx_font){.role = PRESS_BODY, .size = size});
}

static void write_cell(struct grid *g, const struct press_cell *cell)
{
    cell_open(g, cell->column, cell->span, cell->down > 1 ? " w:val=\"restart\"" : NULL);
    cell_texts(g, cell);
    buf_add_str(g->d->xml, STR("</w:tc>"));
    g->reach[cell->column] = cell;
    g->left[cell->column] = cell->down - 1;
}

/* A row stays on one page unless it holds long texts. */
#define SHORT_BYTES 900

static bool is_short(const struct press_row *row)
{
    for (size_t i = 0; i < row->many; i++)
        for (size_t k = 0; k < row->cells[i].text.many; k++)
            if (row->cells[i].text.runs[k].text.len > SHORT_BYTES)
                return false;
    return true;
}

static void write_row(struct grid *g, const struct press_row *row, bool head)
{
    double height = g->table->row_height_mm;
    for (size_t i = 0; i < row->many; i++)
        if (row->cells[i].down == 1)
            height = fmax(height, row->cells[i].height_mm);
    buf_format(g->d->xml, "<w:tr><w:trPr>%s<w:trHeight w:val=\"%d\" w:hRule=\"atLeast\"/>%s</w:trPr>",
               is_short(row) ? "<w:cantSplit/>" : "", TWIPS(height), head ? "<w:tblHeader/>" : "");
    size_t next = 0;
    for (int column = 0; column < (int)g->table->many_columns;) {
        if (g->left[column] > 0) {
            g->left[column]--;
            cell_open(g, column, g->reach[column]->span, "");
            buf_add_str(g->d->xml, STR("<w:p/></w:tc>"));
            column += g->reach[column]->span;
            continue;
        }
        if (next >= row->many)
            break;
        write_cell(g, &row->cells[next]);
        column += row->cells[next++].span;
    }
    buf_add_str(g->d->xml, STR("</w:tr>\n"));
}

static void write_head(struct grid *g)
{
    struct arena *arena = g->d->call->arena;
    struct press_row row = {.cells = ARENA_ARRAY(arena, struct press_cell, g->table->many_columns)};
    for (; row.many < g->table->many_columns; row.many++)
        row.cells[row.many] = (struct press_cell){
            .text = press_plain(arena, g->table->columns[row.many].title, PRESS_HEI),
            .span = 1,
            .down = 1,
            .column = (int)row.many,
            .align = PRESS_CENTER,
        };
    write_row(g, &row, true);
}

void press_docx_table(struct press_docx *d, const struct press_table *table)
{
    struct grid g = {.d = d, .table = table};
    double shares = 0;
    int width = press_docx_type_width(d);
    for (size_t i = 0; i < table->many_columns; i++)
        shares += table->columns[i].width;
    if (table->caption.len)
        press_docx_line(d, table->caption, &(struct press_docx_par){.align = PRESS_CENTER, .keep_next = true},
                        &(struct press_docx_font){.role = PRESS_HEI});
    buf_format(d->xml, "<w:tbl><w:tblPr><w:tblStyle w:val=\"TableGrid\"/><w:tblW w:w=\"%d\" w:type=\"dxa\"/>",
               width);
    buf_add_str(d->xml, STR("<w:tblLayout w:type=\"fixed\"/><w:tblCellMar><w:left w:w=\"54\" w:type=\"dxa\"/>"
                            "<w:right w:w=\"54\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr><w:tblGrid>"));
    for (size_t i = 0; i < table->many_columns; i++) {
        g.widths[i] = (int)lround(width * table->columns[i].width / shares);
        buf_format(d->xml, "<w:gridCol w:w=\"%d\"/>", g.widths[i]);
    }
    buf_add_str(d->xml, STR("</w:tblGrid>\n"));
    if (table->titled)
        write_head(&g);
    memset(g.left, 0, sizeof(g.left));
    for (size_t i = 0; i < table->many_rows; i++)
        write_row(&g, &table->rows[i], false);
    if (!table->titled && table->many_rows == 0)
        buf_add_str(d->xml, STR("<w:tr><w:tc><w:p/></w:tc></w:tr>"));
    buf_add_str(d->xml, STR("</w:tbl>\n"));
    press_docx_tiny(d);
}

/* ---- blocks ---- */

static void write_paragraph(struct press_docx *d, const struct press_block *block, bool hold)
{
    static const char *const levels[] = {"", "Heading1", "Heading2", "Heading3", "Heading4"};
    struct press_docx_par par = {.align = block->align, .right = block->right, .left = block->hang};
    par.first = block->indent - block->hang;
    par.keep_next = hold;
    if (block->kind == PRESS_HEADING) {
        par.style = levels[block->level];
        par.keep_next = hold || block->text.many == 1;
    }
    press_docx_open(d, &par);
    press_docx_runs(d, &block->text, 0);
    press_docx_close(d);
}

static void write_block(struct press_docx *d, const struct press_block *block, bool hold)
{
    const struct press_docx_font small = {.role = PRESS_BODY, .size = 12};
    switch (block->kind) {
    case PRESS_PARAGRAPH:
    case PRESS_HEADING:
        write_paragraph(d, block, hold);
        break;
    case PRESS_TABLE_BLOCK:
        press_docx_table(d, block->table);
        break;
    case PRESS_TITLE_BLOCK:
        press_docx_line(d, block->text.runs[0].text,
                        &(struct press_docx_par){.style = "Title", .align = PRESS_CENTER},
                        &(struct press_docx_font){.role = PRESS_TITLE});
        break;
    case PRESS_SPACE:
        for (int i = 0; i < block->level; i++)
            press_docx_line(d, STR(""), &(struct press_docx_par){0},
                            &(struct press_docx_font){.role = PRESS_BODY});
        break;
    case PRESS_CUT:
        press_docx_line(d, block->text.runs[0].text,
                        &(struct press_docx_par){
                            .align = PRESS_CENTER,
                            .border = "<w:top w:val=\"dashed\" w:sz=\"6\" w:space=\"1\" w:color=\"auto\"/>",
                            .before = 290,
                            .keep_next = true,
                        },
                        &small);
        break;
    case PRESS_PAGE_BREAK:
        buf_add_str(d->xml, STR("<w:p><w:r><w:br w:type=\"page\"/></w:r></w:p>\n"));
        break;
    }
}

void press_docx_blocks(struct press_docx *d, const struct press_blocks *blocks, bool hold)
{
    for (size_t i = 0; i < blocks->many; i++)
        write_block(d, &blocks->at[i], hold && i + 1 == blocks->many);
}
