/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS on both sides: callers over HTTP/1.1 and HTTP/2 with a certificate of the operator's, and
 * providers whose certificate is verified. Neither side ever sees the other's key.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http2 from 'node:http2';
import tls from 'node:tls';
import { after, before, test } from 'node:test';
import { asking, h2Lines, h2Request, http2Fetch, makeAuthority, openHttp2, requestBytes, talk, talkFrames, textOf } from './lib/bytes.mjs';
import { ask, dialects, errorsOf, refusalOf } from './lib/clients.mjs';
import { keyOf, startGateway, until } from './lib/gateway.mjs';
import { sendPlan, startUpstream } from './lib/upstream.mjs';

let authority;
let upstream; /* for "localhost", signed by our authority */
let ended; /* likewise, but its certificate has ended */
let gateway;
let session;
let workers;

/* A provider of each kind at each place; the model's name says which. */
function places() {
    const at = {
        good: { endpoint: `https://localhost:${upstream.port}/v1`, tls: { ca: authority.ca } },
        name: { endpoint: `https://127.0.0.1:${upstream.port}`, tls: { ca: authority.ca } },
        unknown: { endpoint: `https://localhost:${upstream.port}` },
        ended: { endpoint: `https://localhost:${ended.port}`, tls: { ca: authority.ca } },
        other: { endpoint: `https://localhost:${upstream.port}`, tls: { ca: authority.file('other.pem') } },
        any: { endpoint: `https://127.0.0.1:${upstream.port}`, tls: { verify: 'accept-any-certificate' } },
    };
    const providers = {};
    const models = [];
    for (const [place, where] of Object.entries(at)) {
        for (const kind of ['openai', 'anthropic']) {
            const credential = kind === 'openai' ? 'env:E2E_OPENAI' : 'env:E2E_ANTHROPIC';
            providers[`${kind}-${place}`] = { kind, credential, ...where };
            models.push({ name: `${kind}-${place}`, provider: `${kind}-${place}` });
        }
    }
    return { providers, models: [...models, { name: 'gpt-test', provider: 'openai-good' }, { name: 'claude-test', provider: 'anthropic-good' }] };
}

before(async () => {
    authority = makeAuthority();
    authority.sign('other', 'DNS:localhost');
    upstream = await startUpstream(authority.issue('localhost', 'DNS:localhost'));
    ended = await startUpstream(authority.issue('ended', 'DNS:localhost', -1));
    authority.issue('gateway', 'DNS:localhost');
    gateway = await startGateway({
        lictor: {
            ...places(),
            tls: { certificate: authority.file('gateway.pem'), key: authority.file('gateway.key') },
            limits: { client_timeout_ms: 2500, connect_timeout_ms: 30000, upstream_timeout_ms: 30000, body_bytes: 2000000 },
        },
        users: { alice: { role: 'app' }, bob: { role: 'app' } },
    });
    workers = gateway.workers();
    session = await openHttp2(gateway, authority.cert);
});

after(async () => {
    session?.destroy();
    await gateway?.stop();
    await upstream?.stop();
    await ended?.stop();
    authority?.remove();
});

/* The SDKs over the one HTTP/2 session. */
const over2 = (asked = {}) => ({ ...asked, client: { fetch: http2Fetch(session), ...asked.client } });
const named = (dialect, stream) => `${dialect}${stream ? ', streaming' : ''}`;

function checkKeys(seen) {
    const [name, value] = seen.url === '/v1/messages' ? ['x-api-key', 'sk-provider-anthropic'] : ['authorization', 'Bearer sk-provider-openai'];
    assert.equal(seen.headers[name], value);
    assert.doesNotMatch(JSON.stringify(seen.rawHeaders) + seen.raw.toString('latin1'), /lk_e2e/, 'the provider never sees the caller\'s key');
}

/* ---- callers over HTTP/2 ---- */

for (const dialect of dialects) {
    for (const stream of [false, true]) {
        test(`HTTP/2, ${named(dialect, stream)}: passed, masked, refused, each as over HTTP/1.1`, async () => {
            upstream.plan = { text: ['To ad', 'a@exam', 'ple.com', ' only.'] };
            const answer = await ask(gateway, dialect, over2({ stream, text: 'I am bob@example.com.' }));
            assert.equal(answer.text, 'To {EMAIL} only.');
            assert.match(upstream.last().raw.toString(), /I am \{EMAIL\}\./);
            checkKeys(upstream.last());
            assert.doesNotMatch(JSON.stringify([answer.raw, [...answer.response.headers]]), /sk-provider|lk_e2e/, 'nor the caller the provider\'s');
            const records = await gateway.record(answer.response.headers.get('x-lictor-record'));
            assert.deepEqual(records.map((one) => one.kind), ['intent', 'outcome']);
            const before = upstream.requests.length;
            const stopped = await ask(gateway, dialect, over2({ stream, text: 'Project Nightingale?' }));
            assert.equal(stopped.finish, refusalOf[dialect]);
            const { AuthenticationError, BadRequestError } = errorsOf(dialect);
            await assert.rejects(ask(gateway, dialect, over2({ stream, user: 'stranger' })), AuthenticationError);
            await assert.rejects(ask(gateway, dialect, over2({ stream, more: { surprise: 1 } })), BadRequestError);
            assert.equal(upstream.requests.length, before);
        });
    }

    test(`HTTP/2, ${dialect}: a provider that dies in mid-stream makes the SDK raise`, async () => {
        upstream.plan = { text: ['Good ', 'day ', 'to ', 'you'], die_after: 5 };
        await assert.rejects(ask(gateway, dialect, over2({ stream: true })), errorsOf(dialect).APIError);
    });
}

test('HTTP/2: many streams of two callers side by side never mix', async () => {
    upstream.plan = (request, response, seen) => {
        const text = seen.raw.toString().match(/echo-[a-z0-9-]+-x/)[0];
        return sendPlan({ text: [...text], pace: text.length % 2 }, request, response, seen.body);
    };
    const users = {};
    await Promise.all(Array.from({ length: 60 }, async (_, i) => {
        const user = i % 3 ? 'alice' : 'bob';
        const mine = `echo-${user}-${'z'.repeat(i % 7)}${i.toString(36)}-x`;
        const answer = await ask(gateway, dialects[i % 3], over2({ user, text: mine, stream: i % 2 === 0 }));
        assert.equal(answer.text, mine);
        users[answer.response.headers.get('x-lictor-record')] = user;
    }));
    const intents = (await gateway.records()).filter((one) => one.kind === 'intent' && one.record in users);
    assert.equal(intents.length, 60);
    for (const one of intents) assert.match(one.principal, new RegExp(`/${users[one.record]}$`));
});

test('HTTP/2: a stream that its caller resets lets the provider go, and others run on', async () => {
    upstream.plan = (request, response, seen) => sendPlan({ text: Array.from({ length: 300 }, () => 'word '), pace: 10 }, request, response, seen.body);
    const other = ask(gateway, 'chat', over2({ stream: true, user: 'bob' }));
    await until('the other is asked', () => upstream.last()?.raw.toString().includes('"stream":true'));
    const controller = new AbortController();
    const marks = {};
    const fetch = async (...words) => {
        const response = await http2Fetch(session)(...words);
        marks.record = response.headers.get('x-lictor-record');
        return response;
    };
    await ask(gateway, 'messages', { stream: true, client: { fetch }, options: { signal: controller.signal },
        each(event) { if (event.delta?.text) controller.abort(); } }).catch(() => {});
    const mine = upstream.requests.findLast((one) => one.url === '/v1/messages');
    assert.equal(await mine.closed, 'cut');
    assert.equal((await gateway.record(marks.record)).at(-1).enforced, 'cut');
    assert.equal((await other).text, 'word '.repeat(300));
});

test('HTTP/2: a large body goes through; one beyond the limit is 413', async () => {
    upstream.plan = { text: 'Read.' };
    const text = `${'All work and no play. '.repeat(80000)}ada@example.com`;
    assert.equal((await ask(gateway, 'chat', over2({ text }))).text, 'Read.');
    assert.equal(upstream.last().raw.length, Number(upstream.last().headers['content-length']));
    assert.match(upstream.last().body.messages[0].content, /no play\. \{EMAIL\}$/);
    await assert.rejects(ask(gateway, 'chat', over2({ text: 'x'.repeat(2100000) })), (error) => error.status === 413);
});

/* ---- HTTP/2 as no client sends it ---- */

const good = h2Lines();
const body = asking();
const without = (name) => good.filter(([one]) => one !== name);
const put = (name, value) => good.map((line) => (line[0] === name ? [name, value] : line));

const badLines = {
    'two :path': [[':path', '/v1/models'], ...good],
    'two :method': [[':method', 'GET'], ...good],
    'two :scheme': [[':scheme', 'http'], ...good],
    'two :authority': [[':authority', 'other'], ...good],
    'no :path': without(':path'),
    'no :method': without(':method'),
    'no :scheme': without(':scheme'),
    'an empty :path': put(':path', ''),
    'an empty :method': put(':method', ''),
    'a :path without a slash': put(':path', 'v1/chat/completions'),
    'an absolute :path': put(':path', 'https://localhost/v1/chat/completions'),
    'a :path with a line break': put(':path', '/v1/chat/completions HTTP/1.1\r\nx: y'),
    'a :path with a NUL': put(':path', '/v1/chat/completions\0'),
    'a :path with dots': put(':path', '//v1/../v1/chat/completions'),
    'a :path with escaped dots': put(':path', '/v1/%2e%2e/v1/chat/completions'),
    'a :path with a key': put(':path', '/v1/chat/completions?api_key=x'),
    'a :method with a blank': put(':method', 'POST /x HTTP/1.1'),
    'a :method in small letters': put(':method', 'post'),
    ':method CONNECT': put(':method', 'CONNECT'),
    'an :authority with a line break': put(':authority', 'a\r\nx-a: b'),
    'an :authority with a path': put(':authority', 'a/b'),
    'an unknown pseudo-header': [[':protocol', 'websocket'], ...good],
    'a pseudo-header of answers': [[':status', '200'], ...good],
    'a name in capitals': [...without('authorization'), ['Authorization', `Bearer ${keyOf('alice')}`]],
    'a name with a colon': [...good, ['x:a', 'b']],
    'a name with a line break': [...good, ['x-a\r\nx-api-key', 'b']],
    'an empty name': [...good, ['', 'b']],
    'a value with a line break': [...good, ['x-a', 'b\r\nx-api-key: c']],
    'a key with a line break': [...without('authorization'), ['authorization', `Bearer ${keyOf('alice')}\r\nx: y`]],
    'a value with a NUL': [...good, ['x-a', 'b\0c']],
    'two keys of two callers': [...good, ['authorization', `Bearer ${keyOf('bob')}`]],
    'a key in each header': [...good, ['x-api-key', keyOf('bob')]],
    'no key': without('authorization'),
    'two types': [...good, ['content-type', 'text/plain']],
    'a Content-Length below the body': [...good, ['content-length', '3']],
    'a Content-Length above the body': [...good, ['content-length', String(body.length + 5)]],
    'two Content-Lengths': [...good, ['content-length', String(body.length)], ['content-length', '1']],
    'a Content-Length that is no number': [...good, ['content-length', 'x']],
    'a host beside :authority, twice': [...good, ['host', 'a'], ['host', 'b']],
    '200 headers': [...good, ...Array.from({ length: 200 }, (_, i) => [`x-${i}`, 'a'])],
    'a header of 100 KB': [...good, ['x-a', 'a'.repeat(100000)]],
    'a bomb of headers': [...good, ...Array.from({ length: 40000 }, () => ['x-a', 'a'])],
};

for (const [name, lines] of Object.entries(badLines)) {
    test(`HTTP/2 with ${name} reaches no provider`, async () => {
        upstream.plan = { text: 'Good day.' };
        const before = upstream.requests.length;
        const got = await talkFrames(gateway, h2Request(1, lines, body), [1], 3000);
        assert.ok(got.goaway !== undefined || got.closed || 1 in got.reset || 1 in got.data, `some refusal: ${JSON.stringify(got)}`);
        if (got.data[1]) assert.ok(JSON.parse(got.data[1]).error.message);
        assert.equal(upstream.requests.length, before);
    });
}

test('HTTP/2, frame by frame: as it should be, in pieces, and what proxies would believe', async () => {
    upstream.plan = { text: 'Good day.' };
    const frames = {
        whole: h2Request(1, good, body),
        'in pieces': h2Request(1, good, ...body),
        'with :path at the end': h2Request(1, [...without(':path'), [':path', '/v1/chat/completions']], body),
        'with a host beside :authority': h2Request(1, [...good, ['host', 'localhost']], body),
        'with an upgrade': h2Request(1, [...good, ['upgrade', 'h2c'], ['connection', 'keep-alive']], body),
        'with chunks that are none': h2Request(1, [...good, ['transfer-encoding', 'chunked']], body),
    };
    for (const [name, bytes] of Object.entries(frames)) {
        const before = upstream.requests.length;
        const got = await talkFrames(gateway, bytes);
        if (!(1 in got.data) && name.startsWith('with')) {
            assert.equal(upstream.requests.length, before, `${name}: refused as a whole`);
            continue;
        }
        assert.match(got.data[1] ?? JSON.stringify(got), /Good day\.|"error"/, name);
        if (upstream.requests.length > before) {
            checkKeys(upstream.last());
            assert.equal(upstream.last().raw.toString(), body, name);
            assert.equal(upstream.last().headers['transfer-encoding'], undefined);
        } else {
            assert.match(got.data[1], /"error"/);
        }
    }
});

test('HTTP/2: two callers on one connection, the frames of their bodies mixed', async () => {
    upstream.plan = (request, response, seen) => sendPlan({ text: seen.body.messages[0].content }, request, response, seen.body);
    const asked = { 1: 'alice', 3: 'bob', 5: 'stranger', 7: 'alice' };
    const halves = Object.entries(asked).map(([id, user]) =>
        h2Request(Number(id), h2Lines({}, user), ...asking(`I am ${user} ${id}`).match(/.{1,10}/g)));
    const before = upstream.requests.length;
    const got = await talkFrames(gateway, mix(halves), [1, 3, 5, 7]);
    assert.equal(textOf({ body: got.data[1] }), 'I am alice 1');
    assert.equal(textOf({ body: got.data[3] }), 'I am bob 3');
    assert.match(got.data[5] ?? '', /error/);
    assert.equal(textOf({ body: got.data[7] }), 'I am alice 7');
    assert.equal(upstream.requests.length, before + 3);
});

/* One frame of each in turn. HEADERS open streams in order, as they must. */
function mix(many) {
    const lists = many.map((bytes) => {
        const frames = [];
        for (let at = 0; at < bytes.length; at += 9 + bytes.readUIntBE(at, 3)) frames.push(bytes.subarray(at, at + 9 + bytes.readUIntBE(at, 3)));
        return frames;
    });
    const out = [];
    while (lists.some((list) => list.length)) for (const list of lists) if (list.length) out.push(list.shift());
    return Buffer.concat(out);
}

test('HTTP/2: streams opened and reset at once leave nothing open', async () => {
    upstream.plan = { text: 'Good day.' };
    const raced = [];
    for (let i = 0; i < 200; i++) {
        const stream = session.request({ ':method': 'POST', ':path': '/v1/chat/completions', authorization: `Bearer ${keyOf('alice')}`, 'content-type': 'application/json' });
        stream.on('error', () => {});
        stream.write(body.slice(0, 20));
        stream.close(http2.constants.NGHTTP2_CANCEL);
        raced.push(once(stream, 'close').catch(() => {}));
    }
    await Promise.all(raced);
    await until('no exchange is left open', async () => (await gateway.metric('lictor_exchanges_open')) === 0);
    if (session.destroyed || session.closed) session = await openHttp2(gateway, authority.cert);
    assert.equal((await ask(gateway, 'chat', over2())).text, 'Good day.');
});

test('HTTP/2: a body that stops ends its stream, not the others', async () => {
    upstream.plan = { text: 'Good day.' };
    const row = 'lictor_failures_total{failure="client_timeout"}';
    const [counted, before] = [await gateway.metric(row), upstream.requests.length];
    const stream = session.request({ ':method': 'POST', ':path': '/v1/chat/completions', authorization: `Bearer ${keyOf('alice')}`, 'content-type': 'application/json' });
    stream.on('error', () => {});
    stream.write(body.slice(0, 20));
    await new Promise((resolve) => stream.resume().on('close', resolve));
    assert.equal(await gateway.metric(row), counted + 1);
    assert.equal(upstream.requests.length, before);
    assert.equal((await ask(gateway, 'chat', over2())).text, 'Good day.');
});

/* ---- TLS towards callers ---- */

test('HTTP/1.1 over TLS is the same call', async () => {
    upstream.plan = { text: 'Good day.' };
    const got = await talk(gateway, requestBytes(), { answers: 1 });
    assert.equal(textOf(got.answers[0]), 'Good day.');
    checkKeys(upstream.last());
    const stranger = await talk(gateway, requestBytes({ user: 'stranger' }), { answers: 1 });
    assert.equal(stranger.answers[0].status, 401);
});

test('plain HTTP on the TLS listener gets no further', async () => {
    const before = upstream.requests.length;
    const plain = { ...gateway, options: { lictor: {} } };
    const got = await talk(plain, requestBytes(), { answers: 1, ms: 3000 });
    assert.ok(got.answers.every((one) => one.status === 400), got.bytes.toString());
    assert.equal(upstream.requests.length, before);
    assert.doesNotMatch(got.bytes.toString(), /lk_e2e|nginx\//);
});

test('old versions of TLS are not spoken', async () => {
    for (const version of ['TLSv1', 'TLSv1.1']) {
        const socket = tls.connect({ host: '127.0.0.1', port: gateway.port, rejectUnauthorized: false, minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' });
        await assert.rejects(once(socket, 'secureConnect'));
        socket.destroy();
    }
});

/* ---- TLS towards providers ---- */

for (const dialect of dialects) {
    const kind = dialect === 'messages' ? 'anthropic' : 'openai';

    test(`${dialect}: a provider's certificate must be right in every way: authority, name, time`, async () => {
        for (const place of ['unknown', 'name', 'ended', 'other']) {
            const before = upstream.requests.length + ended.requests.length;
            for (const stream of [false, true]) {
                await assert.rejects(ask(gateway, dialect, over2({ stream, model: `${kind}-${place}` })), (error) => {
                    assert.ok(error instanceof errorsOf(dialect).InternalServerError, `${place}: ${error}`);
                    assert.equal(error.status, 502);
                    assert.match(error.message, /the provider could not be reached/);
                    assert.doesNotMatch(error.message, /certificate|localhost|sk-provider/);
                    return true;
                });
            }
            assert.equal(upstream.requests.length + ended.requests.length, before, `${place}: no key and no prompt was sent`);
        }
    });

    test(`${dialect}: an authority of the operator's own, or none when the file says so in words`, async () => {
        upstream.plan = { text: 'In private.' };
        for (const place of ['good', 'any']) {
            for (const stream of [false, true]) {
                assert.equal((await ask(gateway, dialect, over2({ stream, model: `${kind}-${place}` }))).text, 'In private.');
                checkKeys(upstream.last());
            }
        }
        assert.equal(upstream.last().headers.host, `127.0.0.1:${upstream.port}`);
    });
}

test('after all this the workers are the same, and no log or record has a key', async () => {
    upstream.plan = { text: 'Good day.' };
    assert.equal((await ask(gateway, 'chat', over2())).text, 'Good day.');
    assert.deepEqual(gateway.workers(), workers);
    assert.doesNotMatch(gateway.log, /on signal|alert|emerg|sk-provider|lk_e2e/);
    assert.doesNotMatch(JSON.stringify(await gateway.records()), /sk-provider|lk_e2e/);
});
