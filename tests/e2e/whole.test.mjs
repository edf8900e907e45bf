/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What only whole texts show (names, denied topics, lengths) is enforced on streams as on whole
 * answers: the text leaves when it is complete, in every dialect.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ask, dialects } from './lib/clients.mjs';
import { allow, providersAt, smallGuardrail, startGateway } from './lib/gateway.mjs';
import { startUpstream } from './lib/upstream.mjs';

const text = 'Our customer John Smith asked for a refund. Please call Mary Johnson about it today.';
const leak = /John|Smith|Mary|Johnson/;

let upstream;
let gateway;

before(async () => {
    upstream = await startUpstream();
    const pii = smallGuardrail.sensitiveInformationPolicyConfig ?? {};
    gateway = await startGateway({
        lictor: providersAt(upstream.url),
        policies: { app: allow(['bedrock:InvokeModel*', '*'], ['mcp:CallTool', '*']) },
        guardrail: {
            ...smallGuardrail,
            sensitiveInformationPolicyConfig: {
                ...pii,
                piiEntitiesConfig: [
                    ...(pii.piiEntitiesConfig ?? []),
                    { type: 'NAME', action: 'NONE', outputAction: 'ANONYMIZE' },
                ],
            },
            lictor: { lengths: [{ direction: 'output', characters: 2000, action: 'reject' }] },
        },
    });
});

after(async () => {
    await gateway?.stop();
    await upstream?.stop();
});

for (const dialect of dialects) {
    for (const stream of [false, true]) {
        const how = stream ? 'a stream' : 'a whole answer';
        test(`${dialect}: names are masked in ${how}`, async () => {
            upstream.plan = { text: stream ? [...text] : text };
            const answer = await ask(gateway, dialect, { stream });
            assert.match(answer.text, /customer \{NAME\} asked .* call \{NAME\} about/);
            assert.doesNotMatch(JSON.stringify(answer.raw), leak);
        });

        test(`${dialect}: ${how} beyond its length is stopped before any of it leaves`, async () => {
            const long = 'a word or two '.repeat(200);
            upstream.plan = { text: stream ? long.match(/.{1,50}/g) : long };
            const answer = await ask(gateway, dialect, { stream });
            assert.doesNotMatch(answer.text ?? '', /a word or two/);
        });
    }
}
