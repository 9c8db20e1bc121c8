'use strict';

// Passes connections on, until it is killed: what a network is that goes away.
//
// $TARGET_FILE    a file that holds the port on 127.0.0.1 to pass on to, read anew for each connection
// $PORT           on 127.0.0.1; 0 or unset: any free port. One line {"listening":PORT} says which
// $EXIT_WITH_STDIN=1 ends the program when its standard input closes

const fs = require('fs');
const net = require('net');

if (process.env.EXIT_WITH_STDIN === '1') {
    process.stdin.on('close', () => process.exit(0)).resume();
}

const server = net.createServer((from) => {
    const to = net.connect(Number(fs.readFileSync(process.env.TARGET_FILE, 'utf8')), '127.0.0.1');
    from.pipe(to).pipe(from);
    for (const [one, other] of [[from, to], [to, from]]) one.on('error', () => other.destroy());
});
server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
    process.stdout.write(JSON.stringify({ listening: server.address().port }) + '\n');
});
