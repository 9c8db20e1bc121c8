'use strict';

// Keeps every request it receives, for a verifier to read afterwards.
//
//   CAPTURE_FILE=requests.ndjson node capture.js
//
// $CAPTURE_FILE   where each request is appended as a line, before it is answered:
//                 {"received_at","method","url","headers":[[name, value], …],"body":base64}, names as they came
// $PORT           on 127.0.0.1; 0 or unset: any free port. One line {"listening":PORT} says which
// $STATUS         what to answer; 200 when unset
// $STATUS_FILE    a file that holds what to answer, read anew for each request; where it is absent, $STATUS counts
// $EXIT_WITH_STDIN=1 ends the program when its standard input closes

const fs = require('fs');
const http = require('http');

const file = process.env.CAPTURE_FILE;
if (!file) {
    console.error('Set CAPTURE_FILE to the file that the requests are to be appended to.');
    process.exit(2);
}
if (process.env.EXIT_WITH_STDIN === '1') {
    process.stdin.on('close', () => process.exit(0)).resume();
}

function status() {
    let text = process.env.STATUS ?? '200';
    try {
        text = fs.readFileSync(process.env.STATUS_FILE ?? '', 'utf8');
    } catch {
        // No such file, or none named.
    }
    return Number(text.trim());
}

const server = http.createServer((req, res) => {
    const chunks = [];
    req.on('data', (chunk) => chunks.push(chunk));
    req.on('end', () => {
        const headers = [];
        for (let i = 0; i < req.rawHeaders.length; i += 2) headers.push(req.rawHeaders.slice(i, i + 2));
        fs.appendFileSync(file, JSON.stringify({
            received_at: new Date().toISOString(),
            method: req.method,
            url: req.url,
            headers,
            body: Buffer.concat(chunks).toString('base64'),
        }) + '\n');
        res.writeHead(status(), { 'Content-Type': 'text/plain' }).end('captured\n');
    });
});
server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
    process.stdout.write(JSON.stringify({ listening: server.address().port }) + '\n');
});
