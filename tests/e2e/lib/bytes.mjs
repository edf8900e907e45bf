/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Both ends of a connection, byte by byte: requests written by hand and the answers taken apart,
 * providers that answer with bytes of a test's choice, HTTP/2 as frames, certificates.
 */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import http2 from 'node:http2';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { keyOf, pause } from './gateway.mjs';

/* ---- requests ---- */

export const asking = (text = 'Hello.', more = {}) =>
    JSON.stringify({ model: 'gpt-test', messages: [{ role: 'user', content: text }], ...more });

/*
 * A request as bytes. `lines` are header lines as they stand; host, key, type and length are added
 * unless `bare`.
 */
export function requestBytes(asked = {}) {
    const body = Buffer.from(asked.body ?? asking());
    const usual = ['host: gateway', `authorization: Bearer ${keyOf(asked.user ?? 'alice')}`, 'content-type: application/json',
        `content-length: ${asked.length ?? body.length}`];
    const lines = [...(asked.bare ? [] : usual), ...(asked.lines ?? [])];
    const first = `${asked.method ?? 'POST'} ${asked.target ?? '/v1/chat/completions'} ${asked.version ?? 'HTTP/1.1'}`;
    return Buffer.concat([Buffer.from([first, ...lines, '', ''].join('\r\n'), 'latin1'), body]);
}

export const chunked = (...pieces) => pieces.map((piece) => `${Buffer.byteLength(piece).toString(16)}\r\n${piece}\r\n`).join('') + '0\r\n\r\n';

/* ---- answers ---- */

/* The first answer in the bytes, with what stands behind it; undefined: there is no whole head. */
function takeAnswer(bytes) {
    const end = bytes.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    const [first, ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
    const pairs = lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]);
    const answer = { status: Number(first.split(' ')[1]), lines, headers: Object.fromEntries(pairs) };
    const rest = bytes.subarray(end + 4);
    if (answer.headers['transfer-encoding'] === 'chunked') return { ...answer, ...takeChunks(rest) };
    const n = Number(answer.headers['content-length'] ?? 0);
    return { ...answer, body: rest.subarray(0, n).toString('utf8'), whole: rest.length >= n, rest: rest.subarray(n) };
}

function takeChunks(bytes) {
    const parts = [];
    for (;;) {
        const end = bytes.indexOf('\r\n');
        const n = end < 0 ? NaN : parseInt(bytes.subarray(0, end).toString('latin1'), 16);
        const whole = n === 0;
        if (!(bytes.length >= end + 4 + n) || whole) {
            return { body: Buffer.concat(parts).toString('utf8'), whole, rest: bytes.subarray(whole ? end + 4 : bytes.length) };
        }
        parts.push(bytes.subarray(end + 2, end + 2 + n));
        bytes = bytes.subarray(end + 4 + n);
    }
}

export function readAnswers(bytes) {
    const answers = [];
    for (let answer = takeAnswer(bytes); answer; answer = takeAnswer(answer.rest)) answers.push(answer);
    return answers;
}

export const textOf = (answer) => JSON.parse(answer.body).choices[0].message.content;

/*
 * Writes the pieces, `gap` ms apart, and reads until the gateway closes, until `answers` whole
 * answers came (and `linger` ms more), or until `ms` are over: { answers, closed, bytes }.
 */
export async function talk(gateway, pieces, options = {}) {
    const secure = gateway.options.lictor.tls !== undefined;
    const socket = secure
        ? tls.connect({ host: '127.0.0.1', port: gateway.port, rejectUnauthorized: false, servername: 'localhost', ALPNProtocols: ['http/1.1'] })
        : net.connect(gateway.port, '127.0.0.1');
    const got = { bytes: Buffer.alloc(0), closed: false };
    socket.on('error', () => {}); /* a reset is one way to be refused */
    const closed = once(socket, 'close').then(() => { got.closed = true; }, () => { got.closed = true; });
    const enough = new Promise((resolve) => {
        socket.on('data', (data) => {
            got.bytes = Buffer.concat([got.bytes, data]);
            const whole = readAnswers(got.bytes).filter((one) => one.whole && one.status >= 200);
            if (whole.length >= (options.answers ?? Infinity)) resolve();
        });
    });
    await once(socket, secure ? 'secureConnect' : 'connect');
    const end = Promise.race([enough, closed, pause(options.ms ?? 8000)]);
    await Promise.race([writeAll(socket, [pieces].flat(), options.gap), end]);
    await end;
    await Promise.race([closed, pause(options.linger ?? 0)]);
    socket.destroy();
    got.answers = readAnswers(got.bytes);
    return got;
}

async function writeAll(socket, pieces, gap = 0) {
    for (const [at, piece] of pieces.entries()) {
        if (at > 0) await pause(gap);
        if (socket.destroyed) return;
        socket.write(piece);
    }
}

/* ---- a provider that answers in bytes ---- */

/* `upstream.reply(socket)` is called for each whole request, which is in `upstream.requests` as { head, body }. */
export async function startRawUpstream() {
    const upstream = { requests: [], reply: () => {} };
    const server = net.createServer((socket) => {
        let bytes = Buffer.alloc(0);
        socket.on('error', () => {});
        socket.on('data', (data) => {
            bytes = takeRequests(upstream, socket, Buffer.concat([bytes, data]));
        });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    upstream.url = `http://127.0.0.1:${server.address().port}`;
    upstream.stop = () => new Promise((resolve) => server.close(resolve));
    return upstream;
}

function takeRequests(upstream, socket, bytes) {
    for (;;) {
        const end = bytes.indexOf('\r\n\r\n');
        const head = bytes.subarray(0, Math.max(end, 0)).toString('latin1');
        const n = Number(/\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
        if (end < 0 || bytes.length < end + 4 + n) return bytes;
        upstream.requests.push({ head, body: bytes.subarray(end + 4, end + 4 + n).toString('utf8') });
        bytes = bytes.subarray(end + 4 + n);
        upstream.reply(socket);
    }
}

export function answerJson(text) {
    return JSON.stringify({
        id: 'chatcmpl-1', object: 'chat.completion', created: 1700000000, model: 'gpt-test',
        choices: [{ index: 0, message: { role: 'assistant', content: text, refusal: null }, logprobs: null, finish_reason: 'stop' }],
        usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
    });
}

export function answerBytes(text, more = []) {
    const body = answerJson(text);
    return ['HTTP/1.1 200 OK', 'content-type: application/json', `content-length: ${body.length}`, ...more, '', body].join('\r\n');
}

/* ---- HTTP/2, frame by frame ---- */

const FRAME = { data: 0, headers: 1, reset: 3, settings: 4, goaway: 7, continuation: 9 };
const END_STREAM = 1;
const END_HEADERS = 4;

function frame(type, flags, stream, payload = Buffer.alloc(0)) {
    const head = Buffer.alloc(9);
    head.writeUIntBE(payload.length, 0, 3);
    head.writeUInt8(type, 3);
    head.writeUInt8(flags, 4);
    head.writeUInt32BE(stream, 5);
    return Buffer.concat([head, payload]);
}

/* RFC 7541, 5.2: text without Huffman, so that any byte can be sent. */
function hpackText(text) {
    const bytes = Buffer.from(text, 'latin1');
    if (bytes.length < 127) return Buffer.concat([Buffer.from([bytes.length]), bytes]);
    const more = [];
    let left = bytes.length - 127;
    for (; left >= 128; left >>= 7) more.push((left & 127) | 128);
    return Buffer.concat([Buffer.from([127, ...more, left]), bytes]);
}

const hpack = (lines) => Buffer.concat(lines.flatMap(([name, value]) => [Buffer.from([0]), hpackText(name), hpackText(value)]));

/* HEADERS, CONTINUATION as many as it takes, and the pieces of the body as DATA. */
export function h2Request(stream, lines, ...pieces) {
    const block = hpack(lines);
    const frames = [];
    for (let at = 0; at === 0 || at < block.length; at += 16384) {
        const last = at + 16384 >= block.length ? END_HEADERS : 0;
        const only = at === 0 && pieces.length === 0 ? END_STREAM : 0;
        frames.push(frame(at === 0 ? FRAME.headers : FRAME.continuation, last | only, stream, block.subarray(at, at + 16384)));
    }
    for (const [at, piece] of pieces.entries()) {
        frames.push(frame(FRAME.data, at === pieces.length - 1 ? END_STREAM : 0, stream, Buffer.from(piece)));
    }
    return Buffer.concat(frames);
}

/* The lines of a call as it should be, with `more` in the place of some; undefined takes one away. */
export function h2Lines(more = {}, user = 'alice') {
    const lines = {
        ':method': 'POST', ':scheme': 'https', ':path': '/v1/chat/completions', ':authority': 'localhost',
        authorization: `Bearer ${keyOf(user)}`, 'content-type': 'application/json', ...more,
    };
    return Object.entries(lines).filter(([, value]) => value !== undefined);
}

/*
 * Sends frames on a connection of its own until every stream of `streams` ended or was reset, the
 * connection ended, or `ms` are over: { closed, goaway, reset: {id: code}, data: {id: text} }.
 */
export async function talkFrames(gateway, bytes, streams = [1], ms = 5000) {
    const socket = tls.connect({ host: '127.0.0.1', port: gateway.port, rejectUnauthorized: false, servername: 'localhost', ALPNProtocols: ['h2'] });
    const got = { closed: false, goaway: undefined, reset: {}, data: {}, ended: {} };
    let left = Buffer.alloc(0);
    socket.on('error', () => {});
    const end = new Promise((resolve) => {
        socket.on('data', (data) => {
            left = takeFrames(Buffer.concat([left, data]), got, socket);
            if (got.goaway !== undefined || streams.every((id) => id in got.reset || got.ended[id])) resolve();
        });
        socket.on('close', () => { got.closed = true; resolve(); });
    });
    await once(socket, 'secureConnect');
    socket.write(Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame(FRAME.settings, 0, 0), bytes]));
    await Promise.race([end, pause(ms)]);
    socket.destroy();
    return got;
}

function takeFrames(bytes, got, socket) {
    while (bytes.length >= 9 && bytes.length >= 9 + bytes.readUIntBE(0, 3)) {
        const [n, type, flags, id] = [bytes.readUIntBE(0, 3), bytes[3], bytes[4], bytes.readUInt32BE(5) & 0x7fffffff];
        const payload = bytes.subarray(9, 9 + n);
        if (type === FRAME.settings && !(flags & 1)) socket.write(frame(FRAME.settings, 1, 0));
        if (type === FRAME.reset) got.reset[id] = payload.readUInt32BE(0);
        if (type === FRAME.goaway) got.goaway = payload.readUInt32BE(4);
        if (type === FRAME.data) got.data[id] = (got.data[id] ?? '') + payload.toString('utf8');
        if ((type === FRAME.data || type === FRAME.headers) && flags & END_STREAM) got.ended[id] = true;
        bytes = bytes.subarray(9 + n);
    }
    return bytes;
}

/* ---- HTTP/2, as a client does it ---- */

export async function openHttp2(gateway, ca) {
    const session = http2.connect(`https://127.0.0.1:${gateway.port}`, { ca, servername: 'localhost' });
    session.on('error', () => {});
    await once(session, 'connect');
    return session;
}

/* fetch() over one HTTP/2 session: what the SDKs take as their transport. */
export const http2Fetch = (session) => async (url, init = {}) => {
    const { pathname, search } = new URL(url);
    const headers = { ...Object.fromEntries(new Headers(init.headers)), ':method': init.method ?? 'GET', ':path': pathname + search };
    const stream = session.request(headers, { endStream: !init.body });
    init.signal?.addEventListener('abort', () => stream.close(http2.constants.NGHTTP2_CANCEL));
    if (init.body) stream.end(init.body);
    const [head] = await once(stream, 'response');
    const plain = Object.entries(head).filter(([name]) => !name.startsWith(':'));
    return new Response(bodyOf(stream), { status: head[':status'], headers: plain.map(([name, value]) => [name, String(value)]) });
};

function bodyOf(stream) {
    return new ReadableStream({
        start(controller) {
            stream.on('data', (data) => controller.enqueue(new Uint8Array(data)));
            stream.on('end', () => { if (!stream.gone) controller.close(); });
            stream.on('error', (error) => { if (!stream.gone) controller.error(error); });
        },
        cancel() {
            stream.gone = true;
            stream.close(http2.constants.NGHTTP2_CANCEL);
        },
    });
}

/* ---- certificates ---- */

const openssl = (...words) => execFileSync('openssl', words, { stdio: ['ignore', 'ignore', 'pipe'] });
const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/*
 * An authority of our own. `issue(name, san, days)` makes NAME.pem and NAME.key in `dir`; -1 days is
 * a certificate that has ended. `sign` makes one that only signed itself.
 */
export function makeAuthority() {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-e2e-ca-'));
    fs.chmodSync(dir, 0o755);
    const file = (name) => path.join(dir, name);
    const made = (name) => ({ key: fs.readFileSync(file(`${name}.key`)), cert: fs.readFileSync(file(`${name}.pem`)) });
    const sign = (name, ...words) => {
        openssl('req', '-x509', ...newKey, '-days', '2', '-subj', `/CN=${name}`, ...words, '-keyout', file(`${name}.key`), '-out', file(`${name}.pem`));
        return made(name);
    };
    const issue = (name, san, days = 2) => {
        fs.writeFileSync(file(`${name}.ext`), `subjectAltName=${san}\n`);
        openssl('req', ...newKey, '-subj', `/CN=${name}`, '-keyout', file(`${name}.key`), '-out', file(`${name}.csr`));
        openssl('x509', '-req', '-in', file(`${name}.csr`), '-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-CAcreateserial',
            '-days', String(days), '-extfile', file(`${name}.ext`), '-out', file(`${name}.pem`));
        return made(name);
    };
    sign('ca');
    return {
        file, issue, ca: file('ca.pem'), cert: fs.readFileSync(file('ca.pem')), remove: () => fs.rmSync(dir, { recursive: true, force: true }),
        sign: (name, san) => sign(name, '-addext', `subjectAltName=${san}`),
    };
}
