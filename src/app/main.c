/* SPDX-License-Identifier: Apache-2.0 */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/app.h"
#include "base/crypt.h"
#include "base/embed.h"
#include "base/log.h"
#include "base/words.h"

struct option {
    const char *name;
    size_t at; /* of the char * in struct app_args */
    bool flag; /* a bool instead */
};
#define TEXT_OPTION(name, member)                                                                            \
    {                                                                                                        \
        name, offsetof(struct app_args, member), false                                                       \
    }
#define FLAG_OPTION(name, member)                                                                            \
    {                                                                                                        \
        name, offsetof(struct app_args, member), true                                                        \
    }
static const struct option options[] = {
    TEXT_OPTION("--data", data_dir),   TEXT_OPTION("--db", db),
    TEXT_OPTION("--listen", listen),   TEXT_OPTION("--tls-cert", tls_cert),
    TEXT_OPTION("--tls-key", tls_key), TEXT_OPTION("--errors", errors),
    TEXT_OPTION("--head", head),       TEXT_OPTION("--name", name),
    TEXT_OPTION("--role", role),       TEXT_OPTION("--unit", unit),
    TEXT_OPTION("--node", node),       TEXT_OPTION("--out", file),
    FLAG_OPTION("--json", json),       FLAG_OPTION("--help", help),
    FLAG_OPTION("-h", help),           FLAG_OPTION("--force", force),
    FLAG_OPTION("--yes", yes),         FLAG_OPTION("--preview", preview),
    TEXT_OPTION("--map", map),         TEXT_OPTION("--trusted-proxies", trusted_proxies),
};

static int read_option(struct app_args *args, int argc, char **argv, int at)
{
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        const struct option *option = &options[i];
        size_t len = strlen(option->name);
        if (strncmp(argv[at], option->name, len) != 0 ||
            (argv[at][len] != '\0' && (option->flag || argv[at][len] != '=')))
            continue;
        char *member = (char *)args + option->at;
        if (option->flag) {
            *(bool *)(void *)member = true;
            return 1;
        }
        if (argv[at][len] == '=') {
            *(const char **)(void *)member = argv[at] + len + 1;
            return 1;
        }
        if (at + 1 >= argc)
            return app_complain(args, "%s: a value is missing after it", argv[at]), -1;
        *(const char **)(void *)member = argv[at + 1];
        return 2;
    }
    return app_complain(args, "%s: unknown option; `anze --help` lists them", argv[at]), -1;
}

static int read_args(struct app_args *args, int argc, char **argv)
{
    for (int i = 1; i < argc;) {
        if (strncmp(argv[i], "--lang", 6) == 0 && i + 1 < argc) {
            args->lang = strcmp(argv[i + 1], "en") == 0 ? CALL_EN : CALL_ZH;
            i += 2;
        } else if (strcmp(argv[i], "--version") == 0) {
            printf("anze %s\n", ANZE_VERSION);
            exit(0);
        } else if (strcmp(argv[i], "--openapi") == 0) {
            i++; /* `describe` knows one form only; the word is accepted because people will write it */
        } else if (argv[i][0] == '-' && argv[i][1] != '\0') {
            int used = read_option(args, argc, argv, i);
            if (used < 0)
                return -1;
            i += used;
        } else if (args->many_words < APP_WORDS) {
            args->words[args->many_words++] = argv[i++];
        } else {
            return app_complain(args, "%s: too many words", argv[i]), -1;
        }
    }
    return 0;
}

/* The command whose words begin the line; its words are taken off. */
static const struct app_command *find_command(struct app_args *args)
{
    for (const struct app_command *command = app_commands; command->name; command++) {
        char line[64] = "";
        int words = 1 + (strchr(command->name, ' ') != NULL);
        if (args->many_words < words)
            continue;
        snprintf(line, sizeof(line), words == 2 ? "%s %s" : "%s", args->words[0],
                 words == 2 ? args->words[1] : "");
        if (strcmp(line, command->name) != 0)
            continue;
        args->many_words -= words;
        memmove(args->words, args->words + words, sizeof(args->words[0]) * (size_t)args->many_words);
        args->words[args->many_words] = NULL;
        return command;
    }
    return NULL;
}

static int help(const struct app_args *args, const struct app_command *only)
{
    struct str head = words_get(args->lang, "app.help");
    if (!only)
        printf("anze %s — %.*s\n\n", ANZE_VERSION, STR_ARG(head));
    for (const struct app_command *command = only ? only : app_commands; command->name; command++) {
        struct str summary = words_get(args->lang, command->summary);
        char line[128];
        snprintf(line, sizeof(line), "anze %s %s", command->name, command->arguments);
        printf("  %-44s %.*s\n", line, STR_ARG(summary));
        if (only)
            break;
    }
    struct str tail = words_get(args->lang, "app.help.options");
    printf("\n%.*s\n", STR_ARG(tail));
    return 0;
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "C.UTF-8");
    signal(SIGPIPE, SIG_IGN);
    crypt_init();
    embed_set(embed_table);
    app_declare();
    const char *lang = getenv("LANG");
    struct app_args args = {.lang = lang && strncmp(lang, "en", 2) == 0 ? CALL_EN : CALL_ZH};
    if (read_args(&args, argc, argv) != 0)
        return 2;
    const struct app_command *command = find_command(&args);
    if (!command) {
        if (args.many_words > 0 && !args.help)
            return app_complain(&args, "%s: no such command; `anze --help` lists them", args.words[0]);
        return help(&args, NULL);
    }
    if (strcmp(command->name, "serve") != 0)
        log_set_level(LOG_WARN);
    return args.help ? help(&args, command) : command->run(&args);
}
