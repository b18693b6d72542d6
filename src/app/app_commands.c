/* SPDX-License-Identifier: Apache-2.0 */
#include "app/app.h"

const struct app_command app_commands[] = {
    {"serve", "[--listen ADDR:PORT]", "app.command.serve", app_serve},
    {"init", "", "app.command.init", app_init},
    {"demo", "", "app.command.demo", app_demo},
    {"import registry", "FILE [--preview] [--map A:FIELD,B:-] [--errors OUT.xlsx]",
     "app.command.import_registry", app_import_registry},
    {"import scan", "FILE", "app.command.import_scan", app_import_scan},
    {"export registry", "--out FILE.xlsx|FILE.csv", "app.command.export_registry", app_export_registry},
    {"pack lint", "FILE", "app.command.pack_lint", app_pack_lint},
    {"pack load", "FILE", "app.command.pack_load", app_pack_load},
    {"pack coverage", "", "app.command.pack_coverage", app_pack_coverage},
    {"workday add", "DATE N", "app.command.workday_add", app_workday_add},
    {"ledger verify", "[--head FILE]", "app.command.ledger_verify", app_ledger_verify},
    {"ledger head", "", "app.command.ledger_head", app_ledger_head},
    {"ledger export", "[--out FILE]", "app.command.ledger_export", app_ledger_export},
    {"backup", "--out FILE [--force]", "app.command.backup", app_backup},
    {"restore", "FILE [--head FILE] [--force]", "app.command.restore", app_restore},
    {"doctor", "[--listen ADDR:PORT] [--tls-cert FILE]", "app.command.doctor", app_doctor},
    {"verify", "CODE [FILE.pdf]", "app.command.verify", app_verify},
    {"user add", "LOGIN --role ROLE [--unit NAME] [--name NAME]", "app.command.user_add", app_user_add},
    {"user list", "", "app.command.user_list", app_user_list},
    {"user reset", "LOGIN", "app.command.user_reset", app_user_reset},
    {"describe", "--openapi", "app.command.describe", app_describe},
    {0},
};
