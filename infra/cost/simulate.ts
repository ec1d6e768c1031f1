import { limitTable } from './limit-table.ts';

console.log(limitTable());
