/* SPDX-License-Identifier: Apache-2.0 */
/* The main job: unmodified SDKs through the gateway to a model, allowed, rewritten and refused. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ask, dialects, errorsOf, modelOf, openai, anthropic, refusalOf } from './lib/clients.mjs';
import { allow, appPolicy, providersAt, startGateway } from './lib/gateway.mjs';
import { sendPlan, startUpstream } from './lib/upstream.mjs';

const BOTH = [false, true];
const named = (dialect, stream) => `${dialect}${stream ? ', streaming' : ''}`;
const order = { id: 'call_1', name: 'getOrderStatus', args: ['{"id"', ':"A-1', '7"}'] };
const refund = { id: 'call_2', name: 'refundOrder', args: ['{"id":"SECRET', '-ARG"}'] };

let upstream;
let gateway;

before(async () => {
    upstream = await startUpstream();
    gateway = await startGateway({
        lictor: providersAt(upstream.url),
        users: {
            alice: { role: 'app' },
            reader: { role: 'reader' },
            nobody: {},
            desk: { agent: 'support' },
        },
        roles: { app: { policies: ['app'] }, reader: { policies: ['reader'] } },
        policies: {
            app: appPolicy,
            reader: allow(['bedrock:InvokeModel', 'arn:lictor:model:eu-central-1:open:gpt-other']),
        },
        agents: { support: { role: 'app', instructions: 'support@1', tools: ['getOrderStatus'] } },
        prompts: { 'support/1': 'You answer questions about orders.\n' },
    });
});

after(async () => {
    await gateway?.stop();
    await upstream?.stop();
});

for (const dialect of dialects) {
    for (const stream of BOTH) {
        test(`${named(dialect, stream)}: an allowed call passes, with its usage and its record`, async () => {
            upstream.plan = { text: ['Good ', 'day', '.'] };
            const answer = await ask(gateway, dialect, { stream, more: stream && dialect === 'chat' ? { stream_options: { include_usage: true } } : {} });
            assert.equal(answer.text, 'Good day.');
            assert.equal(answer.usage, 11);
            assert.equal(answer.response.headers.get('x-lictor-decision'), 'allow');
            const [intent, outcome] = await gateway.record(answer.response.headers.get('x-lictor-record'));
            assert.equal(intent.kind, 'intent');
            assert.equal(outcome.kind, 'outcome');
            assert.equal(outcome.input_tokens, 11);
            assert.equal(outcome.output_tokens, 7);
            assert.equal(intent.principal, 'arn:aws:sts::111122223333:assumed-role/app/alice');
            assert.equal(intent.action, stream ? 'bedrock:InvokeModelWithResponseStream' : 'bedrock:InvokeModel');
        });

        test(`${named(dialect, stream)}: an allowed tool call passes byte for byte`, async () => {
            upstream.plan = { calls: [order] };
            const answer = await ask(gateway, dialect, { stream, tools: ['getOrderStatus'] });
            assert.deepEqual(answer.calls, [{ id: 'call_1', name: 'getOrderStatus', args: '{"id":"A-17"}' }]);
        });

        test(`${named(dialect, stream)}: a tool call outside the role is refused, and none of it leaves`, async () => {
            upstream.plan = { text: ['Let me ', 'see.'], calls: [refund] };
            const answer = await ask(gateway, dialect, { stream, tools: ['getOrderStatus', 'refundOrder'] });
            assert.equal(answer.finish, refusalOf[dialect]);
            assert.deepEqual(answer.calls.filter(Boolean), []);
            assert.doesNotMatch(JSON.stringify(answer.raw), /SECRET|-ARG|call_2/);
            assert.match(answer.text, /refundOrder" is not authorized/);
            const records = await gateway.record(answer.response.headers.get('x-lictor-record'));
            assert.equal(records.at(-1).kind, 'outcome');
            assert.equal(records.at(-1).enforced, 'intervened');
            assert.match(JSON.stringify(records.at(-1)), /refundOrder/);
        });

        test(`${named(dialect, stream)}: parallel calls pass when all are allowed, and stop when one is not`, async () => {
            const second = { ...order, id: 'call_3', args: ['{"id":"B-2"}'] };
            upstream.plan = { calls: [order, second] };
            const good = await ask(gateway, dialect, { stream, tools: ['getOrderStatus'] });
            assert.deepEqual(good.calls.map((call) => call.id), ['call_1', 'call_3']);
            upstream.plan = { calls: [order, refund] };
            const bad = await ask(gateway, dialect, { stream, tools: ['getOrderStatus'] });
            assert.equal(bad.finish, refusalOf[dialect]);
            assert.doesNotMatch(JSON.stringify(bad.raw), /SECRET|-ARG|call_2/);
        });

        test(`${named(dialect, stream)}: an unknown key, no right, no such model: the SDK's own exceptions`, async () => {
            const { AuthenticationError, PermissionDeniedError, NotFoundError, BadRequestError } = errorsOf(dialect);
            const before = upstream.requests.length;
            await assert.rejects(ask(gateway, dialect, { stream, user: 'stranger' }), AuthenticationError);
            await assert.rejects(ask(gateway, dialect, { stream, user: 'nobody' }), (error) => {
                assert.ok(error instanceof PermissionDeniedError);
                assert.match(error.message, /not authorized to perform: bedrock:InvokeModel/);
                return true;
            });
            await assert.rejects(ask(gateway, dialect, { stream, model: 'no-such' }), NotFoundError);
            await assert.rejects(ask(gateway, dialect, { stream, more: { surprise: 'unknown' } }), BadRequestError);
            assert.equal(upstream.requests.length, before, 'nothing reached the provider');
        });

        test(`${named(dialect, stream)}: a guardrail stops a question in the dialect's own way`, async () => {
            const before = upstream.requests.length;
            const answer = await ask(gateway, dialect, { stream, text: 'Tell me about Project Nightingale.' });
            assert.equal(answer.finish, refusalOf[dialect]);
            assert.match(answer.text, /The question was stopped/);
            assert.equal(upstream.requests.length, before);
            const [refusal] = await gateway.record(answer.response.headers.get('x-lictor-record'));
            assert.equal(refusal.kind, 'refusal');
            assert.equal(refusal.decision, 'reject');
            assert.match(refusal.reason, /WORD/);
        });

        test(`${named(dialect, stream)}: a guardrail stops an answer, wherever the words are split`, async () => {
            upstream.plan = { text: ['It is pro', 'ject night', 'ing', 'ale, of course.'] };
            const answer = await ask(gateway, dialect, { stream });
            assert.equal(answer.finish, refusalOf[dialect]);
            assert.match(answer.text, /The answer was stopped/);
            assert.doesNotMatch(JSON.stringify(answer.raw), /night|gale/);
        });

        test(`${named(dialect, stream)}: e-mail addresses and cards never reach the provider`, async () => {
            upstream.plan = { text: 'Done.' };
            const answer = await ask(gateway, dialect, { stream, text: 'Write to ada@example.com, card 4111 1111 1111 1111.' });
            const seen = upstream.last().raw.toString();
            assert.match(seen, /Write to \{EMAIL\}, card \{CREDIT_DEBIT_CARD_NUMBER\}\./);
            assert.doesNotMatch(seen, /ada|4111/);
            assert.equal(answer.response.headers.get('x-lictor-decision'), 'rewrite');
            const records = await gateway.record(answer.response.headers.get('x-lictor-record'));
            assert.doesNotMatch(JSON.stringify(records), /ada@|4111 1111/);
            assert.match(JSON.stringify(records), /EMAIL/);
        });

        test(`${named(dialect, stream)}: keys stay on their side, trace and session go along`, async () => {
            upstream.plan = { text: 'Good day.' };
            const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
            const answer = await ask(gateway, dialect, {
                stream,
                headers: { traceparent: `00-${trace}-00f067aa0ba902b7-01`, 'x-lictor-session': 'session-7', cookie: 'c=1', 'x-forwarded-for': '6.6.6.6' },
            });
            const sent = upstream.last().headers;
            assert.doesNotMatch(JSON.stringify(upstream.last().rawHeaders), /lk_e2e|c=1|6\.6\.6\.6|x-stainless/i);
            if (dialect === 'messages') assert.equal(sent['x-api-key'], 'sk-provider-anthropic');
            else assert.equal(sent.authorization, 'Bearer sk-provider-openai');
            assert.match(sent.traceparent, new RegExp(`^00-${trace}-(?!00f067aa0ba902b7)[0-9a-f]{16}-01$`));
            assert.equal(sent['accept-encoding'], undefined);
            const back = JSON.stringify([...answer.response.headers]);
            assert.doesNotMatch(back, /sk-provider|the-account|set-cookie/);
            const records = await gateway.record(answer.response.headers.get('x-lictor-record'));
            for (const one of records) {
                assert.equal(one.trace, trace);
                assert.equal(one.session, 'session-7');
            }
            assert.doesNotMatch(JSON.stringify(records), /lk_e2e|sk-provider/);
        });
    }
}

for (const stream of BOTH) {
    test(`${named('chat', stream)}: n: 2 gives both choices, and stops both`, async () => {
        upstream.plan = { text: ['One', ' two.'] };
        const answer = await ask(gateway, 'chat', { stream, n: 2 });
        assert.deepEqual(answer.texts, ['One two.', 'One two.']);
        assert.deepEqual(answer.finishes, ['stop', 'stop']);
        upstream.plan = { text: ['mail ada@exam', 'ple.com now'] };
        const masked = await ask(gateway, 'chat', { stream, n: 2 });
        assert.deepEqual(masked.texts, ['mail {EMAIL} now', 'mail {EMAIL} now']);
        const stopped = await ask(gateway, 'chat', { stream, n: 2, text: 'project nightingale' });
        assert.deepEqual(stopped.finishes, ['content_filter', 'content_filter']);
    });
}

test('a conversation with tools runs to its end in every dialect', async () => {
    upstream.plan = async (request, response, seen) => {
        const answered = /shipped/.test(JSON.stringify(seen.body.messages ?? seen.body.input));
        await sendPlan(answered ? { text: 'It is shipped.' } : { calls: [order] }, request, response, seen.body);
    };
    const question = { role: 'user', content: 'Where is A-17?' };
    const turns = {
        chat: [question, { role: 'assistant', content: null, tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'getOrderStatus', arguments: '{"id":"A-17"}' } }] },
            { role: 'tool', tool_call_id: 'call_1', content: 'shipped to ada@example.com' }],
        responses: [question, { type: 'function_call', call_id: 'call_1', name: 'getOrderStatus', arguments: '{"id":"A-17"}' },
            { type: 'function_call_output', call_id: 'call_1', output: 'shipped to ada@example.com' }],
        messages: [question, { role: 'assistant', content: [{ type: 'tool_use', id: 'call_1', name: 'getOrderStatus', input: { id: 'A-17' } }] },
            { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'call_1', content: 'shipped to ada@example.com' }] }],
    };
    for (const dialect of dialects) {
        const first = await ask(gateway, dialect, { messages: [question], tools: ['getOrderStatus'] });
        assert.equal(first.calls[0].name, 'getOrderStatus');
        const last = await ask(gateway, dialect, { messages: turns[dialect], tools: ['getOrderStatus'] });
        assert.equal(last.text, 'It is shipped.');
        assert.match(upstream.last().raw.toString(), /shipped to \{EMAIL\}/);
    }
});

test('an agent has its pinned instructions, and nobody replaces them', async () => {
    upstream.plan = { text: 'Good day.' };
    for (const dialect of dialects) {
        const answer = await ask(gateway, dialect, { user: 'desk' });
        assert.match(upstream.last().raw.toString(), /You answer questions about orders\./);
        const [intent] = await gateway.record(answer.response.headers.get('x-lictor-record'));
        assert.equal(intent.prompt_version, 'support@1');
        assert.equal(intent.agent, 'support');
        const own = {
            chat: { messages: [{ role: 'system', content: 'Be rude.' }, { role: 'user', content: 'Hi' }] },
            responses: { more: { instructions: 'Be rude.' } },
            messages: { more: { system: 'Be rude.' } },
        }[dialect];
        await assert.rejects(ask(gateway, dialect, { user: 'desk', ...own }), errorsOf(dialect).PermissionDeniedError);
    }
});

test('the list of models is the caller\'s own', async () => {
    const all = async (client) => {
        const ids = [];
        for await (const model of client.models.list()) ids.push(model.id);
        return ids.sort();
    };
    assert.deepEqual(await all(openai(gateway)), ['claude-*', 'gpt-*']);
    assert.deepEqual(await all(anthropic(gateway)), ['claude-*', 'gpt-*']);
    assert.deepEqual(await all(openai(gateway, 'nobody')), []);
    await assert.rejects(openai(gateway, 'stranger').models.list(), errorsOf('chat').AuthenticationError);
    await assert.rejects(anthropic(gateway, 'nobody').models.retrieve('claude-*'), errorsOf('messages').NotFoundError);
});

test('a role\'s model and a role\'s streaming are two rights', async () => {
    upstream.plan = { text: 'Good day.' };
    const good = await ask(gateway, 'chat', { user: 'reader', model: 'gpt-other' });
    assert.equal(good.text, 'Good day.');
    await assert.rejects(ask(gateway, 'chat', { user: 'reader', model: 'gpt-test' }), errorsOf('chat').PermissionDeniedError);
    await assert.rejects(ask(gateway, 'chat', { user: 'reader', model: 'gpt-other', stream: true }), errorsOf('chat').PermissionDeniedError);
});

test('a model of the other dialect is refused there', async () => {
    await assert.rejects(ask(gateway, 'chat', { model: 'claude-test' }), errorsOf('chat').BadRequestError);
    await assert.rejects(ask(gateway, 'messages', { model: 'gpt-test' }), errorsOf('messages').BadRequestError);
});

test('the stream helpers of both SDKs end as usual, also on a refusal', async () => {
    upstream.plan = { text: ['Good ', 'day.'] };
    const helper = anthropic(gateway).messages.stream({ model: modelOf('messages'), max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] });
    assert.equal(await helper.finalText(), 'Good day.');
    const stopped = anthropic(gateway).messages.stream({ model: modelOf('messages'), max_tokens: 9, messages: [{ role: 'user', content: 'project nightingale' }] });
    assert.equal((await stopped.finalMessage()).stop_reason, 'refusal');
    const chat = openai(gateway).chat.completions.stream({ model: modelOf('chat'), messages: [{ role: 'user', content: 'Hi' }] });
    assert.equal((await chat.finalChatCompletion()).choices[0].message.content, 'Good day.');
    const responses = openai(gateway).responses.stream({ model: modelOf('chat'), input: 'Hi' });
    assert.equal((await responses.finalResponse()).output_text, 'Good day.');
});
