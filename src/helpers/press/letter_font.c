/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. fontconfig is asked once for the list of installed fonts with their family names; each role keeps
 * the fonts of its list that are there, best first. Files are opened when a character first needs them. A
 * lookup is remembered per role and character, so that a long letter asks a font once for each different
 * character.
 */
#include "helpers/press/letter_font.h"

#include <cairo-ft.h>
#include <fontconfig/fontconfig.h>
#include <hb-ft.h>
#include <stdlib.h>
#include <string.h>
#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_ADVANCES_H

#define FONTS_MAX   64
#define CHAIN_MAX   16
#define MISSING_MAX 256
#define CACHE_SLOTS 4096 /* a power of two */

struct want {
    const char *family;
    int weight; /* of fontconfig */
    bool own;   /* what the standard names, not a stand-in */
};

#define OWN(family)                                                                                          \
    {                                                                                                        \
        (family), FC_WEIGHT_REGULAR, true                                                                    \
    }
#define STAND(family, weight)                                                                                \
    {                                                                                                        \
        (family), (weight), false                                                                            \
    }

static const struct want title_fonts[] = {
    OWN("FZXiaoBiaoSong-B05S"),
    OWN("FZXiaoBiaoSong-B05"),
    OWN("方正小标宋简体"),
    OWN("方正小标宋_GBK"),
    STAND("STZhongsong", FC_WEIGHT_REGULAR),
    STAND("Noto Serif CJK SC", FC_WEIGHT_BOLD),
    STAND("Source Han Serif SC", FC_WEIGHT_BOLD),
    {0},
};
static const struct want body_fonts[] = {
    OWN("FangSong_GB2312"),
    OWN("仿宋_GB2312"),
    OWN("FangSong"),
    OWN("仿宋"),
    OWN("STFangsong"),
    OWN("FZFangSong-Z02"),
    STAND("FandolFang R", FC_WEIGHT_REGULAR),
    STAND("FandolFang", FC_WEIGHT_REGULAR),
    STAND("Noto Serif CJK SC", FC_WEIGHT_REGULAR),
    STAND("Source Han Serif SC", FC_WEIGHT_REGULAR),
    {0},
};
static const struct want kai_fonts[] = {
    OWN("KaiTi_GB2312"),
    OWN("楷体_GB2312"),
    OWN("KaiTi"),
    OWN("楷体"),
    OWN("STKaiti"),
    OWN("FZKai-Z03"),
    STAND("FandolKai", FC_WEIGHT_REGULAR),
    STAND("LXGW WenKai", FC_WEIGHT_REGULAR),
    STAND("AR PL UKai CN", FC_WEIGHT_BOOK),
    {0},
};
static const struct want hei_fonts[] = {
    OWN("SimHei"),
    OWN("黑体"),
    OWN("STHeiti"),
    OWN("FZHei-B01"),
    STAND("FandolHei", FC_WEIGHT_REGULAR),
    STAND("Noto Sans CJK SC", FC_WEIGHT_MEDIUM),
    STAND("Source Han Sans SC", FC_WEIGHT_MEDIUM),
    {0},
};
static const struct want song_fonts[] = {
    OWN("SimSun"),
    OWN("宋体"),
    OWN("NSimSun"),
    OWN("STSong"),
    STAND("FandolSong", FC_WEIGHT_REGULAR),
    STAND("Noto Serif CJK SC", FC_WEIGHT_REGULAR),
    STAND("AR PL UMing CN", FC_WEIGHT_LIGHT),
    {0},
};
static const struct want common_fonts[] = {
    STAND("Noto Serif CJK SC", FC_WEIGHT_REGULAR), STAND("Noto Sans CJK SC", FC_WEIGHT_REGULAR),
    STAND("AR PL UMing CN", FC_WEIGHT_LIGHT),      STAND("AR PL UKai CN", FC_WEIGHT_BOOK),
    STAND("DejaVu Sans", FC_WEIGHT_BOOK),          {0},
};
static const struct want *const role_fonts[PRESS_ROLES] = {title_fonts, body_fonts, kai_fonts, hei_fonts,
                                                           song_fonts};
static const char *const role_names[PRESS_ROLES] = {"小标宋", "仿宋", "楷体", "黑体", "宋体"};

struct font {
    struct str path, family;
    int index;
    bool tried;
    FT_Face face;
    hb_font_t *shaper;
    cairo_font_face_t *cairo;
};

struct cached {
    uint32_t code; /* 0: free */
    struct press_glyph glyph;
};

struct press_fonts {
    struct arena *arena;
    FcConfig *config;
    FT_Library library;
    struct font font[FONTS_MAX];
    int many;
    int chain[PRESS_ROLES][CHAIN_MAX], chain_many[PRESS_ROLES];
    struct cached *cache[PRESS_ROLES];
    uint32_t missing[MISSING_MAX];
    size_t missing_many;
    struct str standing_in;
};

/* ---- finding the files ---- */

static int add_font(struct press_fonts *fonts, FcPattern *found)
{
    FcChar8 *path = NULL, *family = NULL;
    int index = 0;
    if (FcPatternGetString(found, FC_FILE, 0, &path) != FcResultMatch)
        return -1;
    (void)FcPatternGetInteger(found, FC_INDEX, 0, &index);
    (void)FcPatternGetString(found, FC_FAMILY, 0, &family);
    index &= 0xffff; /* the upper half names an instance of a variable font */
    for (int i = 0; i < fonts->many; i++)
        if (str_is(fonts->font[i].path, (const char *)path) && fonts->font[i].index == index)
            return i;
    if (fonts->many == FONTS_MAX)
        return -1;
    fonts->font[fonts->many] = (struct font){
        .path = str_copy(fonts->arena, str_of((const char *)path)),
        .family = str_copy(fonts->arena, str_of((const char *)family)),
        .index = index,
    };
    return fonts->many++;
}

static int weight_of(FcPattern *pattern)
{
    int weight = FC_WEIGHT_REGULAR, slant = 0;
    (void)FcPatternGetInteger(pattern, FC_WEIGHT, 0, &weight);
    (void)FcPatternGetInteger(pattern, FC_SLANT, 0, &slant);
    return weight + slant * 10; /* an upright face is nearer than any slanted one */
}

/* Of the fonts listed, the one nearest in weight; of equals the first by path, so that the choice does not
 * depend on the order of directories. */
static FcPattern *nearest(FcFontSet *set, int weight)
{
    FcPattern *best = NULL;
    const char *best_path = "";
    int best_far = 1 << 30;
    for (int i = 0; i < set->nfont; i++) {
        FcChar8 *path = NULL;
        int far = abs(weight_of(set->fonts[i]) - weight);
        if (FcPatternGetString(set->fonts[i], FC_FILE, 0, &path) != FcResultMatch)
            continue;
        if (far < best_far || (far == best_far && strcmp((const char *)path, best_path) < 0)) {
            best = set->fonts[i];
            best_path = (const char *)path;
            best_far = far;
        }
    }
    return best;
}

static int find_family(struct press_fonts *fonts, const struct want *want)
{
    FcPattern *pattern = FcPatternBuild(NULL, FC_FAMILY, FcTypeString, want->family, (char *)NULL);
    FcObjectSet *objects =
        FcObjectSetBuild(FC_FAMILY, FC_FILE, FC_INDEX, FC_WEIGHT, FC_SLANT, FC_SCALABLE, (char *)NULL);
    FcFontSet *set = pattern && objects ? FcFontList(fonts->config, pattern, objects) : NULL;
    FcPattern *best = set ? nearest(set, want->weight) : NULL;
    int font = best ? add_font(fonts, best) : -1;
    if (font >= 0)
        fonts->font[font].family = str_of(want->family);
    if (set)
        FcFontSetDestroy(set);
    if (objects)
        FcObjectSetDestroy(objects);
    if (pattern)
        FcPatternDestroy(pattern);
    return font;
}

static void add_chain(struct press_fonts *fonts, int role, const struct want *wants)
{
    for (const struct want *want = wants; want->family; want++) {
        int font = find_family(fonts, want), *many = &fonts->chain_many[role];
        bool there = font < 0 || *many == CHAIN_MAX;
        for (int i = 0; i < *many && !there; i++)
            there = fonts->chain[role][i] == font;
        if (there)
            continue;
        if (*many == 0 && !want->own)
            fonts->standing_in =
                str_format(fonts->arena, "%.*s%s%s: %s", STR_ARG(fonts->standing_in),
                           fonts->standing_in.len ? "；" : "", role_names[role], want->family);
        fonts->chain[role][(*many)++] = font;
    }
}

enum err press_fonts_open(struct call *call, struct press_fonts **ret)
{
    struct press_fonts *fonts = ARENA_NEW(call->arena, struct press_fonts);
    fonts->arena = call->arena;
    fonts->config = FcInitLoadConfigAndFonts();
    if (!fonts->config || FT_Init_FreeType(&fonts->library) != 0)
        return call_fail(call, ERR_FAILED, "document", "press.no_fonts");
    for (int role = 0; role < PRESS_ROLES; role++) {
        add_chain(fonts, role, role_fonts[role]);
        add_chain(fonts, role, common_fonts);
        fonts->cache[role] = ARENA_ARRAY(call->arena, struct cached, CACHE_SLOTS);
        if (fonts->chain_many[role] == 0)
            return call_fail(call, ERR_FAILED, "document", "press.no_fonts");
    }
    *ret = fonts;
    return ERR_OK;
}

/* ---- glyphs ---- */

static FT_Face open_face(struct press_fonts *fonts, int font)
{
    struct font *f = &fonts->font[font];
    if (!f->tried) {
        f->tried = true;
        if (FT_New_Face(fonts->library, f->path.at, f->index, &f->face) != 0)
            f->face = NULL;
        else
            (void)FT_Select_Charmap(f->face, FT_ENCODING_UNICODE);
    }
    return f->face;
}

static bool try_font(struct press_fonts *fonts, int font, uint32_t code, uint32_t selector,
                     struct press_glyph *ret)
{
    FT_Face face = open_face(fonts, font);
    if (!face)
        return false;
    FT_UInt index = selector ? FT_Face_GetCharVariantIndex(face, code, selector) : 0;
    if (!index)
        index = FT_Get_Char_Index(face, code);
    if (!index)
        return false;
    FT_Fixed advance = 0;
    (void)FT_Get_Advance(face, index, FT_LOAD_NO_SCALE, &advance);
    double em = face->units_per_EM ? face->units_per_EM : 1000;
    *ret = (struct press_glyph){font, index, (double)advance / em};
    return true;
}

/* Any font of the machine that has the character. */
static int search_all(struct press_fonts *fonts, uint32_t code)
{
    FcCharSet *set = FcCharSetCreate();
    FcPattern *pattern = FcPatternCreate();
    FcObjectSet *objects = FcObjectSetBuild(FC_FAMILY, FC_FILE, FC_INDEX, FC_WEIGHT, FC_SLANT, (char *)NULL);
    FcFontSet *list = NULL;
    int font = -1;
    if (set && pattern && objects && FcCharSetAddChar(set, code) &&
        FcPatternAddCharSet(pattern, FC_CHARSET, set) && FcPatternAddBool(pattern, FC_SCALABLE, FcTrue))
        list = FcFontList(fonts->config, pattern, objects);
    FcPattern *best = list ? nearest(list, FC_WEIGHT_REGULAR) : NULL;
    if (best)
        font = add_font(fonts, best);
    if (list)
        FcFontSetDestroy(list);
    if (objects)
        FcObjectSetDestroy(objects);
    if (pattern)
        FcPatternDestroy(pattern);
    if (set)
        FcCharSetDestroy(set);
    return font;
}

static void note_missing(struct press_fonts *fonts, uint32_t code)
{
    size_t at = 0;
    while (at < fonts->missing_many && fonts->missing[at] < code)
        at++;
    if ((at < fonts->missing_many && fonts->missing[at] == code) || fonts->missing_many == MISSING_MAX)
        return;
    memmove(&fonts->missing[at + 1], &fonts->missing[at], (fonts->missing_many - at) * sizeof(uint32_t));
    fonts->missing[at] = code;
    fonts->missing_many++;
}

static bool is_private(uint32_t code)
{
    return (code >= 0xe000 && code <= 0xf8ff) || code >= 0xf0000;
}

static struct press_glyph look_up(struct press_fonts *fonts, enum press_role role, uint32_t code,
                                  uint32_t selector)
{
    struct press_glyph glyph;
    for (int i = 0; i < fonts->chain_many[role]; i++)
        if (try_font(fonts, fonts->chain[role][i], code, selector, &glyph))
            return glyph;
    /* A private-use code means something else in every font. */
    int other = is_private(code) ? -1 : search_all(fonts, code);
    if (other >= 0 && try_font(fonts, other, code, selector, &glyph))
        return glyph;
    note_missing(fonts, code);
    return (struct press_glyph){fonts->chain[role][0], 0, 1};
}

struct press_glyph press_fonts_find(struct press_fonts *fonts, enum press_role role, uint32_t code,
                                    uint32_t selector)
{
    if (selector)
        return look_up(fonts, role, code, selector);
    uint32_t slot = code * 2654435761U >> 20;
    for (int step = 0; step < 8; step++) {
        struct cached *c = &fonts->cache[role][(slot + (uint32_t)step) % CACHE_SLOTS];
        if (c->code == code)
            return c->glyph;
        if (c->code == 0) {
            *c = (struct cached){code, look_up(fonts, role, code, 0)};
            return c->glyph;
        }
    }
    return look_up(fonts, role, code, 0);
}

struct press_shaped *press_fonts_shape(struct press_fonts *fonts, int font, struct str word, size_t *ret_many)
{
    struct font *f = &fonts->font[font];
    FT_Face face = open_face(fonts, font);
    *ret_many = 0;
    if (!face)
        return NULL;
    if (!f->shaper) {
        hb_face_t *hb = hb_ft_face_create_referenced(face);
        f->shaper = hb_font_create(hb);
        hb_face_destroy(hb);
    }
    hb_buffer_t *buffer = hb_buffer_create();
    hb_buffer_add_utf8(buffer, word.at, (int)word.len, 0, (int)word.len);
    hb_buffer_guess_segment_properties(buffer);
    hb_shape(f->shaper, buffer, NULL, 0);
    unsigned many = 0;
    hb_glyph_info_t *info = hb_buffer_get_glyph_infos(buffer, &many);
    hb_glyph_position_t *position = hb_buffer_get_glyph_positions(buffer, &many);
    double em = hb_face_get_upem(hb_font_get_face(f->shaper));
    struct press_shaped *all = ARENA_ARRAY(fonts->arena, struct press_shaped, many + 1);
    for (unsigned i = 0; i < many; i++)
        all[i] = (struct press_shaped){info[i].codepoint, position[i].x_offset / em,
                                       position[i].y_offset / em, position[i].x_advance / em};
    hb_buffer_destroy(buffer);
    *ret_many = many;
    return all;
}

struct _cairo_font_face *press_fonts_face(struct press_fonts *fonts, int font)
{
    struct font *f = &fonts->font[font];
    if (!f->cairo && open_face(fonts, font))
        f->cairo = cairo_ft_font_face_create_for_ft_face(f->face, FT_LOAD_NO_HINTING);
    return f->cairo;
}

const uint32_t *press_fonts_missing(struct press_fonts *fonts, size_t *ret_many)
{
    *ret_many = fonts->missing_many;
    return fonts->missing;
}

struct str press_fonts_standing_in(struct press_fonts *fonts)
{
    return fonts->standing_in;
}

void press_fonts_close(struct press_fonts *fonts)
{
    for (int i = 0; i < fonts->many; i++)
        if (fonts->font[i].cairo)
            cairo_font_face_destroy(fonts->font[i].cairo);
    cairo_debug_reset_static_data(); /* drops the scaled fonts that still hold our faces */
    for (int i = 0; i < fonts->many; i++) {
        if (fonts->font[i].shaper)
            hb_font_destroy(fonts->font[i].shaper);
        if (fonts->font[i].face)
            FT_Done_Face(fonts->font[i].face);
    }
    FT_Done_FreeType(fonts->library);
    FcConfigDestroy(fonts->config);
}
