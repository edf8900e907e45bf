/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures of approvers. The key and signature were made with the openssl command. */
#include "engine/approval.h"

#include "policy/base64.h"
#include "test.h"

/* printf 'hello\n' | openssl pkeyutl -sign -rawin -inkey KEY | base64 -w0 */
#define PUBLIC_KEY "bVxb7z9J7qfblndTOQ51mui3dXQJrAk1iYHtSMMatqM="
#define SIGNATURE                                                                                  \
    "eWk5TkWwzUz9IKUuOjKOXUR2hOKywD6nXQ55yPD9sNJ0juyPop96sVccUPV7rruQlFC+j4rCBvkGITJlnuJKCQ=="

static bool holds(const char *public_key, lic_str text, lic_str signature)
{
    uint8_t bytes[64];
    size_t n = 0;
    lic_str keys[2] = { LIC_STR("short"), LIC_STR("") };
    if (!base64_read(BASE64_PLAIN, str_z(public_key), bytes, &n)) {
        return false;
    }
    keys[1] = str_make((const char *)bytes, n);
    struct str_list approvers = { keys, 2, 2 };
    return approval_holds(&approvers, text, signature);
}

CASE(approval_is_a_signature_of_this_text_by_an_approver)
{
    lic_str text = LIC_STR("hello\n");
    EXPECT(holds(PUBLIC_KEY, text, LIC_STR(SIGNATURE)));
    EXPECT(holds(PUBLIC_KEY, text, LIC_STR(" " SIGNATURE "\n")));
    EXPECT(!holds(PUBLIC_KEY, LIC_STR("hello"), LIC_STR(SIGNATURE)));
    EXPECT(!holds("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=", text, LIC_STR(SIGNATURE)));
    EXPECT(!holds(PUBLIC_KEY, text, LIC_STR("")));
    EXPECT(!holds(PUBLIC_KEY, text, LIC_STR("no base64")));
    EXPECT(!holds(PUBLIC_KEY, text, str_head(LIC_STR(SIGNATURE), 87)));
    EXPECT(!approval_holds(&(struct str_list){ 0 }, text, LIC_STR(SIGNATURE)));
}

CASE(approval_is_refused_when_any_byte_of_the_signature_differs)
{
    char signature[] = SIGNATURE;
    for (size_t i = 0; i + 2 < sizeof(signature) - 1; i++) {
        char kept = signature[i];
        signature[i] = kept == 'A' ? 'B' : 'A';
        EXPECT(!holds(PUBLIC_KEY, LIC_STR("hello\n"), str_make(signature, sizeof signature - 1)));
        signature[i] = kept;
    }
}
