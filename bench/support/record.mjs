import { faker } from '@faker-js/faker';

const VISITS = 12;
const EXAMS_A_VISIT = 8;

/** A record such as the median one, 17 to 19 KB of JSON, the same in each run: exams at each visit. */
export function medianRecord() {
  faker.seed(18);
  const exam = (date) => ({
    id: faker.string.uuid(),
    code: faker.helpers.arrayElement(['8302-2', '29463-7', '8867-4', '4548-4', '2339-0']),
    codeSystem: 'http://loinc.org',
    name: faker.helpers.arrayElement([
      'Body Height',
      'Body Weight',
      'Heart rate',
      'Hemoglobin A1c/Hemoglobin.total in Blood',
    ]),
    result: faker.number.float({ max: 200, fractionDigits: 1 }),
    unit: faker.helpers.arrayElement(['cm', 'kg', '/min', '%']),
    date,
  });
  const visit = () => {
    const date = faker.date.past({ years: 10, refDate: '2026-01-01T00:00:00.000Z' }).toISOString();
    return Array.from({ length: EXAMS_A_VISIT }, () => exam(date));
  };
  const exams = Array.from({ length: VISITS }, visit).flat();
  return { id: faker.string.uuid(), familyName: faker.person.lastName(), exams };
}
