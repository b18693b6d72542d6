/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. People under a class rule take a common word and hang a capital, a sign and a year on it. So a
 * password is first brought to its stem: lower case, look-alikes turned back (@ a, 0 o, 1 l or i, 3 e, $ 5 s,
 * 7 t, ! i), then digits and signs cut off both ends; plain and restored spelling are both looked up. Whole
 * keyboard walks are looked up as typed. The list is our own: words met in offices, their pinyin, and the
 * walks of a keyboard.
 */
#include <stdlib.h>
#include <string.h>
#include "access/access_parts.h"

static const char *const common[] = {
    "abcabc",
    "abcd",
    "abcdef",
    "abcdefg",
    "abcdefgh",
    "account",
    "admin",
    "administrator",
    "adminadmin",
    "adminroot",
    "aini",
    "anquan",
    "anze",
    "aqadmin",
    "asdasd",
    "asdf",
    "asdfgh",
    "asdfghjkl",
    "audit",
    "baomi",
    "bangong",
    "bangongshi",
    "beijing",
    "caiwu",
    "caonima",
    "change",
    "changeit",
    "changeme",
    "china",
    "chuangxin",
    "company",
    "cyber",
    "dashuju",
    "database",
    "default",
    "demo",
    "dengbao",
    "diannao",
    "dragon",
    "dsjj",
    "ewsqaz",
    "fdsa",
    "football",
    "gongan",
    "gongwuyuan",
    "google",
    "guanli",
    "guanliyuan",
    "guest",
    "hello",
    "huawei",
    "iloveyou",
    "jiguan",
    "keji",
    "leader",
    "letmein",
    "lanqiu",
    "linux",
    "local",
    "login",
    "lovelove",
    "manager",
    "master",
    "mima",
    "mimamima",
    "monkey",
    "mysql",
    "network",
    "nihao",
    "nimda",
    "office",
    "officer",
    "operator",
    "oracle",
    "pa",
    "pass",
    "passwd",
    "password",
    "passwordpassword",
    "pingan",
    "police",
    "poiuy",
    "postgres",
    "private",
    "public",
    "qazwsx",
    "qazwsxedc",
    "qwe",
    "qweasd",
    "qweasdzxc",
    "qweqwe",
    "qwer",
    "qwert",
    "qwerty",
    "qwertyuiop",
    "root",
    "rootroot",
    "scan",
    "secret",
    "security",
    "server",
    "service",
    "shadow",
    "shanghai",
    "shuju",
    "spring",
    "student",
    "summer",
    "sunshine",
    "superman",
    "supervisor",
    "support",
    "switch",
    "sysadmin",
    "system",
    "teacher",
    "temp",
    "tencent",
    "test",
    "testtest",
    "tiananmen",
    "user",
    "username",
    "vip",
    "wangan",
    "wangluo",
    "wangluoanquan",
    "wangxin",
    "wangxinban",
    "web",
    "webadmin",
    "welcome",
    "winter",
    "woaini",
    "woainima",
    "woaizhongguo",
    "xiaoming",
    "xinxi",
    "xinxianquan",
    "xitong",
    "xitongguanli",
    "yewu",
    "yuangong",
    "zaq",
    "zhengfu",
    "zhengwu",
    "zhengwuyun",
    "zhongguo",
    "zxc",
    "zxcv",
    "zxcvbn",
    "zxcvbnm",
};
static const char *const walks[] = {
    "!@#$%^&*()",   "!qaz2wsx3edc", "!qaz@wsx",     "!qaz@wsx#edc", "0987654321",   "1234567890",
    "123456789a",   "123456abc",    "123qweasdzxc", "123qwe!@#",    "12qwaszx",     "147258369",
    "1a2b3c4d5e",   "1q2w3e4r",     "1q2w3e4r5t",   "1q2w3e4r5t6y", "1qaz!qaz",     "1qaz2wsx",
    "1qaz2wsx3edc", "1qaz@wsx",     "1qaz@wsx3edc", "1qazxsw2",     "1qaz@wsx#edc", "1qaz2wsx!qaz@wsx",
    "520131400",    "5201314",      "789456123",    "a1b2c3d4e5",   "abc123456",    "asd123456",
    "q1w2e3r4",     "q1w2e3r4t5",   "qaz123wsx",    "qq123456",     "qwe123!@#",    "qwe123456",
    "wsx123qaz",    "zaq12wsx",     "zaq1@wsx",     "zaq1xsw2",     "zxc123456",
};

static bool listed(struct str word)
{
    for (size_t i = 0; i < sizeof common / sizeof *common; i++)
        if (str_is(word, common[i]))
            return true;
    return false;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c & 0x80);
}

/* one: what a 1 stands for, l or i. */
static char restored(char c, char one)
{
    static const char from[] = "@0134$57!|", to[] = "ao?easstil";
    const char *at = c ? strchr(from, c) : NULL;
    char letter = at ? to[at - from] : c;
    return letter == '?' ? one : letter;
}

static bool restored_listed(struct str core, char one)
{
    char turned[128];
    for (size_t i = 0; i < core.len; i++)
        turned[i] = restored(core.at[i], one);
    return listed((struct str){turned, core.len});
}

static struct str letters_core(struct str text)
{
    while (text.len && !is_letter(text.at[0]))
        text = (struct str){text.at + 1, text.len - 1};
    while (text.len && !is_letter(text.at[text.len - 1]))
        text.len--;
    return text;
}

bool access_password_common(struct str password)
{
    char lower[128];
    size_t len = password.len < sizeof lower ? password.len : sizeof lower;
    for (size_t i = 0; i < len; i++) {
        char c = password.at[i];
        lower[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    struct str whole = {lower, len}, core = letters_core(whole);
    for (size_t i = 0; i < sizeof walks / sizeof *walks; i++)
        if (str_starts(whole, str_of(walks[i])) && whole.len <= strlen(walks[i]) + 4)
            return true;
    if (!core.len || listed(core))
        return true;
    /* The digits at the ends are cut before look-alikes inside are turned back: Passw0rd2024 -> passw0rd ->
     * password. */
    return restored_listed(core, 'l') || restored_listed(core, 'i');
}
