import { CacheStatsAnswer } from '../../src/metrics/dto/cache-stats.dto.js';
import { openClinic, type Clinic } from '../support/clinic.js';
import { waitUntil } from '../support/wait-until.js';

describe('the self-check', () => {
  let clinic: Clinic;
  let id: string;
  beforeEach(async () => {
    clinic = await openClinic();
    id = await clinic.rows.patient('García', 'José');
  });
  afterEach(() => clinic.close());

  const read = () => clinic.clinician.get<{ phone: string | null }>(`/api/patients/${id}`);
  const change = (phone: string) => clinic.clinician.patch(`/api/patients/${id}`, { phone });
  const stats = async () => CacheStatsAnswer.parse((await clinic.admin.get('/api/cache/stats')).body);
  const checks = async () =>
    (await stats()).routes.find(({ name }) => name === 'PatientsController.record')?.checks ?? {};

  it('the first hit after a change is compared with the origin, and nothing is wrong', async () => {
    let phone = 0;
    await waitUntil('three checks', async () => {
      await read();
      await change(`+34 600 000 ${100 + ++phone}`);
      await read();
      await read();
      return ((await checks())['consistent'] ?? 0) >= 3;
    });

    // A check that comes after the next change says nothing, and is counted as such.
    const outcomes = Object.keys(await checks()).filter((outcome) => outcome !== 'changed');
    expect(outcomes).toEqual(['consistent']);
    expect((await stats()).total.inconsistencies).toBe(0);
  });

  it('finds data that was changed behind the triggers, tells which route, and not what', async () => {
    await read();
    await change('+34 600 000 001');
    await read();
    await clinic.rows.query('ALTER TABLE patient DISABLE TRIGGER ALL');
    await clinic.rows.query(`UPDATE patient SET phone = '+34 999 888 777' WHERE id = $1`, [id]);

    const hit = await read();
    await waitUntil('an inconsistency', async () => (await stats()).total.inconsistencies === 1);

    expect(hit.headers.get('cache-status')).toMatch(/detail=L1$/);
    expect(hit.body.phone).toBe('+34 600 000 001');
    expect(await checks()).toMatchObject({ inconsistent: 1 });
    const metrics = await (await fetch(`${clinic.app.url}/metrics`)).text();
    expect(metrics).toContain('\ncareline_cache_inconsistencies_total 1\n');
    const told = clinic.app.logs.filter((line) => line.includes('PatientsController.record'));
    expect(told.map((line) => (JSON.parse(line) as { level: string }).level)).toEqual(['error']);
    expect(clinic.app.logs.join('\n')).not.toMatch(/999 888|600 000|García/);
  });

  it('reads of one that was deleted behind the triggers cannot be compared, and are counted as such', async () => {
    await read();
    await change('+34 600 000 001');
    await read();
    await clinic.rows.query('ALTER TABLE patient DISABLE TRIGGER ALL');
    await clinic.rows.query('DELETE FROM patient WHERE id = $1', [id]);

    await read();
    await waitUntil('a check', async () => ((await checks())['failed'] ?? 0) === 1);

    expect((await stats()).total.inconsistencies).toBe(0);
  });
});
