/* SPDX-License-Identifier: Apache-2.0 */
/* Reads what ships for detection and gives each guardrail the parts it acts on. */
#include "engine/detection.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "engine/shipped.h"

#include "base/banned.h"

/* ---- what ships ---- */

static enum lic_rc find_weights(const char *path, lic_str *out, struct lic_err *err)
{
    const struct shipped_file *file = shipped_find(str_z(path));
    ENSURE(file, err, LIC_E_MISSING, "this build has no %s", path);
    *out = str_make(file->at, file->n);
    return LIC_OK;
}

enum lic_rc detection_init(struct detection *detection, const struct lic_host *host,
                           struct arena *arena, struct lic_err *err)
{
    lic_str injection, names;
    TRY(find_weights("weights/injection.weights", &injection, err));
    TRY(fold_words_new(arena, &detection->fold, err));
    TRY(classifier_new(host, injection, &detection->classifier, err));
    TRY(find_weights("weights/names.weights", &names, err));
    return names_model_new(host, names, &detection->names, err);
}

void detection_fini(struct detection *detection)
{
    classifier_free(detection->classifier);
    names_model_free(detection->names);
    *detection = (struct detection){ .fold = NULL };
}

static enum lic_rc add_rules(struct arena *arena, const struct shipped_file *file,
                             struct rules *out, struct lic_err *err)
{
    struct rules some = { 0 };
    TRY(rules_read(arena, str_z(file->path), str_make(file->at, file->n), &some, err));
    for (uint32_t i = 0; i < some.n; i++) {
        ENSURE(ARENA_PUSH(arena, out, some.at[i]), err, LIC_E_NOMEM, "no memory for a rule");
    }
    return LIC_OK;
}

enum lic_rc detection_rules(struct arena *arena, struct rules *out, struct lic_err *err)
{
    const struct shipped_file *file;
    for (uint32_t i = 0; (file = shipped_at(i)) != NULL; i++) {
        lic_str path = str_z(file->path);
        if (str_starts(path, LIC_STR("patterns/")) && str_ends(path, LIC_STR(".rules"))) {
            TRY(add_rules(arena, file, out, err));
        }
    }
    return LIC_OK;
}

/* ---- what models find ---- */

struct modelled {
    const char *rule, *type;
    enum finding_category category;
    uint32_t names_type; /* enum names_type; 0: the classifier's */
};

static const struct modelled MODELLED[] = {
    { "names.person", "NAME", FINDING_PII, NAMES_PERSON },
    { "names.organization", "ORGANIZATION", FINDING_PII, NAMES_ORGANIZATION },
    { "names.location", "LOCATION", FINDING_PII, NAMES_LOCATION },
    { "names.address", "ADDRESS", FINDING_PII, NAMES_ADDRESS },
    { "classifier.injection", "PROMPT_ATTACK", FINDING_INJECTION, 0 },
    { "classifier.jailbreak", "JAILBREAK", FINDING_JAILBREAK, 0 },
};
#define MODELLED_N (sizeof(MODELLED) / sizeof(MODELLED[0]))

bool detection_has_type(lic_str type)
{
    for (size_t i = 0; i < MODELLED_N; i++) {
        if (str_eq(str_z(MODELLED[i].type), type)) {
            return true;
        }
    }
    return false;
}

bool detection_has_rule(lic_str rule)
{
    for (size_t i = 0; i < MODELLED_N; i++) {
        if (str_eq(str_z(MODELLED[i].rule), rule)) {
            return true;
        }
    }
    return false;
}

/* ---- of a guardrail ---- */

static bool is_about(const struct guardrail_action *row, const struct modelled *thing,
                     enum event_channel channel, bool output)
{
    return row->output == output && (row->channels & 1u << channel) != 0 &&
           (row->category < 0 || row->category == (int)thing->category) &&
           (row->rule.n == 0 || str_eq(row->rule, str_z(thing->rule))) &&
           (row->type.n == 0 || str_eq(row->type, str_z(thing->type)));
}

/* The channels in which something is done about what a model finds. */
static uint32_t channels_of(const struct guardrail *guardrail, const struct modelled *thing,
                            bool output)
{
    uint32_t channels = 0;
    for (int channel = 0; channel < CHANNEL_N; channel++) {
        for (uint32_t i = 0; i < guardrail->actions_n; i++) {
            const struct guardrail_action *row = &guardrail->actions[i];
            if (!is_about(row, thing, (enum event_channel)channel, output)) {
                continue;
            }
            channels |= row->action != ACTION_NONE ? 1u << channel : 0;
            break;
        }
    }
    return channels;
}

static bool limits_length(const struct guardrail *guardrail, bool output)
{
    for (uint32_t i = 0; i < guardrail->lengths_n; i++) {
        if (guardrail->lengths[i].output == output) {
            return true;
        }
    }
    return false;
}

static void choose_parts(const struct detection *detection, struct guardrail *guardrail,
                         bool output, struct detector *detector)
{
    struct guardrail_scan *scan = &guardrail->scan[output];
    uint32_t types = 0;
    *scan = (struct guardrail_scan){ 0 };
    for (size_t i = 0; i < MODELLED_N; i++) {
        uint32_t channels = channels_of(guardrail, &MODELLED[i], output);
        if (MODELLED[i].names_type == 0) {
            scan->attack_channels |= channels;
        } else if (channels != 0) {
            types |= MODELLED[i].names_type;
            scan->names_channels |= channels;
        }
    }
    scan->parts = (struct scanner_parts){
        .detector = detector,
        .classifier = scan->attack_channels != 0 ? detection->classifier : NULL,
        .names = types != 0 ? detection->names : NULL,
        .names_types = types,
        .topics = guardrail->topic_channels[output] != 0 ? guardrail->topics : NULL,
        .fold = detection->fold,
        .injection_threshold = guardrail->injection_threshold,
        .jailbreak_threshold = guardrail->jailbreak_threshold,
    };
    scan->whole = types != 0 || scan->attack_channels != 0 || scan->parts.topics ||
                  limits_length(guardrail, output);
    scan->any = detector || types != 0 || scan->attack_channels != 0 || scan->parts.topics ||
                guardrail->lengths_n > 0;
}

static enum lic_rc compile_rules(const struct lic_host *host, const struct rules *rules,
                                 struct detector **out, struct lic_err *err)
{
    return rules->n == 0 ? LIC_OK : detector_new(host, rules, out, err);
}

enum lic_rc detection_compile(const struct detection *detection, const struct lic_host *host,
                              struct guardrail *guardrail, struct lic_err *err)
{
    enum lic_rc rc = host->random(host->ctx, guardrail->secret, sizeof(guardrail->secret));
    ENSURE(rc == LIC_OK, err, rc, "no random bytes for the secret of a guardrail");
    TRY(compile_rules(host, &guardrail->input_rules, &guardrail->input, err));
    TRY(compile_rules(host, &guardrail->output_rules, &guardrail->output, err));
    choose_parts(detection, guardrail, /* output= */ false, guardrail->input);
    choose_parts(detection, guardrail, /* output= */ true, guardrail->output);
    return LIC_OK;
}

void detection_release(struct guardrail *guardrail)
{
    detector_free(guardrail->input);
    detector_free(guardrail->output);
    guardrail->input = NULL;
    guardrail->output = NULL;
}
