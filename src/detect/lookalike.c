/* SPDX-License-Identifier: Apache-2.0 */
/* Characters as what they pass for: utf8proc's decompositions and the table of look-alikes. */
#include "detect/lookalike.h"

#include "base/utf8.h"

#include <utf8proc.h>

#include "base/banned.h"

static const struct look {
    uint32_t code_point;
    char letter;
} looks[] = {
#define LOOK(code_point, letter) { code_point, letter },
#include "detect/lookalike.def"
#undef LOOK
};
#define LOOKS_N (sizeof looks / sizeof looks[0])

/* Letters in circles, squares and flags that compatibility forms leave alone. */
static char emoji_letter(uint32_t c)
{
    static const struct {
        uint32_t first;
    } alphabets[] = { { 0x1f130 }, { 0x1f150 }, { 0x1f170 }, { 0x1f1e6 } };
    for (size_t i = 0; i < sizeof alphabets / sizeof alphabets[0]; i++) {
        if (c >= alphabets[i].first && c < alphabets[i].first + 26) {
            return (char)('A' + (c - alphabets[i].first));
        }
    }
    return 0;
}

char lookalike_letter(uint32_t code_point)
{
    if (code_point >= 0x1f130) {
        return emoji_letter(code_point);
    }
    size_t low = 0, high = LOOKS_N;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (looks[middle].code_point == code_point) {
            return looks[middle].letter;
        }
        if (looks[middle].code_point < code_point) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return 0;
}

bool lookalike_is_turned(uint32_t code_point)
{
    static const uint16_t turned[] = { 0x0183, 0x018e, 0x01dd, 0x0250, 0x0254, 0x025f,
                                       0x0265, 0x026f, 0x0279, 0x027e, 0x0287, 0x028c,
                                       0x028d, 0x028e, 0x029e, 0x1d09 };
    for (size_t i = 0; i < sizeof turned / sizeof turned[0]; i++) {
        if (code_point == turned[i]) {
            return true;
        }
    }
    return false;
}

/* Most text of these scripts has no compatibility forms: not worth asking. */
static bool is_plain_script(uint32_t c)
{
    return (c >= 0x0410 && c <= 0x044f && c != 0x0419 && c != 0x0439) ||
           (c >= 0x3041 && c <= 0x3096) || (c >= 0x30a1 && c <= 0x30fa) ||
           (c >= 0x4e00 && c <= 0x9fff) || (c >= 0xac00 && c <= 0xd7a3) ||
           (c >= 0x0621 && c <= 0x064a) || (c >= 0x0904 && c <= 0x0939) ||
           (c >= 0x2010 && c <= 0x2023);
}

bool lookalike_is_mark(uint32_t code_point)
{
    if (code_point < 0x300) {
        return false;
    }
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)code_point);
    return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_ME;
}

bool lookalike_is_letter(uint32_t code_point)
{
    /* The letters' categories are the first of utf8proc's enumeration but for "unassigned". */
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)code_point);
    return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) ||
           category == UTF8PROC_CATEGORY_ND;
}

/* Whether the first part of a decomposition is ASCII: only then its marks are mere disguise. */
static size_t put_parts(const utf8proc_int32_t *parts, utf8proc_ssize_t n, uint32_t code_point,
                        char *out)
{
    size_t bytes = 0;
    if (parts[0] >= 0x80) {
        bool marked = n > 1 && lookalike_is_mark((uint32_t)parts[1]);
        if (marked) {
            return utf8_put(out, code_point);
        }
    }
    for (utf8proc_ssize_t i = 0; i < n; i++) {
        bool mark = parts[0] < 0x80 && lookalike_is_mark((uint32_t)parts[i]);
        if (!mark) {
            bytes += utf8_put(out + bytes, (uint32_t)parts[i]);
        }
    }
    return bytes;
}

size_t lookalike_simple(uint32_t code_point, char out[LOOKALIKE_PARTS_MAX * 4])
{
    utf8proc_int32_t parts[LOOKALIKE_PARTS_MAX];
    int boundary = 0;
    if (code_point < 0x80 || is_plain_script(code_point)) {
        return utf8_put(out, code_point);
    }
    utf8proc_ssize_t n = utf8proc_decompose_char(
        (utf8proc_int32_t)code_point, parts, (utf8proc_ssize_t)LOOKALIKE_PARTS_MAX,
        UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_STABLE, &boundary);
    if (n <= 0 || n > (utf8proc_ssize_t)LOOKALIKE_PARTS_MAX) {
        return utf8_put(out, code_point);
    }
    return put_parts(parts, n, code_point, out);
}
