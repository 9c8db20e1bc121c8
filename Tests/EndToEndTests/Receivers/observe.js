'use strict';

// Watches what a guide's own code receives and answers, without a change to that code.
//
// A receiver requires this file first. From then on `require('express')` gives applications that
//   - listen on 127.0.0.1 at $PORT (0 or unset: any free port) whatever port the guide's code asks for, and print one
//     line {"listening":PORT} once they do;
//   - print one JSON line for each request answered, the members of which are listed at `describe`;
//   - answer exactly as the guide's code answers: the body is read beside Express, not in its place.
// Standard output carries those lines alone: what the guide's code logs goes to standard error.
//
// $EXIT_WITH_STDIN=1 ends the program when its standard input closes, so that it cannot outlive the test.

const { AsyncLocalStorage } = require('async_hooks');
const crypto = require('crypto');
const express = require('express');

const current = new AsyncLocalStorage();

console.log = console.error;
if (process.env.EXIT_WITH_STDIN === '1') {
    process.stdin.on('close', () => process.exit(0)).resume();
}

function watch(req, res, next) {
    const seen = { chunks: [], stored: [], error: undefined };
    // Express's body parser attaches its own listener in this same turn, so both see every chunk.
    req.on('data', (chunk) => seen.chunks.push(chunk));
    res.on('finish', () => {
        // The guides go on working after they have answered; give them the rest of this turn.
        setImmediate(() => print(describe(req, res, seen)));
    });
    current.run(seen, next);
}

function describe(req, res, seen) {
    const raw = Buffer.concat(seen.chunks);
    let event;
    let stringifyEqual = null;
    try {
        event = JSON.parse(raw.toString());
        stringifyEqual = Buffer.from(JSON.stringify(event)).equals(raw);
    } catch {
        // Not JSON: no event, and nothing to compare.
    }
    return {
        path: req.originalUrl,
        method: req.method,
        // A guide whose code answers alike in both cases sets `res.locals.verified` itself.
        verified: res.locals.verified ?? res.statusCode === 200,
        status: res.statusCode,
        event_id: event?.id ?? null,
        type: event?.type ?? null,
        webhook_id: req.headers['webhook-id'] ?? null,
        body_bytes: raw.length,
        body_sha256: crypto.createHash('sha256').update(raw).digest('hex'),
        // Whether the bytes are what a JavaScript engine would write for them; null when they are not JSON.
        stringify_equal: stringifyEqual,
        // What the guide's handlers wrote to their `db`.
        stored: seen.stored,
        // What the guide's code threw, if it did.
        error: seen.error,
    };
}

function print(line) {
    process.stdout.write(JSON.stringify(line) + '\n');
}

function observedExpress() {
    const app = express();
    app.use(watch);
    const listen = app.listen.bind(app);
    app.listen = (_port, ready) => {
        app.use((error, req, res, next) => {
            const seen = current.getStore();
            if (seen) seen.error = error.message;
            next(error);
        });
        const server = listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
            print({ listening: server.address().port });
            ready?.();
        });
        return server;
    };
    return app;
}

require.cache[require.resolve('express')].exports = Object.assign(observedExpress, express);

/// The `db` that the guides' handlers use: notes every write in the request's line and knows nothing of earlier ones.
exports.db = new Proxy({}, {
    get: (_db, collection) => new Proxy({}, {
        get: (_collection, operation) => async (...values) => {
            if (operation === 'findOne' || operation === 'exists') return null;
            current.getStore()?.stored.push({ collection, operation, values });
            return null;
        },
    }),
});

/// The secret under test: $SECRET, which a guide's reader would paste or export.
exports.secret = process.env.SECRET;
if (!exports.secret) {
    console.error('Set SECRET to the signing secret of the endpoint under test.');
    process.exit(2);
}
