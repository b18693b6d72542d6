/* SPDX-License-Identifier: Apache-2.0
 *
 * app_backup: what backup and restore agree on: the names inside an archive and the manifest.
 *
 * manifest.json is the last member but one:
 *     {"anze":"0.1.0","made_at_ms":…,"ledger":{"ok":true,"entries":…,"heads":…},
 *      "files":[{"path":"anze.db","size":…,"sm3":"…"},…]}
 * manifest.sm3, the last, is its digest in hex with a line end. Every other member stands in the manifest, in
 * order.
 */
#ifndef ANZE_APP_BACKUP_H
#define ANZE_APP_BACKUP_H

#define BACKUP_DB           "anze.db"
#define BACKUP_MANIFEST     "manifest.json"
#define BACKUP_DIGEST       "manifest.sm3"
#define BACKUP_MANIFEST_MAX (256u << 20)

#endif
