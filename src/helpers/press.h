/* SPDX-License-Identifier: Apache-2.0
 *
 * press: a document description in, an official paper out.
 *
 * The program anze-press (src/helpers/press/) reads one JSON object and lays it out by GB/T 9704-2012: type
 * area 156 x 225 mm, 28 characters by 22 lines, red head, version block, page numbers; as PDF, or as DOCX
 * that an office can go on editing. It knows no texts of its own but the fixed words of the standard (附件,
 * 抄送, 印发 …): callers bring theirs. It runs confined, without network, and equal input gives equal bytes.
 */
/* clang-format off */
/*
 * ---- the document ----
 *
 * {
 *   "kind": "document",             文件格式: red mark, number, red line. Or "letter" 信函格式 (mark at 30 mm, double red lines),
 *                                   "form" (no head: feedback sheet, interview record) or "table" (as form, landscape).
 *   "page": {"size": "A4", "landscape": false},   size A4 | A3; landscape is the default of "table"
 *   "page_numbers": true,           default: true for document and letter, false for form and table
 *   "duplex": false,                true: mirrored margins, and the version block on an even page (双面印刷)
 *   "created": "2026-10-10T09:00:00+08:00",       goes into the file's metadata; default: `date`
 *   "author": "示例县数据局",
 *
 *   "corner": "附件2",              forms: first line, top left, 黑体
 *   "urgency": "特急",              first line of the type area (letters: left under the double line)
 *   "mark": ["示例县数据局文件"],   发文机关标志, as printed; a text or (joint issue) a list of names, then "mark_suffix": "文件"
 *   "number": "示数发〔2026〕3号",  发文字号; on a form it stands right under the title
 *   "signed_by": ["…"],             签发人, upward papers only: the number moves left
 *   "title": "关于…的通知",         "\n" breaks it where the caller wants; else it is broken at sense, balanced
 *   "subtitle": "（…）",            a line under the title, 楷体
 *   "to": "各单位",                 主送机关: a text or a list (joined with 、); the colon is added
 *   "body": [block, …],
 *   "attachments": [{"name": "…",   listed in the attachments note (附件：1.…) and, when it has a body, laid out on new pages
 *                    "title": "…",  default: name
 *                    "body": [block, …], "landscape": false, "listed": true}],
 *   "signer": "示例县数据局",       署名: a text or a list
 *   "date": "2026-10-10",           成文日期, printed 2026年10月10日; null leaves 年 月 日 to be written by hand when "date_blank" is true
 *   "seal": "note",                 "note": room for the stamp and the small words 「（加盖公章处）」; "room": the room only;
 *                                   "none": no stamp. A seal is never drawn. Default: note when there is a signer, else none
 *   "seal_note": "（加盖公章处）",
 *   "notes": ["联系人：…，联系电话：…"],   附注; brackets are added
 *   "cc": ["…", "…"],               抄送: separated by ，and ended by 。
 *   "printed_by": "示例县数据局办公室", "printed_on": "2026-10-10",    版记
 *   "verify": {"code": "AZ-7K3M-…", "url": "https://…", "text": "扫码或登录…核验"}   foot of the first page: small QR of url
 *                                   (or of the code) with text; the code alone at the foot of every other page
 * }
 *
 * A block is a text (a paragraph, first line indented two characters) or an object with exactly one of the first keys:
 *   {"p": "text" | [run, …], "indent": 2, "hang": 0, "align": "justify|left|center|right", "right": 0, "font": "body"}
 *                         indent: first line; hang: the other lines; right: right indent; in characters
 *   {"h": 1, "text": "一、总体情况", "then": "…"}   levels 1 黑体, 2 楷体, 3 and 4 仿宋; `then` runs on in 仿宋;
 *                         "auto": true puts 一、（一）1. （1） before the text and counts
 *   {"table": {"columns": [{"title": "序号", "width": 6, "align": "center"}, …], "rows": [[cell, …], …],
 *              "size": 12, "row_height": 8, "caption": "…"}}       widths are shares; titles repeat on every page
 *                         cell: a text, a number, null, or {"text": …, "span": 2, "down": 2, "align": "left", "label": true,
 *                         "height": 30, "foot": "（盖章）　　年　月　日"}; label: 黑体, centred; height: least mm; foot: right, at the bottom
 *   {"title": "回执"}     a centred title inside the paper
 *   {"space": 1}          empty lines
 *   {"cut": "此联填写后交回"}   a dashed line across, with words in it
 *   {"break": "page"}
 * A run is a text, {"t": "text", "font": "hei", "under": true}, or {"blank": 8}: an underlined gap of 8 characters to be filled in.
 * Fonts are roles: title (小标宋) body (仿宋) kai (楷体) hei (黑体) song (宋体).
 *
 * Bounds: 4 MB of JSON, 20,000 characters a paragraph, 500 pages, 24 columns, 20,000 rows. Unknown keys are refused.
 */
/* clang-format on */
#ifndef ANZE_HELPERS_PRESS_H
#define ANZE_HELPERS_PRESS_H

#include <stddef.h>
#include <stdint.h>
#include "base/call.h"

enum press_format { PRESS_PDF, PRESS_DOCX };

#define PRESS_JSON_MAX   (4u << 20)
#define PRESS_OUTPUT_MAX (64u << 20)
#define PRESS_PAGES_MAX  500

struct press_report {
    int pages; /* of the PDF; for DOCX the same document's pages as PDF would have them */
    const uint32_t
        *missing; /* code points that no installed font shows: the preview flags them; in call->arena */
    size_t missing_many;
    struct str standing_in; /* "" or a list: 仿宋: Noto Serif CJK SC；楷体: AR PL UKai CN … where the
                               customer's own font is absent */
};

/* Renders document_json. The bytes lie in call->arena. ret_report may be NULL.
 * ERR_INVALID: the description breaks the format above; the fault's field is the place
 * ("body[3].table.rows[2]") and its key press.*. ERR_TOO_LARGE: over a bound. ERR_FAILED: the program is
 * missing, crashed or ran out of time. */
MUST_USE enum err press_render(struct call *call, struct str document_json, enum press_format format,
                               struct str *ret_bytes, struct press_report *ret_report);

#endif
