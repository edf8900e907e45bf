/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The real SDKs behind one small face, so that a test says once what holds in every dialect:
 *
 *     ask(gateway, 'messages', { text, stream, tools, n, user }) ->
 *         { text, texts, calls: [{ id, name, args }], finish, usage, raw, response }
 *
 * What the SDK throws goes through.
 */
import OpenAI from 'openai';
import Anthropic from '@anthropic-ai/sdk';
import { keyOf } from './gateway.mjs';

export const dialects = ['chat', 'responses', 'messages'];
export const modelOf = (dialect) => (dialect === 'messages' ? 'claude-test' : 'gpt-test');
/* The word each dialect has for "stopped by a filter". */
export const refusalOf = { chat: 'content_filter', responses: 'content_filter', messages: 'refusal' };

const noRetry = { maxRetries: 0, timeout: 60000 };
export const openai = (gateway, user = 'alice', more = {}) =>
    new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: keyOf(user), ...noRetry, ...more });
export const anthropic = (gateway, user = 'alice', more = {}) =>
    new Anthropic({ baseURL: gateway.url, apiKey: keyOf(user), ...noRetry, ...more });

export const errorsOf = (dialect) => (dialect === 'messages' ? Anthropic : OpenAI);

/* ---- requests ---- */

const schema = { type: 'object', properties: { id: { type: 'string' } } };

export function requestOf(dialect, asked) {
    const model = asked.model ?? modelOf(dialect);
    const stream = asked.stream ?? false;
    const tools = (asked.tools ?? []).map((name) => toolOf(dialect, name));
    const more = { ...(tools.length ? { tools } : {}), ...asked.more };
    const messages = asked.messages ?? [{ role: 'user', content: asked.text ?? 'Hello.' }];
    if (dialect === 'chat') return { model, stream, messages, ...(asked.n ? { n: asked.n } : {}), ...more };
    if (dialect === 'responses') return { model, stream, input: asked.messages ?? asked.text ?? 'Hello.', ...more };
    return { model, stream, max_tokens: 1000, messages, ...more };
}

function toolOf(dialect, name) {
    if (dialect === 'chat') return { type: 'function', function: { name, description: 'A tool.', parameters: schema } };
    if (dialect === 'responses') return { type: 'function', name, description: 'A tool.', parameters: schema, strict: false };
    return { name, description: 'A tool.', input_schema: schema };
}

const requestOptions = (asked) => ({ headers: asked.headers ?? {}, ...asked.options });

export async function ask(gateway, dialect, asked = {}) {
    const request = requestOf(dialect, asked);
    return askers[dialect](gateway, request, asked);
}

const askers = {
    async chat(gateway, request, asked) {
        const { data, response } = await openai(gateway, asked.user, asked.client).chat.completions
            .create(request, requestOptions(asked)).withResponse();
        return { response, ...(request.stream ? await readChatStream(data, asked) : readChat(data)) };
    },
    async responses(gateway, request, asked) {
        const { data, response } = await openai(gateway, asked.user, asked.client).responses
            .create(request, requestOptions(asked)).withResponse();
        return { response, ...(request.stream ? await readResponsesStream(data, asked) : readResponses(data)) };
    },
    async messages(gateway, request, asked) {
        const { data, response } = await anthropic(gateway, asked.user, asked.client).messages
            .create(request, requestOptions(asked)).withResponse();
        return { response, ...(request.stream ? await readMessagesStream(data, asked) : readMessages(data)) };
    },
};

/* ---- answers ---- */

function readChat(answer) {
    const choices = answer.choices;
    return {
        raw: answer,
        texts: choices.map((choice) => choice.message.content),
        text: choices[0].message.content,
        calls: (choices[0].message.tool_calls ?? []).map((call) => ({ id: call.id, name: call.function.name, args: call.function.arguments })),
        finish: choices[0].finish_reason,
        finishes: choices.map((choice) => choice.finish_reason),
        usage: answer.usage?.prompt_tokens,
    };
}

async function readChatStream(stream, asked) {
    const choices = [];
    const events = [];
    for await (const chunk of stream) {
        events.push(chunk);
        await asked.each?.(chunk);
        for (const { index, delta, finish_reason: finish } of chunk.choices) {
            choices[index] ??= { text: '', calls: [], finish: null };
            const choice = choices[index];
            choice.text += delta.content ?? '';
            choice.finish = finish ?? choice.finish;
            for (const part of delta.tool_calls ?? []) {
                choice.calls[part.index] ??= { id: part.id, name: '', args: '' };
                choice.calls[part.index].name += part.function.name ?? '';
                choice.calls[part.index].args += part.function.arguments ?? '';
            }
        }
    }
    return {
        raw: events, texts: choices.map((choice) => choice.text), text: choices[0]?.text, calls: choices[0]?.calls ?? [],
        finish: choices[0]?.finish, finishes: choices.map((choice) => choice.finish), usage: events.at(-1)?.usage?.prompt_tokens,
    };
}

function responsesFinish(answer) {
    return answer.status === 'incomplete' ? answer.incomplete_details.reason : answer.status;
}

function readResponses(answer) {
    const text = answer.output.filter((item) => item.type === 'message')
        .flatMap((item) => item.content).map((part) => part.text ?? part.refusal).join('');
    return {
        raw: answer, text, texts: [text],
        calls: answer.output.filter((item) => item.type === 'function_call')
            .map((item) => ({ id: item.call_id, name: item.name, args: item.arguments })),
        finish: responsesFinish(answer), usage: answer.usage?.input_tokens,
    };
}

async function readResponsesStream(stream, asked) {
    const events = [];
    let text = '';
    let last;
    const args = {};
    for await (const event of stream) {
        events.push(event);
        await asked.each?.(event);
        if (event.type === 'response.output_text.delta') text += event.delta;
        if (event.type === 'response.function_call_arguments.delta') args[event.output_index] = (args[event.output_index] ?? '') + event.delta;
        if (event.type === 'response.completed' || event.type === 'response.incomplete') last = event.response;
    }
    const end = last ? readResponses(last) : { calls: [] };
    return { ...end, raw: events, end, text, texts: [text], deltas: args, finish: last && responsesFinish(last) };
}

function readMessages(answer) {
    const text = answer.content.filter((block) => block.type === 'text').map((block) => block.text).join('');
    return {
        raw: answer, text, texts: [text],
        calls: answer.content.filter((block) => block.type === 'tool_use')
            .map((block) => ({ id: block.id, name: block.name, args: JSON.stringify(block.input) })),
        finish: answer.stop_reason, usage: answer.usage?.input_tokens,
    };
}

async function readMessagesStream(stream, asked) {
    const events = [];
    const blocks = [];
    let finish;
    for await (const event of stream) {
        events.push(event);
        await asked.each?.(event);
        if (event.type === 'content_block_start') blocks[event.index] = { ...event.content_block, json: '' };
        if (event.delta?.type === 'text_delta') blocks[event.index].text += event.delta.text;
        if (event.delta?.type === 'input_json_delta') blocks[event.index].json += event.delta.partial_json;
        if (event.type === 'message_delta') finish = event.delta.stop_reason;
    }
    const text = blocks.filter((block) => block.type === 'text').map((block) => block.text).join('');
    return {
        raw: events, text, texts: [text], finish,
        calls: blocks.filter((block) => block.type === 'tool_use').map((block) => ({ id: block.id, name: block.name, args: block.json })),
        usage: events.find((event) => event.type === 'message_start')?.message.usage.input_tokens,
    };
}
