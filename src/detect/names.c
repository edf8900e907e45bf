/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The name model: reads its weights, tags the tokens of a text from left to right and tells names
 * and addresses as findings.
 *
 *     weights   "LICNAMES", version, pairs of rows, slots, scale, cautions, checksum,
 *               dictionary slots (4 bytes each), pairs of rows (NAMES_TAGS bytes each row), all
 *               little-endian
 */
#include "detect/names_parts.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#include <math.h>

#include "base/banned.h"

#define HEAD_BYTES 64u
#define PAIRS_MAX (1u << 24)
#define SLOTS_MAX (1u << 24)

/* ---- weights ---- */

static uint32_t u32_at(lic_str weights, size_t at)
{
    uint32_t value;
    memcpy(&value, weights.at + at, 4);
    return value;
}

static float float_at(lic_str weights, size_t at)
{
    float value;
    memcpy(&value, weights.at + at, 4);
    return value;
}

uint32_t names_checksum(lic_str body)
{
    uint32_t sum = 2166136261u;
    for (size_t i = 0; i + 4 <= body.n; i += 4) {
        sum = (sum ^ u32_at(body, i)) * 16777619u;
        sum ^= sum >> 15;
    }
    return sum;
}

static bool slots_have_room(const struct names_model *model)
{
    uint32_t used = 0;
    for (uint32_t i = 0; i < model->slots_n; i++) {
        used += u32_at((lic_str){ (const char *)model->slots, (size_t)model->slots_n * 4 },
                       (size_t)i * 4) != 0;
    }
    return used < model->slots_n;
}

static enum lic_rc read_head(lic_str weights, struct names_model *out, struct lic_err *err)
{
    ENSURE(weights.n >= HEAD_BYTES, err, LIC_E_SYNTAX,
           "weights of names have %zu bytes, not even the %u of their head", weights.n, HEAD_BYTES);
    ENSURE(memcmp(weights.at, "LICNAMES", 8) == 0, err, LIC_E_SYNTAX,
           "weights of names do not begin with LICNAMES");
    ENSURE(u32_at(weights, 8) == NAMES_VERSION, err, LIC_E_INVALID,
           "weights of names are of version %u, this program reads version %u", u32_at(weights, 8),
           NAMES_VERSION);
    out->pairs_n = u32_at(weights, 12);
    out->slots_n = u32_at(weights, 16);
    out->scale = float_at(weights, 20);
    ENSURE(out->pairs_n > 0 && out->pairs_n <= PAIRS_MAX, err, LIC_E_LIMIT,
           "weights of names have %u pairs of rows; 1 to %u are allowed", out->pairs_n, PAIRS_MAX);
    ENSURE(
        out->slots_n > 0 && out->slots_n <= SLOTS_MAX && (out->slots_n & (out->slots_n - 1)) == 0,
        err, LIC_E_LIMIT, "weights of names have %u dictionary slots, not a power of two up to %u",
        out->slots_n, SLOTS_MAX);
    for (size_t tag = 0; tag < NAMES_TAGS; tag++) {
        out->caution[tag] = float_at(weights, 24 + 4 * tag);
        ENSURE(isfinite(out->caution[tag]), err, LIC_E_INVALID,
               "weights of names have a caution that is no number");
    }
    ENSURE(isfinite(out->scale) && out->scale > 0, err, LIC_E_INVALID,
           "weights of names have a scale that is not above 0");
    return LIC_OK;
}

static enum lic_rc read_weights(lic_str weights, struct names_model *out, struct lic_err *err)
{
    TRY(read_head(weights, out, err));
    size_t expected = HEAD_BYTES + (size_t)out->slots_n * 4 + (size_t)out->pairs_n * 2 * NAMES_TAGS;
    ENSURE(weights.n == expected, err, LIC_E_SYNTAX,
           "weights of names have %zu bytes; their head says %zu", weights.n, expected);
    lic_str body = str_tail(weights, HEAD_BYTES);
    ENSURE(names_checksum(body) == u32_at(weights, 56), err, LIC_E_INVALID,
           "weights of names are damaged: their checksum does not hold");
    out->slots = (const uint8_t *)body.at;
    out->rows = out->slots + (size_t)out->slots_n * 4;
    ENSURE(slots_have_room(out), err, LIC_E_INVALID,
           "weights of names have a full dictionary, which would be searched without end");
    return LIC_OK;
}

enum lic_rc names_model_new(const struct lic_host *host, lic_str weights, struct names_model **out,
                            struct lic_err *err)
{
    struct names_model model = { .host = host };
    TRY(read_weights(weights, &model, err));
    struct names_model *made = host->resize(host->ctx, NULL, sizeof(*made));
    ENSURE(made, err, LIC_E_NOMEM, "no memory for the model of names");
    *made = model;
    *out = made;
    return LIC_OK;
}

void names_model_free(struct names_model *model)
{
    if (model) {
        model->host->resize(model->host->ctx, model, 0);
    }
}

/* ---- tagging ---- */

/*
 * Sums the rows of a token. Eight bytes of a row are one word: even and odd ones are added apart,
 * in lanes of 16 bits, which NAMES_SIGNS of at most 255 cannot overflow.
 */
static void sum_rows(const struct names_model *model, const uint64_t *signs, uint32_t n,
                     float out[NAMES_TAGS])
{
    const uint64_t lanes = 0x00FF00FF00FF00FFu;
    uint64_t even = 0, odd = 0, found = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t pair[2], mark = names_mark(signs[i]);
        size_t at = (size_t)names_pair(signs[i], model->pairs_n) * sizeof(pair);
        memcpy(pair, model->rows + at, sizeof(pair));
        uint64_t first = 0 - (uint64_t)(pair[0] >> 56 == mark);
        uint64_t second = 0 - (uint64_t)(pair[1] >> 56 == mark);
        uint64_t row = (pair[0] & first) | (pair[1] & second & ~first);
        even += row & lanes;
        odd += (row >> 8) & lanes;
        found += (first | second) & 128;
    }
    out[TAG_OUT] = 0;
    for (uint32_t lane = 0; lane < 4; lane++) {
        int32_t low = (int32_t)((even >> (16 * lane)) & 0xFFFF) - (int32_t)found;
        int32_t high = (int32_t)((odd >> (16 * lane)) & 0xFFFF) - (int32_t)found;
        out[2 * lane + 1] = (float)low * model->scale;
        if (lane < 3) { /* the last byte is the mark */
            out[2 * lane + 2] = (float)high * model->scale;
        }
    }
}

static void tag_token(const struct names_model *model, struct names_piece *piece, uint32_t i)
{
    uint64_t signs[NAMES_SIGNS];
    float sums[NAMES_TAGS];
    struct names_token *token = &piece->at[i];
    enum names_tag before = (enum names_tag)token[-1].tag;
    uint32_t n = names_signs(model, piece, i, signs);
    sum_rows(model, signs, n, sums);
    uint32_t best = TAG_OUT;
    for (uint32_t tag = 1; tag < NAMES_TAGS; tag++) {
        sums[tag] -= model->caution[tag];
        if (sums[tag] > sums[best] && names_may_follow((enum names_tag)tag, before)) {
            best = tag;
        }
    }
    token->tag = (uint8_t)best;
    if (best != TAG_OUT) {
        token->score = 1.0f / (1.0f + expf(sums[TAG_OUT] - sums[best]));
    }
}

static void tag_piece(const struct names_model *model, struct names_piece *piece)
{
    for (uint32_t i = 0; i < piece->n; i++) {
        if (names_candidate(model, piece, i)) {
            tag_token(model, piece, i);
        }
    }
}

/* ---- findings ---- */

static bool is_tag_in(uint8_t tag)
{
    return tag == TAG_PERSON_IN || tag == TAG_ORGANIZATION_IN || tag == TAG_LOCATION_IN;
}

static void describe(uint8_t tag, struct finding *out)
{
    bool person = tag == TAG_PERSON || tag == TAG_PERSON_IN;
    bool place = tag == TAG_LOCATION || tag == TAG_LOCATION_IN;
    out->rule = person               ? LIC_STR("names.person")
                : place              ? LIC_STR("names.location")
                : tag == TAG_ADDRESS ? LIC_STR("names.address")
                                     : LIC_STR("names.organization");
    out->type = person               ? LIC_STR("NAME")
                : place              ? LIC_STR("LOCATION")
                : tag == TAG_ADDRESS ? LIC_STR("ADDRESS")
                                     : LIC_STR("ORGANIZATION");
    out->category = FINDING_PII;
    out->severity = tag == TAG_ADDRESS ? SEVERITY_MEDIUM : SEVERITY_LOW;
}

static uint32_t type_of(uint8_t tag)
{
    switch ((enum names_tag)tag) {
    case TAG_PERSON:
    case TAG_PERSON_IN:
        return NAMES_PERSON;
    case TAG_ORGANIZATION:
    case TAG_ORGANIZATION_IN:
        return NAMES_ORGANIZATION;
    case TAG_LOCATION:
    case TAG_LOCATION_IN:
        return NAMES_LOCATION;
    case TAG_ADDRESS:
        return NAMES_ADDRESS;
    case TAG_OUT:
        return 0;
    }
    return 0;
}

struct telling {
    const struct names_piece *piece;
    uint32_t types;
    struct arena *arena;
    struct findings *out;
    struct lic_err *err;
};

/* A name does not begin or end with punctuation or a possessive; what is left may be nothing. */
static void trim_span(const struct names_piece *piece, struct names_span *span)
{
    while (span->last > span->first && (piece->at[span->last].class == CLASS_MARK ||
                                        piece->at[span->last].class == CLASS_SUFFIX)) {
        span->last--;
    }
    while (span->first < span->last && piece->at[span->first].class == CLASS_MARK) {
        span->first++;
    }
}

static enum lic_rc tell(const struct telling *telling, struct names_span span, uint8_t tag)
{
    const struct names_piece *piece = telling->piece;
    trim_span(piece, &span);
    const struct names_token *first = &piece->at[span.first], *last = &piece->at[span.last];
    bool empty =
        span.first == span.last && (first->class == CLASS_MARK || first->class == CLASS_SUFFIX);
    if (empty || (telling->types & type_of(tag)) == 0) {
        return LIC_OK;
    }
    struct finding finding = { .start = first->start, .end = last->end, .score = span.score };
    describe(tag, &finding);
    ENSURE(ARENA_PUSH(telling->arena, telling->out, finding), telling->err, LIC_E_NOMEM,
           "no memory for %u findings", telling->out->n + 1);
    return LIC_OK;
}

/* The run of one name that begins at token i. */
static struct names_span name_span(const struct names_piece *piece, uint32_t i)
{
    struct names_span span = { i, i, piece->at[i].score };
    while (span.last + 1 < piece->n && is_tag_in(piece->at[span.last + 1].tag)) {
        span.last++;
        span.score += piece->at[span.last].score;
    }
    span.score /= (float)(span.last - span.first + 1);
    return span;
}

static enum lic_rc tell_piece(const struct telling *telling)
{
    const struct names_piece *piece = telling->piece;
    for (uint32_t i = 0; i < piece->n;) {
        uint8_t tag = piece->at[i].tag;
        struct names_span span = { i, i, 0 };
        if (tag == TAG_ADDRESS) {
            tag = (uint8_t)names_address(piece, i, &span);
        } else if (tag != TAG_OUT) {
            span = name_span(piece, i);
        }
        if (tag != TAG_OUT) {
            TRY(tell(telling, span, tag));
        }
        i = span.last + 1;
    }
    return LIC_OK;
}

static void clear_margins(struct names_piece *piece)
{
    const struct names_token none = {
        .hash = 3, .class = CLASS_MARK, .gap = GAP_PARAGRAPH, .looked = true
    };
    for (uint32_t i = 1; i <= NAMES_MARGIN; i++) {
        piece->at[-(int64_t)i] = none;
        piece->at[piece->n + i - 1] = none;
    }
}

void names_piece_read(const struct names_model *model, lic_str text, size_t from, size_t to,
                      struct names_token *room, struct names_piece *out)
{
    *out = (struct names_piece){ .text = text, .at = room + NAMES_MARGIN };
    out->n = names_read(text, from, to, out->at);
    clear_margins(out);
    names_prepare(model, out);
}

enum lic_rc names_scan(const struct names_model *model, lic_str text, uint32_t types,
                       struct arena *arena, struct findings *out, struct lic_err *err)
{
    if (types == 0 || text.n == 0) {
        return LIC_OK;
    }
    ENSURE(text.n < UINT32_MAX, err, LIC_E_LIMIT, "a text of %zu bytes is too long for names",
           text.n);
    CLEANUP(arena_fini) struct arena scratch;
    arena_init(&scratch, arena->pool, 0);
    size_t room_n = (text.n < NAMES_PIECE_BYTES ? text.n : NAMES_PIECE_BYTES) + 2 * NAMES_MARGIN;
    struct names_token *room = arena_take(&scratch, room_n * sizeof(*room));
    ENSURE(room, err, LIC_E_NOMEM, "no memory for the words of a text");
    for (size_t from = 0; from < text.n;) {
        size_t to = names_piece_end(text, from);
        struct names_piece piece;
        names_piece_read(model, text, from, to, room, &piece);
        tag_piece(model, &piece);
        struct telling telling = { &piece, types, arena, out, err };
        TRY(tell_piece(&telling));
        from = to;
    }
    return LIC_OK;
}
