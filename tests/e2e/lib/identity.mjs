/* SPDX-License-Identifier: Apache-2.0 */
/* Callers that sign: AWS's CLI and SDK, curl, aws4; and an OpenID Connect provider of our own. */
import { execFile } from 'node:child_process';
import { createSign, generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { promisify } from 'node:util';
import { STSClient } from '@aws-sdk/client-sts';
import aws4 from 'aws4';

const run = promisify(execFile);
export const region = 'eu-central-1';
export const account = '111122223333';
export const roleArn = (name) => `arn:aws:iam::${account}:role/${name}`;
export const sessionArn = (role, session) => `arn:aws:sts::${account}:assumed-role/${role}/${session}`;

/* Keys of users, given to the gateway by its environment. */
export const aliceKey = { accessKeyId: 'AKIAALICEALICEALICE0', secretAccessKey: randomBytes(30).toString('base64') };
export const bobKey = { accessKeyId: 'AKIABOBBOBBOBBOBBOB0', secretAccessKey: randomBytes(30).toString('base64') };
export const secrets = {
    E2E_SESSION_KEY: randomBytes(32).toString('base64'),
    E2E_ALICE: aliceKey.secretAccessKey,
    E2E_BOB: bobKey.secretAccessKey,
};

/* What STS gave, in the form that signers take. */
export const keyFrom = ({ Credentials: given }) => ({
    accessKeyId: given.AccessKeyId, secretAccessKey: given.SecretAccessKey, sessionToken: given.SessionToken });

/* ---- clients ---- */

export function stsClient(gateway, credentials) {
    return new STSClient({ region, endpoint: gateway.url, credentials, maxAttempts: 1 });
}

/* Debian's aws command; resolves to its JSON, rejects with what it wrote to stderr. */
export async function awsCli(gateway, credentials, ...words) {
    const env = {
        PATH: process.env.PATH, HOME: '/nonexistent', AWS_EC2_METADATA_DISABLED: 'true', AWS_DEFAULT_REGION: region, AWS_MAX_ATTEMPTS: '1',
        ...(credentials && { AWS_ACCESS_KEY_ID: credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey }),
        ...(credentials?.sessionToken && { AWS_SESSION_TOKEN: credentials.sessionToken }),
    };
    const { stdout } = await run('/usr/bin/aws', ['sts', ...words, '--endpoint-url', gateway.url, '--output', 'json'], { env });
    return JSON.parse(stdout);
}

export const chatBody = (more = {}) => JSON.stringify({ model: 'demo', messages: [{ role: 'user', content: 'hi' }], ...more });

/* A request as it will be sent: `change` may spoil it after it was signed. */
export function signed(gateway, credentials, options = {}) {
    const { hostname, port } = new URL(gateway.url);
    const request = {
        host: `${hostname}:${port}`, path: options.path ?? '/v1/chat/completions', method: options.method ?? 'POST',
        service: options.service ?? 'bedrock', region: options.region ?? region,
        headers: { ...(options.method !== 'GET' && { 'content-type': 'application/json' }), ...options.headers },
        body: options.body ?? chatBody(), ...(options.signQuery && { signQuery: true }),
    };
    if (request.method === 'GET') delete request.body;
    aws4.sign(request, credentials);
    options.change?.(request);
    return request;
}

/* Sent as it stands: node's fetch would put headers of its own in. */
export async function send(gateway, request) {
    const { hostname, port } = new URL(gateway.url);
    const outgoing = http.request({ hostname, port, agent: false, method: request.method, path: request.path, headers: request.headers });
    outgoing.end(request.body);
    const [response] = await once(outgoing, 'response');
    let text = '';
    for await (const chunk of response) text += chunk;
    return { status: response.statusCode, headers: response.headers, text, json: text.startsWith('{') ? JSON.parse(text) : undefined };
}

export const chat = (gateway, credentials, options) => send(gateway, signed(gateway, credentials, options));

export async function curl(gateway, credentials, ...words) {
    const { stdout } = await run('curl', ['-sS', '--aws-sigv4', `aws:amz:${region}:bedrock`, '-u', `${credentials.accessKeyId}:${credentials.secretAccessKey}`,
        ...(credentials.sessionToken ? ['-H', `x-amz-security-token: ${credentials.sessionToken}`] : []),
        '-H', 'content-type: application/json', `${gateway.url}/v1/chat/completions`, ...words]);
    return JSON.parse(stdout);
}

/* ---- a provider of JWTs ---- */

const part = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

export function makeSigner(algorithm, kid) {
    const pair = algorithm === 'RS256' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwk = { ...pair.publicKey.export({ format: 'jwk' }), kid, alg: algorithm, use: 'sig' };
    const sign = (claims, header = {}) => {
        const text = `${part({ alg: algorithm, typ: 'JWT', kid, ...header })}.${part(claims)}`;
        const signature = createSign('SHA256').update(text).sign({ key: pair.privateKey, dsaEncoding: 'ieee-p1363' });
        return `${text}.${signature.toString('base64url')}`;
    };
    return { jwk, sign };
}

export const issuer = 'https://login.example.test/tenant';
export const providerArn = `arn:aws:iam::${account}:oidc-provider/login.example.test/tenant`;

export function claims(more = {}) {
    const now = Math.floor(Date.now() / 1000);
    return { iss: issuer, aud: 'lictor', sub: 'repo:example/agent', iat: now, exp: now + 600, ...more };
}

/* Where keys are published: `keys` may change, `status` too. With a certificate it speaks HTTPS. */
export async function startProvider(keys, certificate) {
    const provider = { keys, status: 200, asked: 0 };
    const tls = certificate && { key: fs.readFileSync(certificate.key), cert: fs.readFileSync(certificate.cert) };
    const server = (tls ? https : http).createServer(tls ?? {}, (request, response) => {
        provider.asked++;
        response.writeHead(provider.status, { 'content-type': 'application/json' });
        response.end(provider.body ?? JSON.stringify({ keys: provider.keys }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    provider.url = tls ? `https://localhost:${server.address().port}/keys` : `http://127.0.0.1:${server.address().port}/keys`;
    provider.stop = () => { server.close(); server.closeAllConnections(); };
    return provider;
}
