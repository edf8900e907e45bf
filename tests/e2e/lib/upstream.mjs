/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A provider that says what a test planned, in the dialect it was asked in, and remembers every
 * request. A plan is one of
 *
 *     { text: 'whole' | ['pieces', ...], calls: [{ id, name, args: '..' | ['..', ...] }], ... }
 *     (request, response, seen) => ...        for answers that no provider should give
 */
import http from 'node:http';
import https from 'node:https';
import { once } from 'node:events';

const pieces = (value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]);
const whole = (value) => pieces(value).join('');

export const dialectOf = (path) => ({
    '/v1/chat/completions': chat, '/v1/responses': responses, '/v1/messages': messages,
})[path];

/* ---- Chat Completions ---- */

const chat = {
    answer(plan, asked) {
        const message = { role: 'assistant', content: plan.text === undefined ? null : whole(plan.text), refusal: null };
        if (plan.calls) {
            message.tool_calls = plan.calls.map((call) => ({
                id: call.id, type: 'function', function: { name: call.name, arguments: whole(call.args) },
            }));
        }
        const choices = Array.from({ length: asked.n ?? 1 }, (_, index) => ({
            index, message, logprobs: null, finish_reason: plan.calls ? 'tool_calls' : 'stop',
        }));
        return {
            id: 'chatcmpl-1', object: 'chat.completion', created: 1700000000, model: asked.model, choices,
            usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
        };
    },
    * events(plan, asked) {
        const n = asked.n ?? 1;
        const all = Array.from({ length: n }, (_, index) => index);
        const chunk = (index, delta, finish = null) => ({
            data: {
                id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1700000000, model: asked.model,
                choices: [{ index, delta, logprobs: null, finish_reason: finish }],
            },
        });
        for (const index of all) yield chunk(index, { role: 'assistant', content: '' });
        for (const content of pieces(plan.text)) for (const index of all) yield chunk(index, { content });
        for (const [at, call] of (plan.calls ?? []).entries()) {
            for (const index of all) {
                const head = { index: at, id: call.id, type: 'function', function: { name: call.name, arguments: '' } };
                yield chunk(index, { tool_calls: [head] });
                for (const part of pieces(call.args)) {
                    yield chunk(index, { tool_calls: [{ index: at, function: { arguments: part } }] });
                }
            }
        }
        for (const index of all) yield chunk(index, {}, plan.calls ? 'tool_calls' : 'stop');
        if (asked.stream_options?.include_usage) {
            yield {
                data: {
                    id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1700000000, model: asked.model, choices: [],
                    usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
                },
            };
        }
        if (!plan.endless) yield { raw: 'data: [DONE]\n\n' };
    },
};

/* ---- Responses ---- */

const responses = {
    answer(plan, asked) {
        const output = [];
        if (plan.text !== undefined) {
            output.push({
                type: 'message', id: 'msg_1', status: 'completed', role: 'assistant',
                content: [{ type: 'output_text', text: whole(plan.text), annotations: [] }],
            });
        }
        for (const call of plan.calls ?? []) {
            output.push({
                type: 'function_call', id: `fc_${call.id}`, call_id: call.id, name: call.name,
                arguments: whole(call.args), status: 'completed',
            });
        }
        return responses.shell(asked, 'completed', output);
    },
    shell(asked, status, output) {
        return {
            id: 'resp_1', object: 'response', created_at: 1700000000, status, model: asked.model, output, error: null,
            incomplete_details: null, instructions: null, metadata: {}, parallel_tool_calls: true, temperature: 1,
            tool_choice: 'auto', tools: [], top_p: 1,
            usage: status !== 'completed' ? null : {
                input_tokens: 11, output_tokens: 7, total_tokens: 18,
                input_tokens_details: { cached_tokens: 0 }, output_tokens_details: { reasoning_tokens: 0 },
            },
        };
    },
    * events(plan, asked) {
        let number = 0;
        const event = (type, more) => ({ event: type, data: { type, sequence_number: number++, ...more } });
        const done = responses.answer(plan, asked);
        yield event('response.created', { response: responses.shell(asked, 'in_progress', []) });
        yield event('response.in_progress', { response: responses.shell(asked, 'in_progress', []) });
        for (const [output_index, item] of done.output.entries()) {
            const where = { item_id: item.id, output_index };
            if (item.type === 'message') {
                const part = { ...where, content_index: 0 };
                const text = whole(plan.text);
                yield event('response.output_item.added', { output_index, item: { ...item, status: 'in_progress', content: [] } });
                yield event('response.content_part.added', { ...part, part: { type: 'output_text', text: '', annotations: [] } });
                for (const delta of pieces(plan.text)) yield event('response.output_text.delta', { ...part, delta, logprobs: [] });
                yield event('response.output_text.done', { ...part, text, logprobs: [] });
                yield event('response.content_part.done', { ...part, part: item.content[0] });
            } else {
                const call = plan.calls.find((one) => one.id === item.call_id);
                yield event('response.output_item.added', { output_index, item: { ...item, status: 'in_progress', arguments: '' } });
                for (const delta of pieces(call.args)) yield event('response.function_call_arguments.delta', { ...where, delta });
                yield event('response.function_call_arguments.done', { ...where, arguments: item.arguments, name: item.name });
            }
            yield event('response.output_item.done', { output_index, item });
        }
        if (!plan.endless) yield event('response.completed', { response: done });
    },
};

/* ---- Messages ---- */

const messages = {
    answer(plan, asked) {
        const content = [];
        if (plan.text !== undefined) content.push({ type: 'text', text: whole(plan.text) });
        for (const call of plan.calls ?? []) {
            content.push({ type: 'tool_use', id: call.id, name: call.name, input: JSON.parse(whole(call.args)) });
        }
        return {
            id: 'msg_1', type: 'message', role: 'assistant', model: asked.model, content,
            stop_reason: plan.calls ? 'tool_use' : 'end_turn', stop_sequence: null,
            usage: { input_tokens: 11, output_tokens: 7 },
        };
    },
    * events(plan, asked) {
        const event = (type, more = {}) => ({ event: type, data: { type, ...more } });
        const done = messages.answer(plan, asked);
        let index = 0;
        yield event('message_start', {
            message: { ...done, content: [], stop_reason: null, usage: { input_tokens: 11, output_tokens: 1 } },
        });
        yield event('ping');
        if (plan.text !== undefined) {
            yield event('content_block_start', { index, content_block: { type: 'text', text: '' } });
            for (const text of pieces(plan.text)) yield event('content_block_delta', { index, delta: { type: 'text_delta', text } });
            yield event('content_block_stop', { index });
            index++;
        }
        for (const call of plan.calls ?? []) {
            yield event('content_block_start', { index, content_block: { type: 'tool_use', id: call.id, name: call.name, input: {} } });
            for (const partial_json of pieces(call.args)) {
                yield event('content_block_delta', { index, delta: { type: 'input_json_delta', partial_json } });
            }
            yield event('content_block_stop', { index });
            index++;
        }
        yield event('message_delta', { delta: { stop_reason: done.stop_reason, stop_sequence: null }, usage: { output_tokens: 7 } });
        if (!plan.endless) yield event('message_stop');
    },
};

/* ---- sending ---- */

export function sse(event) {
    if (event.raw !== undefined) return event.raw;
    return `${event.event ? `event: ${event.event}\n` : ''}data: ${JSON.stringify(event.data)}\n\n`;
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export async function sendPlan(plan, request, response, asked) {
    const dialect = dialectOf(request.url.split('?')[0]);
    if (!dialect) {
        response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":{"message":"not here"}}');
        return;
    }
    if (plan.wait) await pause(plan.wait);
    if (asked.stream !== true) {
        response.writeHead(200, { 'content-type': 'application/json', 'x-request-id': 'req-1', 'set-cookie': 'a=b',
            'openai-organization': 'the-account' });
        response.end(JSON.stringify(dialect.answer(plan, asked)));
        return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'x-request-id': 'req-1' });
    let sent = 0;
    for (const event of dialect.events(plan, asked)) {
        if (plan.die_after !== undefined && sent === plan.die_after) {
            await pause(20); /* what was written is on its way */
            response.destroy();
            return;
        }
        response.write(sse(event));
        sent++;
        if (plan.pace) await pause(plan.pace);
        if (response.destroyed) return;
    }
    response.end();
}

/* ---- the server ---- */

async function readBody(request) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    return Buffer.concat(chunks);
}

export async function startUpstream(tls) {
    const upstream = { requests: [], plan: { text: 'Good day.' } };
    const serve = async (request, response) => {
        const seen = { method: request.method, url: request.url, headers: request.headers, rawHeaders: request.rawHeaders };
        seen.closed = new Promise((resolve) => response.on('close', () => resolve(response.writableFinished ? 'finished' : 'cut')));
        try {
            seen.raw = await readBody(request);
        } catch {
            return; /* the gateway went away in mid-request */
        }
        try {
            seen.body = JSON.parse(seen.raw.toString('utf8'));
        } catch {
            seen.body = undefined;
        }
        upstream.requests.push(seen);
        const plan = typeof upstream.plan === 'function' ? upstream.plan : undefined;
        if (plan) await plan(request, response, seen);
        else await sendPlan(upstream.plan, request, response, seen.body ?? {});
    };
    const server = tls ? https.createServer(tls, serve) : http.createServer(serve);
    server.keepAliveTimeout = 60000;
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    upstream.port = server.address().port;
    upstream.url = `${tls ? 'https' : 'http'}://127.0.0.1:${upstream.port}`;
    upstream.last = () => upstream.requests.at(-1);
    upstream.stop = async () => {
        server.closeAllConnections();
        server.close();
        await once(server, 'close');
    };
    return upstream;
}
