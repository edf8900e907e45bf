/* SPDX-License-Identifier: Apache-2.0 */
/* One line for each test, the whole of each failure, and the count that `make test` adds up. */

function reason(error) {
    const cause = error?.cause ?? error;
    return String(cause?.stack ?? cause?.message ?? cause).split('\n').slice(0, 14).map((line) => `    ${line}`).join('\n');
}

export default async function* report(source) {
    let passed = 0;
    let failed = 0;
    let last;
    for await (const { type, data } of source) {
        if (type === 'test:pass' && data.skip === undefined) {
            passed++;
            yield `ok   ${data.name} (${Math.round(data.details.duration_ms)} ms)\n`;
        } else if (type === 'test:pass') {
            yield `skip ${data.name}: ${data.skip}\n`;
        } else if (type === 'test:fail') {
            failed++;
            const why = reason(data.details.error);
            const name = `${data.file ? `${data.file.split('/').at(-1)}: ` : ''}${data.name}`;
            yield why === last ? `FAIL ${name}: likewise\n` : `FAIL ${name}\n${why}\n`;
            last = why;
        } else if (type === 'test:stderr' && process.env.E2E_KEEP) {
            yield data.message;
        }
    }
    yield `${passed} passed, ${failed} failed\n`;
}
