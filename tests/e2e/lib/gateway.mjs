/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A real gateway for a test: writes a configuration directory, runs `build/lictor serve` on it with
 * ports that are free, and stops it. Callers' keys are made here, the directory has their SHA-256.
 */
import { spawn, execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const root = path.resolve(import.meta.dirname, '../../..');
export const lictor = process.env.LICTOR ?? path.join(root, 'build/lictor');
const run = promisify(execFile);

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/* Waits until `what()` is truthy and returns it; a test that waits in vain fails with the name. */
export async function until(name, what, ms = 10000) {
    const end = Date.now() + ms;
    for (;;) {
        const value = await what();
        if (value) return value;
        if (Date.now() > end) throw new Error(`gave up waiting: ${name}`);
        await pause(25);
    }
}

export async function freePort() {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address();
    server.close();
    await once(server, 'close');
    return port;
}

export const keyOf = (user) => `lk_e2e-${user}-0123456789abcdefghijklmnopqrstuvwxyz`;
const digest = (text) => createHash('sha256').update(text).digest('hex');

/* Small, so that it loads in milliseconds: what the tests of transport and streams need. */
export const smallGuardrail = {
    name: 'standard',
    blockedInputMessaging: 'The question was stopped.',
    blockedOutputsMessaging: 'The answer was stopped.',
    sensitiveInformationPolicyConfig: {
        piiEntitiesConfig: [
            { type: 'EMAIL', action: 'ANONYMIZE' },
            { type: 'CREDIT_DEBIT_CARD_NUMBER', action: 'ANONYMIZE' },
        ],
    },
    wordPolicyConfig: { wordsConfig: [{ text: 'project nightingale' }] },
};

export const allow = (...pairs) => ({
    Version: '2012-10-17',
    Statement: pairs.map(([Action, Resource]) => ({ Effect: 'Allow', Action, Resource })),
});

/* The policy of most tests: every model, one tool. */
export const appPolicy = allow(
    ['bedrock:InvokeModel*', 'arn:lictor:model:*'],
    ['mcp:CallTool', 'arn:lictor:mcp:*:client:tool/getOrderStatus'],
);

/* Providers of both dialects at one mock; names of models say which is meant. */
export function providersAt(...urls) {
    return {
        providers: {
            open: { kind: 'openai', endpoints: urls, credential: 'env:E2E_OPENAI' },
            anthropic: { kind: 'anthropic', endpoints: urls, credential: 'env:E2E_ANTHROPIC' },
        },
        models: [
            { name: 'gpt-*', provider: 'open' },
            { name: 'claude-*', provider: 'anthropic' },
        ],
    };
}

/*
 * Writes a directory. `options`: lictor (members of lictor.yaml), users, roles, policies, agents,
 * prompts, guardrail, principals (further members of principals.yaml), files (any others). YAML is a
 * superset of JSON, so JSON is what is written.
 */
export function writeDirectory(dir, options) {
    const put = (name, value) => {
        fs.mkdirSync(path.dirname(path.join(dir, name)), { recursive: true });
        fs.writeFileSync(path.join(dir, name), typeof value === 'string' ? value : JSON.stringify(value, null, 1));
    };
    const users = options.users ?? { alice: { role: 'app' } };
    const withKeys = Object.fromEntries(Object.entries(users).map(([name, user]) => [
        name, { keys: [{ sha256: digest(keyOf(name)) }], ...user }]));
    put('lictor.yaml', {
        region: 'eu-central-1', account: '111122223333', guardrail: 'standard', workers: 1, ...options.lictor,
    });
    put('principals.yaml', { roles: options.roles ?? { app: { policies: ['app'] } }, users: withKeys, ...options.principals });
    for (const [name, policy] of Object.entries(options.policies ?? { app: appPolicy })) put(`policies/${name}.json`, policy);
    for (const [name, agent] of Object.entries(options.agents ?? {})) put(`agents/${name}.yaml`, agent);
    for (const [name, text] of Object.entries(options.prompts ?? {})) put(`prompts/${name}.md`, text);
    for (const [name, text] of Object.entries(options.files ?? {})) put(name, text);
    put('guardrails/standard.json', options.guardrail ?? smallGuardrail);
}

/* It is told to end when we die, so that a test that is killed leaves nothing behind. */
function spawnServe(dir, env) {
    const command = ['setpriv', '--pdeathsig', 'TERM', lictor, 'serve', dir];
    return spawn(command[0], command.slice(1), {
        env: { ...process.env, E2E_OPENAI: 'sk-provider-openai', E2E_ANTHROPIC: 'sk-provider-anthropic', ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
    });
}

function follow(gateway, child) {
    for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8');
        stream.on('data', (text) => { gateway.log += text; });
    }
    gateway.exited = new Promise((resolve) => {
        const end = (code, signal) => {
            gateway.ended = { code, signal };
            resolve(gateway.ended);
        };
        child.on('exit', end);
        child.on('error', (error) => {
            gateway.log += error.message;
            end(127);
        });
    });
}

export async function serve(gateway) {
    gateway.log = '';
    gateway.ended = undefined;
    gateway.child = spawnServe(gateway.dir, gateway.options.env);
    follow(gateway, gateway.child);
    await until('lictor serve listens', () => {
        if (gateway.ended) throw new Error(`lictor serve ended: ${gateway.log}`);
        return gateway.log.includes('lictor: serving');
    }, 60000);
}

export async function startGateway(options) {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-e2e-'));
    fs.chmodSync(dir, 0o755);
    const [port, adminPort] = [await freePort(), await freePort()];
    const lictorYaml = { listen: `127.0.0.1:${port}`, admin: `127.0.0.1:${adminPort}`, ...options.lictor };
    const gateway = { options: { ...options, lictor: lictorYaml }, dir, port, adminPort };
    const scheme = lictorYaml.tls ? 'https' : 'http';
    gateway.url = `${scheme}://127.0.0.1:${port}`;
    gateway.admin = `http://127.0.0.1:${adminPort}`;
    gateway.write = (more = {}) => writeDirectory(dir, {
        ...gateway.options, ...more, lictor: { ...lictorYaml, ...more.lictor } });
    gateway.write();
    gateway.hup = () => gateway.child.kill('SIGHUP');
    gateway.records = (...words) => readRecords(dir, words);
    gateway.record = (id) => untilRecords(gateway, id);
    gateway.metrics = async () => (await fetch(`${gateway.admin}/metrics`)).text();
    gateway.metric = async (row) => metricOf(await gateway.metrics(), row);
    gateway.workers = () => childrenOf(childrenOf(gateway.child.pid)[0]);
    gateway.master = () => childrenOf(gateway.child.pid)[0];
    gateway.stop = () => stopGateway(gateway);
    await serve(gateway);
    return gateway;
}

async function stopGateway(gateway) {
    if (!gateway.ended) {
        gateway.child.kill('SIGTERM');
        const late = setTimeout(() => gateway.child.kill('SIGTERM'), 3000);
        const dead = setTimeout(() => gateway.child.kill('SIGKILL'), 10000);
        await gateway.exited;
        clearTimeout(late);
        clearTimeout(dead);
    }
    if (process.env.E2E_KEEP) console.error(`kept ${gateway.dir}\n${gateway.log}`);
    else fs.rmSync(gateway.dir, { recursive: true, force: true });
}

function childrenOf(pid) {
    const text = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return text ? text.split(' ').map(Number) : [];
}

export function metricOf(text, row) {
    const line = text.split('\n').find((one) => one.startsWith(`${row} `));
    return line ? Number(line.slice(row.length + 1)) : undefined;
}

/* ---- the ledger, as a user reads it ---- */

export async function readRecords(dir, words = []) {
    const { stdout, stderr } = await run(lictor, ['records', dir, '--json', ...(words.includes('--state') ? [] : ['--state', path.join(dir, 'state')]), ...words], { maxBuffer: 1 << 28 });
    const records = stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line));
    records.stderr = stderr;
    return records;
}

/* The records of one exchange, once its last one (an outcome or a refusal) is there. */
export async function untilRecords(gateway, id) {
    return until(`records of ${id}`, async () => {
        const all = (await readRecords(gateway.dir)).filter((one) => one.record === id);
        return all.some((one) => one.kind !== 'intent') ? all : undefined;
    });
}

/* ---- a directory with the shipped guardrail ---- */

export async function shippedGuardrail() {
    const file = path.join(root, 'data/starter/guardrails/standard.json');
    return JSON.parse(fs.readFileSync(file, 'utf8'));
}
