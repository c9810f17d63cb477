import { createServer, type ListenOptions, type Server, type Socket } from 'node:net';

/**
 * Listens, and leads each connection to where `dial` says; one that breaks on one side is ended on the other.
 * @param listen where: a port on loopback, or the path of a Unix socket
 * @param dial opens the other half of a connection
 * @throws Error when nothing can listen there
 */
export async function relay(listen: ListenOptions, dial: () => Socket): Promise<Server> {
  const server = createServer((client) => {
    const upstream = dial();
    client.pipe(upstream).pipe(client);
    for (const socket of [client, upstream]) {
      socket.on('error', () => {
        client.destroy();
        upstream.destroy();
      });
    }
  });
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(listen, done);
  });
  return server;
}
