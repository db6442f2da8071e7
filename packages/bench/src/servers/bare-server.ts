import { createServer } from 'node:http';

/** A minimal server that sends a buffer: `GET /1234` answers with 1,234 bytes. */
const bodies = new Map<string, Buffer>();
const server = createServer((request, response) => {
  const path = request.url ?? '/0';
  const body = bodies.get(path) ?? Buffer.alloc(Number(path.slice(1)), 'x');
  bodies.set(path, body);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
  response.end(body);
});
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify(server.address())));
