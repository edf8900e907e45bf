// SPDX-License-Identifier: Apache-2.0
// Writes jwks.json and tokens.case beside itself: tokens made by npm's `jose`, and the classic
// attacks by hand. Run only to make them anew (npm i jose; node make.mjs); the tests read the files.
//
//     name
//     expected: good, or words of the sentence that refuses it
//     token
import { KeyObject, createHmac, createSign, generateKeyPairSync, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';

const NOW = 1795384463;
const b64 = (value) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const extractable = { extractable: true };

const rsa = await generateKeyPair('RS256', extractable);
const other = await generateKeyPair('RS256', extractable);
const ec = await generateKeyPair('ES256', extractable);
const otherEc = await generateKeyPair('ES256', extractable);
const ec384 = await generateKeyPair('ES384', extractable);
const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
const enc = await generateKeyPair('RS256', extractable);
const ed = await generateKeyPair('EdDSA', extractable);

const jwk = async (key, extra) => ({ ...(await exportJWK(key)), ...extra });
const rsaJwk = await jwk(rsa.publicKey, { kid: 'rsa-1', alg: 'RS256', use: 'sig' });
const otherJwk = await jwk(other.publicKey, { kid: 'attacker' });
const jwks = {
  keys: [
    rsaJwk,
    await jwk(ec.publicKey, { kid: 'ec-1', key_ops: ['verify'] }),
    await jwk(ec384.publicKey, { kid: 'ec-384', use: 'sig' }),
    { ...weak.publicKey.export({ format: 'jwk' }), kid: 'rsa-weak', use: 'sig' },
    await jwk(enc.publicKey, { kid: 'rsa-enc', use: 'enc' }),
    await jwk(ed.publicKey, { kid: 'ed-1', use: 'sig' }),
    { kty: 'oct', kid: 'secret', k: 'c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0' },
  ],
};

const claims = {
  iss: 'https://issuer.example/realm',
  sub: 'repo:acme/app:ref:refs/heads/main',
  aud: 'lictor',
  iat: NOW - 10,
  nbf: NOW - 10,
  exp: NOW + 3600,
  environment: 'production',
  run: 17,
  trusted: true,
  groups: ['a', 'b'],
  nested: { no: 'key' },
};
const rs = (payload, header = {}, key = rsa.privateKey) =>
  new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid: 'rsa-1', ...header }).sign(key);
const es = (payload, header = {}, key = ec.privateKey) =>
  new SignJWT(payload).setProtectedHeader({ alg: 'ES256', kid: 'ec-1', ...header }).sign(key);
const without = (...names) => {
  const left = { ...claims };
  for (const name of names) delete left[name];
  return left;
};
// Signs any header and payload text with the issuer's own RSA key.
const raw = (header, payload, key = rsa.privateKey) => {
  const input = `${b64(header)}.${b64(payload)}`;
  return `${input}.${createSign('sha256').update(input).sign(key).toString('base64url')}`;
};
const good = await rs(claims);
const goodEs = await es(claims);
const [esHead, esBody, esSig] = goodEs.split('.');
const esInput = Buffer.from(`${esHead}.${esBody}`);
const nodeKey = (key) => KeyObject.from(key);
const rsaPem = nodeKey(rsa.publicKey).export({ format: 'pem', type: 'spki' });
const hmacWithPublic = (() => {
  const input = `${b64({ alg: 'HS256', kid: 'rsa-1' })}.${b64(claims)}`;
  return `${input}.${createHmac('sha256', rsaPem).update(input).digest('base64url')}`;
})();
const flip = (token) => token.slice(0, -10) + (token.at(-10) === 'A' ? 'B' : 'A') + token.slice(-9);
const derSignature = sign('sha256', esInput, nodeKey(ec.privateKey)).toString('base64url');
const header = { alg: 'RS256', kid: 'rsa-1' };
const rsaKey = nodeKey(rsa.privateKey);
const rawGood = (head, payload) => raw(head, payload, rsaKey);
const text = JSON.stringify(claims);

const cases = [
  ['rs256', 'good', good],
  ['es256', 'good', goodEs],
  ['typ JWT', 'good', await rs(claims, { typ: 'JWT' })],
  ['typ application/at+jwt', 'good', await rs(claims, { typ: 'application/at+jwt' })],
  ['no kid, one RSA key', 'good', await rs(claims, { kid: undefined })],
  ['list of audiences', 'good', await rs({ ...claims, aud: ['x', 'lictor'] })],
  ['azp listed', 'good', await rs({ ...claims, aud: 'x', azp: 'lictor' })],
  ['no nbf, no iat', 'good', await rs(without('nbf', 'iat'))],
  ['fraction of a second', 'good', await rs({ ...claims, exp: NOW + 0.5 })],
  ['exp within the leeway', 'good', await rs({ ...claims, exp: NOW - 59 })],
  ['exp at the end of the leeway', 'expired', await rs({ ...claims, exp: NOW - 60 })],
  ['exp long ago', 'ExpiredToken', await rs({ ...claims, exp: 1 })],
  ['nbf within the leeway', 'good', await rs({ ...claims, nbf: NOW + 60 })],
  ['nbf beyond the leeway', 'not yet good', await rs({ ...claims, nbf: NOW + 62 })],
  ['iat beyond the leeway', 'in the future', await rs({ ...claims, iat: NOW + 62 })],
  ['no exp', 'does not say when', await rs(without('exp'))],
  ['exp as text', 'exp is no time', rawGood(header, text.replace(/"exp":\d+/, '"exp":"9999999999"'))],
  ['exp huge', 'exp is no time', rawGood(header, text.replace(/"exp":\d+/, '"exp":1e300'))],
  ['exp beyond 64 bits', 'exp is no time', rawGood(header, text.replace(/"exp":\d+/, '"exp":18446744073709551616'))],
  ['exp negative', 'exp is no time', rawGood(header, text.replace(/"exp":\d+/, '"exp":-1'))],
  ['exp null', 'exp is no time', rawGood(header, text.replace(/"exp":\d+/, '"exp":null'))],
  ['other issuer', 'issuer is', await rs({ ...claims, iss: 'https://issuer.example/realm/' })],
  ['no issuer', 'issuer is', await rs(without('iss'))],
  ['issuer as list', 'iss is no text', await rs({ ...claims, iss: ['https://issuer.example/realm'] })],
  ['other audience', 'another audience', await rs({ ...claims, aud: 'lictor2' })],
  ['no audience', 'another audience', await rs(without('aud'))],
  ['audience as number', 'neither a text', rawGood(header, text.replace('"aud":"lictor"', '"aud":7'))],
  ['no subject', 'no subject', await rs(without('sub'))],
  ['alg none', 'neither RS256 nor ES256', `${b64({ alg: 'none' })}.${b64(claims)}.`],
  ['alg None with signature', 'neither RS256 nor ES256', `${b64({ alg: 'None', kid: 'rsa-1' })}.${b64(claims)}.${good.split('.')[2]}`],
  ['alg missing', 'neither RS256 nor ES256', rawGood({ kid: 'rsa-1' }, claims)],
  ['alg as number', 'alg is no text', rawGood({ alg: 256, kid: 'rsa-1' }, claims)],
  ['alg rs256 in small letters', 'neither RS256 nor ES256', rawGood({ alg: 'rs256', kid: 'rsa-1' }, claims)],
  ['alg RS512', 'neither RS256 nor ES256', await new SignJWT(claims).setProtectedHeader({ alg: 'RS512', kid: 'rsa-1' }).sign(
    await crypto.subtle.importKey('jwk', { ...(await exportJWK(rsa.privateKey)) }, { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-512' }, true, ['sign']))],
  ['HS256 with the public key', 'neither RS256 nor ES256', hmacWithPublic],
  ['HS256 with the secret of the set', 'neither RS256 nor ES256', await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'secret' }).sign(
    Buffer.from('c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0', 'base64url'))],
  ['signed by another', "not by the issuer's key", await rs(claims, {}, other.privateKey)],
  ['kid of another key', 'has no key', await rs(claims, { kid: 'ec-1' })],
  ['kid unknown', 'has no key', await rs(claims, { kid: '../../dev/null' })],
  ['kid as number', 'kid is no text', rawGood({ alg: 'RS256', kid: 1 }, claims)],
  ['kid of the weak key', 'has no key', rawGoodWith(weak.privateKey, 'rsa-weak')],
  ['kid of the encryption key', 'has no key', await rs(claims, { kid: 'rsa-enc' }, enc.privateKey)],
  ['embedded jwk', "not by the issuer's key", await rs(claims, { jwk: otherJwk }, other.privateKey)],
  ['jku and x5u', "not by the issuer's key", await rs(claims, { jku: 'https://attacker.example/jwks', x5u: 'https://attacker.example/x' }, other.privateKey)],
  ['crit', 'crit', rawGood({ alg: 'RS256', kid: 'rsa-1', crit: ['exp'], exp: 1 }, claims)],
  ['crit b64', 'crit', rawGood({ alg: 'RS256', kid: 'rsa-1', crit: ['b64'], b64: false }, claims)],
  ['typ logout', 'type', await rs(claims, { typ: 'logout+jwt' })],
  ['alg twice', 'not JSON', rawGood('{"alg":"RS256","kid":"rsa-1","alg":"none"}', claims)],
  ['sub twice', 'not JSON', rawGood(header, text.replace('"sub"', '"sub":"admin","sub"'))],
  ['sub twice, escaped', 'not JSON', rawGood(header, text.replace('"sub"', '"s\\u0075b":"admin","sub"'))],
  ['payload a list', 'no JSON object', rawGood(header, [claims])],
  ['payload empty', 'not JSON', rawGood(header, '')],
  ['payload not UTF-8', 'not JSON', (() => {
    const input = `${b64(header)}.${Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]).toString('base64url')}`;
    return `${input}.${createSign('sha256').update(input).sign(rsaKey).toString('base64url')}`;
  })()],
  ['header a list', 'no JSON object', rawGood([header], claims)],
  ['payload changed', "not by the issuer's key", [good.split('.')[0], b64({ ...claims, sub: 'admin' }), good.split('.')[2]].join('.')],
  ['signature changed', "not by the issuer's key", flip(good)],
  ['signature of nothing', "not by the issuer's key", good.split('.').slice(0, 2).join('.') + '.'],
  ['signature cut', "not by the issuer's key", `${good.split('.').slice(0, 2).join('.')}.${Buffer.from(good.split('.')[2], 'base64url').subarray(0, 253).toString('base64url')}`],
  ['four parts', 'three parts', `${good}.AAAA`],
  ['two parts', 'three parts', good.split('.').slice(0, 2).join('.')],
  ['trailing blank', 'base64url', `${good} `],
  ['padding', 'base64url', `${good}==`],
  ['plain base64', 'base64url', good.split('.').slice(0, 2).join('.') + '.++//'],
  ['bits behind the last byte', 'base64url', good.slice(0, -1) + (good.at(-1) === 'A' ? 'B' : String.fromCharCode(good.charCodeAt(good.length - 1) + 1))],
  ['es256 of zeros', "not by the issuer's key", `${esHead}.${esBody}.${'A'.repeat(86)}`],
  ['es256 r zero', "not by the issuer's key", `${esHead}.${esBody}.${Buffer.concat([Buffer.alloc(32), Buffer.from(esSig, 'base64url').subarray(32)]).toString('base64url')}`],
  ['es256 r and s the order', "not by the issuer's key", `${esHead}.${esBody}.${Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'.repeat(2), 'hex').toString('base64url')}`],
  ['es256 in DER', "not by the issuer's key", `${esHead}.${esBody}.${derSignature}`],
  ['es256 with a byte more', "not by the issuer's key", `${esHead}.${esBody}.${Buffer.concat([Buffer.from(esSig, 'base64url'), Buffer.from([0])]).toString('base64url')}`],
  ['es256 by another', "not by the issuer's key", await es(claims, {}, otherEc.privateKey)],
  ['es256 named as RS256', 'has no key', `${b64({ alg: 'RS256', kid: 'ec-1' })}.${esBody}.${esSig}`],
  ['es384', 'neither RS256 nor ES256', await new SignJWT(claims).setProtectedHeader({ alg: 'ES384', kid: 'ec-384' }).sign(ec384.privateKey)],
  ['es384 named as ES256', 'has no key', (() => {
    const input = `${b64({ alg: 'ES256', kid: 'ec-384' })}.${b64(claims)}`;
    return `${input}.${sign('sha256', Buffer.from(input), { key: nodeKey(ec384.privateKey), dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  })()],
  ['eddsa', 'neither RS256 nor ES256', await new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA', kid: 'ed-1' }).sign(ed.privateKey)],
  ['too long', 'more than', rawGood(header, { ...claims, padding: 'x'.repeat(17000) })],
  ['empty', 'three parts', '..'.slice(0, 1)],
  ['dots', 'not JSON', '..'],
];
function rawGoodWith(key, kid) {
  return raw({ alg: 'RS256', kid }, claims, key);
}
writeFileSync(new URL('jwks.json', import.meta.url), JSON.stringify(jwks, null, 1) + '\n');
writeFileSync(new URL('tokens.case', import.meta.url),
  cases.map(([name, expected, token]) => `${name}\n${expected}\n${token}\n`).join('\n'));
console.log(`${cases.length} tokens`);
