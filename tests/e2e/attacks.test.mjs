/* SPDX-License-Identifier: Apache-2.0 */
/* Attacks on the gateway itself: none gets past inspection, none reaches the provider. */
import assert from 'node:assert/strict';
import http2 from 'node:http2';
import { after, before, test } from 'node:test';
import tls from 'node:tls';
import { makeCertificate } from './lib/certificate.mjs';
import { ask, errorsOf } from './lib/clients.mjs';
import { keyOf, providersAt, startGateway } from './lib/gateway.mjs';
import { chatBody, exchange, requestText, statusesOf } from './lib/raw.mjs';
import { startUpstream } from './lib/upstream.mjs';

let upstream;
let gateway;
let certificate;

before(async () => {
    upstream = await startUpstream();
    gateway = await startGateway({
        lictor: { ...providersAt(upstream.url), limits: { client_timeout_ms: 1500, body_bytes: 2000000 } },
        users: { alice: { role: 'app' }, bob: { role: 'app' } },
    });
});

after(async () => {
    await gateway?.stop();
    await upstream?.stop();
    certificate?.remove();
});

/* Sends it; one answer in 4xx (or of `expected`), nothing at the provider, and the next caller is served. */
async function refused(bytes, expected, options = {}) {
    const seen = upstream.requests.length;
    const text = await exchange(gateway, bytes, options);
    const statuses = statusesOf(text);
    assert.equal(upstream.requests.length, seen, `the provider was asked: ${JSON.stringify(upstream.last()?.url)}`);
    if (expected === 'closed') {
        assert.deepEqual(statuses, [], text);
        return text;
    }
    assert.equal(statuses.length, 1, `one answer, not ${JSON.stringify(text.slice(0, 300))}`);
    if (expected) assert.ok([expected].flat().includes(statuses[0]), `${statuses[0]}: ${text.slice(0, 400)}`);
    else assert.ok(statuses[0] >= 400 && statuses[0] < 500, text.slice(0, 400));
    assert.match(text, /\r\ncontent-type: application\/json/i, `in the dialect's form: ${text.slice(0, 400)}`);
    return text;
}

const withBody = (body, more) => requestText({ body, more });
const bytesOf = (text) => Buffer.from(text, 'utf8').toString('latin1');

test('as it should be: the request that all others spoil', async () => {
    upstream.plan = { text: 'Good day.' };
    const text = await exchange(gateway, withBody(chatBody()));
    assert.deepEqual(statusesOf(text), [200]);
    assert.match(text, /Good day\./);
    const chunked = requestText({
        headers: ['host: x', `authorization: Bearer ${keyOf('alice')}`, 'content-type: application/json; charset=utf-8', 'transfer-encoding: chunked', 'connection: close'],
        body: [...chatBody()].map((c) => `1\r\n${c}\r\n`).join('') + '0\r\nauthorization: Bearer trailer\r\n\r\n',
    });
    assert.deepEqual(statusesOf(await exchange(gateway, chunked)), [200]);
    assert.equal(upstream.last().raw.toString(), chatBody());
    assert.equal(upstream.last().headers['transfer-encoding'], undefined);
});

/* ---- JSON ---- */

const bodies = {
    'a name twice': chatBody().replace('{', '{"model":"gpt-other",'),
    'a name twice, once with an escape': chatBody().replace('{', '{"mod\\u0065l":"gpt-other",'),
    'a name twice in a message': chatBody().replace('"role"', '"content":"x","role"'),
    'a name twice, escaped, in a message': chatBody().replace('"role"', '"cont\\u0065nt":"x","role"'),
    'rubbish after the end': `${chatBody()} {}`,
    'a NUL after the end': `${chatBody()}\0`,
    'a NUL in a text': chatBody().replace('Hello', 'Hel\0lo'),
    'a byte order mark': `\xef\xbb\xbf${chatBody()}`,
    'a lone surrogate': chatBody().replace('Hello', '\\ud800'),
    'surrogates the wrong way round': chatBody().replace('Hello', '\\udc00\\ud800'),
    'bytes that are not UTF-8': chatBody().replace('Hello', 'Hel\xfflo'),
    'an overlong form of a quote': chatBody().replace('Hello', '\xc0\xa2'),
    'a surrogate in UTF-8': chatBody().replace('Hello', '\xed\xa0\x80'),
    'a line break in a text': chatBody().replace('Hello', 'Hel\nlo'),
    'brackets to the bottom': '['.repeat(100000),
    'brackets to the bottom in a message': chatBody().replace('"Hello."', '['.repeat(5000) + ']'.repeat(5000)),
    'objects to the bottom': '{"a":'.repeat(5000),
    'a comment': chatBody().replace('{', '{/* */'),
    'a comma at the end': chatBody().replace(/}$/, ',}'),
    'single quotes': chatBody().replaceAll('"', "'"),
    'half of it': chatBody().slice(0, 40),
    'nothing but null': 'null',
    'an array': '[]',
    'text': '"Hello."',
    'a number without end': chatBody().replace('{', `{"temperature":${'9'.repeat(100000)},`),
    'a number beyond numbers': chatBody().replace('{', '{"temperature":1e999,'),
    'UTF-16': Buffer.from(chatBody(), 'utf16le').toString('latin1'),
    'a model with line breaks': chatBody().replace('gpt-test', 'gpt-test\\r\\nx-evil: 1'),
    'a model with a NUL': chatBody().replace('gpt-test', 'gpt-\\u0000'),
    'a model with a slash upwards': chatBody().replace('gpt-test', '../../gpt-test'),
    'a model that is a list': chatBody().replace('"gpt-test"', '["gpt-test"]'),
    'a stream that is a text': chatBody().replace('{', '{"stream":"true",'),
    'messages that are an object': chatBody().replace(/\[.*\]/, '{"0":{"role":"user","content":"x"}}'),
    'a role nobody knows': chatBody().replace('"user"', '"root"'),
    'a role in capitals': chatBody().replace('"user"', '"System"'),
    'members nobody knows': chatBody().replace('{', '{"x_extra":{"prompt":"hi"},'),
};

for (const [name, body] of Object.entries(bodies)) {
    test(`a body with ${name}`, () => refused(withBody(body), [400, 404]));
}

test('no body at all', () => refused(withBody(''), 400));

test('a body full of tiny values is refused by count, not by exhaustion', async () => {
    await refused(withBody(chatBody().replace('"Hello."', `[${'0,'.repeat(900000)}0]`)), [400, 413], { quiet_ms: 5000 });
});

test('a body beyond the limit, announced or not', async () => {
    await refused(withBody('x'.repeat(2000001)), 413, { quiet_ms: 3000 });
    await refused(requestText({ headers: ['host: x', `authorization: Bearer ${keyOf('alice')}`, 'content-type: application/json', 'content-length: 99999999999'] }), 413);
    const chunk = `8000\r\n${'x'.repeat(0x8000)}\r\n`;
    await refused([requestText({ headers: ['host: x', `authorization: Bearer ${keyOf('alice')}`, 'content-type: application/json', 'transfer-encoding: chunked'] }),
        ...Array.from({ length: 80 }, () => chunk)], 413);
});

/* ---- headers ---- */

const key = `authorization: Bearer ${keyOf('alice')}`;
const body = chatBody();
const length = `content-length: ${body.length}`;
const head = ['host: x', key, 'content-type: application/json', length, 'connection: close'];
const heads = {
    'two Authorization': [[...head, `authorization: Bearer ${keyOf('bob')}`], [400, 401]],
    'the same Authorization twice': [[...head, key], [400, 401]],
    'a key in each of two headers': [[...head, `x-api-key: ${keyOf('bob')}`], [400, 401]],
    'two x-api-key': [['host: x', 'content-type: application/json', length, `x-api-key: ${keyOf('alice')}`, `x-api-key: ${keyOf('bob')}`], [400, 401]],
    'two Content-Type': [[...head, 'content-type: text/plain'], 400],
    'two Content-Length that differ': [[...head, 'content-length: 3'], 400],
    'two Content-Length that agree': [[...head, length], 400],
    'two Host': [[...head, 'host: y'], 400],
    'two traceparent': [[...head, 'traceparent: a', 'traceparent: b'], 400],
    'no Host': [head.slice(1), 400],
    'Content-Length with Transfer-Encoding': [[...head, 'transfer-encoding: chunked'], 400],
    'Transfer-Encoding that is unknown': [['host: x', key, 'content-type: application/json', 'transfer-encoding: xchunked'], [400, 501]],
    'Transfer-Encoding twice': [['host: x', key, 'content-type: application/json', 'transfer-encoding: chunked', 'transfer-encoding: identity'], [400, 501]],
    'Transfer-Encoding as a list': [['host: x', key, 'content-type: application/json', 'transfer-encoding: gzip, chunked'], [400, 501]],
    'Content-Length with a sign': [[...head.filter((line) => line !== length), `content-length: +${body.length}`], 400],
    'Content-Length as a list': [[...head.filter((line) => line !== length), `content-length: ${body.length}, ${body.length}`], 400],
    'Content-Length below nothing': [[...head.filter((line) => line !== length), 'content-length: -1'], 400],
    'Content-Length in hex': [[...head.filter((line) => line !== length), 'content-length: 0x10'], 400],
    'Content-Length beyond 64 bits': [[...head.filter((line) => line !== length), 'content-length: 99999999999999999999999'], [400, 413]],
    'no length at all': [['host: x', key, 'content-type: application/json', 'connection: close'], [400, 411]],
    'a NUL in a header': [[...head, 'x-a: b\0c'], 400],
    'another media type': [[...head.map((line) => line.replace('application/json', 'text/plain'))], 415],
    'a compressed body': [[...head, 'content-encoding: gzip'], 415],
    'a key that is no key': [[...head.map((line) => (line === key ? 'authorization: Basic YTpi' : line))], 401],
    'an empty key': [[...head.map((line) => (line === key ? 'authorization: Bearer ' : line))], 401],
    'no key': [head.filter((line) => line !== key), 401],
    'a key with an underscore in its header\'s name': [[...head.filter((line) => line !== key), `x_api_key: ${keyOf('alice')}`], [400, 401]],
    'a key with more behind it': [[...head.map((line) => (line === key ? `${line} ${keyOf('bob')}` : line))], 401],
    'a very long key': [[...head.map((line) => (line === key ? `authorization: Bearer ${'k'.repeat(7000)}` : line))], 401],
    'more headers than anyone sends': [[...head, ...Array.from({ length: 300 }, (_, i) => `x-${i}: y`)], [400, 431]],
    'a header longer than anyone sends': [[...head, `x-long: ${'y'.repeat(100000)}`], [400, 431]],
    'an anthropic-version that is no version': [[...head, 'anthropic-version: a\x01b'], 400],
};

for (const [name, [headers, status]] of Object.entries(heads)) {
    test(`a head with ${name}`, () => refused(requestText({ headers, body }), status));
}

/* What nginx drops as an invalid header must not have counted; what it counts must be right. */
const oddities = {
    'a blank before the colon': [...head.filter((line) => line !== key), `authorization : Bearer ${keyOf('alice')}`],
    'a folded line': [...head.filter((line) => line !== key), `x-a: b\r\n authorization: Bearer ${keyOf('alice')}`],
    'a line that ends in a bare LF': [...head.filter((line) => line !== key), `x-a: b\n\tx`],
    'a bare CR': [...head.filter((line) => line !== key), `x-a: b\rauthorization: Bearer ${keyOf('alice')}`],
    'a name with a quote': [...head.filter((line) => line !== key), `"authorization": Bearer ${keyOf('alice')}`],
};

for (const [name, headers] of Object.entries(oddities)) {
    test(`a head with ${name} has no key`, () => refused(requestText({ headers, body }), [400, 401]));
}

const chunks = {
    'a size that is no number': `zz\r\n${body}\r\n0\r\n\r\n`,
    'a size with a sign': `+${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
    'a size with 0x': `0x${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
    'a size beyond 64 bits': `fffffffffffffffff\r\n${body}\r\n0\r\n\r\n`,
    'a size below the data': `5\r\n${body}\r\n0\r\n\r\n`,
    'no end of a chunk': `${body.length.toString(16)}\r\n${body}0\r\n\r\n`,
};

for (const [name, framed] of Object.entries(chunks)) {
    test(`chunks with ${name}`, () => refused(
        requestText({ headers: ['host: x', key, 'content-type: application/json', 'transfer-encoding: chunked'], body: framed }), 400));
}

test('a request inside the body of another stays a body', async () => {
    const inner = requestText({ body });
    const outer = requestText({ headers: ['host: x', key, 'content-type: application/json', `content-length: ${inner.length}`, 'connection: close'], body: inner });
    await refused(outer, 400);
    const after = requestText({ headers: ['host: x', key, 'content-type: application/json', 'content-length: 0'], body: '' });
    const seen = upstream.requests.length;
    const text = await exchange(gateway, after + requestText({ user: 'stranger', body }));
    assert.deepEqual(statusesOf(text), [400, 401], 'each request on a connection has its own caller');
    assert.equal(upstream.requests.length, seen);
});

test('pipelined callers keep their own answers and their own rights', async () => {
    upstream.plan = (request, response, seen) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ id: 'c', object: 'chat.completion', created: 1, model: 'gpt-test', choices: [
            { index: 0, message: { role: 'assistant', content: seen.body.messages[0].content }, finish_reason: 'stop' }] }));
    };
    const one = (user, text, last) => {
        const said = chatBody({ messages: [{ role: 'user', content: text }] });
        return requestText({ headers: ['host: x', `authorization: Bearer ${keyOf(user)}`, 'content-type: application/json', `content-length: ${said.length}`,
            ...(last ? ['connection: close'] : [])], body: said });
    };
    const text = await exchange(gateway, one('alice', 'from alice') + one('stranger', 'from a stranger') + one('bob', 'from bob', true));
    assert.deepEqual(statusesOf(text), [200, 401, 200]);
    assert.ok(text.indexOf('from alice') < text.indexOf('from bob'));
    assert.doesNotMatch(text, /from a stranger/);
});

/* ---- targets ---- */

const targets = {
    '//v1/chat/completions': [400, 404], '/v1//chat/completions': [400, 404], '//v1/../v1/chat/completions': [400, 404],
    '/v1/../v1/chat/completions': [400, 404], '/v1/./chat/completions': [400, 404], '/v1/%2e%2e/v1/chat/completions': [400, 404],
    '/v1/chat%2fcompletions': [400, 404], '/v1/chat/completions/': [400, 404], '/v1/chat/completions/.': [400, 404],
    '/V1/CHAT/COMPLETIONS': [400, 404], '/v1/chat/completions;a=b': [400, 404], '/v1/chat/completions%00': [400, 404],
    '/v1/chat/completions%20': [400, 404], '/v1/chat\\completions': [400, 404], '/v1/chat/complet\u00efons': [400, 404],
    '/v1/chat/completions?api_key=sk-1': 400, '/v1/chat/completions?key=lk_x': 400, '/v1/chat/completions?a': 400,
    '/v1/chat/completions?beta=true&token=x': 400, '/v1/messages?beta=false': 400, 'v1/chat/completions': 400,
    '/../etc/passwd': [400, 404], '/v1/files': 404, '/v1/embeddings': 404, '/healthz': 404, '/metrics': 404, '*': [400, 405],
};

for (const [target, status] of Object.entries(targets)) {
    test(`the target ${target}`, () => refused(requestText({ target, body }), status));
}

test('a target longer than anyone sends', () => refused(requestText({ target: `/v1/${'a'.repeat(30000)}`, body }), 414));

test('a model in a path carries no header', async () => {
    for (const name of ['gpt-%0d%0ax-evil:%201', 'gpt-%00', '..%2f..%2fetc', 'gpt-*%0a', '%', '%zz', 'gpt-%c3%28']) {
        const text = await refused(requestText({ method: 'GET', target: `/v1/models/${name}`, body: '' }), [400, 404]);
        assert.doesNotMatch(text, /\nx-evil/i);
    }
});

test('the absolute form is the same request, governed', async () => {
    upstream.plan = { text: 'Good day.' };
    const target = 'http://elsewhere.example/v1/chat/completions';
    assert.deepEqual(statusesOf(await exchange(gateway, requestText({ target, body }))), [200]);
    assert.equal(upstream.last().url, '/v1/chat/completions');
    assert.equal(upstream.last().headers.host, `127.0.0.1:${upstream.port}`);
    await refused(requestText({ target, user: 'stranger', body }), 401);
});

const methods = { GET: 405, HEAD: 405, PUT: 405, PATCH: 405, DELETE: 405, OPTIONS: 405, TRACE: 405, CONNECT: [400, 405], post: 400, 'PO ST': 400 };

for (const [method, status] of Object.entries(methods)) {
    test(`the method ${method}`, () => refused(requestText({ method, body }), status));
}

test('what is not HTTP, or not a version of it that is served', async () => {
    for (const bytes of ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', '\x16\x03\x01\x02\x00\x01\x00', 'hello\r\n\r\n', requestText({ version: 'HTTP/3.0', body }),
        requestText({ version: 'HTTP/1.1 ', body: '' }).replace('host: gateway.example\r\n', ''), 'GET /v1/models\r\n\r\n']) {
        const seen = upstream.requests.length;
        const text = await exchange(gateway, bytes, { ends: true });
        assert.ok(statusesOf(text).every((status) => status >= 400), text.slice(0, 200));
        assert.equal(upstream.requests.length, seen);
    }
});

test('an upgrade is not made', async () => {
    upstream.plan = { text: 'Good day.' };
    const text = await exchange(gateway, requestText({ headers: [...head.slice(0, -1), 'connection: upgrade', 'upgrade: websocket'], body }));
    assert.deepEqual(statusesOf(text), [200]);
    assert.equal(upstream.last().headers.upgrade, undefined);
});

/* ---- slowness ---- */

test('a head that never ends is given up', async () => {
    const begun = Date.now();
    await exchange(gateway, 'POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nx-a', { quiet_ms: 6000 });
    assert.ok(Date.now() - begun < 5000);
});

test('a body that never ends is given up, and not forwarded', async () => {
    const begun = Date.now();
    const text = await refused(withBody(body).slice(0, -5), [408, 'closed'], { quiet_ms: 6000 }).catch((error) => error);
    assert.ok(Date.now() - begun < 5000, `${text}`);
});

test('a caller that sends a byte at a time is served, if it keeps its time', async () => {
    upstream.plan = { text: 'Good day.' };
    const text = await exchange(gateway, [...withBody(chatBody())], { pause_ms: 2 });
    assert.deepEqual(statusesOf(text), [200]);
});

test('many slow callers do not stop others', async () => {
    upstream.plan = { text: 'Good day.' };
    const slow = Array.from({ length: 200 }, () => exchange(gateway, withBody(body).slice(0, -3), { quiet_ms: 100 }));
    const answer = await ask(gateway, 'chat');
    assert.equal(answer.text, 'Good day.');
    await Promise.all(slow);
});

/* ---- what comes back ---- */

test('no error tells of the inside, or repeats a key', async () => {
    const guesses = [withBody(body).replace(keyOf('alice'), 'lk_guess-0123456789'), withBody('{'), requestText({ target: '/v1/x?key=lk_guess-0123456789' })];
    for (const bytes of guesses) {
        const text = await exchange(gateway, bytes);
        assert.doesNotMatch(text, /lk_guess|nginx\/|\/tmp\/|sk-provider/);
    }
    await assert.rejects(ask(gateway, 'chat', { headers: { authorization: 'Bearer lk_guess-0123456789' } }), errorsOf('chat').AuthenticationError);
});

/* ---- HTTP/2 ---- */

async function withSecureGateway(work) {
    certificate ??= makeCertificate();
    const secure = await startGateway({
        lictor: { ...providersAt(upstream.url), tls: { certificate: certificate.cert, key: certificate.key }, limits: { client_timeout_ms: 1500 } },
        users: { alice: { role: 'app' } },
    });
    try {
        await work(secure);
    } finally {
        await secure.stop();
    }
}

function http2Ask(client, headers, body) {
    return new Promise((resolve) => {
        let status = 0;
        let text = '';
        const stream = client.request({ ':method': 'POST', ':path': '/v1/chat/completions', 'content-type': 'application/json',
            authorization: `Bearer ${keyOf('alice')}`, ...headers });
        stream.on('response', (got) => { status = got[':status']; });
        stream.on('data', (data) => { text += data; });
        stream.on('error', () => {});
        stream.on('close', () => resolve({ status, text }));
        stream.end(body);
    });
}

/* Frames by hand: literal header fields, so that anything can be sent. */
const frame = (type, flags, stream, payload) => {
    const bytes = Buffer.alloc(9);
    bytes.writeUIntBE(payload.length, 0, 3);
    bytes.writeUInt8(type, 3);
    bytes.writeUInt8(flags, 4);
    bytes.writeUInt32BE(stream, 5);
    return Buffer.concat([bytes, payload]);
};
const literal = (name, value) => Buffer.concat([Buffer.from([0, name.length]), Buffer.from(name, 'latin1'),
    value.length < 127 ? Buffer.from([value.length]) : Buffer.from([127, value.length - 127]), Buffer.from(value, 'latin1')]);

async function http2Raw(gateway, headers, body) {
    const socket = tls.connect({ port: gateway.port, host: '127.0.0.1', ALPNProtocols: ['h2'], rejectUnauthorized: false });
    await new Promise((resolve) => socket.on('secureConnect', resolve));
    socket.write(Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame(4, 0, 0, Buffer.alloc(0)),
        frame(1, 4, 1, Buffer.concat(headers.map(([name, value]) => literal(name, value)))), frame(0, 1, 1, Buffer.from(body))]));
    let bytes = Buffer.alloc(0);
    await new Promise((resolve) => {
        socket.on('data', (data) => { bytes = Buffer.concat([bytes, data]); });
        for (const event of ['close', 'error', 'end']) socket.on(event, resolve);
        setTimeout(resolve, 400);
    });
    socket.destroy();
    return bytes;
}

test('HTTP/2 callers are served and judged alike', () => withSecureGateway(async (secure) => {
    upstream.plan = { text: 'Good day.' };
    const client = http2.connect(`https://localhost:${secure.port}`, { rejectUnauthorized: false });
    client.on('error', () => {});
    const answers = await Promise.all(Array.from({ length: 20 }, () => http2Ask(client, {}, body)));
    for (const answer of answers) {
        assert.equal(answer.status, 200);
        assert.match(answer.text, /Good day\./);
    }
    const seen = upstream.requests.length;
    assert.equal((await http2Ask(client, { authorization: 'Bearer nobody' }, body)).status, 401);
    assert.equal((await http2Ask(client, { ':path': '//v1/../v1/chat/completions' }, body)).status, 400);
    assert.equal((await http2Ask(client, { 'x-api-key': keyOf('alice') + 'x' }, body)).status, 401);
    assert.equal((await http2Ask(client, {}, bodies['a name twice'])).status, 400);
    assert.equal(upstream.requests.length, seen);
    client.close();
}));

test('HTTP/2 with pseudo-headers that no client sends: nothing reaches the provider', () => withSecureGateway(async (secure) => {
    upstream.plan = { text: 'Good day.' };
    const good = [[':method', 'POST'], [':scheme', 'https'], [':path', '/v1/chat/completions'], [':authority', 'x'],
        ['authorization', `Bearer ${keyOf('alice')}`], ['content-type', 'application/json']];
    const seen = upstream.requests.length;
    await http2Raw(secure, good, body);
    assert.equal(upstream.requests.length, seen + 1, 'the frames are right');
    const without = (name) => good.filter(([one]) => one !== name);
    const bad = {
        'two paths': [...good, [':path', '/v1/messages']],
        'two methods': [[':method', 'GET'], ...good],
        'two schemes': [[':scheme', 'http'], ...good],
        'no path': without(':path'),
        'an empty path': [...without(':path'), [':path', '']],
        'a path with a line break': [[':method', 'POST'], [':scheme', 'https'], [':path', '/v1/chat/completions HTTP/1.1\r\nx: y'], ...without(':path').slice(2)],
        'no method': without(':method'),
        'a method with a blank': [[':method', 'POST /x'], ...without(':method')],
        'an unknown pseudo-header': [...good.slice(0, 4), [':protocol', 'websocket'], ...good.slice(4)],
        'a name in capitals': [...good, ['X-Api-Key', keyOf('alice')]],
        'a value with a line break': [...good, ['x-a', 'b\r\nauthorization: Bearer x']],
        'a value with a NUL': [...good, ['x-a', 'b\0c']],
        'a length that lies': [...good, ['content-length', '3']],
        'two lengths': [...good, ['content-length', String(body.length)], ['content-length', '1']],
        'two keys': [...good, ['authorization', `Bearer ${keyOf('bob')}`]],
        'no key': without('authorization'),
    };
    for (const [name, headers] of Object.entries(bad)) {
        const before = upstream.requests.length;
        await http2Raw(secure, headers, body);
        assert.equal(upstream.requests.length, before, name);
    }
    const client = http2.connect(`https://localhost:${secure.port}`, { rejectUnauthorized: false });
    client.on('error', () => {});
    assert.equal((await http2Ask(client, {}, body)).status, 200);
    client.close();
}));

test('after all of it, the same worker serves', async () => {
    upstream.plan = { text: 'Good day.' };
    assert.equal((await ask(gateway, 'chat')).text, 'Good day.');
    assert.doesNotMatch(gateway.log, /exited on signal|worker process \d+ exited|alert|assert|sanitizer/i);
});
