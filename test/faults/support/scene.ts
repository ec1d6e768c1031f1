import { randomBytes } from 'node:crypto';
import { openClinic, type Clinic } from '../../support/clinic.js';
import { RawClient, type RawAnswer } from './http.js';

/** Somebody whose record others want, cached, beside an intruder who is a patient with a record of their own. */
export class Scene {
  /** Stands in everything of the victim, and nowhere else. */
  readonly marker = `Zq${randomBytes(8).toString('hex')}`;
  victimId = '';
  examId = '';

  private constructor(
    readonly clinic: Clinic,
    /** Signed in as a patient. */
    readonly intruder: RawClient,
    readonly clinician: RawClient,
    readonly admin: RawClient,
    readonly stranger: RawClient,
  ) {}

  /** @param environment variables that the service gets besides */
  static async open(environment: Record<string, string> = {}): Promise<Scene> {
    const clinic = await openClinic(environment);
    const client = (token?: string) => new RawClient(clinic.app.url, token);
    const { patient, clinician, admin } = clinic;
    const scene = new Scene(
      clinic,
      client(patient.token),
      client(clinician.token),
      client(admin.token),
      client(),
    );
    await scene.addVictim();
    return scene;
  }

  get url(): string {
    return this.clinic.app.url;
  }

  get ownId(): string {
    return this.clinic.patientId;
  }

  /** What of the victim is cached, when {@link warm} has read it. */
  get victimPaths(): readonly string[] {
    const record = `/api/patients/${this.victimId}`;
    return [record, `${record}/exams`, `${record}/medications`];
  }

  /** Makes everything of the victim a hit. */
  async warm(): Promise<readonly RawAnswer[]> {
    for (const path of this.victimPaths) await this.clinician.get(path);
    const hits = await Promise.all(this.victimPaths.map((path) => this.clinician.get(path)));
    for (const { headers, body } of hits) {
      if (!String(headers['cache-status']).includes('hit') || !body.includes(this.marker)) {
        throw new Error(`not warm: ${String(headers['cache-status'])}`);
      }
    }
    return hits;
  }

  /** Whether anything of the victim is in an answer. */
  leaksIn({ headers, body }: RawAnswer): boolean {
    return `${JSON.stringify(headers)}${body}`.includes(this.marker);
  }

  async close(): Promise<void> {
    for (const client of [this.intruder, this.clinician, this.admin, this.stranger]) client.close();
    await this.clinic.close();
  }

  private async addVictim(): Promise<void> {
    const { rows } = this.clinic;
    this.victimId = await rows.patient(this.marker, this.marker);
    this.examId = await rows.exam(this.victimId);
    const medicationId = await rows.medication(this.victimId);
    await rows.query('UPDATE exam SET name = $1 WHERE id = $2', [this.marker, this.examId]);
    await rows.query('UPDATE medication SET name = $1 WHERE id = $2', [this.marker, medicationId]);
  }
}
