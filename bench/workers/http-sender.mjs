// Sends requests from a thread of its own, so that the event loop of the main thread has the server alone.
// Driven by bench/worst-input.mjs.
import { request } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';

parentPort.on('message', ({ method, path, headers, body }) => {
  const { hostname, port } = new URL(workerData.url);
  const sent = request({ hostname, port, method, path, headers }, (response) => {
    response.resume();
    response.on('end', () => parentPort.postMessage(response.statusCode));
  });
  sent.on('error', (error) => parentPort.postMessage(error.code));
  sent.end(body);
});
