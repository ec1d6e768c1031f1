// A bare Fastify route that sends one buffer: what a hit can cost at the least.
import { readFileSync } from 'node:fs';
import Fastify from 'fastify';

const body = readFileSync(process.env.BENCH_RECORD);
const app = Fastify();
app.get('/api/patients/:id', (_request, reply) => {
  reply.header('content-type', 'application/json; charset=utf-8').send(body);
});
console.log(await app.listen({ port: 0, host: '127.0.0.1' }));
