/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Postal addresses: what the model tagged as parts of one becomes a whole, from the street line to
 * the postcode or the country, over commas and line breaks.
 */
#include "detect/names_parts.h"

#include "base/banned.h"

#define SEPARATORS_MAX 3u /* tokens between two parts of an address */

static bool separates(const struct names_piece *piece, uint32_t i)
{
    const struct names_token *token = &piece->at[i];
    char c = piece->text.at[token->start];
    return token->class == CLASS_MARK && (c == ',' || c == '-' || c == '/' || c == '.' || c == '#');
}

static bool is_place(const struct names_token *token)
{
    return token->tag == TAG_LOCATION || token->tag == TAG_LOCATION_IN;
}

/* The next part of the address whose last part so far is token i; 0: there is none. */
static uint32_t next_part(const struct names_piece *piece, uint32_t i)
{
    for (uint32_t next = i + 1; next < piece->n && next <= i + SEPARATORS_MAX; next++) {
        const struct names_token *token = &piece->at[next];
        if (token->gap == GAP_PARAGRAPH || token->gap == GAP_SENTENCE) {
            return 0;
        }
        if (token->tag == TAG_ADDRESS || is_place(token)) {
            return next;
        }
        if (!separates(piece, next)) {
            return 0;
        }
    }
    return 0;
}

enum names_tag names_address(const struct names_piece *piece, uint32_t i, struct names_span *out)
{
    uint32_t last = i, parts = 0, digits = 0, words = 0;
    float score = 0;
    for (uint32_t at = i; at != 0 || parts == 0; at = next_part(piece, at)) {
        const struct names_token *token = &piece->at[at];
        parts++;
        score += token->score;
        digits += token->class == CLASS_NUMBER;
        words += token->class == CLASS_WORD;
        last = at;
    }
    *out = (struct names_span){ i, last, score / (float)parts };
    if (words == 0) {
        return TAG_OUT;
    }
    return digits == 0 ? TAG_LOCATION : TAG_ADDRESS;
}
