/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policy variables: ${key}, ${key, 'default'}, ${*}, ${?}, ${$}. Well formed, where they work, and
 * about keys that exist.
 */
#include "advise/lint.h"

#include "base/banned.h"

static bool is_escape(lic_str inside)
{
    return inside.n == 1 && str_find_char(LIC_STR("*?$"), inside.at[0]) < 3;
}

/* What follows the comma: a default between single quotes. */
static bool is_quoted(lic_str text)
{
    lic_str s = str_trim(text);
    return s.n >= 2 && s.at[0] == '\'' && s.at[s.n - 1] == '\'';
}

static void check_form(struct lint *lint, lic_str inside, uint32_t node)
{
    lic_str rest = inside;
    lic_str name = str_split(&rest, ',');
    bool has_default = name.n < inside.n;
    if (str_trim(inside).n == 0) {
        lint_say(lint, LINT_EMPTY_VARIABLE, node, LINT_NO_WORDS);
    } else if (str_find_char(name, ' ') < name.n) {
        lint_say(lint, LINT_UNSUPPORTED_SPACE_IN_VARIABLE, node, LINT_WORDS(inside));
    } else if (has_default && !is_quoted(rest)) {
        lint_say(lint, LINT_MISSING_QUOTE_IN_VARIABLE, node, LINT_WORDS(inside));
    } else if (catalogue_key(name) == CATALOGUE_NONE && lint->doc->kind != LIC_LINT_TRUST) {
        lint_say(lint, LINT_UNKNOWN_VARIABLE, node, LINT_WORDS(name));
    }
}

static void check_place(struct lint *lint, lic_str inside, uint32_t node,
                        enum lint_variable_use use, lic_str where)
{
    if (use == LINT_VARIABLE_ELEMENT) {
        lint_say(lint, LINT_VARIABLE_UNSUPPORTED_IN_ELEMENT, node, LINT_WORDS(where));
    } else if (use == LINT_VARIABLE_OPERATOR) {
        lint_say(lint, LINT_INVALID_VARIABLE_FOR_OPERATOR, node, LINT_WORDS(where));
    } else if (!lint->doc->variables) {
        lint_say(lint, LINT_VARIABLE_UNSUPPORTED_IN_VERSION, node, LINT_WORDS(inside));
    } else {
        check_form(lint, inside, node);
    }
}

void lint_variables(struct lint *lint, lic_str text, uint32_t node, enum lint_variable_use use,
                    lic_str where)
{
    size_t from = str_find(text, LIC_STR("${"));
    while (from < text.n) {
        lic_str rest = str_tail(text, from + 2);
        size_t close = str_find_char(rest, '}');
        if (close == rest.n) {
            enum lint_code code = LINT_MISSING_BRACE_IN_VARIABLE;
            lint_say(lint, code, node, LINT_NO_WORDS);
            return;
        }
        lic_str inside = str_head(rest, close);
        if (!is_escape(inside) || use != LINT_VARIABLE_OK) {
            check_place(lint, inside, node, use, where);
        }
        text = str_tail(rest, close + 1);
        from = str_find(text, LIC_STR("${"));
    }
}
