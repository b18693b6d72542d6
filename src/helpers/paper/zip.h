/* SPDX-License-Identifier: Apache-2.0
 *
 * zip: the parts of an Office file, each as a stream. Refused: too many parts, a part or a whole that unpacks
 * to too much or too many times its size, passwords, damaged archives.
 */
#ifndef ANZE_HELPERS_PAPER_ZIP_H
#define ANZE_HELPERS_PAPER_ZIP_H

#include "helpers/paper/work.h"
#include "helpers/paper/xml.h"

struct paper_zip;

MUST_USE enum err paper_zip_open(struct paper_work *work, struct paper_zip **ret);
void paper_zip_close(struct paper_zip *zip);
bool paper_zip_has(struct paper_zip *zip, struct str name);
/* Parses an XML part; a part that is not there is a fault unless optional. */
MUST_USE enum err paper_zip_xml(struct paper_zip *zip, struct str name, bool optional,
                                const struct paper_xml_handler *handler, void *context);
/* Names by index; false at the end. */
bool paper_zip_name(struct paper_zip *zip, size_t index, struct str *ret);

#endif
