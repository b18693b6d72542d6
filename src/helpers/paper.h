/* SPDX-License-Identifier: Apache-2.0
 *
 * paper: files in and out, through the helper program anze-paper. Uploaded bytes are hostile: they are never
 * parsed in this process. A 200 MB file sits in memory in neither process; what is read arrives piece by
 * piece in a sink.
 *
 * Every slice given to a sink is valid UTF-8 without NUL and lives only until the sink's function returns. A
 * sink function that returns an error stops the reading, and that error is returned. When a read returns
 * anything but ERR_OK nothing that the sink was told may be kept: a file cut short is never half a success.
 * Faults: field "file", keys "paper.…", fault->row is the line of a text file or the row of a sheet (0:
 * unknown).
 */
#ifndef ANZE_HELPERS_PAPER_H
#define ANZE_HELPERS_PAPER_H

#include <stdbool.h>
#include <stdint.h>
#include "base/call.h"
#include "base/err.h"
#include "base/str.h"

/* ---- scanner results in ---- */

enum paper_severity { PAPER_INFO, PAPER_LOW, PAPER_MEDIUM, PAPER_HIGH, PAPER_CRITICAL };

struct paper_scan_head {
    struct str format;  /* "nmap" "nessus" "openvas" "nuclei" "zap" "trivy" "sarif" "qualys" "burp" "nikto"
                           "testssl" "sslscan" "wapiti" */
    struct str layout;  /* "xml" "csv" "json" "jsonl" */
    struct str tool;    /* as the file names itself, e.g. "nmap" "Tenable.sc"; may be empty */
    struct str version; /* of the tool */
    struct str title;   /* name of the scan or policy, or the command line */
    int64_t started_ms; /* UTC; 0 unknown. The end may be known only in paper_scan_counts */
};

struct paper_scan_host {
    struct str address; /* IPv4 or IPv6 text, else empty */
    struct str name;    /* the first host name, lower-case, else empty */
    struct str names;   /* all host names, separated by one blank */
    bool up;
    int64_t started_ms, ended_ms; /* 0 unknown */
};

struct paper_scan_port {      /* a port that the file lists for a host, whatever its state */
    struct str address, name; /* the host, as in paper_scan_host */
    struct str protocol;      /* "tcp" "udp" "sctp" "icmp" …; lower-case */
    int32_t port;             /* 1…65535 */
    struct str state; /* "open" "closed" "filtered" "open|filtered" …; scanners that only list what answers:
                         "open" */
    struct str service, product, version;
};

enum paper_record_kind {
    PAPER_OPEN_PORT, /* nmap: a port in state open is what this format calls a finding */
    PAPER_WEAKNESS,  /* a vulnerability, misconfiguration, secret … */
};

struct paper_scan_record {
    enum paper_record_kind kind;
    struct str address, name; /* the host; both empty for files that know no host (code and image scans) */
    int32_t port;             /* 0: the host itself */
    struct str protocol;      /* transport, lower-case; empty when port is 0 and none was given */
    struct str url;           /* whole address of a web finding, when known */
    struct str path;          /* its path ("/login"), without query; or file path of a code scan */
    struct str rule;          /* the tool's id of the check: plugin id, NVT OID, template id, "open-port" */
    struct str title;
    enum paper_severity severity; /* as the tool rates; never recomputed here */
    int32_t cvss10;               /* base score × 10 (newest version given), −1 unknown */
    struct str cves;              /* "CVE-2024-1 CVE-2024-2": upper-case, unique, one blank between */
    struct str description, remedy, evidence; /* at most 16 KiB each, cut at a code point */
    struct str unique;                        /* the tool's own id of this occurrence, if it gives one */
    struct str location;                      /* finer place: parameter, package, line, cipher */
    struct str dismissed; /* not empty: the tool itself lists it as no open finding: "passed" "suppressed"
                                "fixed" "false_positive" "resource" (of a cluster report). Counted, but opens
                             nothing */
    int64_t place;        /* line of the file where it begins (record number for JSON) */
};

/* What was looked at, so that absence can be judged. Ranges are "22,80,8000-8100". A finding on (host, port)
 * that is missing from this file was covered when the host was up and: port is 0; or a paper_scan_port for it
 * came with state "open" or "closed"; or a cover for that host (or for every host) contains the port with
 * answer PAPER_ANSWERED or PAPER_TRIED and no "filtered" port was listed for it. PAPER_SILENT proves nothing.
 */
enum paper_answer {
    PAPER_ANSWERED, /* the port surely answered, and is closed unless it is listed */
    PAPER_TRIED,    /* the scan's stated range; the tool lists only what it found */
    PAPER_SILENT,   /* no answer, or a mixture that cannot be told apart */
};

struct paper_scan_cover {
    struct str address, name; /* both empty: every host of the file that is up */
    struct str protocol;      /* empty: any */
    struct str ranges;        /* empty when the file only tells how many, or names a list ("default") */
    struct str named;         /* "default", "all" … as the tool words it */
    int64_t count;            /* ports; 0 unknown */
    enum paper_answer answer;
};

struct paper_scan_counts {
    int64_t records; /* what INDEX.tsv calls findings: nmap open ports; alert types for ZAP; rows of LOW and
                        above for testssl … */
    int64_t hosts, hosts_up; /* distinct; formats without a state count every host as up */
    int64_t ports;           /* distinct (host, protocol, port) listed, any state */
    int64_t open_ports;      /* of these, open */
    int64_t bytes;
    int64_t ended_ms; /* 0 unknown */
};

struct paper_scan_sink {
    void *context;
    /* Any may be NULL. begin comes first, end last and only after the whole file was good; a host before its
     * ports and records. */
    enum err (*begin)(void *context, const struct paper_scan_head *head);
    enum err (*host)(void *context, const struct paper_scan_host *host);
    enum err (*port)(void *context, const struct paper_scan_port *port);
    enum err (*record)(void *context, const struct paper_scan_record *record);
    enum err (*cover)(void *context, const struct paper_scan_cover *cover);
    enum err (*end)(void *context, const struct paper_scan_counts *counts);
};

/* Recognises the format from the content. */
MUST_USE enum err paper_read_scan(struct call *call, const char *path, const struct paper_scan_sink *sink);
/* Does "1,3-9,443" contain the port? False for empty or named ranges. */
bool paper_ranges_have(struct str ranges, int32_t port);

/* ---- sheets in: XLSX, and CSV in UTF-8 or GB18030 with , ; or tab ---- */

#define PAPER_ROWS_MAX    200000
#define PAPER_COLUMNS_MAX 256
#define PAPER_CELL_MAX    32767 /* bytes × 4 of UTF-8 */

enum paper_cell_kind {
    PAPER_EMPTY,
    PAPER_TEXT,
    PAPER_NUMBER, /* whole numbers below 10^15 in plain digits, others as 1.10101E+17: a long number typed as
                     a number has lost digits */
    PAPER_DATE,   /* a number shown as a date: "2026-01-09", or "2026-01-09 08:30:00", or "08:30:00" */
    PAPER_BOOL,   /* "TRUE" "FALSE" */
    PAPER_BROKEN, /* "#N/A" "#REF!" … */
};

struct paper_cell {
    enum paper_cell_kind kind;
    bool merged;     /* covered by a merged area: the text is that of the area's first cell */
    struct str text; /* not trimmed */
};

struct paper_sheet_head {
    struct str layout;   /* "xlsx" "csv" */
    struct str encoding; /* of a CSV: "UTF-8" "GB18030" "UTF-16"; else empty */
    struct str name;     /* of the sheet; empty for CSV */
    int32_t index, many; /* which sheet of how many, from 0 */
};

struct paper_sheet_sink {
    void *context;
    enum err (*begin)(void *context, const struct paper_sheet_head *head); /* may be NULL */
    /* row: 1-based as Excel shows it (for CSV: the record's number). cells[0] is column A. Rows without any
     * text are left out. */
    enum err (*row)(void *context, int64_t row, const struct paper_cell *cells, size_t many);
};

/* sheet: its name, or NULL for the first visible sheet that has a row (the first visible one if none has). */
MUST_USE enum err paper_read_sheet(struct call *call, const char *path, const char *sheet,
                                   const struct paper_sheet_sink *sink);

/* ---- sheets out ---- */

enum paper_layout { PAPER_XLSX, PAPER_CSV }; /* CSV: UTF-8 with BOM, so that Excel in China opens it right */

struct paper_column {
    struct str title;
    enum paper_cell_kind kind; /* PAPER_TEXT (long numbers, codes), PAPER_NUMBER, PAPER_DATE (text
                                  "YYYY-MM-DD"), PAPER_BOOL (written as text) */
    int32_t width;             /* characters; 0: from the title */
    bool required;             /* the header is marked */
    bool wrap;                 /* several lines */
    struct str help;           /* comment on the header cell; may be empty */
    const struct str *choices; /* drop-down list; up to 500; NULL: none */
    size_t many_choices;
};

struct paper_sheet_out {
    enum paper_layout layout;
    struct str name;  /* of the sheet: cut to 31 characters, bad ones replaced */
    struct str title; /* a merged line above the header; empty: none (templates have none) */
    struct str note;  /* a line below the title; empty: none */
    const struct paper_column *columns;
    size_t many_columns;
};

struct paper_writer;
/* Starts a file that is written to fd (a regular file open for writing; stays the caller's). */
MUST_USE enum err paper_write_start(struct call *call, int fd, const struct paper_sheet_out *out,
                                    struct paper_writer **ret);
/* One row; missing cells are empty; more cells than columns are refused. A cell of kind PAPER_BROKEN is
 * written as text on a red ground (error sheets). Text that begins with = + - @ is always written as text,
 * and in CSV gets a leading '. */
MUST_USE enum err paper_write_row(struct call *call, struct paper_writer *writer,
                                  const struct paper_cell *cells, size_t many);
/* Finishes the file; without it the file is incomplete and must be thrown away. */
MUST_USE enum err paper_write_end(struct call *call, struct paper_writer *writer);

/* ---- an uploaded sheet given back with its errors ---- */

struct paper_sheet_error {
    int64_t row;     /* as in paper_sheet_sink.row; ascending */
    struct str text; /* what is wrong with this row */
    int32_t column;  /* 0-based column whose cell is marked, −1: none */
};
/* Copies the cells of `sheet` in file `path` to fd as XLSX, with one more column (heading `title`) that
 * carries the errors. The heading stands in row header_row. Several errors of one row follow each other and
 * are joined by "；". */
MUST_USE enum err paper_write_errors(struct call *call, const char *path, const char *sheet, int fd,
                                     int64_t header_row, struct str title,
                                     const struct paper_sheet_error *errors, size_t many);

/* ---- secrecy marks (J2: nothing classified may enter) ---- */

struct paper_marks {
    bool found;
    struct str mark;  /* as it stands in the document, e.g. "机密★10年"; in call->arena */
    struct str place; /* "text" "header" "file_name" … */
};
/* Looks for a classification mark (绝密/机密/秘密 with ★, a term, or after 密级) at the head of a document:
 * plain text (UTF-8, UTF-16, GB18030), XLSX, DOCX, PDF text as far as it can be read without a renderer.
 * Words such as 商业秘密 are not marks. ERR_OK with found=false also for kinds of files it cannot read
 * (images). The caller refuses the upload. */
MUST_USE enum err paper_scan_marks(struct call *call, const char *path, struct paper_marks *ret);
/* The same look at a short text (a form field, a file name), in this process. */
bool paper_text_marked(struct str text);

#endif
