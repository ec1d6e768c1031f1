/** PostgreSQL's `date` crosses the driver as midnight UTC. */
export function toDate(calendarDate: string): Date {
  return new Date(`${calendarDate}T00:00:00Z`);
}

/** `YYYY-MM-DD` of midnight UTC. */
export function fromDate(date: Date): string {
  return date.toISOString().slice(0, 10);
}
