/* SPDX-License-Identifier: Apache-2.0 */
/* Running it: reload under load, the ledger and its promises, crashes, what the admin listener says. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { ask, dialects, errorsOf, requestOf } from './lib/clients.mjs';
import { allow, appPolicy, keyOf, metricOf, pause, providersAt, readRecords, serve, startGateway, until } from './lib/gateway.mjs';
import { sendPlan, startUpstream } from './lib/upstream.mjs';

let upstream;

before(async () => {
    upstream = await startUpstream();
});

after(async () => {
    await upstream?.stop();
});

async function withGateway(options, work) {
    const gateway = await startGateway({ ...options, lictor: { ...providersAt(upstream.url), ...options.lictor } });
    try {
        await work(gateway);
    } finally {
        await gateway.stop();
    }
}

/* A call on a connection of its own: nothing may go wrong with it. */
function askOnce(gateway, dialect, stream) {
    const body = JSON.stringify(requestOf(dialect, { stream }));
    return new Promise((resolve, reject) => {
        const path = { chat: '/v1/chat/completions', responses: '/v1/responses', messages: '/v1/messages' }[dialect];
        const headers = { authorization: `Bearer ${keyOf('alice')}`, 'content-type': 'application/json', 'content-length': body.length };
        const request = http.request(`${gateway.url}${path}`, { method: 'POST', agent: false, headers }, (response) => {
            let text = '';
            response.setEncoding('utf8');
            response.on('data', (data) => { text += data; });
            response.on('error', reject);
            response.on('end', () => (response.statusCode === 200 && text.includes('day.') ? resolve() : reject(new Error(`${response.statusCode} ${text}`))));
        });
        request.on('error', reject);
        request.end(body);
    });
}

/*
 * Asks without a pause until `stop()` is called; what failed is thrown then. Half are SDKs as they
 * come, with kept connections and their two retries: HTTP/1.1 lets a server close an idle
 * connection at the moment a caller writes to it. Half use each connection once.
 */
function load(gateway, callers = 6) {
    let going = true;
    let answered = 0;
    const loops = Array.from({ length: callers }, async (_, i) => {
        for (let n = 0; going; n++) {
            const dialect = dialects[(i + n) % 3];
            const stream = n % 2 === 0;
            if (i % 2 === 0) await askOnce(gateway, dialect, stream);
            else assert.equal((await ask(gateway, dialect, { stream, client: { maxRetries: 2 } })).text, 'Good day.');
            answered++;
        }
    });
    const all = Promise.all(loops);
    all.catch(() => { going = false; });
    return { stop: async () => { going = false; await all; return answered; } };
}

/* A provider whose stream stops after its first events until it is released; the rest is at once. */
function gatedPlan(plan) {
    let release;
    const gate = new Promise((resolve) => { release = resolve; });
    const answer = async (request, response, seen) => {
        if (!seen.body.stream) {
            await sendPlan({ text: 'Good day.' }, request, response, seen.body);
            return;
        }
        const write = response.write.bind(response);
        let n = 0;
        const queue = [];
        response.write = (text) => (n++ < 4 ? write(text) : queue.push(text));
        const end = response.end.bind(response);
        response.end = async () => {
            await gate;
            for (const text of queue) write(text);
            end();
        };
        await sendPlan(plan, request, response, seen.body);
    };
    return { answer, release };
}

test('reload under load: no request fails', () => withGateway({ lictor: { workers: 2 } }, async (gateway) => {
    upstream.plan = { text: ['Good ', 'day.'], pace: 3 };
    const asking = load(gateway);
    for (let i = 0; i < 6; i++) {
        await pause(350);
        const before = gateway.master && fs.readFileSync(`/proc/${gateway.master()}/task/${gateway.master()}/children`, 'utf8');
        gateway.write({ prompts: { [`p/${i}`]: 'x' } });
        gateway.hup();
        await until('new workers', () => fs.readFileSync(`/proc/${gateway.master()}/task/${gateway.master()}/children`, 'utf8') !== before);
    }
    const answered = await asking.stop();
    assert.ok(answered > 30, `${answered} answered`);
    /* A caller has its last event a moment before the outcome is written. */
    const ofKind = (records, kind) => records.filter((one) => one.kind === kind).length;
    const records = await until('every outcome is recorded', async () => {
        const all = await gateway.records();
        return ofKind(all, 'outcome') >= answered ? all : undefined;
    });
    assert.equal(ofKind(records, 'outcome'), answered);
    assert.equal(ofKind(records, 'intent'), answered);
}));

test('a bad directory is refused with its mistakes, and the running one stays', () => withGateway({}, async (gateway) => {
    upstream.plan = { text: 'Good day.' };
    fs.writeFileSync(path.join(gateway.dir, 'policies/app.json'), '{"Version":"2012-10-17","Statement":[{"Effect":"Maybe","Action":"*","Resource":"*"}]}');
    gateway.hup();
    await until('the refusal is told', () => gateway.log.includes('not reloaded'));
    assert.match(gateway.log, /policies\/app\.json:1:\d+: .*Maybe/);
    assert.equal((await ask(gateway, 'chat')).text, 'Good day.');
    gateway.write({ policies: { app: allow(['mcp:CallTool', '*']) } });
    gateway.hup();
    await until('the new policy is in force', () => ask(gateway, 'chat').then(() => false, (error) => error.status === 403));
}));

test('a stream in flight ends under the policy it began with', () => withGateway({}, async (gateway) => {
    const call = { id: 'call_1', name: 'getOrderStatus', args: '{"id":"A-17"}' };
    for (const dialect of dialects) {
        gateway.write();
        gateway.hup();
        upstream.plan = { text: 'Good day.' };
        await until('the first policy is in force', () => ask(gateway, dialect).then(() => true, () => false));
        const { answer, release } = gatedPlan({ text: ['Let me see.', ' '], calls: [call] });
        upstream.plan = answer;
        const seen = upstream.requests.length;
        const flying = ask(gateway, dialect, { stream: true, tools: ['getOrderStatus'] });
        await until('the provider is asked', () => upstream.requests.length > seen);
        gateway.write({ policies: { app: allow(['mcp:CallTool', 'arn:lictor:mcp:*:client:tool/other']) } });
        gateway.hup();
        await until('the new policy is in force', () => ask(gateway, dialect).then(() => false, (error) => error.status === 403));
        release();
        const answered = await flying;
        assert.deepEqual(answered.calls.map((one) => one.name), ['getOrderStatus'], dialect);
    }
}));

test('told to stop, it finishes what is under way', () => withGateway({}, async (gateway) => {
    const { answer, release } = gatedPlan({ text: ['Good ', 'day', '.'] });
    upstream.plan = answer;
    const seen = upstream.requests.length;
    const flying = ask(gateway, 'messages', { stream: true });
    await until('the provider is asked', () => upstream.requests.length > seen);
    gateway.child.kill('SIGTERM');
    await pause(300);
    release();
    assert.equal((await flying).text, 'Good day.');
    assert.deepEqual(await gateway.exited, { code: 0, signal: null });
}));

/* ---- the ledger ---- */

for (const sync of ['each', 'group', 'none']) {
    test(`sync: ${sync}: an intent and an outcome for each call`, () => withGateway({ lictor: { ledger: { sync } } }, async (gateway) => {
        upstream.plan = { text: 'Good day.' };
        const asking = load(gateway, 4);
        await pause(500);
        const answered = await asking.stop();
        const records = await gateway.records();
        assert.equal(records.stderr, '');
        assert.equal(records.length, answered * 2);
        const byRecord = Map.groupBy(records, (one) => one.record);
        assert.equal(byRecord.size, answered);
        for (const pair of byRecord.values()) assert.deepEqual(pair.map((one) => one.kind), ['intent', 'outcome']);
    }));
}

test('an intent is in the ledger before the provider is asked', () => withGateway({ lictor: { ledger: { sync: 'each' } } }, async (gateway) => {
    let found;
    upstream.plan = async (request, response, seen) => {
        found = await readRecords(gateway.dir);
        await sendPlan({ text: 'Good day.' }, request, response, seen.body);
    };
    for (const dialect of dialects) {
        const answer = await ask(gateway, dialect, { text: `About ${dialect}.` });
        const mine = found.filter((one) => one.record === answer.response.headers.get('x-lictor-record'));
        assert.deepEqual(mine.map((one) => one.kind), ['intent']);
        assert.ok(JSON.stringify(mine).includes(`About ${dialect}.`));
    }
}));

const recordsOf = (gateway) => path.join(gateway.dir, 'state/ledger/records');

/* No worker that starts now can open a file: the folder's place is taken. */
async function breakLedger(gateway) {
    fs.renameSync(recordsOf(gateway), `${recordsOf(gateway)}.away`);
    fs.writeFileSync(recordsOf(gateway), '');
    const before = gateway.workers();
    gateway.hup();
    await until('new workers', () => gateway.workers().every((pid) => !before.includes(pid)));
}

function mendLedger(gateway) {
    fs.rmSync(recordsOf(gateway));
    fs.renameSync(`${recordsOf(gateway)}.away`, recordsOf(gateway));
}

test('a ledger that cannot be written: 503, nothing forwarded; it mends by itself', () => withGateway({}, async (gateway) => {
    upstream.plan = { text: 'Good day.' };
    await ask(gateway, 'chat');
    await breakLedger(gateway);
    const seen = upstream.requests.length;
    for (const dialect of dialects) {
        for (const stream of [false, true]) {
            await assert.rejects(ask(gateway, dialect, { stream }), (error) => {
                assert.ok(error instanceof errorsOf(dialect).InternalServerError);
                assert.equal(error.status, 503);
                assert.match(error.message, /cannot be recorded/);
                assert.doesNotMatch(error.message, /state|jsonl/);
                return true;
            });
        }
    }
    assert.equal(upstream.requests.length, seen);
    assert.equal((await fetch(`${gateway.admin}/readyz`)).status, 503);
    assert.equal((await fetch(`${gateway.admin}/healthz`)).status, 200);
    assert.ok(await gateway.metric('lictor_failures_total{failure="ledger_unwritable"}') >= 6);
    mendLedger(gateway);
    await until('it mends', () => ask(gateway, 'chat').then(() => true, () => false));
    assert.equal((await fetch(`${gateway.admin}/readyz`)).status, 200);
}));

test('a ledger that cannot be written may be passed by, and that is counted', () => withGateway({ lictor: { ledger: { unwritable: 'pass' } } }, async (gateway) => {
    upstream.plan = { text: 'Good day.' };
    await breakLedger(gateway);
    assert.equal((await ask(gateway, 'chat')).text, 'Good day.');
    assert.ok(await gateway.metric('lictor_failures_total{failure="ledger_bypassed"}') >= 1);
    mendLedger(gateway);
}));

const mayMount = (() => {
    try {
        const dir = fs.mkdtempSync('/tmp/lictor-e2e-mount-');
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', dir], { stdio: 'ignore' });
        execFileSync('umount', [dir]);
        fs.rmdirSync(dir);
        return true;
    } catch {
        return false;
    }
})();

test('a full disk: 503 until there is room, and no record is torn', { skip: mayMount ? false : 'mounting is not allowed here' }, async () => {
    const disk = fs.mkdtempSync('/tmp/lictor-e2e-disk-');
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=755', 'tmpfs', disk]);
    try {
        await withGateway({ lictor: { state: disk } }, async (gateway) => {
            upstream.plan = { text: 'Good day.' };
            const good = [];
            const filler = path.join(disk, 'filler');
            fs.writeFileSync(filler, Buffer.alloc(900000));
            let status = 200;
            for (let i = 0; i < 3000 && status === 200; i++) {
                status = await ask(gateway, 'chat', { text: `Number ${i} ${'x'.repeat(3000)}` })
                    .then((answer) => { good.push(answer.response.headers.get('x-lictor-record')); return 200; }, (error) => error.status);
            }
            assert.equal(status, 503);
            fs.rmSync(filler);
            await until('there is room', () => ask(gateway, 'chat').then(() => true, () => false));
            const records = await readRecords(gateway.dir, ['--state', disk]);
            assert.equal(records.stderr, '');
            for (const id of good) assert.ok(records.some((one) => one.record === id && one.kind === 'intent'), id);
        });
    } finally {
        execFileSync('umount', ['-l', disk]);
        fs.rmdirSync(disk);
    }
});

/* ---- crashes ---- */

test('a worker killed in mid-write: others go on, every record is readable', () => withGateway({ lictor: { workers: 2 } }, async (gateway) => {
    upstream.plan = { text: ['Good ', 'day.'] };
    const results = [];
    let going = true;
    const loops = Array.from({ length: 6 }, async () => {
        while (going) {
            await ask(gateway, 'chat', { stream: true }).then((answer) => results.push(answer.response.headers.get('x-lictor-record')), () => {});
        }
    });
    for (let i = 0; i < 4; i++) {
        await pause(200);
        process.kill(gateway.workers()[i % 2], 'SIGKILL');
        await until('it is replaced', () => gateway.workers().length === 2);
    }
    going = false;
    await Promise.all(loops);
    assert.equal((await ask(gateway, 'chat')).text, 'Good day.');
    assert.ok(results.length > 20);
    const ids = new Set((await gateway.records()).filter((one) => one.kind === 'intent').map((one) => one.record));
    for (const id of results) assert.ok(ids.has(id), 'what was answered is recorded');
}));

test('nginx killed: lictor serve says so and ends; started again, it serves and reads the records', () => withGateway({}, async (gateway) => {
    upstream.plan = { text: 'Good day.' };
    const first = (await ask(gateway, 'chat')).response.headers.get('x-lictor-record');
    await gateway.record(first);
    process.kill(gateway.master(), 'SIGKILL');
    const { code } = await gateway.exited;
    assert.notEqual(code, 0);
    assert.match(gateway.log, /ended by signal 9/);
    const [file] = fs.readdirSync(recordsOf(gateway)).filter((name) => name.endsWith('.jsonl'));
    fs.appendFileSync(path.join(recordsOf(gateway), file), '{"kind":"intent","record":"torn');
    await serve(gateway);
    const second = (await ask(gateway, 'chat')).response.headers.get('x-lictor-record');
    await gateway.record(second);
    const records = await gateway.records();
    assert.ok([first, second].every((id) => records.some((one) => one.record === id)));
    assert.match(records.stderr, new RegExp(`${file}.*skipped`));
    assert.ok(!records.some((one) => one.record === 'torn'));
}));

test('lictor serve killed: no gateway is left that nobody watches', () => withGateway({}, async (gateway) => {
    const all = [gateway.master(), ...gateway.workers()];
    gateway.child.kill('SIGKILL');
    await gateway.exited;
    const alive = (pid) => fs.existsSync(`/proc/${pid}/stat`) && !/\) Z /.test(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'));
    await until('nginx ends', () => all.every((pid) => !alive(pid)));
    await serve(gateway);
    upstream.plan = { text: 'Good day.' };
    assert.equal((await ask(gateway, 'chat')).text, 'Good day.');
}));

test('two cannot serve from one state folder', () => withGateway({}, async (gateway) => {
    const second = { dir: gateway.dir, options: gateway.options };
    await assert.rejects(serve(second), /another lictor serves from/);
}));

/* ---- the admin listener ---- */

test('the admin listener: health, readiness, metrics in Prometheus\' form', () => withGateway({}, async (gateway) => {
    upstream.plan = { text: 'Good day.' };
    await ask(gateway, 'chat');
    await ask(gateway, 'messages', { stream: true, text: 'ada@example.com' });
    await ask(gateway, 'chat', { text: 'project nightingale' });
    await ask(gateway, 'chat', { user: 'stranger' }).catch(() => {});
    for (const page of ['healthz', 'readyz']) assert.equal((await fetch(`${gateway.admin}/${page}`)).status, 200);
    assert.equal((await fetch(`${gateway.admin}/other`)).status, 404);
    const response = await fetch(`${gateway.admin}/metrics`);
    assert.match(response.headers.get('content-type'), /^text\/plain; version=0\.0\.4/);
    const text = await response.text();
    const expected = {
        lictor_requests_total: 4,
        'lictor_decisions_total{decision="allow"}': 2,
        'lictor_decisions_total{decision="reject"}': 1,
        'lictor_rewrites_total{direction="input"}': 1,
        'lictor_failures_total{failure="key_unknown"}': 1,
        lictor_streams_total: 1,
        lictor_exchanges_open: 0,
    };
    for (const [row, value] of Object.entries(expected)) assert.equal(metricOf(text, row), value, row);
    const names = text.split('\n').filter((line) => line.startsWith('# TYPE')).map((line) => line.split(' ')[2]);
    assert.equal(new Set(names).size, names.length, 'each name is described once');
    for (const line of text.trim().split('\n')) assert.match(line, /^(# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"]*"\})? \d+)$/);
}));

test('records of one session, one caller, one decision', () => withGateway({ users: { alice: { role: 'app' }, bob: { role: 'app' } }, policies: { app: appPolicy } }, async (gateway) => {
    upstream.plan = { text: 'Good day.' };
    await ask(gateway, 'chat', { headers: { 'x-lictor-session': 'one' } });
    await ask(gateway, 'chat', { user: 'bob', headers: { 'x-lictor-session': 'two' } });
    await ask(gateway, 'chat', { user: 'bob', text: 'project nightingale' });
    await until('all are there', async () => (await gateway.records()).length === 5);
    assert.equal((await gateway.records('--session', 'one')).length, 2);
    assert.equal((await gateway.records('--principal', 'bob')).length, 3);
    assert.equal((await gateway.records('--decision', 'reject')).length, 1);
    assert.equal((await gateway.records('--principal', 'alice', '--kind', 'outcome')).length, 1);
}));
