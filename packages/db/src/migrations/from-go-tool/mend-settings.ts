import type { Kysely } from 'kysely';
import type { Schema } from '../../schema.ts';
import { readText, readTime } from './read-old-value.ts';

/** A setting without a value is none. What a value must be is judged where it is read. */
export async function mendSettings(db: Kysely<Schema>, nowS: number): Promise<void> {
  const rows = await db.selectFrom('app_settings').select(['key', 'value', 'updated_at']).execute();
  for (const { key, value, updated_at } of rows) {
    const text = readText(value);
    if (text === null) {
      await db.deleteFrom('app_settings').where('key', '=', key).execute();
      continue;
    }
    await db
      .updateTable('app_settings')
      .set({ value: text, updated_at: readTime(updated_at) ?? nowS })
      .where('key', '=', key)
      .execute();
  }
}
