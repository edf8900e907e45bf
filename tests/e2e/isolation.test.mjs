/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nothing crosses: not from one request into the next, not from one caller to another, not from a
 * caller's bytes into the provider's call, and not from a provider's bytes into what others get.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { answerBytes, answerJson, asking, chunked, requestBytes, startRawUpstream, talk, textOf } from './lib/bytes.mjs';
import { keyOf, pause, providersAt, startGateway, until } from './lib/gateway.mjs';
import { sendPlan, startUpstream } from './lib/upstream.mjs';

const CLIENT_TIMEOUT_MS = 1200;

let upstream;
let rawUpstream;
let gateway;
let workers;

before(async () => {
    upstream = await startUpstream();
    rawUpstream = await startRawUpstream();
    const { providers, models } = providersAt(upstream.url);
    gateway = await startGateway({
        lictor: {
            providers: { ...providers, raw: { kind: 'openai', endpoint: rawUpstream.url, credential: 'env:E2E_OPENAI' } },
            models: [...models, { name: 'raw-*', provider: 'raw' }],
            limits: { client_timeout_ms: CLIENT_TIMEOUT_MS, upstream_timeout_ms: 20000 },
        },
        users: { alice: { role: 'app' }, bob: { role: 'app' }, mallory: {} },
    });
    workers = gateway.workers();
    upstream.plan = echo;
});

after(async () => {
    await gateway?.stop();
    await upstream?.stop();
    await rawUpstream?.stop();
});

/* Says what it was asked, so that an answer tells which request it belongs to. */
function echo(request, response, seen) {
    return sendPlan({ text: String(seen.body?.messages?.at(-1).content) }, request, response, seen.body ?? {});
}

/* What a provider may see of a call, and nothing else. */
const FORWARDED = ['host', 'content-length', 'content-type', 'accept', 'user-agent', 'authorization', 'traceparent'];

function checkForwarded(seen) {
    const names = seen.rawHeaders.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase());
    assert.deepEqual([...names].sort(), [...FORWARDED].sort());
    assert.equal(seen.headers.host, new URL(upstream.url).host);
    assert.equal(seen.headers.authorization, 'Bearer sk-provider-openai');
    assert.equal(Number(seen.headers['content-length']), seen.raw.length);
    assert.equal(seen.url, '/v1/chat/completions');
    assert.doesNotMatch(JSON.stringify(seen.rawHeaders) + seen.raw.toString('latin1'), /lk_e2e/);
}

/* Passes like any other call: inspected, recorded, and sent on in the engine's own framing. */
async function passes(pieces, options = {}) {
    const before = upstream.requests.length;
    const got = await talk(gateway, pieces, { answers: 1, linger: 30, ...options });
    assert.equal(got.answers.length, 1, got.bytes.toString('latin1').slice(0, 400));
    const [answer] = got.answers;
    assert.equal(answer.status, 200, answer.body);
    assert.equal(upstream.requests.length, before + 1);
    checkForwarded(upstream.last());
    const [intent] = await gateway.record(answer.headers['x-lictor-record']);
    return { answer, intent, seen: upstream.last() };
}

/* ---- one request inside another ---- */

const head = (...lines) => requestBytes({ bare: true, body: '',
    lines: ['host: gateway', `authorization: Bearer ${keyOf('alice')}`, 'content-type: application/json', ...lines] }).toString();
const smuggled = requestBytes({ user: 'bob', body: asking('smuggled') }).toString();
const body = asking();
const inChunks = chunked(body);

const framings = {
    'Content-Length, then Transfer-Encoding': [['content-length: 4', 'transfer-encoding: chunked'], inChunks, 400],
    'Transfer-Encoding, then Content-Length': [['transfer-encoding: chunked', `content-length: ${body.length}`], body, 400],
    'Content-Length: 0 with chunks': [['content-length: 0', 'transfer-encoding: chunked'], inChunks, 400],
    'two Content-Lengths': [[`content-length: ${body.length}`, `content-length: ${body.length + smuggled.length}`], body, 400],
    'a list of Content-Lengths': [[`content-length: ${body.length}, 0`], body, 400],
    'a Content-Length with a sign': [[`content-length: +${body.length}`], body, 400],
    'an empty Content-Length': [['content-length:'], body, 400],
    'chunked and identity': [['transfer-encoding: chunked', 'transfer-encoding: identity'], inChunks, 400, 501],
    'identity and chunked': [['transfer-encoding: identity, chunked'], inChunks, 400, 501],
    'xchunked': [['transfer-encoding: xchunked'], inChunks, 400, 501],
    'a vertical tab before chunked': [['transfer-encoding: \x0bchunked'], inChunks, 400, 501],
    'a blank before the colon': [[`content-length : ${body.length}`], body, 400],
    'a folded Transfer-Encoding': [[`content-length: ${body.length}`, 'x-a: b', '\ttransfer-encoding: chunked'], body, 400],
    'a chunk size that is no number': [['transfer-encoding: chunked'], `zz\r\n${body}\r\n0\r\n\r\n`, 400],
    'a negative chunk size': [['transfer-encoding: chunked'], `-1\r\n${body}\r\n0\r\n\r\n`, 400],
    'a chunk size of nearly 64 bits': [['transfer-encoding: chunked'], `7fffffffffffffff\r\n${body}\r\n0\r\n\r\n`, 400, 413],
    'a chunk longer than it says': [['transfer-encoding: chunked'], `5\r\n${body}\r\n0\r\n\r\n`, 400],
    'a chunk without its line end': [['transfer-encoding: chunked'], `${body.length.toString(16)}\r\n${body}0\r\n\r\n`, 400],
};

for (const [name, [lines, framed, ...statuses]] of Object.entries(framings)) {
    test(`framing with ${name}: refused, closed, and nothing behind it is read`, async () => {
        const before = upstream.requests.length;
        const got = await talk(gateway, Buffer.from(head(...lines) + framed + smuggled, 'latin1'), { answers: 2, ms: 4000 });
        assert.equal(got.answers.length, 1, got.bytes.toString('latin1'));
        assert.ok(statuses.includes(got.answers[0].status), `${got.answers[0].status}`);
        assert.ok(JSON.parse(got.answers[0].body).error.message);
        assert.ok(got.answers[0].headers['x-lictor-decision'], 'the refusal is the engine\'s');
        assert.ok(got.closed);
        assert.equal(upstream.requests.length, before);
    });
}

test('chunks in pieces, with extensions and trailers, become one body with a length', async () => {
    const said = asking('ada@example.com');
    const framed = `${[...said].map((c) => `1;a="b"\r\n${c}\r\n`).join('')}0\r\nauthorization: Bearer ${keyOf('bob')}\r\nx-api-key: x\r\n\r\n`;
    const { intent, seen } = await passes(head('transfer-encoding: chunked') + framed);
    assert.match(intent.principal, /\/alice$/);
    assert.equal(seen.body.messages[0].content, '{EMAIL}');
});

test('a length below the body makes a second request, which must bring its own key', async () => {
    const hidden = `POST /v1/chat/completions HTTP/1.1\r\nhost: gateway\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    const before = upstream.requests.length;
    const got = await talk(gateway, requestBytes({ body: body + hidden, length: body.length }), { answers: 2 });
    assert.deepEqual(got.answers.map((one) => one.status), [200, 401]);
    assert.equal(upstream.requests.length, before + 1);
});

test('a request that was refused by its head takes its body with it', async () => {
    const before = upstream.requests.length;
    const refused = requestBytes({ target: '/v1/../v1/chat/completions', body: smuggled });
    const got = await talk(gateway, Buffer.concat([refused, requestBytes({ user: 'stranger', body: smuggled })]), { answers: 3, ms: 700 });
    assert.deepEqual(got.answers.map((one) => one.status), [400, 401]);
    assert.equal(upstream.requests.length, before);
});

test('headers that speak to proxies say nothing to this one', async () => {
    await passes(requestBytes({ lines: ['upgrade: h2c', 'connection: upgrade, http2-settings', 'http2-settings: AAMAAABkAAQAAP__'] }));
    await passes(requestBytes({ lines: ['connection: authorization, content-length, traceparent, keep-alive'] }));
    const { intent } = await passes(requestBytes({ lines: ['x-forwarded-for: 10.0.0.1', 'x-real-ip: 10.0.0.1', 'forwarded: for=10.0.0.1',
        'x-forwarded-proto: https', 'x-accel-redirect: /', 'x-original-url: /v1/models', 'x-http-method-override: GET', 'cookie: a=b',
        'proxy-authorization: Basic eA==', 'te: trailers', 'range: bytes=0-5', 'if-none-match: *', 'openai-organization: other', 'x-lictor-decision: allow'] }));
    assert.equal(intent.source_ip, '127.0.0.1');
});

test('Expect: 100-continue is answered, then the call is made', async () => {
    const bytes = requestBytes({ lines: ['expect: 100-continue'] });
    const at = bytes.indexOf('\r\n\r\n') + 4;
    const got = await talk(gateway, [bytes.subarray(0, at), bytes.subarray(at)], { answers: 1, gap: 50 });
    assert.deepEqual(got.answers.map((one) => one.status), [100, 200]);
});

test('an absolute target is the same call; its host is nobody\'s', async () => {
    for (const host of ['gateway', 'evil.example', '127.0.0.1:1', 'user:pw@127.0.0.1']) {
        const before = upstream.requests.length;
        const got = await talk(gateway, requestBytes({ target: `http://${host}/v1/chat/completions`, body: asking('ada@example.com') }), { answers: 1 });
        assert.ok([200, 400].includes(got.answers[0].status));
        if (upstream.requests.length > before) {
            checkForwarded(upstream.last());
            assert.equal(textOf(got.answers[0]), '{EMAIL}');
        }
    }
});

/* ---- values ---- */

test('a model\'s name stays a name: nothing of it becomes a header or another place', async () => {
    const names = { 'gpt-x\r\nx-injected: 1': 400, 'gpt-\0x': 400, 'gpt-x\n': 400, 'gpt-\u001b[2J': 400, 'gpt-\u2028x': 400, 'gpt-x y': 400,
        'gpt-é': 400, '../../gpt-x': 404, '@lictor_open': 404, 'open': 404, 'gpt-../../x': 200, 'gpt-${aws:username}': 200, 'gpt-?key=1#x': 200 };
    for (const [name, status] of Object.entries(names)) {
        const before = upstream.requests.length;
        const [answer] = (await talk(gateway, requestBytes({ body: asking('a', { model: name }) }), { answers: 1 })).answers;
        assert.equal(answer.status, status, JSON.stringify(name));
        assert.ok(!answer.lines.some((line) => /injected/i.test(line)));
        assert.equal(upstream.requests.length, before + (status === 200 ? 1 : 0));
        if (status === 200) checkForwarded(upstream.last());
    }
});

test('a model\'s name in a path: one that may be used, and nothing else', async () => {
    const get = async (name, user = 'alice') => {
        const lines = ['host: gateway', `authorization: Bearer ${keyOf(user)}`];
        return (await talk(gateway, requestBytes({ method: 'GET', target: `/v1/models/${name}`, bare: true, lines, body: '' }), { answers: 1 })).answers[0];
    };
    const shown = await get('gpt-any%2Dname');
    assert.equal(shown.status, 200);
    assert.equal(JSON.parse(shown.body).id, 'gpt-any-name');
    assert.equal((await get('gpt-any-name', 'mallory')).status, 404, 'as if it did not exist');
    const names = { 'gpt-%0d%0ax-injected:%201': 400, 'gpt-%00': 400, 'gpt-%': 400, 'gpt-%2': 400, 'gpt-%zz': 400, 'gpt-%80': 400, 'gpt-%20': 400,
        '..%2f..%2fmetrics': 404, '..': 404, other: 404, '<script>': 404, '': 400, 'gpt-a?limit=1': 400 };
    for (const [name, status] of Object.entries(names)) {
        const answer = await get(name);
        assert.equal(answer.status, status, name);
        assert.ok(!answer.lines.some((line) => /injected/i.test(line)));
        assert.ok(JSON.parse(answer.body).error.message);
    }
});

test('session, agent and trace of any bytes stay inside their record', async () => {
    for (const value of ['a"b\\c', 'x\xff\xfey', '\t\t', 'a'.repeat(5000), '{"kind":"intent"}', 'a\\u0000', '\xed\xa0\x80', 'x\x7f\x1bc', '']) {
        const lines = ['x-lictor-session', 'user-agent', 'traceparent'].map((name) => `${name}: ${value}`);
        const [answer] = (await talk(gateway, requestBytes({ lines }), { answers: 1 })).answers;
        if (answer.status !== 200) {
            assert.equal(answer.status, 400, answer.body);
            continue;
        }
        checkForwarded(upstream.last());
        assert.match(upstream.last().headers.traceparent, /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/);
        const records = await gateway.record(answer.headers['x-lictor-record']);
        assert.deepEqual(records.map((one) => one.kind), ['intent', 'outcome']);
    }
    assert.equal((await gateway.records()).stderr, '');
});

test('a key in a query string is refused and kept nowhere', async () => {
    const before = upstream.requests.length;
    for (const query of ['api_key=SECRET-KEY', 'key=SECRET-KEY', 'beta=true&access_token=SECRET-KEY', '%61pi_key=SECRET-KEY', 'limit=SECRET-KEY', 'SECRET-KEY']) {
        for (const user of ['alice', 'stranger']) {
            const got = await talk(gateway, requestBytes({ user, target: `/v1/chat/completions?${query}` }), { answers: 1 });
            assert.equal(got.answers[0].status, 400);
            assert.doesNotMatch(got.bytes.toString(), /SECRET-KEY/);
        }
    }
    assert.equal(upstream.requests.length, before);
    assert.doesNotMatch(gateway.log + JSON.stringify(await gateway.records()), /SECRET-KEY/);
});

/* ---- callers side by side ---- */

test('callers on one connection: each answer, decision and record is its own caller\'s', async () => {
    const users = Array.from({ length: 24 }, (_, i) => ['alice', 'bob', 'mallory', 'stranger'][(i * i + i) % 11 % 4]);
    const bytes = Buffer.concat(users.map((user, i) => requestBytes({ user, body: asking(`question ${i} of ${user}`) })));
    const pieces = Array.from({ length: Math.ceil(bytes.length / 333) }, (_, i) => bytes.subarray(i * 333, (i + 1) * 333));
    for (const sent of [[bytes], pieces]) {
        const { answers } = await talk(gateway, sent, { answers: users.length, gap: 1, ms: 20000 });
        assert.deepEqual(answers.map((one) => one.status), users.map((user) => ({ alice: 200, bob: 200, mallory: 403, stranger: 401 }[user])));
        const records = await gateway.records();
        for (const [i, { status, headers, ...answer }] of answers.entries()) {
            if (status === 200) assert.equal(textOf(answer), `question ${i} of ${users[i]}`);
            const mine = records.filter((one) => one.record === headers['x-lictor-record']);
            if (status === 401) assert.equal(headers['x-lictor-record'], undefined, 'strangers are not recorded');
            else assert.match(mine[0].principal, new RegExp(`/${users[i]}$`));
        }
    }
});

test('callers byte by byte at the same time do not mix', async () => {
    await Promise.all(['alice', 'bob', 'alice', 'bob', 'bob', 'alice'].map(async (user, i) => {
        const bytes = requestBytes({ user, body: asking(`I am ${user} ${i}`), lines: [`x-lictor-session: ${user}-${i}`] });
        const got = await talk(gateway, Array.from(bytes, (_, at) => bytes.subarray(at, at + 1)), { answers: 1, ms: 20000 });
        const [intent] = await gateway.record(got.answers[0].headers['x-lictor-record']);
        assert.equal(textOf(got.answers[0]), `I am ${user} ${i}`);
        assert.match(intent.principal, new RegExp(`/${user}$`));
        assert.equal(intent.session, `${user}-${i}`);
    }));
});

test('a caller that leaves in the middle of a body leaves nothing behind', async () => {
    const before = upstream.requests.length;
    for (let i = 0; i < 20; i++) {
        const socket = net.connect(gateway.port, '127.0.0.1').on('error', () => {});
        await once(socket, 'connect');
        socket.write(requestBytes({ body: asking('left behind') }).subarray(0, -5 - i));
        await pause(5);
        if (i % 2) socket.resetAndDestroy();
        else socket.destroy();
    }
    assert.equal(upstream.requests.length, before);
    const { answer } = await passes(requestBytes({ user: 'bob', body: asking('mine') }));
    assert.equal(textOf(answer), 'mine');
    await until('no exchange is left open', async () => (await gateway.metric('lictor_exchanges_open')) === 0);
});

test('a stranger is answered before the body is there, and its body is not read as a request', async () => {
    const got = await talk(gateway, requestBytes({ user: 'stranger', body: '', length: 1000000 }), { answers: 1, ms: 2000 });
    assert.equal(got.answers[0].status, 401);
    const before = upstream.requests.length;
    const more = await talk(gateway, requestBytes({ user: 'stranger', body: smuggled.repeat(200) }), { answers: 2, ms: 500 });
    assert.equal(more.answers.length, 1);
    assert.equal(upstream.requests.length, before);
});

/* ---- time ---- */

test('a head that comes slowly is cut off as a whole, not by the byte', async () => {
    const bytes = requestBytes();
    const begun = Date.now();
    const got = await talk(gateway, Array.from({ length: 100 }, (_, i) => bytes.subarray(i, i + 1)), { gap: 100, ms: 9000 });
    assert.ok(got.closed && got.answers.every((one) => one.status === 408));
    assert.ok(Date.now() - begun < CLIENT_TIMEOUT_MS * 3);
});

test('a body that stops, or drips for ever, is cut off, counted and recorded', async () => {
    const row = 'lictor_failures_total{failure="client_timeout"}';
    const bytes = requestBytes({ body: asking('drip'), length: 10000 });
    const [counted, before] = [await gateway.metric(row), upstream.requests.length];
    const drips = [bytes, ...Array.from({ length: 400 }, () => ' ')];
    const [stops, dripping] = await Promise.all([talk(gateway, bytes, { ms: 5000 }), talk(gateway, drips, { gap: 100, ms: 30000 })]);
    for (const got of [stops, dripping]) assert.ok(got.closed && got.answers.length === 0, got.bytes.toString());
    assert.equal(await gateway.metric(row), counted + 2);
    assert.equal(upstream.requests.length, before);
    const late = (await gateway.records()).filter((one) => one.failure === 'client_timeout');
    assert.deepEqual(late.map((one) => one.kind), ['refusal', 'refusal']);
    assert.ok(late.every((one) => /\/alice$/.test(one.principal)));
});

test('connections that say nothing, or little, are closed and keep nobody out', async () => {
    const idle = Array.from({ length: 300 }, () => net.connect(gateway.port, '127.0.0.1').on('error', () => {}));
    await Promise.all(idle.map((socket) => once(socket, 'connect')));
    for (const [i, socket] of idle.entries()) if (i % 2) socket.write('POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\n');
    await passes(requestBytes());
    await Promise.all(idle.map((socket) => socket.closed || new Promise((resolve) => socket.resume().on('close', resolve))));
});

/* ---- a provider that says more than it was asked ---- */

const rawAsk = async (user, text) => {
    const got = await talk(gateway, requestBytes({ user, body: asking(text, { model: 'raw-test' }) }), { answers: 1 });
    assert.equal(got.answers.length, 1, got.bytes.toString('latin1'));
    return { ...got.answers[0], bytes: got.bytes };
};

test('bytes after a provider\'s answer never become the next caller\'s', async () => {
    const forged = answerBytes('FORGED for the next');
    const replies = {
        'in one piece': (socket) => socket.write(answerBytes('first') + forged),
        'a moment later': (socket) => {
            socket.write(answerBytes('first'));
            setTimeout(() => socket.write(forged), 30);
        },
        'after chunks': (socket) => socket.write(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n${chunked(answerJson('first'))}${forged}`),
        'after an error': (socket) => socket.write(`HTTP/1.1 500 Oops\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}${forged}`),
        'after HTML': (socket) => socket.write(`HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 2\r\n\r\n<>${forged}`),
    };
    for (const [name, reply] of Object.entries(replies)) {
        rawUpstream.reply = reply;
        const first = await rawAsk('alice', 'one');
        assert.ok(first.status >= 500 || textOf(first) === 'first', name);
        rawUpstream.reply = (socket) => socket.write(answerBytes('second'));
        await pause(60);
        for (let i = 0; i < 3; i++) assert.equal(textOf(await rawAsk('bob', 'two')), 'second', name);
    }
});

test('bytes after a provider\'s stream never become the next caller\'s, nor part of the stream', async () => {
    const event = (delta, finish) => `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'gpt-test',
        choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }] })}\n\n`;
    const events = [event({ role: 'assistant', content: 'first' }, null), event({}, 'stop'), 'data: [DONE]\n\n'];
    const head = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n';
    rawUpstream.reply = (socket) => socket.write(head + chunked(...events) + head + chunked(event({ content: 'FORGED' }, null)) + answerBytes('FORGED'));
    const got = await talk(gateway, requestBytes({ body: asking('one', { model: 'raw-test', stream: true }) }), { answers: 1, linger: 100 });
    assert.equal(got.answers.length, 1);
    assert.match(got.bytes.toString(), /first/);
    assert.doesNotMatch(got.bytes.toString(), /FORGED/);
    rawUpstream.reply = (socket) => socket.write(answerBytes('second'));
    for (let i = 0; i < 3; i++) assert.equal(textOf(await rawAsk('bob', 'two')), 'second');
});

test('the admin listener is no way to a model, and tells no secret', async () => {
    const before = upstream.requests.length;
    const admin = { ...gateway, port: gateway.adminPort };
    for (const target of ['/v1/chat/completions', '/metrics', '//v1/chat/completions', '/@lictor_open', 'http://gateway/v1/chat/completions']) {
        const got = await talk(admin, requestBytes({ target }), { answers: 1 });
        assert.ok(got.answers[0].status >= 400, target);
        assert.doesNotMatch(got.bytes.toString(), /lk_e2e|sk-provider|nginx\//);
    }
    assert.equal(upstream.requests.length, before);
    assert.doesNotMatch(await gateway.metrics(), /lk_e2e|sk-provider|alice|example\.com/);
});

const fine = answerJson('fine');
const good = ['content-type: application/json', `content-length: ${fine.length}`];
const says = (status, lines, text = fine) => ['HTTP/1.1 ' + status, ...lines, '', text].join('\r\n');

/* Each is passed as the plain answer it holds, or refused: never anything in between. */
const answers = {
    'two lengths': says('200 OK', [...good, 'content-length: 5']),
    'a length and chunks': says('200 OK', ['content-type: application/json', 'content-length: 5', 'transfer-encoding: chunked'], chunked(fine)),
    'an upgrade': says('101 Switching Protocols', ['upgrade: websocket', 'connection: upgrade'], 'raw bytes'),
    'a redirect inside the gateway': says('200 OK', ['x-accel-redirect: /v1/models', ...good]),
    'headers for the caller': says('200 OK', ['set-cookie: a=b', 'location: http://evil', 'refresh: 0', 'x-injected: 1', 'x-lictor-decision: deny',
        'x-lictor-record: forged', 'access-control-allow-origin: *', 'content-language: xx', 'trailer: x', 'alt-svc: h3=":1"', 'etag: "x"', ...good]),
    'a bare carriage return in a header': says('200 OK', ['x-request-id: a\rx-injected: 1', ...good]),
    'a bare carriage return in the type': says('200 OK', ['content-type: application/json\rx-injected: 1', good[1]]),
    'a NUL in a header': says('200 OK', ['x-request-id: a\0b', ...good]),
    'a byte beyond ASCII in a header': says('200 OK', ['x-request-id: a\x80b\x1bc', ...good]),
    'a header that passes, twice': says('200 OK', ['x-request-id: one', 'x-request-id: two', ...good]),
    'an encoding that is a lie': says('200 OK', ['content-encoding: gzip', ...good]),
    'two encodings': says('200 OK', ['content-encoding: identity', 'content-encoding: gzip', ...good]),
    'two types': says('200 OK', ['content-type: application/json', 'content-type: text/html', good[1]]),
    'a charset': says('200 OK', ['content-type: application/json; charset=utf-7', good[1]]),
    'an early hint': says('103 Early Hints', ['link: </a>'], answerBytes('fine')),
    'a continue': says('100 Continue', [], answerBytes('fine')),
    'no head': fine,
    'a head of 100 KB': says('200 OK', [`x-a: ${'a'.repeat(100000)}`, ...good]),
    'the status 099': says('099 Odd', good),
    'the status 999': says('999 Odd', good),
    'the status 204 with a body': says('204 None', good),
    'the status 206': says('206 Part', ['content-range: bytes 0-5/9', ...good]),
    'the status 304': says('304 Not Modified', good),
    'the status 421': says('421 Odd', good, JSON.stringify({ error: { message: 'odd', type: 't', param: null, code: null } })),
};

const KNOWN = ['server', 'date', 'content-type', 'content-length', 'connection', 'x-lictor-decision', 'x-lictor-record', 'x-request-id'];

for (const [name, bytes] of Object.entries(answers)) {
    test(`a provider that answers with ${name}`, async () => {
        rawUpstream.reply = (socket) => socket.end(Buffer.from(bytes, 'latin1'));
        const answer = await rawAsk('alice', 'one');
        if (answer.status === 200) assert.equal(textOf(answer), 'fine');
        else assert.ok(answer.status >= 400 && JSON.parse(answer.body).error.message, `${answer.status}`);
        for (const line of answer.lines) assert.match(line, /^[A-Za-z-]+: [\x20-\x7e]*$/);
        for (const one of ['content-type', 'content-length', 'x-lictor-decision']) {
            assert.equal(answer.lines.filter((line) => line.toLowerCase().startsWith(`${one}:`)).length, 1);
        }
        assert.match(answer.headers['content-type'], /^application\/json$/);
        const names = answer.lines.map((line) => line.split(':')[0].toLowerCase());
        assert.deepEqual(names.filter((one) => !KNOWN.includes(one)), []);
        const records = await gateway.record(answer.headers['x-lictor-record']);
        assert.deepEqual(records.map((one) => one.kind), ['intent', 'outcome']);
    });
}

test('a provider that shows our credential: the caller does not see it', async () => {
    const shown = ['authorization: Bearer sk-provider-openai', 'x-api-key: sk-provider-openai', 'www-authenticate: Bearer sk-provider-openai', 'set-cookie: k=sk-provider-openai'];
    for (const status of ['401 Unauthorized', '403 Forbidden', '400 Bad Request', '429 Too Many', '500 Oops']) {
        const message = /^40[13]/.test(status) ? 'Incorrect API key provided: sk-provider-openai' : 'No.';
        const told = JSON.stringify({ error: { message, type: 'x', param: null, code: null } });
        rawUpstream.reply = (socket) => socket.write(says(status, [...shown, good[0], `content-length: ${told.length}`], told));
        const answer = await rawAsk('alice', 'one');
        assert.ok(answer.status >= 400);
        assert.doesNotMatch(answer.bytes.toString(), /sk-provider/, status);
    }
});

/* ---- the end ---- */

test('after all this the workers are the same, and no log or record has a key', async () => {
    const { answer } = await passes(requestBytes());
    assert.equal(textOf(answer), 'Hello.');
    assert.deepEqual(gateway.workers(), workers);
    assert.doesNotMatch(gateway.log, /signal|alert|emerg|sk-provider|lk_e2e/);
    const dir = path.join(gateway.dir, 'state/ledger/records');
    for (const name of fs.readdirSync(dir)) {
        const text = new TextDecoder('utf-8', { fatal: true }).decode(fs.readFileSync(path.join(dir, name)));
        assert.doesNotMatch(text, /sk-provider|lk_e2e/);
    }
});
