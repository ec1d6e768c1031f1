import { costTable } from './table.ts';

console.log(costTable());
