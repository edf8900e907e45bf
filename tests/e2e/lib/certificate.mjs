/* SPDX-License-Identifier: Apache-2.0 */
/* A self-signed certificate for "localhost" in a folder of its own. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export function makeCertificate() {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-e2e-tls-'));
    fs.chmodSync(dir, 0o755);
    const made = { key: path.join(dir, 'key.pem'), cert: path.join(dir, 'cert.pem') };
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
        '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', made.key, '-out', made.cert], { stdio: 'ignore' });
    made.remove = () => fs.rmSync(dir, { recursive: true });
    return made;
}
