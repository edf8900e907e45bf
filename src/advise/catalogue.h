/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What exists: services, their actions with access level, resource types and condition keys, as in
 * AWS's Service Authorization Reference, and our own (catalogue_own.def, fields of events).
 *
 *     service ──► actions ──► resource types (each with its ARN pattern), condition keys
 *                 │
 *                 └ sorted by name without case, so that a prefix is a range
 *
 * Everything is a number into a table that is part of the program: nothing is allocated, nothing
 * fails, and two numbers that are equal are the same thing. CATALOGUE_NONE: there is no such thing.
 */
#ifndef ADVISE_CATALOGUE_H
#define ADVISE_CATALOGUE_H

#include <lictor/base.h>

#define CATALOGUE_NONE UINT32_MAX

enum catalogue_level {
    CATALOGUE_LIST,
    CATALOGUE_READ,
    CATALOGUE_WRITE,
    CATALOGUE_TAGGING,
    CATALOGUE_PERMISSIONS
};

enum catalogue_type {
    CATALOGUE_STRING,
    CATALOGUE_STRINGS, /* multivalued */
    CATALOGUE_ARN,
    CATALOGUE_ARNS,
    CATALOGUE_BOOL,
    CATALOGUE_BOOLS,
    CATALOGUE_NUMBER,
    CATALOGUE_DATE,
    CATALOGUE_ADDRESS,
    CATALOGUE_ANY /* whatever the caller gave it */
};

/* A run of neighbours: numbers from `first` on, `n` of them. */
struct catalogue_range {
    uint32_t first, n;
};

/* A list inside the table; catalogue_at gives its elements. */
struct catalogue_list {
    uint32_t at, n;
};
uint32_t catalogue_at(struct catalogue_list list, uint32_t i);
bool catalogue_has(struct catalogue_list list, uint32_t element);

/* Services by their prefix, any case: "s3". */
uint32_t catalogue_services_n(void);
uint32_t catalogue_service(lic_str prefix);
lic_str catalogue_service_prefix(uint32_t service);
struct catalogue_range catalogue_service_actions(uint32_t service);
struct catalogue_range catalogue_service_resources(uint32_t service);
struct catalogue_list catalogue_service_keys(uint32_t service);
bool catalogue_service_takes_rcp(uint32_t service);

/* Actions: "s3:GetObject", any case. */
uint32_t catalogue_actions_n(void);
uint32_t catalogue_action(lic_str name);
uint32_t catalogue_action_in(uint32_t service, lic_str name); /* "GetObject" */
lic_str catalogue_action_name(uint32_t action);               /* "GetObject" */
uint32_t catalogue_action_service(uint32_t action);
enum catalogue_level catalogue_action_level(uint32_t action);
struct catalogue_list catalogue_action_keys(uint32_t action);
/* How many resource types it takes; each is given with whether it must be one of them. */
uint32_t catalogue_action_resources_n(uint32_t action);
uint32_t catalogue_action_resource(uint32_t action, uint32_t i, bool *out_required);

/* Does a pattern of a policy ("s3:Get*", "*", any case) cover this action? */
bool catalogue_covers(lic_str pattern, uint32_t action);

/*
 * Walks the actions that a pattern covers, in order, without looking at those it cannot cover:
 *     struct catalogue_walk walk = catalogue_walk(pattern);
 *     while ((action = catalogue_next(&walk)) != CATALOGUE_NONE) ...
 */
struct catalogue_walk {
    lic_str pattern;
    uint32_t at, end;
};
struct catalogue_walk catalogue_walk(lic_str pattern);
uint32_t catalogue_next(struct catalogue_walk *walk);

/* Resource types. */
lic_str catalogue_resource_name(uint32_t resource);
lic_str catalogue_resource_arn(uint32_t resource); /* "arn:${Partition}:s3:::${BucketName}" */
struct catalogue_list catalogue_resource_keys(uint32_t resource);

/*
 * Condition keys, any case; "aws:ResourceTag/team" finds "aws:ResourceTag/${TagKey}". Global ones
 * may stand beside every action.
 */
uint32_t catalogue_keys_n(void);
uint32_t catalogue_key(lic_str name);
lic_str catalogue_key_name(uint32_t key);
enum catalogue_type catalogue_key_type(uint32_t key);
bool catalogue_key_is_global(uint32_t key);
bool catalogue_type_is_many(enum catalogue_type type);

/*
 * The name most like a wrong one: fewest letters changed, at most a third of them. Empty: none.
 * Keys: among those with the same text before the colon.
 */
lic_str catalogue_nearest_service(lic_str prefix);
lic_str catalogue_nearest_action(uint32_t service, lic_str name);
lic_str catalogue_nearest_key(lic_str name);

#endif
