/** Where an exam or medication stands in its list: its date, then its id. */
export type ItemPosition = [date: string, id: string];

/** The order of exams and medications; each table has an index for it. */
export const NEWEST_FIRST: ({ date: 'desc' } | { id: 'desc' })[] = [{ date: 'desc' }, { id: 'desc' }];

/**
 * The rows that come after `position`, newest first. The first condition says nothing that the second does not: it is
 * what the index can start at.
 */
export function after(position: ItemPosition | undefined) {
  if (position === undefined) return {};
  const [date, id] = position;
  return { date: { lte: date }, OR: [{ date: { lt: date } }, { id: { lt: id } }] };
}

/** Where one kind of items is kept. An item is found only together with the patient that it belongs to. */
export interface PatientItemsRepository<Item, NewItem, Patch> {
  /** At most `limit` items, newest first, those after `position`. */
  page(patientId: string, limit: number, position?: ItemPosition): Promise<Item[]>;
  /** @throws {AppError} `PATIENT_NOT_FOUND` */
  insert(patientId: string, id: string, item: NewItem): Promise<Item>;
  /** Undefined when the patient has no such item. */
  update(patientId: string, id: string, patch: Patch): Promise<Item | undefined>;
  /** False when the patient has no such item. */
  delete(patientId: string, id: string): Promise<boolean>;
}
