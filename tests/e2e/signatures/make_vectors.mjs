// SPDX-License-Identifier: Apache-2.0
// As make_vectors.py, with the signers of npm: @smithy/signature-v4 (the AWS SDK's), aws4, aws4fetch.
//
//     npm i @smithy/signature-v4 @aws-crypto/sha256-js aws4 aws4fetch
//     node make_vectors.mjs [N] > FILE
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import aws4 from 'aws4';
import { AwsClient } from 'aws4fetch';

const key = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const letters = [..."abcXYZ019-._~ !$&'()*+,;=:@/äß€ሴ"];
const pick = (list) => list[Math.floor(Math.random() * list.length)];
const text = (n) => Array.from({ length: 1 + Math.floor(Math.random() * n) }, () => pick(letters)).join('');
const encode = (s) =>
  encodeURIComponent(s).replace(/[!'()*]/g, (c) => '%' + c.charCodeAt(0).toString(16).toUpperCase());
const path = () => '/' + Array.from({ length: Math.floor(Math.random() * 4) }, () => encode(text(10))).join('/');
const pairs = () => Array.from({ length: Math.floor(Math.random() * 4) }, (_, i) => [`k${i}${text(4)}`, text(8)]);

const show = (name, s3, method, target, headers, body) => {
  console.log(`== ${name} ${s3 ? 0 : 1} ${s3 ? 1 : 0}\n${method} ${target}`);
  for (const [header, value] of Object.entries(headers)) console.log(`${header}:${value}`);
  console.log(`\n${Buffer.from(body).toString('hex')}`);
};
const queryText = (query) =>
  query.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');

async function smithy(number, presign) {
  const signer = new SignatureV4({ service: 'bedrock', region: 'eu-west-1', credentials: key, sha256: Sha256 });
  const query = pairs();
  const request = {
    method: 'POST', protocol: 'https:', hostname: 'bedrock.example.com', path: path(),
    query: Object.fromEntries(query), headers: { host: 'bedrock.example.com', 'x-amz-target': 'a  b', 'user-agent': 'x' },
    body: presign ? undefined : 'body',
  };
  const signed = presign ? await signer.presign(request, { expiresIn: 60 }) : await signer.sign(request);
  const target = queryText(Object.entries(signed.query));
  show(`smithy-${presign ? 'query' : 'header'}-${number}`, false, 'POST', signed.path + (target ? '?' + target : ''),
    signed.headers, presign ? '' : 'body');
}

function fourth(number, signQuery) {
  const query = queryText(pairs());
  const signed = aws4.sign({
    host: 'lambda.example.com', service: 'lambda', region: 'eu-west-1', method: 'POST', path: path() + (query ? '?' + query : ''),
    body: 'body', signQuery, headers: signQuery ? {} : { 'Content-Type': 'application/json' },
  }, key);
  show(`aws4-${signQuery ? 'query' : 'header'}-${number}`, false, 'POST', signed.path, signed.headers, 'body');
}

async function fetched(number, signQuery) {
  const client = new AwsClient({ ...key, service: 'execute-api', region: 'eu-west-1' });
  const query = queryText(pairs());
  const url = `https://api.example.com${path()}${query ? '?' + query : ''}`;
  const signed = await client.sign(url, { method: 'PUT', body: 'body', headers: { 'content-type': 'application/json' }, aws: { signQuery } });
  const at = new URL(signed.url);
  const headers = { host: at.host, ...Object.fromEntries(signed.headers) };
  show(`aws4fetch-${signQuery ? 'query' : 'header'}-${number}`, false, 'PUT', at.pathname + at.search, headers, 'body');
}

for (let i = 0; i < Number(process.argv[2] ?? 30); i++) {
  await smithy(i, false);
  await smithy(i, true);
  fourth(i, false);
  fourth(i, true);
  await fetched(i, false);
  await fetched(i, true);
}
