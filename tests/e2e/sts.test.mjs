/* SPDX-License-Identifier: Apache-2.0 */
/* Who calls, with AWS's own clients: signed calls, STS, sessions, and tokens of a login provider. */
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { AssumeRoleCommand, AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { allow, keyOf, pause, readRecords, startGateway, until } from './lib/gateway.mjs';
import { makeCertificate } from './lib/certificate.mjs';
import { account, aliceKey, awsCli, bobKey, chat, chatBody, claims, curl, issuer, keyFrom, makeSigner, providerArn, region, roleArn, secrets,
    send, sessionArn, signed, startProvider, stsClient } from './lib/identity.mjs';

const model = (name) => `arn:lictor:model:*:loop:${name}`;
const trust = (principal, more = {}) => ({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: principal, Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'], ...more }],
});
const trustToken = (condition) => ({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Federated: providerArn }, Action: ['sts:AssumeRoleWithWebIdentity', 'sts:SetSourceIdentity'], Condition: condition }],
});
const everyone = { AWS: `arn:aws:iam::${account}:root` };
const hostPath = 'login.example.test/tenant';

const rsa = makeSigner('RS256', 'rsa-1');
const ec = makeSigner('ES256', 'ec-1');
const later = makeSigner('ES256', 'ec-2');

const policies = {
    models: allow(['bedrock:InvokeModel*', model('*')], ['sts:*', '*']),
    onlydemo: allow(['bedrock:InvokeModel*', model('demo')]),
    alice: allow(['sts:*', '*'], ['bedrock:InvokeModel', model('demo')]),
    red: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'bedrock:InvokeModel', Resource: '*', Condition: { StringEquals: { 'aws:PrincipalTag/team': 'red' } } }],
    },
    'trust/inference': trust(everyone),
    'trust/second': trust({ AWS: roleArn('inference') }),
    'trust/partner': trust(everyone, { Condition: { StringEquals: { 'sts:ExternalId': 'ticket/4711' } } }),
    'trust/tagged': trust(everyone, { Condition: { StringEquals: { 'aws:RequestTag/team': ['red', 'blue'] }, 'ForAllValues:StringEquals': { 'aws:TagKeys': ['team'] } } }),
    'trust/untagged': { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: everyone, Action: 'sts:AssumeRole' }] },
    'trust/web': trustToken({ StringEquals: { [`${hostPath}:aud`]: 'lictor' }, StringLike: { [`${hostPath}:sub`]: 'repo:example/*' } }),
};

const roles = {
    app: { policies: ['models'] },
    inference: { policies: ['models'], trust: 'inference', max_session_s: 7200 },
    second: { policies: ['models'], trust: 'second', max_session_s: 7200 },
    partner: { policies: ['models'], trust: 'partner' },
    tagged: { policies: ['red'], trust: 'tagged', tags: { team: 'green', unit: 'u1' } },
    untagged: { policies: ['models'], trust: 'untagged' },
    web: { policies: ['models'], trust: 'web' },
};

let gateway, provider;
const lictorYaml = {
    region, account,
    providers: { loop: { kind: 'loopback' } },
    models: [{ name: 'demo', provider: 'loop' }, { name: 'other', provider: 'loop' }],
};
const principals = (jwks) => ({
    sessions: { keys: ['env:E2E_SESSION_KEY'] },
    oidc_providers: [{ issuer, audiences: ['lictor'], jwks, bearer_role: 'web' }],
});
const users = {
    alice: { policies: ['alice'], access_keys: [{ id: aliceKey.accessKeyId, secret: 'env:E2E_ALICE' }] },
    bob: { access_keys: [{ id: bobKey.accessKeyId, secret: 'env:E2E_BOB' }] },
};

function options(more = {}) {
    return {
        lictor: { ...lictorYaml, ...more.lictor }, users, roles, policies, env: secrets,
        principals: principals('file:keys.json'), files: { 'keys.json': { keys: [rsa.jwk, ec.jwk] } }, ...more.rest,
    };
}

before(async () => {
    gateway = await startGateway(options());
});
after(async () => {
    await gateway?.stop();
});

const assumeRole = async (key, role, more = {}, at = gateway) =>
    stsClient(at, key).send(new AssumeRoleCommand({ RoleArn: roleArn(role), RoleSessionName: 'session-1', ...more }));
const latest = async (kind, at = gateway) => (await readRecords(at.dir)).filter((one) => one.kind === kind).at(-1);
const rejects = (promise, name, text = /./) => assert.rejects(promise, (error) => {
    assert.equal(error.name, name, error.message);
    assert.match(error.message, text);
    return true;
});

/* ---- users' own keys ---- */

test('a call signed with a user\'s access key is that user\'s', async () => {
    const answer = await chat(gateway, aliceKey);
    assert.equal(answer.status, 200, answer.text);
    const record = await latest('intent');
    assert.equal(record.principal, `arn:aws:iam::${account}:user/alice`);
    assert.equal(record.access_key, aliceKey.accessKeyId);
    assert.equal((await curl(gateway, aliceKey, '-d', chatBody())).choices[0].message.content, 'You said: hi');
    assert.equal((await chat(gateway, bobKey)).json.error.code, 'access_denied');
});

test('a presigned request is one, with no header but its host', async () => {
    const list = await send(gateway, signed(gateway, aliceKey, { method: 'GET', path: '/v1/models' }));
    assert.deepEqual(list.json.data.map((one) => one.id), ['demo'], list.text);
    const presigned = signed(gateway, aliceKey, { method: 'GET', path: '/v1/models?X-Amz-Expires=60', signQuery: true });
    assert.deepEqual(Object.keys(presigned.headers), ['Host']);
    assert.equal((await send(gateway, presigned)).text, list.text);
    const session = keyFrom(await assumeRole(aliceKey, 'inference'));
    const long = signed(gateway, session, { method: 'GET', path: '/v1/models?X-Amz-Expires=60', signQuery: true });
    assert.equal((await send(gateway, long)).status, 200);
    for (const spoilt of [presigned.path.replace('X-Amz-Expires=60', 'X-Amz-Expires=61'), `${presigned.path}&beta=true`, `${presigned.path}&key=1`]) {
        assert.ok([400, 403].includes((await send(gateway, { ...presigned, path: spoilt })).status), spoilt);
    }
});

test('what is not signed with the key of whom it names is refused', async () => {
    const spoilt = {
        'another secret': [{ accessKeyId: aliceKey.accessKeyId, secretAccessKey: bobKey.secretAccessKey }, {}],
        'an unknown key': [{ accessKeyId: 'AKIANOBODYNOBODYNO00', secretAccessKey: bobKey.secretAccessKey }, {}],
        'another body': [aliceKey, { change: (request) => { request.body = chatBody({ temperature: 1 }); request.headers['Content-Length'] = request.body.length; } }],
        'another path': [aliceKey, { change: (request) => { request.path = '/v1/responses'; } }],
        'another region': [aliceKey, { region: 'us-east-1' }],
        'another service': [aliceKey, { service: 's3' }],
        'the service sts': [aliceKey, { service: 'sts' }],
        'an hour ago': [aliceKey, { headers: { 'X-Amz-Date': new Date(Date.now() - 3600e3).toISOString().replace(/[:-]|\.\d+/g, '') } }],
        'an hour ahead': [aliceKey, { headers: { 'X-Amz-Date': new Date(Date.now() + 3600e3).toISOString().replace(/[:-]|\.\d+/g, '') } }],
        'a header that is not signed': [aliceKey, { change: (request) => { request.headers['x-amz-meta-owner'] = 'me'; } }],
        'two ways at once': [aliceKey, { change: (request) => { request.headers['x-api-key'] = keyOf('alice'); } }],
    };
    const before = (await readRecords(gateway.dir)).length;
    for (const [what, [key, how]] of Object.entries(spoilt)) {
        const answer = await chat(gateway, key, how);
        assert.ok([401, 403].includes(answer.status), `${what}: ${answer.status} ${answer.text}`);
    }
    const unknown = await chat(gateway, spoilt['an unknown key'][0]);
    const wrong = await chat(gateway, spoilt['another secret'][0]);
    assert.equal(unknown.json.error.code, 'SignatureDoesNotMatch');
    assert.equal(unknown.text.replaceAll('AKIANOBODYNOBODYNO00', 'KEY'), wrong.text.replaceAll(aliceKey.accessKeyId, 'KEY'));
    assert.equal((await chat(gateway, aliceKey, spoilt['an hour ago'][1])).json.error.code, 'RequestTimeTooSkewed');
    assert.equal((await readRecords(gateway.dir)).length, before, 'strangers write no records');
});

/* Frames a body as the SDKs of S3 do. */
function chunked(request, secret, body) {
    const [, date, scopeRegion, service] = request.headers.Authorization.match(/Credential=[^/]+\/(\d+)\/([^/]+)\/([^/]+)\//);
    let signature = request.headers.Authorization.match(/Signature=(\w+)/)[1];
    const hmac = (key, text) => createHmac('sha256', key).update(text).digest();
    const key = ['aws4_request'].reduce(hmac, hmac(hmac(hmac(`AWS4${secret}`, date), scopeRegion), service));
    const empty = createHash('sha256').digest('hex');
    let text = '';
    for (const piece of [body, '']) {
        const toSign = ['AWS4-HMAC-SHA256-PAYLOAD', request.headers['X-Amz-Date'], `${date}/${scopeRegion}/${service}/aws4_request`, signature, empty,
            createHash('sha256').update(piece).digest('hex')].join('\n');
        signature = createHmac('sha256', key).update(toSign).digest('hex');
        text += `${piece.length.toString(16)};chunk-signature=${signature}\r\n${piece}\r\n`;
    }
    return text;
}

test('a body in signed chunks is read, one with a changed chunk is not', async () => {
    const body = chatBody();
    const how = (spoil) => ({
        headers: { 'content-encoding': 'aws-chunked', 'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD', 'x-amz-decoded-content-length': `${body.length}`, 'Content-Length': `${body.length + 174}` },
        change: (request) => {
            request.body = spoil(chunked(request, aliceKey.secretAccessKey, body));
            request.headers['Content-Length'] = request.body.length;
        },
    });
    const good = how((text) => text);
    const probe = signed(gateway, aliceKey, good);
    good.headers['Content-Length'] = `${probe.body.length}`;
    const answer = await chat(gateway, aliceKey, good);
    assert.equal(answer.status, 200, answer.text);
    const bad = how((text) => text.replace('"hi"', '"ho"'));
    bad.headers['Content-Length'] = `${probe.body.length}`;
    assert.equal((await chat(gateway, aliceKey, bad)).status, 403);
});

test('an unsigned body is refused', async () => {
    const answer = await chat(gateway, aliceKey, { headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } });
    assert.equal(answer.status, 403, answer.text);
});

/* ---- STS ---- */

test('the aws command: who am I, AssumeRole, GetSessionToken', async () => {
    assert.deepEqual(await awsCli(gateway, aliceKey, 'get-caller-identity'), {
        UserId: (await stsClient(gateway, aliceKey).send(new GetCallerIdentityCommand({}))).UserId, Account: account, Arn: `arn:aws:iam::${account}:user/alice` });
    const given = await awsCli(gateway, aliceKey, 'assume-role', '--role-arn', roleArn('inference'), '--role-session-name', 'cli', '--duration-seconds', '900',
        '--tags', 'Key=team,Value=red', '--source-identity', 'alice@example.com');
    assert.equal(given.AssumedRoleUser.Arn, sessionArn('inference', 'cli'));
    assert.match(given.AssumedRoleUser.AssumedRoleId, /^AROA[A-Z2-7]{16}:cli$/);
    assert.equal(given.SourceIdentity, 'alice@example.com');
    const record = await latest('assume_role');
    assert.equal(record.decision, 'allow');
    assert.equal(record.enforced, 'issued');
    assert.equal(record.principal, `arn:aws:iam::${account}:user/alice`);
    assert.equal(record.resource, roleArn('inference'));
    assert.equal(record.role_session, 'cli');
    assert.equal(record.issued_key, given.Credentials.AccessKeyId);
    assert.equal(record.source_identity_asked, 'alice@example.com');
    assert.equal(record.external_id_given, false);
    assert.deepEqual(record.session_tags, ['team=red']);
    assert.equal(Date.parse(record.issued_until), Date.parse(given.Credentials.Expiration));
    assert.ok(!JSON.stringify(record).includes(given.Credentials.SecretAccessKey) && !JSON.stringify(record).includes(given.Credentials.SessionToken));
    assert.equal((await awsCli(gateway, keyFrom(given), 'get-caller-identity')).Arn, sessionArn('inference', 'cli'));
    const own = keyFrom(await awsCli(gateway, aliceKey, 'get-session-token', '--duration-seconds', '900'));
    assert.equal((await awsCli(gateway, own, 'get-caller-identity')).Arn, `arn:aws:iam::${account}:user/alice`);
    assert.equal((await chat(gateway, own)).status, 200);
    await assert.rejects(awsCli(gateway, own, 'get-session-token'), /AccessDenied/);
});

test('a session acts as its role, and its records say through whom', async () => {
    const given = await assumeRole(aliceKey, 'inference', { SourceIdentity: 'alice-1' });
    const key = keyFrom(given);
    assert.equal((await chat(gateway, key, { body: chatBody({ model: 'other' }) })).status, 200);
    assert.equal((await curl(gateway, key, '-d', chatBody())).choices[0].message.content, 'You said: hi');
    const record = await latest('outcome');
    assert.equal(record.principal, sessionArn('inference', 'session-1'));
    assert.equal(record.role, roleArn('inference'));
    assert.deepEqual(record.chain, [`arn:aws:iam::${account}:user/alice`, sessionArn('inference', 'session-1')]);
    assert.equal(record.source_identity, 'alice-1');
    assert.equal(record.access_key, key.accessKeyId);
});

test('a token that is altered, or is another session\'s, opens nothing', async () => {
    const [one, two] = [keyFrom(await assumeRole(aliceKey, 'inference')), keyFrom(await assumeRole(aliceKey, 'inference'))];
    const middle = one.sessionToken.length >> 1;
    const flipped = one.sessionToken.slice(0, middle) + (one.sessionToken[middle] === 'A' ? 'B' : 'A') + one.sessionToken.slice(middle + 1);
    for (const token of [flipped, two.sessionToken, 'x', one.sessionToken.slice(0, -4)]) {
        const answer = await chat(gateway, { ...one, sessionToken: token });
        assert.equal(answer.status, 403);
        assert.equal(answer.json.error.code, 'InvalidClientTokenId');
    }
    assert.equal((await chat(gateway, { ...one, sessionToken: undefined })).json.error.code, 'SignatureDoesNotMatch');
    assert.equal((await chat(gateway, { ...one, secretAccessKey: two.secretAccessKey })).json.error.code, 'SignatureDoesNotMatch');
});

test('a session policy, and policies by ARN, only ever narrow', async () => {
    const narrow = keyFrom(await assumeRole(aliceKey, 'inference', { Policy: JSON.stringify(policies.onlydemo) }));
    assert.equal((await chat(gateway, narrow)).status, 200);
    const other = await chat(gateway, narrow, { body: chatBody({ model: 'other' }) });
    assert.equal(other.status, 403);
    assert.match(other.json.error.message, /no session policy allows/);
    const byArn = keyFrom(await assumeRole(aliceKey, 'inference', { PolicyArns: [{ arn: `arn:aws:iam::${account}:policy/onlydemo` }] }));
    assert.equal((await chat(gateway, byArn)).status, 200);
    assert.equal((await chat(gateway, byArn, { body: chatBody({ model: 'other' }) })).status, 403);
    await rejects(assumeRole(aliceKey, 'inference', { Policy: '{"Version":"2012-10-17"}' }), 'MalformedPolicyDocumentException');
    await rejects(assumeRole(aliceKey, 'inference', { PolicyArns: [{ arn: `arn:aws:iam::${account}:policy/nothing` }] }), 'InvalidParameterValue');
});

test('an external id is asked for, and whether it came is recorded', async () => {
    await rejects(assumeRole(aliceKey, 'partner'), 'AccessDenied');
    await rejects(assumeRole(aliceKey, 'partner', { ExternalId: 'ticket/4712' }), 'AccessDenied');
    assert.equal((await latest('assume_role')).external_id_given, true);
    assert.equal((await latest('assume_role')).decision, 'deny');
    assert.equal((await latest('assume_role')).issued_key, undefined);
    assert.ok((await assumeRole(aliceKey, 'partner', { ExternalId: 'ticket/4711' })).Credentials.SessionToken);
});

test('tags are conditions of the trust and of the role\'s policies', async () => {
    const red = keyFrom(await assumeRole(aliceKey, 'tagged', { Tags: [{ Key: 'team', Value: 'red' }] }));
    assert.equal((await chat(gateway, red)).status, 200);
    const blue = keyFrom(await assumeRole(aliceKey, 'tagged', { Tags: [{ Key: 'team', Value: 'blue' }] }));
    assert.equal((await chat(gateway, blue)).status, 403);
    await rejects(assumeRole(aliceKey, 'tagged'), 'AccessDenied');
    await rejects(assumeRole(aliceKey, 'tagged', { Tags: [{ Key: 'team', Value: 'green' }] }), 'AccessDenied');
    await rejects(assumeRole(aliceKey, 'tagged', { Tags: [{ Key: 'team', Value: 'red' }, { Key: 'more', Value: 'x' }] }), 'AccessDenied');
    await rejects(assumeRole(aliceKey, 'untagged', { Tags: [{ Key: 'team', Value: 'red' }] }), 'AccessDenied', /sts:TagSession/);
    await rejects(assumeRole(aliceKey, 'untagged', { SourceIdentity: 'alice' }), 'AccessDenied', /sts:SetSourceIdentity/);
    await rejects(assumeRole(aliceKey, 'tagged', { Tags: [{ Key: 'aws:team', Value: 'red' }] }), 'ValidationError');
});

test('a chain of roles: an hour at most, tags and source identity go on', async () => {
    const first = keyFrom(await assumeRole(aliceKey, 'inference', {
        Tags: [{ Key: 'project', Value: 'p1' }, { Key: 'local', Value: 'x' }], TransitiveTagKeys: ['project'], SourceIdentity: 'alice-1' }));
    const given = await assumeRole(first, 'second', { RoleSessionName: 'session-2' });
    const record = await latest('assume_role');
    assert.deepEqual(record.chain, [`arn:aws:iam::${account}:user/alice`, sessionArn('inference', 'session-1')]);
    assert.deepEqual(record.session_tags, ['project=p1']);
    assert.equal(given.SourceIdentity, 'alice-1');
    await chat(gateway, keyFrom(given));
    assert.deepEqual((await latest('outcome')).chain,
        [`arn:aws:iam::${account}:user/alice`, sessionArn('inference', 'session-1'), sessionArn('second', 'session-2')]);
    await rejects(assumeRole(first, 'second', { DurationSeconds: 3601 }), 'ValidationError', /role chaining/);
    await rejects(assumeRole(first, 'second', { Tags: [{ Key: 'Project', Value: 'p2' }] }), 'InvalidParameterValue', /transitive/);
    await rejects(assumeRole(first, 'second', { SourceIdentity: 'mallory' }), 'AccessDenied');
    await rejects(assumeRole(aliceKey, 'second'), 'AccessDenied');
    await rejects(assumeRole(aliceKey, 'inference', { DurationSeconds: 7201 }), 'ValidationError', /MaxSessionDuration/);
});

test('a role that exists and one that does not look the same to who may assume neither', async () => {
    const told = async (role) => assumeRole(bobKey, role).catch((error) => `${error.name}: ${error.message}`.replaceAll(role, 'ROLE'));
    assert.equal(await told('inference'), await told('nothing'));
    assert.match(await told('inference'), /^AccessDenied: User: .*bob is not authorized to perform: sts:AssumeRole on resource: .*ROLE$/);
});

test('what STS does not know or cannot honour, it says in AWS\'s words', async () => {
    const post = async (form, key = aliceKey) => (await send(gateway, signed(gateway, key, {
        path: '/', service: 'sts', body: form, headers: { 'content-type': 'application/x-www-form-urlencoded' } }))).text;
    const head = 'Version=2011-06-15&Action=';
    assert.match(await post(`${head}AssumeRoot`), /<Code>InvalidAction<\/Code>/);
    assert.match(await post('Action=GetCallerIdentity'), /<Code>NoSuchVersion<\/Code>/);
    assert.match(await post(`${head}GetCallerIdentity&Policy=x`), /takes no parameter Policy/);
    assert.match(await post(`${head}AssumeRole&RoleArn=${roleArn('inference')}`), /Value null at &apos;roleSessionName&apos;/);
    assert.match(await post(`${head}AssumeRole&RoleArn=${roleArn('inference')}&RoleSessionName=a`), /greater than or equal to 2/);
    assert.match(await post(`${head}AssumeRole&RoleArn=${roleArn('inference')}&RoleSessionName=ab&SerialNumber=1&TokenCode=2`), /MultiFactorAuthentication/);
    assert.match(await post(`${head}AssumeRole&RoleSessionName=ab&RoleSessionName=cd`), /given twice/);
    assert.match(await post(''), /<Code>MissingAction<\/Code>/);
    assert.match((await send(gateway, { method: 'POST', path: '/', headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-length': 42 }, body: `${head}GetCallerIdentity`.padEnd(42, ' ') })).text,
        /<Code>MissingAuthenticationToken<\/Code>/);
    const get = await send(gateway, signed(gateway, aliceKey, { method: 'GET', service: 'sts', path: `/?${head}GetCallerIdentity` }));
    assert.match(get.text, /<Arn>arn:aws:iam::111122223333:user\/alice<\/Arn>/);
    const presigned = signed(gateway, aliceKey, { method: 'GET', service: 'sts', path: `/?${head}GetCallerIdentity&X-Amz-Expires=60`, signQuery: true });
    assert.match((await send(gateway, presigned)).text, /user\/alice/);
    const bearer = await fetch(`${gateway.url}/`, { method: 'POST', body: new URLSearchParams(`${head}GetCallerIdentity`), headers: { authorization: `Bearer ${keyOf('alice')}` } });
    assert.match(await bearer.text(), /user\/alice/);
});

/* ---- tokens of a login provider ---- */

const assumeWeb = (token, role = 'web', at = gateway) => stsClient(at, aliceKey).send(
    new AssumeRoleWithWebIdentityCommand({ RoleArn: roleArn(role), RoleSessionName: 'web-1', WebIdentityToken: token }));
const bearer = async (token, at = gateway) => {
    const response = await fetch(`${at.url}/v1/chat/completions`, {
        method: 'POST', body: chatBody(), headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` } });
    return { status: response.status, json: await response.json() };
};

test('AssumeRoleWithWebIdentity: RS256 and ES256, by keys from a file', async () => {
    for (const signer of [rsa, ec]) {
        const given = await awsCli(gateway, undefined, 'assume-role-with-web-identity', '--role-arn', roleArn('web'), '--role-session-name', 'web-1',
            '--web-identity-token', signer.sign(claims()));
        assert.equal(given.SubjectFromWebIdentityToken, 'repo:example/agent');
        assert.equal(given.Audience, 'lictor');
        assert.equal(given.Provider, issuer);
        assert.equal(given.AssumedRoleUser.Arn, sessionArn('web', 'web-1'));
        assert.equal((await chat(gateway, keyFrom(given))).status, 200);
        assert.deepEqual((await latest('outcome')).chain, [`${providerArn}#repo:example/agent`, sessionArn('web', 'web-1')]);
    }
    assert.equal((await latest('assume_role')).web_identity, 'repo:example/agent');
});

test('a token that is not good gives nothing', async () => {
    const now = Math.floor(Date.now() / 1000);
    const other = makeSigner('RS256', 'rsa-1');
    const bad = {
        'another key': [other.sign(claims()), 'InvalidIdentityTokenException'],
        'another audience': [rsa.sign(claims({ aud: 'else' })), 'InvalidIdentityTokenException'],
        'another issuer': [rsa.sign(claims({ iss: 'https://else.example.test' })), 'InvalidIdentityTokenException'],
        expired: [rsa.sign(claims({ exp: now - 3600 })), 'ExpiredTokenException'],
        'no algorithm': [`${rsa.sign(claims(), { alg: 'none' }).split('.').slice(0, 2).join('.')}.`, 'InvalidIdentityTokenException'],
        'another subject': [rsa.sign(claims({ sub: 'repo:else/agent' })), 'AccessDenied'],
        'no token': ['nothing', 'InvalidIdentityTokenException'],
    };
    for (const [what, [token, name]] of Object.entries(bad)) {
        await assert.rejects(assumeWeb(token), (error) => {
            assert.equal(error.name, name, `${what}: ${error.message}`);
            return true;
        });
        const answer = await bearer(token);
        assert.ok([401, 403].includes(answer.status), what);
    }
    await rejects(assumeWeb(rsa.sign(claims()), 'inference'), 'AccessDenied');
});

test('a token as a bearer key acts as the provider\'s role', async () => {
    const token = ec.sign(claims());
    assert.equal((await bearer(token)).status, 200);
    const record = await latest('intent');
    assert.match(record.principal, /assumed-role\/web\/repo-example-agent-[0-9a-f]{8}$/);
    assert.equal(record.role, roleArn('web'));
    assert.equal(record.chain[0], `${providerArn}#repo:example/agent`);
    assert.equal((await bearer(ec.sign(claims({ sub: 'agent-7' })))).status, 403);
});

/* ---- other directories ---- */

async function withGateway(more, work) {
    const at = await startGateway(options(more));
    try {
        await work(at);
    } finally {
        await at.stop();
    }
}

test('keys from a URL: fetched at the start, and again when they changed', async () => {
    provider = await startProvider([ec.jwk]);
    try {
        await withGateway({ rest: { principals: principals(provider.url) } }, async (at) => {
            assert.equal((await bearer(ec.sign(claims()), at)).status, 200);
            assert.equal((await bearer(later.sign(claims()), at)).status, 401);
            provider.keys = [later.jwk];
            at.hup();
            await until('new keys', async () => (await bearer(later.sign(claims()), at)).status === 200);
            assert.equal((await bearer(ec.sign(claims()), at)).status, 401);
            /* What cannot be fetched, or is no set of keys, changes nothing. */
            for (const failure of [{ status: 500 }, { status: 200, body: 'nothing' }, { status: 200, body: `{"keys":[${' '.repeat(300000)}]}` }]) {
                const asked = provider.asked;
                Object.assign(provider, failure);
                at.hup();
                await until('it is asked', () => provider.asked > asked);
                await pause(300);
                assert.equal((await bearer(later.sign(claims()), at)).status, 200);
            }
        });
    } finally {
        provider.stop();
    }
});

test('over TLS: keys from an https URL, HTTP/2, and unsigned bodies where they are allowed', async () => {
    const certificate = makeCertificate();
    provider = await startProvider([ec.jwk], certificate);
    const secure = { tls: { certificate: certificate.cert, key: certificate.key }, identity: { unsigned_payload: 'allow' } };
    const tlsCurl = async (at, ...words) => JSON.parse((await promisify(execFile)('curl', ['-sS', '--cacert', certificate.cert, '--resolve', `localhost:${at.port}:127.0.0.1`,
        '-H', 'content-type: application/json', `https://localhost:${at.port}/v1/chat/completions`, '-d', chatBody(), ...words])).stdout);
    const key = ['--aws-sigv4', `aws:amz:${region}:bedrock`, '-u', `${aliceKey.accessKeyId}:${aliceKey.secretAccessKey}`];
    try {
        await withGateway({ lictor: secure, rest: { principals: principals(provider.url), env: { ...secrets, SSL_CERT_FILE: certificate.cert } } }, async (at) => {
            assert.ok((await tlsCurl(at, '-H', `authorization: Bearer ${ec.sign(claims())}`)).choices);
            assert.ok((await tlsCurl(at, '--http2', ...key)).choices);
            assert.ok((await tlsCurl(at, '--http1.1', ...key, '-H', 'x-amz-content-sha256: UNSIGNED-PAYLOAD')).choices);
        });
        /* The same without trust in the provider's certificate: it starts, and lets nobody in. */
        await withGateway({ rest: { principals: principals(provider.url) } }, async (at) => {
            assert.match(at.log, /keys of https:/);
            assert.equal((await bearer(ec.sign(claims()), at)).status, 401);
            assert.equal((await chat(at, aliceKey)).status, 200);
        });
    } finally {
        provider.stop();
        certificate.remove();
    }
});

test('sessions of a role are revoked by time', async () => {
    await withGateway({}, async (at) => {
        const key = keyFrom(await assumeRole(aliceKey, 'inference', {}, at));
        assert.equal((await chat(at, key)).status, 200);
        const soon = new Date(Date.now() + 1500).toISOString();
        at.write({ roles: { ...roles, inference: { ...roles.inference, revoke_sessions_before: soon } } });
        at.hup();
        await until('revoked', async () => (await chat(at, key)).json.error?.code === 'ExpiredToken');
        await pause(Math.max(0, Date.parse(soon) - Date.now()) + 1100);
        assert.equal((await chat(at, keyFrom(await assumeRole(aliceKey, 'inference', {}, at)))).status, 200);
    });
});

test('where replay is refused, a signature counts once, for every worker and over a reload', async () => {
    await withGateway({ lictor: { identity: { replay: 'refuse' }, workers: 2 } }, async (at) => {
        const request = signed(at, aliceKey);
        assert.equal((await send(at, request)).status, 200);
        for (let i = 0; i < 10; i++) {
            const again = await send(at, request);
            assert.equal(again.json?.error.code, 'RequestReplayed', again.text);
        }
        const workers = at.workers();
        at.hup();
        await until('new workers', () => at.workers().every((one) => !workers.includes(one)));
        assert.equal((await send(at, request)).status, 403);
        const list = signed(at, aliceKey, { method: 'GET', path: '/v1/models' });
        assert.equal((await send(at, list)).status, 200);
        assert.equal((await send(at, list)).status, 200);
    });
});

test('without keys for sessions there are none', async () => {
    const none = { oidc_providers: principals('file:keys.json').oidc_providers };
    await withGateway({ rest: { principals: none } }, async (at) => {
        await rejects(assumeRole(aliceKey, 'inference', {}, at), 'SessionsNotConfigured');
        assert.equal((await chat(at, aliceKey)).status, 200);
        assert.equal((await stsClient(at, aliceKey).send(new GetCallerIdentityCommand({}))).Account, account);
    });
});
