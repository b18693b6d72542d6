/* SPDX-License-Identifier: Apache-2.0
 * Method: sizes are checked twice, as the directory states them before anything is unpacked, and as bytes
 * come out, since a directory can lie. */
#include "helpers/paper/zip.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zip.h>

#define PARTS_MAX  10000
#define PART_MAX   ((uint64_t)512 << 20)
#define WHOLE_MAX  ((uint64_t)1 << 30)
#define RATIO_MAX  300
#define RATIO_FROM ((uint64_t)8 << 20) /* small parts may be as dense as they like */

struct paper_zip {
    struct paper_work *work;
    zip_t *zip;
    /* the part being read */
    zip_file_t *file;
    uint64_t unpacked, most;
    struct str name;
};

static enum err bomb(struct paper_work *work, struct str name)
{
    return paper_work_fail(work, ERR_TOO_LARGE, "paper.fault.zip_bomb", 0, name, STR_NONE);
}

static enum err check_directory(struct paper_zip *zip)
{
    struct paper_work *work = zip->work;
    zip_int64_t many = zip_get_num_entries(zip->zip, 0);
    uint64_t whole = 0;
    if (many < 0 || many > PARTS_MAX)
        return bomb(work, STR("10000+"));
    for (zip_uint64_t i = 0; i < (zip_uint64_t)many; i++) {
        zip_stat_t about;
        zip_stat_init(&about);
        if (zip_stat_index(zip->zip, i, 0, &about) != 0 || !(about.valid & ZIP_STAT_SIZE))
            return paper_work_fail(work, ERR_INVALID, "paper.fault.zip", 0, STR("directory"), STR_NONE);
        struct str name = utf8_valid(str_of(about.name)) ? str_of(about.name) : STR("?");
        if ((about.valid & ZIP_STAT_ENCRYPTION_METHOD) && about.encryption_method != ZIP_EM_NONE)
            return paper_work_fail(work, ERR_INVALID, "paper.fault.password", 0, name, STR_NONE);
        whole += about.size;
        if (about.size > PART_MAX || whole > WHOLE_MAX ||
            (about.size > RATIO_FROM && about.size / RATIO_MAX > about.comp_size))
            return bomb(work, name);
    }
    return ERR_OK;
}

enum err paper_zip_open(struct paper_work *work, struct paper_zip **ret)
{
    struct paper_zip *zip = ARENA_NEW(work->arena, struct paper_zip);
    zip->work = work;
    int why = 0;
    if (work->fd >= 0) {
        int own = dup(work->fd); /* the library closes what it is given */
        zip->zip = own >= 0 ? zip_fdopen(own, 0, &why) : NULL;
        if (!zip->zip && own >= 0)
            close(own);
    } else {
        zip_error_t error;
        zip_error_init(&error);
        zip_source_t *source = zip_source_buffer_create(work->memory.at, work->memory.len, 0, &error);
        zip->zip = source ? zip_open_from_source(source, ZIP_RDONLY, &error) : NULL;
        if (!zip->zip && source)
            zip_source_free(source);
        zip_error_fini(&error);
    }
    if (!zip->zip)
        return paper_work_fail(work, ERR_INVALID, "paper.fault.zip", 0, STR("directory"), STR_NONE);
    enum err word = check_directory(zip);
    if (word != ERR_OK)
        paper_zip_close(zip);
    else
        *ret = zip;
    return word;
}

static void close_part(struct paper_zip *zip)
{
    if (zip->file)
        zip_fclose(zip->file);
    zip->file = NULL;
}

void paper_zip_close(struct paper_zip *zip)
{
    close_part(zip);
    if (zip->zip)
        zip_discard(zip->zip);
    zip->zip = NULL;
}

static zip_int64_t find(struct paper_zip *zip, struct str name)
{
    return zip_name_locate(zip->zip, str_c(zip->work->arena, name), ZIP_FL_NOCASE);
}

bool paper_zip_has(struct paper_zip *zip, struct str name)
{
    return find(zip, name) >= 0;
}

bool paper_zip_name(struct paper_zip *zip, size_t index, struct str *ret)
{
    const char *name = zip_get_name(zip->zip, index, 0);
    *ret = str_of(name);
    return name != NULL;
}

static bool open_part(struct paper_zip *zip, struct str name)
{
    zip_stat_t about;
    zip_int64_t at = find(zip, name);
    close_part(zip);
    if (at < 0 || zip_stat_index(zip->zip, (zip_uint64_t)at, 0, &about) != 0)
        return false;
    zip->file = zip_fopen_index(zip->zip, (zip_uint64_t)at, 0);
    zip->unpacked = 0;
    zip->most = about.comp_size * RATIO_MAX > RATIO_FROM ? about.comp_size * RATIO_MAX : RATIO_FROM;
    if (zip->most > PART_MAX)
        zip->most = PART_MAX;
    zip->name = name;
    return zip->file != NULL;
}

static enum err next_of_part(void *context, char *at, size_t len, size_t *ret_len)
{
    struct paper_zip *zip = context;
    zip_int64_t got = zip_fread(zip->file, at, len);
    *ret_len = 0;
    if (got < 0)
        return paper_work_fail(zip->work, ERR_INVALID, "paper.fault.zip", 0, zip->name, STR_NONE);
    zip->unpacked += (uint64_t)got;
    if (zip->unpacked > zip->most)
        return bomb(zip->work, zip->name);
    *ret_len = (size_t)got;
    return ERR_OK;
}

enum err paper_zip_xml(struct paper_zip *zip, struct str name, bool optional,
                       const struct paper_xml_handler *handler, void *context)
{
    if (!open_part(zip, name))
        return optional && find(zip, name) < 0
                   ? ERR_OK
                   : paper_work_fail(zip->work, ERR_INVALID, "paper.fault.zip", 0, name, STR_NONE);
    const struct paper_xml_source source = {zip, next_of_part};
    enum err word = paper_xml_parse(zip->work, &source, handler, context);
    close_part(zip);
    return word;
}
