// What AWS Lambda's runtime does for a function: imports its bundle, and gives it one event at a time.
const { handler } = await import(process.argv[2]);
const context = {
  callbackWaitsForEmptyEventLoop: false,
  awsRequestId: 'test',
  getRemainingTimeInMillis: () => 30_000,
};
process.on('message', async ({ id, event }) => {
  try {
    process.send({ id, result: await handler(event, context) });
  } catch (error) {
    process.send({ id, error: String(error) });
  }
});
process.send({ id: 'ready' });
