/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes on a socket, as no SDK would send them, and what came back. */
import net from 'node:net';
import { keyOf, pause } from './gateway.mjs';

/*
 * Sends `bytes` (or each of a list, with pauses) and reads until the other side closes, or until
 * nothing has come for `quiet_ms`. The text is Latin-1, so that every byte is seen.
 */
export async function exchange(gateway, bytes, { quiet_ms: quiet = 1000, pause_ms: between = 0, ends = false } = {}) {
    const socket = net.connect(gateway.port, '127.0.0.1');
    socket.setNoDelay(true);
    let text = '';
    const done = new Promise((resolve) => {
        let timer = setTimeout(resolve, quiet + 3000);
        socket.on('data', (data) => {
            text += data.toString('latin1');
            clearTimeout(timer);
            timer = setTimeout(resolve, quiet);
        });
        for (const event of ['close', 'error']) socket.on(event, () => { clearTimeout(timer); resolve(); });
    });
    for (const [i, part] of [bytes].flat().entries()) {
        if (i > 0) await pause(between);
        if (socket.destroyed) break;
        socket.write(typeof part === 'string' ? Buffer.from(part, 'latin1') : part);
    }
    if (ends) socket.end();
    await done;
    socket.destroy();
    return text;
}

export const statusesOf = (text) => [...text.matchAll(/(?:^|\n|\})HTTP\/1\.[01] (\d{3})/g)].map((found) => Number(found[1]));

/* A request as it should be, to be spoilt: `headers` are lines, `body` is text in Latin-1. */
export function requestText({ method = 'POST', target = '/v1/chat/completions', version = 'HTTP/1.1', headers, body, user = 'alice', more = [] } = {}) {
    const lines = headers ?? [
        'host: gateway.example', `authorization: Bearer ${keyOf(user)}`, 'content-type: application/json',
        `content-length: ${Buffer.byteLength(body ?? '', 'latin1')}`, 'connection: close', ...more,
    ];
    return `${method} ${target} ${version}\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n${body ?? ''}`;
}

export const chatBody = (more = {}) => JSON.stringify({ model: 'gpt-test', messages: [{ role: 'user', content: 'Hello.' }], ...more });
