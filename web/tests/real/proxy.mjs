// A TCP connection in between that the checks can cut. Invariant: bytes pass unchanged until it is cut.
import { connect, createServer } from 'node:net';
import { once } from 'node:events';

export async function proxyTo(port) {
  const pairs = new Set();
  let isDown = false;
  const server = createServer((client) => {
    if (isDown) {
      client.destroy();
      return;
    }
    const upstream = connect(port, '127.0.0.1');
    const pair = [client, upstream];
    pairs.add(pair);
    const end = () => {
      pair.forEach((socket) => socket.destroy());
      pairs.delete(pair);
    };
    for (const [from, to] of [pair, [upstream, client]]) {
      from.pipe(to);
      from.on('error', end);
      from.on('close', end);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => pairs.forEach((pair) => pair.forEach((socket) => socket.destroy()));
  return {
    address: `http://127.0.0.1:${server.address().port}`,
    /** Ends every connection, and refuses new ones until `up`. */
    down() {
      isDown = true;
      cut();
    },
    up() {
      isDown = false;
    },
    close() {
      cut();
      server.close();
    },
  };
}
