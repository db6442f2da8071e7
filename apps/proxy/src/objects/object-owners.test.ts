import { expect, test } from 'vitest';
import { loadObjectOwners } from './object-owners.ts';

test('a database that gives no answer doesn’t keep a request waiting', async () => {
  const never = () => new Promise<never>(() => {});
  const store = { newestObjects: async () => [], objects: never, objectHolders: never };
  const owners = await loadObjectOwners({ store, publish: () => {}, lookUpMs: 20 });
  await expect(owners.recall(['file-1'])).rejects.toThrow('within 20 ms');
  await expect(owners.holders(1, 'file')).rejects.toThrow('within 20 ms');
  owners.close();
});
