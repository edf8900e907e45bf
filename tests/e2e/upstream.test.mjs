/* SPDX-License-Identifier: Apache-2.0 */
/* Providers that fail in every way: nothing unseen gets out, and the SDK raises what it should. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import zlib from 'node:zlib';
import { makeCertificate } from './lib/certificate.mjs';
import { ask, dialects, errorsOf, modelOf, openai, requestOf } from './lib/clients.mjs';
import { freePort, pause, providersAt, startGateway, until } from './lib/gateway.mjs';
import { dialectOf, sendPlan, sse, startUpstream } from './lib/upstream.mjs';

let upstream;
let gateway;

before(async () => {
    upstream = await startUpstream();
    gateway = await startGateway({
        lictor: {
            ...providersAt(upstream.url),
            limits: { upstream_timeout_ms: 1500, connect_timeout_ms: 500, answer_bytes: 300000 },
        },
    });
});

after(async () => {
    await gateway?.stop();
    await upstream?.stop();
});

/* The error of the SDK has this status, and the record this failure. */
async function fails(dialect, asked, status, failure) {
    let error;
    await assert.rejects(ask(gateway, dialect, asked), (thrown) => { error = thrown; return true; });
    assert.ok(error instanceof errorsOf(dialect).APIError, `${error}`);
    assert.equal(error.status, status, error.message);
    if (failure) {
        const records = await gateway.record(error.headers.get('x-lictor-record'));
        assert.deepEqual(records.map((one) => one.kind), ['intent', 'outcome']);
        assert.equal(records[1].failure, failure);
        assert.equal(records[1].status, status);
    }
    return error;
}

const send = (status, headers, body) => (request, response) => response.writeHead(status, headers).end(body);
const raw = (text) => (request) => { request.socket.end(text); };
const json = { 'content-type': 'application/json' };

const answers = {
    'closes before a head': [(request) => request.socket.destroy(), 502, 'upstream_unreachable'],
    'hangs before a head': [() => {}, 504, 'upstream_timeout'],
    'answers what is not HTTP': [raw('SSH-2.0-nothing\r\n\r\n'), 502, 'upstream_unreachable'],
    'answers HTML': [send(200, { 'content-type': 'text/html' }, '<html>ada@example.com</html>'), 502, 'upstream_unexpected'],
    'answers HTML with 502': [send(502, { 'content-type': 'text/html' }, '<html>bad</html>'), 502, 'upstream_unexpected'],
    'answers a redirect': [send(302, { location: 'http://127.0.0.1:1/', ...json }, '{}'), 502, 'upstream_unexpected'],
    'answers 204': [send(204, {}, undefined), 502, 'upstream_unexpected'],
    'answers without a type': [send(200, {}, '{}'), 502, 'upstream_unexpected'],
    'answers JSON as text/plain': [send(200, { 'content-type': 'text/plain' }, '{}'), 502, 'upstream_unexpected'],
    'refuses the gateway\'s credential': [send(401, json, '{"error":{"message":"Incorrect API key sk-provider"}}'), 502, 'upstream_credential'],
    'compresses an error': [(request, response) => {
        response.writeHead(500, { ...json, 'content-encoding': 'gzip' }).end(zlib.gzipSync('{"error":{"message":"x"}}'));
    }, 502, 'upstream_compressed'],
};

for (const [name, [plan, status, failure]] of Object.entries(answers)) {
    test(`a provider that ${name}`, async () => {
        upstream.plan = plan;
        for (const dialect of dialects) {
            for (const stream of [false, true]) {
                const error = await fails(dialect, { stream }, status, failure);
                assert.doesNotMatch(error.message, /ada@|sk-provider|html|127\.0\.0\.1/);
            }
        }
    });
}

const wholeAnswers = {
    'compresses its answer': [(request, response, seen) => {
        const answer = JSON.stringify(dialectOf(request.url).answer({ text: 'Hi' }, seen.body));
        response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(zlib.gzipSync(answer));
    }, 'upstream_compressed'],
    'answers half a JSON': [send(200, json, '{"id":"x","choices":[{"index":0,'), 'upstream_bad_json'],
    'dies in the middle of its JSON': [(request, response) => {
        response.writeHead(200, { ...json, 'content-length': 5000 }).write('{"id":"x",');
        setTimeout(() => response.destroy(), 20);
    }, 'upstream_broken'],
    'hangs in the middle of its JSON': [(request, response) => {
        response.writeHead(200, json).write('{"id":"x",');
    }, 'upstream_broken'],
    'cuts its chunks': [raw('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"id"'), 'upstream_broken'],
    'breaks its chunks': [raw('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{"id"'), 'upstream_broken'],
    'repeats a name': [send(200, json, '{"id":"a","id":"b"}'), 'upstream_bad_json'],
    'is not UTF-8': [send(200, json, Buffer.from('7b226964223a22ff227d', 'hex')), 'upstream_bad_json'],
    'says too much': [(request, response, seen) => sendPlan({ text: 'word '.repeat(80000) }, request, response, seen.body), 'upstream_too_large'],
    'streams unasked': [(request, response, seen) => sendPlan({ text: 'Hi' }, request, response, { ...seen.body, stream: true }), 'upstream_unexpected'],
    'answers another shape': [send(200, json, '[1,2]'), 'upstream_not_understood'],
};

for (const [name, [plan, failure]] of Object.entries(wholeAnswers)) {
    test(`a provider that ${name}`, async () => {
        upstream.plan = plan;
        for (const dialect of dialects) await fails(dialect, {}, 502, failure);
    });
}

test('a provider that answers JSON where a stream was asked for', async () => {
    upstream.plan = (request, response, seen) => sendPlan({ text: 'Hi' }, request, response, { ...seen.body, stream: false });
    for (const dialect of dialects) await fails(dialect, { stream: true }, 502, 'upstream_unexpected');
});

test('errors of a provider in JSON are the SDK\'s own, masked, with what says when to come back', async () => {
    for (const dialect of dialects) {
        const body = { type: 'error', error: { type: 'overloaded', message: 'Slow down, ada@example.com.', param: null, code: null } };
        upstream.plan = send(429, { ...json, 'retry-after': '7', 'x-ratelimit-remaining-requests': '0', 'openai-organization': 'acct' }, JSON.stringify(body));
        for (const stream of [false, true]) {
            const limited = await fails(dialect, { stream }, 429);
            assert.ok(limited instanceof errorsOf(dialect).RateLimitError);
            assert.equal(limited.headers.get('retry-after'), '7');
            assert.equal(limited.headers.get('x-ratelimit-remaining-requests'), '0');
            assert.equal(limited.headers.get('openai-organization'), null);
            assert.match(limited.message, /Slow down, \{EMAIL\}/);
        }
        upstream.plan = send(500, json, JSON.stringify(body));
        assert.ok(await fails(dialect, {}, 500) instanceof errorsOf(dialect).InternalServerError);
    }
});

/* ---- in mid-stream ---- */

/* Options of a client that notes the record's id, also of an answer that never ends. */
const noting = (marks) => ({
    fetch: async (...words) => {
        const response = await fetch(...words);
        marks.record = response.headers.get('x-lictor-record');
        return response;
    },
});

/* Raises after some text; the texts and events that came are returned. */
async function raises(dialect, asked = {}) {
    const got = [];
    let error;
    const marks = {};
    await assert.rejects(ask(gateway, dialect, { stream: true, each: (event) => { got.push(event); }, client: noting(marks), ...asked }),
        (thrown) => { error = thrown; return true; });
    return { error, got: JSON.stringify(got), id: marks.record };
}

const streams = {
    'dies in mid-stream': [(request, response, seen) => sendPlan({ text: ['Good ', 'day ', 'to ', 'you'], die_after: 5 }, request, response, seen.body), 'stream_broken'],
    'hangs in mid-stream': [(request, response, seen) => begin(request, response, seen, 5), 'stream_broken'],
    'ends without an end marker': [(request, response, seen) => sendPlan({ text: ['Good ', 'day'], endless: true }, request, response, seen.body), 'stream_broken'],
    'ends in the middle of an event': [(request, response, seen) => {
        begin(request, response, seen, 5);
        response.end('data: {"half');
    }, 'stream_broken'],
    'sends an event that is not JSON': [(request, response, seen) => {
        begin(request, response, seen, 5);
        response.end('data: <html>ada@example.com</html>\n\n');
    }, 'stream_not_understood'],
    'repeats a name in an event': [(request, response, seen) => {
        begin(request, response, seen, 5);
        response.end('data: {"type":"x","type":"y"}\n\n');
    }, 'stream_bad_event'],
    'sends an event without end': [(request, response, seen) => {
        begin(request, response, seen, 5);
        response.write('data: "');
        const more = () => { if (!response.destroyed) response.write('a'.repeat(500000), more); };
        more();
    }, 'stream_limit'],
    'breaks its chunks in mid-stream': [(request, response, seen) => {
        begin(request, response, seen, 5);
        setTimeout(() => request.socket.end('zz\r\nrubbish'), 30);
    }, 'stream_broken'],
};

function begin(request, response, seen, n) {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const events = [...dialectOf(request.url).events({ text: ['Good ', 'day ', 'to you'] }, seen.body)].slice(0, n);
    for (const event of events) response.write(sse(event));
}

for (const [name, [plan, failure]] of Object.entries(streams)) {
    test(`a provider that ${name}: the SDK raises, the record says ${failure}`, async () => {
        for (const dialect of dialects) {
            upstream.plan = plan;
            const { error, got, id } = await raises(dialect);
            assert.ok(error instanceof errorsOf(dialect).APIError, `${dialect}: ${error?.stack}`);
            assert.doesNotMatch(got + error.message, /ada@/);
            const outcome = (await gateway.record(id)).at(-1);
            assert.equal(outcome.failure, failure, dialect);
            assert.equal(outcome.enforced, 'cut', dialect);
        }
    });
}

test('a stream of many small events is not slowed down to death, nor does it lose one', async () => {
    upstream.plan = { text: Array.from({ length: 5000 }, (_, i) => `w${i.toString(36)} `) };
    for (const dialect of dialects) {
        const answer = await ask(gateway, dialect, { stream: true });
        assert.equal(answer.text, upstream.plan.text.join(''));
    }
});

/* ---- the caller ---- */

test('a caller that leaves in mid-stream: the provider is let go, the record says cut', async () => {
    const gone = await gateway.metric('lictor_client_gone_total');
    for (const dialect of dialects) {
        upstream.plan = (request, response, seen) => sendPlan({ text: Array.from({ length: 400 }, () => 'word '), pace: 20 }, request, response, seen.body);
        const controller = new AbortController();
        const marks = {};
        await ask(gateway, dialect, {
            stream: true,
            client: noting(marks),
            options: { signal: controller.signal },
            each(event) {
                if (JSON.stringify(event).includes('word')) controller.abort();
            },
        }).catch(() => {});
        assert.equal(await upstream.last().closed, 'cut');
        const outcome = (await gateway.record(marks.record)).at(-1);
        assert.equal(outcome.enforced, 'cut');
        assert.match(outcome.reason, /caller went away/);
    }
    assert.equal(await gateway.metric('lictor_client_gone_total'), gone + 3);
});

test('a caller that leaves before the head: the provider is let go', async () => {
    upstream.plan = () => {};
    const before = upstream.requests.length;
    const controller = new AbortController();
    const asked = ask(gateway, 'chat', { options: { signal: controller.signal } }).catch((error) => error);
    await until('the provider is asked', () => upstream.requests.length > before);
    controller.abort();
    assert.equal(await upstream.last().closed, 'cut');
    assert.ok(await asked instanceof errorsOf('chat').APIUserAbortError);
});

test('a 20 MB body goes through, masked, and one beyond the limit is 413', async () => {
    upstream.plan = { text: 'Read.' };
    const text = `${'All work and no play makes Jack a dull boy. '.repeat(460000)}ada@example.com`;
    for (const dialect of dialects) {
        const answer = await ask(gateway, dialect, { text });
        assert.equal(answer.text, 'Read.');
        const seen = upstream.last();
        assert.equal(seen.raw.length, Number(seen.headers['content-length']));
        assert.ok(seen.raw.length > 20_000_000);
        assert.ok(seen.raw.toString().includes('dull boy. {EMAIL}'));
    }
    const before = upstream.requests.length;
    const tooMuch = 'x'.repeat(34 * 1024 * 1024);
    await assert.rejects(ask(gateway, 'chat', { text: tooMuch }), (error) => {
        assert.equal(error.status, 413);
        assert.match(error.message, /larger than this gateway accepts/);
        return true;
    });
    assert.equal(upstream.requests.length, before);
});

/* ---- several endpoints, TLS ---- */

test('two endpoints of which one is down: every call is answered', async () => {
    const dead = `http://127.0.0.1:${await freePort()}`;
    for (const urls of [[dead, upstream.url], [upstream.url, dead]]) {
        const two = await startGateway({ lictor: providersAt(...urls) });
        try {
            upstream.plan = { text: 'Good day.' };
            for (let i = 0; i < 12; i++) {
                const stream = i % 2 === 1;
                assert.equal((await ask(two, dialects[i % 3], { stream })).text, 'Good day.');
            }
        } finally {
            await two.stop();
        }
    }
});

test('all endpoints down: 502, not a success', async () => {
    const none = await startGateway({ lictor: providersAt(`http://127.0.0.1:${await freePort()}`) });
    try {
        for (const dialect of dialects) {
            await assert.rejects(ask(none, dialect), (error) => error.status === 502);
        }
    } finally {
        await none.stop();
    }
});

test('a provider\'s certificate is verified; an authority can be named', async () => {
    const certificate = makeCertificate();
    const { key, cert } = certificate;
    const secure = await startUpstream({ key: fs.readFileSync(key), cert: fs.readFileSync(cert) });
    const at = (more, host = 'localhost') => ({
        providers: { open: { kind: 'openai', endpoint: `https://${host}:${secure.port}`, credential: 'env:E2E_OPENAI', ...more } },
        models: [{ name: 'gpt-*', provider: 'open' }],
    });
    const result = async (lictorYaml) => {
        const one = await startGateway({ lictor: lictorYaml });
        try {
            return await ask(one, 'chat').then((answer) => answer.text, (error) => error.status);
        } finally {
            await one.stop();
        }
    };
    try {
        secure.plan = { text: 'In private.' };
        assert.equal(await result(at({})), 502, 'an unknown authority is not trusted');
        assert.equal(await result(at({ tls: { ca: cert } }, '127.0.0.1')), 502, 'the name must be right too');
        assert.equal(secure.requests.length, 0);
        assert.equal(await result(at({ tls: { ca: cert } })), 'In private.');
        assert.equal(await result(at({ tls: { verify: 'accept-any-certificate' } }, '127.0.0.1')), 'In private.');
    } finally {
        await secure.stop();
        certificate.remove();
    }
});

/* ---- content nobody can look into ---- */

test('images are refused, or passed and recorded when the agent\'s file says so', async () => {
    const lax = await startGateway({
        lictor: providersAt(upstream.url),
        users: { alice: { role: 'app' }, viewer: { agent: 'viewer' } },
        agents: { viewer: { role: 'app', uninspected: 'pass' } },
    });
    const pixel = 'data:image/png;base64,iVBORw0KGgo=';
    const content = {
        chat: [{ type: 'text', text: 'What is it?' }, { type: 'image_url', image_url: { url: pixel } }],
        responses: [{ type: 'input_text', text: 'What is it?' }, { type: 'input_image', image_url: pixel, detail: 'auto' }],
        messages: [{ type: 'text', text: 'What is it?' }, { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' } }],
    };
    try {
        upstream.plan = { text: 'A pixel.' };
        for (const dialect of dialects) {
            const messages = [{ role: 'user', content: content[dialect] }];
            const before = upstream.requests.length;
            await assert.rejects(ask(lax, dialect, { messages }), errorsOf(dialect).PermissionDeniedError);
            assert.equal(upstream.requests.length, before);
            const answer = await ask(lax, dialect, { messages, user: 'viewer' });
            assert.equal(answer.text, 'A pixel.');
            const [intent] = await lax.record(answer.response.headers.get('x-lictor-record'));
            assert.deepEqual(intent.uninspected, ['image']);
        }
    } finally {
        await lax.stop();
    }
});

test('callers side by side never see each other\'s answers', async () => {
    upstream.plan = async (request, response, seen) => {
        const text = seen.raw.toString().match(/echo-[a-z0-9]+-x/)[0];
        await pause(Math.random() * 10);
        await sendPlan({ text: [...text], pace: Math.random() < 0.2 ? 1 : 0 }, request, response, seen.body);
    };
    await Promise.all(Array.from({ length: 90 }, async (_, i) => {
        const mine = `echo-${i.toString(36)}z${(i * 7919).toString(36)}-x`;
        const answer = await ask(gateway, dialects[i % 3], { text: mine, stream: i % 2 === 0 });
        assert.equal(answer.text, mine);
    }));
});

test('a caller on a kept connection is asked anew each time', async () => {
    upstream.plan = { text: 'Good day.' };
    const client = openai(gateway);
    const request = requestOf('chat', { model: modelOf('chat') });
    for (let i = 0; i < 3; i++) {
        assert.equal((await client.chat.completions.create(request)).choices[0].message.content, 'Good day.');
        await assert.rejects(client.chat.completions.create(request, { headers: { authorization: 'Bearer wrong' } }), errorsOf('chat').AuthenticationError);
    }
});
