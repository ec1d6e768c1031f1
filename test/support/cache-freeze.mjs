// Commits a statement, and ends some time later: whoever waits for this process synchronously is frozen as long.
import pg from 'pg';

const [url, sql, freezeMs] = process.argv.slice(2);
const client = new pg.Client({ connectionString: url });
await client.connect();
await client.query(sql);
await client.query('SELECT pg_sleep($1::float8 / 1000)', [freezeMs]);
await client.end();
