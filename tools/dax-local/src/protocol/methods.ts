/** Methods that AWS's clients send, by their ids, and how many arguments follow each. */
export const METHODS = {
  authorizeConnection: { id: 1489122155, arguments: 5 },
  endpoints: { id: 455855874, arguments: 0 },
  defineKeySchema: { id: -742646399, arguments: 1 },
  defineAttributeListId: { id: -1230579644, arguments: 1 },
  defineAttributeList: { id: 670678385, arguments: 1 },
  getItem: { id: 263244906, arguments: 3 },
  putItem: { id: -2106490455, arguments: 4 },
  updateItem: { id: 1425579023, arguments: 3 },
  deleteItem: { id: 1013539361, arguments: 3 },
  query: { id: -931250863, arguments: 3 },
  scan: { id: -1875390620, arguments: 2 },
  batchGetItem: { id: -697851100, arguments: 2 },
  batchWriteItem: { id: 116217951, arguments: 2 },
  transactGetItems: { id: 1866287579, arguments: 4 },
  transactWriteItems: { id: -1160037738, arguments: 9 },
} as const;

export type MethodName = keyof typeof METHODS;

const BY_ID = new Map<number, MethodName>(
  (Object.keys(METHODS) as MethodName[]).map((name) => [METHODS[name].id, name]),
);

export function methodOf(id: number): MethodName | undefined {
  return BY_ID.get(id);
}
